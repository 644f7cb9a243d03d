"""A scheduler on a real database, with a clock that is set and a channel that does as it is told."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.daily.delivery import Post, Refused, Scheduler, Sent, Unreached, Unsure
from bot.daily.subscriptions import Subscriptions
from bot.library import Library
from bot.storage.database import Database, open_database

SEEDS = Path(__file__).parents[2] / "seeds"
GUILD, CHANNEL = 100, 200


@dataclass
class SetClock:
    """A clock that stands where it was set."""

    moment: datetime = datetime(2026, 3, 1, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment

    async def sleep_until(self, moment: datetime) -> None:
        self.moment = max(self.moment, moment)


@dataclass
class Channel:
    """Answers each send with the next of `answers`, otherwise by posting; a known nonce posts nothing new."""

    answers: list[Refused | Unreached | Unsure | BaseException] = field(default_factory=list)
    posted: dict[str, Post] = field(default_factory=dict)
    asked: list[Post] = field(default_factory=list)

    async def send(self, post: Post) -> Sent | Refused | Unreached | Unsure:
        self.asked.append(post)
        answer = self.answers.pop(0) if self.answers else None
        if isinstance(answer, BaseException):
            raise answer
        if isinstance(answer, Refused | Unreached):
            return answer
        self.posted.setdefault(post.nonce, post)  # an unsure send has arrived here, and its answer was lost
        return answer or Sent(list(self.posted).index(post.nonce) + 1)


@dataclass
class Daily:
    """Everything about the daily post, put together as `bot.app` does it."""

    database: Database
    library: Library
    clock: SetClock
    channel: Channel
    scheduler: Scheduler
    subscriptions: Subscriptions

    async def at(self, *moment: int) -> None:
        """Deliver what is due at a moment of 2026, given as month, day, hour, minute, second."""
        self.clock.moment = datetime(2026, *moment, tzinfo=UTC)  # type: ignore[arg-type,misc]
        await self.scheduler.deliver_due(self.clock.moment)

    async def ledger(self) -> list[tuple[str, str | None, str | None]]:
        rows = await self.database.read("SELECT local_date, outcome, reason FROM deliveries ORDER BY 1")
        return [tuple(row) for row in rows]


@asynccontextmanager
async def daily_in(folder: Path, clock: SetClock, channel: Channel) -> AsyncIterator[Daily]:
    """Open what a bot opens at its start; the same folder again is a restart."""
    async with (
        open_database(folder / "library.db", "library") as library_database,
        open_database(folder / "state.db", "state") as state,
    ):
        library = Library(library_database, SEEDS)
        await library.start()
        scheduler = Scheduler(state, library, channel, clock, timedelta(hours=6))
        subscriptions = Subscriptions(state, library, scheduler, clock)
        yield Daily(state, library, clock, channel, scheduler, subscriptions)


@pytest.fixture
async def daily(tmp_path: Path) -> AsyncIterator[Daily]:
    async with daily_in(tmp_path, SetClock(), Channel()) as opened:
        yield opened
