"""A clock that is set, and a Discord that does as it is told."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from bot.daily.posting import Absent, Post, Refused, Result, Sent, Unreached, Unreadable, Unsure
from bot.model import Subscription

NONCE_KNOWN = timedelta(minutes=2)
CLOCKS_DIFFER = timedelta(minutes=10)
END_OF_TIME = datetime.max.replace(tzinfo=UTC)


@dataclass
class SetClock:
    """A clock that stands where it was set."""

    moment: datetime = datetime(2026, 3, 1, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment

    async def sleep_until(self, moment: datetime) -> None:
        self.moment = max(self.moment, moment)


@dataclass
class JumpClock(SetClock):
    """Stands while anything is under way, then goes to the moment that is slept until.

    It ends after so many steps, or before a moment that is later than `last`.
    """

    steps: float = math.inf
    last: datetime = END_OF_TIME
    idle: Callable[[], Awaitable[None]] | None = None
    slept: list[datetime] = field(default_factory=list)
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    async def sleep_until(self, moment: datetime) -> None:
        if self.idle is not None:
            await self.idle()
        for _ in range(5):  # what has just ended may wake whoever sleeps here, before any time passes
            await asyncio.sleep(0)
        if len(self.slept) >= self.steps or moment > self.last:
            self.ended.set()
            await asyncio.Event().wait()
        self.slept.append(moment)
        self.moment = max(self.moment, moment)


@dataclass(frozen=True)
class Cut:
    """A send whose answer is lost, whether it arrived or not; or one that raises, as where the process dies."""

    arrived: bool
    raises: BaseException | None = None


Answer = Refused | Unreached | Cut
Found = Sent | Absent | Unreadable | Unreached


@dataclass(frozen=True)
class Message:
    """What stands in the channel."""

    id: int
    post: Post
    at: datetime


@dataclass
class FakePoster:
    """Discord: knows a nonce for two minutes, and tells truly what stands in a channel that can be read.

    `answers` and `findings` are what it says to the next sends and looks instead; None is the truth.
    """

    clock: SetClock
    answers: list[Answer | None] = field(default_factory=list)
    findings: list[Unreadable | Unreached | None] = field(default_factory=list)
    asked: list[Post] = field(default_factory=list)
    looks: list[datetime] = field(default_factory=list)
    posted: list[Message] = field(default_factory=list)
    not_ready: set[int] = field(default_factory=set)
    closed: set[int] = field(default_factory=set)
    unreadable: bool = False
    note: str | None = None
    decorated: list[int] = field(default_factory=list)
    nobody_to_tell: bool = False
    told: list[Subscription] = field(default_factory=list)
    tellings: int = 0

    @property
    def positions(self) -> list[int]:
        return [message.post.commitment.position for message in self.posted]

    def writable(self, guild_id: int, channel_id: int) -> bool | None:
        return None if guild_id in self.not_ready else channel_id not in self.closed

    async def send(self, post: Post) -> Result:
        self.asked.append(post)
        answer = self.answers.pop(0) if self.answers else None
        if isinstance(answer, Refused | Unreached):
            return answer
        message_id = 0 if isinstance(answer, Cut) and not answer.arrived else self._post(post)
        if isinstance(answer, Cut):
            if answer.raises is not None:
                raise answer.raises
            return Unsure("cut")
        return Sent(message_id)

    def _post(self, post: Post) -> int:
        now = self.clock.now()
        for message in self.posted:
            if message.post.nonce == post.nonce and now - message.at <= NONCE_KNOWN:
                return message.id
        self.posted.append(Message(len(self.posted) + 1, post, now))
        return len(self.posted)

    async def find(self, guild_id: int, channel_id: int, nonce: str, since: datetime) -> Found:
        self.looks.append(since)
        finding = self.findings.pop(0) if self.findings else None
        if finding is not None:
            return finding
        if guild_id in self.not_ready:
            return Unreached("not ready")
        if self.unreadable:
            return Unreadable("unreadable")
        for message in self.posted:
            there = message.post.channel_id == channel_id and message.at >= since - CLOCKS_DIFFER
            if there and message.post.nonce == nonce:
                return Sent(message.id)
        return Absent()

    async def decorate(self, subscription: Subscription, post: Post, message_id: int) -> str | None:
        self.decorated.append(message_id)
        return self.note

    async def tell(self, guild_id: int, untold: Sequence[Subscription]) -> bool:
        if not self.nobody_to_tell:
            self.tellings += 1
            self.told += untold
        return not self.nobody_to_tell


class Slow(FakePoster):
    """Does something else before it sends."""

    async def before(self, post: Post) -> None: ...

    async def send(self, post: Post) -> Result:
        await self.before(post)
        return await super().send(post)
