"""A claimed day -> send -> record: settled before it is tried again, so that it is never posted twice."""

from __future__ import annotations

import asyncio
import logging
import secrets
from dataclasses import replace
from datetime import date, datetime, timedelta
from enum import Enum, auto
from typing import Final

from bot.daily.claims import LEASE, Claims
from bot.daily.posting import (
    NONCE_WINDOW,
    Absent,
    Post,
    Poster,
    Refused,
    Result,
    Sent,
    Unreached,
    Unreadable,
    Unsure,
    delivery_key,
)
from bot.library import Library
from bot.model import Clock, Delivery, Outcome, Subscription
from bot.storage import deliveries, subscriptions
from bot.storage.database import Database

FIRST_RETRY: Final = timedelta(seconds=15)
LONGEST_RETRY: Final = timedelta(minutes=15)
CATCH_UP: Final = timedelta(minutes=5)
"""How long a day that an admin posts late is tried, however long ago it was due."""
SUSPENDING: Final = ("50001", "50013", "10003")
"""Discord's codes for no access, no permission and no such channel; nothing else suspends."""
_log = logging.getLogger(__name__)


class After(Enum):
    """What is left of a claim after an attempt: it stays open, it ended, it ended and suspended its subscription."""

    OPEN = auto()
    ENDED = auto()
    SUSPENDED = auto()


class Deliverer:
    """Delivers what was claimed, one attempt at a time."""

    def __init__(
        self, database: Database, library: Library, claims: Claims, poster: Poster, clock: Clock, grace: timedelta
    ) -> None:
        self._database = database
        self._library = library
        self._claims = claims
        self._poster = poster
        self._clock = clock
        self._grace = grace
        # When each open claim was first tried, by the loop's own time, which nobody sets back.
        self._tried: dict[tuple[int, date], float] = {}

    async def test(self, subscription: Subscription) -> Result:
        """Send what comes next, marked as a test, outside the ledger. Raises NoSuchDocument, NoCommitments."""
        row = await self._claims.propose(subscription, subscription.due_date, subscription.next_due_at)
        post = self._post(subscription, row)
        if post is None:  # a reload this very moment
            return Unreached("reloaded")
        return await self._poster.send(replace(post, nonce=secrets.token_hex(12), is_test=True))

    async def deliver(self, subscription: Subscription, row: Delivery, *, fresh: bool = False) -> After:
        """Make one attempt at an open claim; `fresh` where it was claimed just now, so that nothing was sent yet."""
        if fresh:
            return await self._go_on(subscription, row, settled=True)
        settled = row.tried_at is None
        # Taken before it is even looked for, so that nothing is done twice at a time, nor again at once.
        taken = await self._take(row, settled=settled)
        if taken is None:
            return After.ENDED
        if self._waits(subscription, taken):
            return await self._later(taken, "not ready", timedelta(), settled=settled)
        if settled or not self._must_look(subscription, taken):
            return await self._go_on(subscription, taken, settled=settled)
        match await self._find(subscription, taken):
            case Absent():
                taken = await self._take(taken, settled=True)
                return After.ENDED if taken is None else await self._go_on(subscription, taken, settled=True)
            case Unreached(reason, wait):
                return await self._later(taken, reason, wait, settled=False)
            case found:
                return await self._found(subscription, taken, found)

    async def _go_on(self, subscription: Subscription, row: Delivery, *, settled: bool) -> After:
        """Send a claim, unless nothing is to be sent any more."""
        post, stop = self._post(subscription, row), self._stop(subscription, row)
        if stop is not None:
            return await self._end(subscription, row, *stop)
        if post is None:
            return await self._end(subscription, row, Outcome.FAILED, "reloaded")
        if settled:
            self._tried[row.key] = asyncio.get_running_loop().time()
        else:
            post = replace(post, within=NONCE_WINDOW - self._age(row))
        return await self._record(subscription, row, await self._send(row, post), settled=settled)

    def _waits(self, subscription: Subscription, row: Delivery) -> bool:
        """Tell whether the server has not been received yet; one that the bot left never will be."""
        received = self._poster.writable(subscription.guild_id, subscription.channel_id) is not None
        return not (received or subscription.left_at is not None or self._is_over(row))

    def _must_look(self, subscription: Subscription, row: Delivery) -> bool:
        """Tell whether the channel is to be read first: its nonce is forgotten, or nothing is to be sent any more."""
        stops = self._post(subscription, row) is None or self._stop(subscription, row) is not None
        return stops or self._age(row) > NONCE_WINDOW

    async def _take(self, row: Delivery, *, settled: bool) -> Delivery | None:
        now = self._clock.now()
        return await deliveries.attempt(self._database, row, now, now + LEASE, settled=settled)

    def _age(self, row: Delivery) -> timedelta:
        """Return how long ago the first attempt was that may have arrived; a clock set back makes none younger."""
        now, tried_at = self._clock.now(), row.tried_at
        if tried_at is None or now < tried_at:
            return timedelta.max
        loop_time = asyncio.get_running_loop().time()
        since = self._tried.get(row.key, loop_time)
        return max(now - tried_at, timedelta(seconds=loop_time - since))

    def _stop(self, subscription: Subscription, row: Delivery) -> tuple[Outcome, str] | None:
        """Return how a claim ends that is not to be sent any more, if certainly nothing of it was."""
        if subscription.left_at is not None:
            return Outcome.MISSED, "removed"
        if subscription.paused:
            return Outcome.SKIPPED, "paused"
        if self._is_over(row):
            return Outcome.MISSED, row.reason or "down"
        return None

    def _is_over(self, row: Delivery) -> bool:
        return self._clock.now() > self._deadline(row)

    def _deadline(self, row: Delivery) -> datetime:
        assert row.claimed_at is not None
        return max(row.due_at + self._grace, row.claimed_at + CATCH_UP)

    async def _send(self, row: Delivery, post: Post) -> Result:
        try:
            return await self._poster.send(post)
        except Exception:  # noqa: BLE001 - it may have arrived before, and its day must end all the same
            _log.exception("subscription %d, %s: a send failed", row.subscription_id, row.local_date)
            return Unsure("fault")

    async def _record(self, subscription: Subscription, row: Delivery, result: Result, *, settled: bool) -> After:
        match result:
            case Sent(message_id):
                return await self._sent(subscription, row, message_id)
            case Unreached(reason, wait):
                return await self._later(row, reason, wait, settled=settled)
            case Unsure(reason):
                return await self._later(row, reason, timedelta(), settled=False)
            case Refused(reason) if settled:
                return await self._end(subscription, row, Outcome.FAILED, reason)
            case Refused(reason):
                # An earlier attempt may have arrived all the same.
                match await self._find(subscription, row):
                    case Absent():
                        return await self._end(subscription, row, Outcome.FAILED, reason)
                    case Unreached():
                        return await self._later(row, reason, timedelta(), settled=False)
                    case found:
                        return await self._found(subscription, row, found, refused=reason)

    async def _find(self, subscription: Subscription, row: Delivery) -> Sent | Absent | Unreadable | Unreached:
        if subscription.left_at is not None:
            return Unreadable("removed")
        key, since = delivery_key(subscription, row.local_date), row.tried_at or self._clock.now()
        try:
            found = await self._poster.find(subscription.guild_id, subscription.channel_id, key, since)
        except Exception:  # noqa: BLE001 - as above
            _log.exception("subscription %d, %s: a look failed", row.subscription_id, row.local_date)
            found = Unreached("fault")
        if isinstance(found, Unreached) and self._is_over(row):
            return Unreadable(found.reason)
        return found

    async def _found(
        self, subscription: Subscription, row: Delivery, found: Sent | Unreadable, refused: str = ""
    ) -> After:
        if isinstance(found, Unreadable):
            return await self._end(subscription, row, Outcome.UNKNOWN, found.reason, refused)
        return await self._sent(subscription, row, found.message_id)

    async def _sent(self, subscription: Subscription, row: Delivery, message_id: int) -> After:
        post = self._post(subscription, row)
        decorated = post is not None and (subscription.plan.thread or subscription.plan.publish)
        note = "interrupted" if decorated else None  # and so it stays if the process ends before the next record
        now = self._clock.now()
        self._tried.pop(row.key, None)
        if await deliveries.end(self._database, row, now, Outcome.SENT, message_id=message_id, note=note):
            _log.info("subscription %d, %s: sent as %d", row.subscription_id, row.local_date, message_id)
            if post is not None and decorated:
                note = await self._poster.decorate(subscription, post, message_id)
                await deliveries.set_note(self._database, row, note)
        return After.ENDED

    async def _end(
        self, subscription: Subscription, row: Delivery, outcome: Outcome, reason: str, refused: str = ""
    ) -> After:
        """End a day of which no post is known; `refused` is the code that suspends, where it is not the reason."""
        code = refused or reason
        suspend = code if code in SUSPENDING else None
        self._tried.pop(row.key, None)
        if not await deliveries.end(self._database, row, self._clock.now(), outcome, reason, suspend=suspend):
            return After.ENDED
        _log.info("subscription %d, %s: %s (%s)", row.subscription_id, row.local_date, outcome, reason)
        if suspend is None:
            return After.ENDED
        _log.warning("subscription %d is suspended: Discord answered %s", subscription.id, suspend)
        return After.SUSPENDED

    async def tell(self, guild_id: int) -> None:
        """Tell a server's admins what they were not told; what nobody could be told waits for the next /daily."""
        # Noted before it is done: told once at most, whatever happens in between.
        untold = await subscriptions.take_notices(self._database, guild_id)
        if untold and not await self._poster.tell(guild_id, untold):
            await subscriptions.return_notices(self._database, untold)

    async def _later(self, row: Delivery, reason: str, wait: timedelta, *, settled: bool) -> After:
        backoff = min(FIRST_RETRY * 2 ** min(row.attempts - 1, 9), LONGEST_RETRY)
        now = self._clock.now()
        latest = max(self._deadline(row) + timedelta(seconds=1), now + FIRST_RETRY)
        moment = min(now + max(backoff, wait), latest)
        await deliveries.later(self._database, row, moment, reason, settled=settled)
        _log.warning("subscription %d, %s: %s, tried again later", row.subscription_id, row.local_date, reason)
        return After.OPEN

    def _post(self, subscription: Subscription, row: Delivery) -> Post | None:
        """Return the post of a claim; None where a reload has taken its commitment away."""
        commitment = self._library.find_commitment(row.document, row.digest)
        if commitment is None:
            return None
        nonce = delivery_key(subscription, row.local_date)
        return Post(subscription.guild_id, subscription.channel_id, commitment, nonce, subscription.plan.role_id)
