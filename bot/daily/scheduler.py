"""The loop of the daily post: wakes for what is due, streams it to concurrent deliveries, survives faults."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, Final

from bot.daily.claims import Claims
from bot.daily.delivery import Deliverer
from bot.daily.judgement import Verdict, following, judge
from bot.daily.posting import Poster
from bot.daily.underway import Begun, Underway
from bot.errors import BadZone, NoCommitments, NoSuchDocument, NothingToPost
from bot.model import Clock, Delivery, Ending, Outcome, Subscription
from bot.storage import deliveries, guilds, moments, subscriptions
from bot.storage.database import Database

RETRY_AFTER: Final = timedelta(seconds=30)
DAY: Final = timedelta(days=1)
KEPT_AFTER_LEAVING: Final = timedelta(days=30)
BATCH: Final = 100
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Round:
    """The scheduler's last look at what was due, for `/status`."""

    at: datetime
    due: int
    fault: str | None = None


class Scheduler:
    """Delivers what is due and sleeps until the next is.

    `last_round` tells how it went, `last_fault` of the last round that did not go well.
    """

    def __init__(
        self,
        database: Database,
        claims: Claims,
        deliverer: Deliverer,
        poster: Poster,
        clock: Clock,
        grace: timedelta,
    ) -> None:
        self._database = database
        self._claims = claims
        self._poster = poster
        self._clock = clock
        self._grace = grace
        self._changed = asyncio.Event()
        self._underway = Underway(deliverer, self.wake, self._note)
        self._fault: str | None = None
        self._stopping = False
        self.last_round: Round | None = None
        self.last_fault: Round | None = None

    def wake(self) -> None:
        """Look again at what is due: a subscription was changed."""
        self._changed.set()

    async def run(self) -> None:
        """Deliver until stopped. An exception ends a round, never the loop."""
        try:
            while not self._stopping:
                self._changed.clear()
                self._fault, now = None, self._clock.now()
                try:
                    due = await self.deliver_due(now)
                    self.last_round = Round(now, due, self._fault)
                    wake_at = await self._next_wake(now)
                except Exception as error:  # noqa: BLE001 - the loop must outlive whatever comes
                    _log.exception("a round of the scheduler failed; the next follows in %s", RETRY_AFTER)
                    self.last_round = self.last_fault = Round(now, 0, repr(error))
                    wake_at = now + RETRY_AFTER
                await self._sleep_until(wake_at)
        finally:
            await self.drain()

    def stop(self) -> None:
        """Begin no more deliveries, and let `run` end when those under way have."""
        self._stopping = True
        self.wake()

    def _note(self, error: Exception) -> None:
        """Let `/status` tell of a fault, until a round goes well."""
        self._fault = repr(error)
        self.last_fault = Round(self._clock.now(), 0, self._fault)
        if self.last_round is not None:
            self.last_round = replace(self.last_round, fault=self._fault)

    async def drain(self) -> None:
        """Wait for the deliveries that are under way."""
        await self._underway.drain()

    async def _next_wake(self, now: datetime) -> datetime:
        first = await moments.read(self._database)
        left = first.left and first.left + KEPT_AFTER_LEAVING
        soonest = min(filter(None, (first.due, first.attempt, left)), default=now + DAY)
        # What is due still is under way, or came up this very second.
        return max(soonest, now + timedelta(seconds=1))

    async def _sleep_until(self, moment: datetime) -> None:
        waits: set[asyncio.Future[Any]] = {
            asyncio.ensure_future(self._changed.wait()),
            asyncio.ensure_future(self._clock.sleep_until(moment)),
        }
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()

    async def deliver_due(self, now: datetime) -> int:
        """Start everything that is due at `now`, so many at a time; return how much was looked at."""
        first = await moments.read(self._database)
        looked_at = 0
        if first.left is not None and first.left + KEPT_AFTER_LEAVING <= now:
            purged = await guilds.purge(self._database, now - KEPT_AFTER_LEAVING)
            _log.info("%d daily posts of servers left %s ago were removed", purged, KEPT_AFTER_LEAVING)
        with self._underway.batch():
            if first.attempt is not None and first.attempt <= now:
                async for row in self._open_claims(now):
                    looked_at += await self._underway.begin(partial(self._reopen, row)) is not None
            if first.due is not None and first.due <= now:
                async for subscription in self._due(now):
                    looked_at += 1
                    await self._underway.begin(partial(self._look, subscription, now))
        return looked_at

    async def _open_claims(self, now: datetime) -> AsyncIterator[Delivery]:
        last: Delivery | None = None
        while batch := await deliveries.open_claims(self._database, now, last, BATCH):
            for last in batch:
                if self._stopping:
                    return
                yield last

    async def _due(self, now: datetime) -> AsyncIterator[Subscription]:
        last: Subscription | None = None
        while batch := await subscriptions.due(self._database, now, last, BATCH):
            for last in batch:
                if self._stopping:
                    return
                yield last

    async def _reopen(self, row: Delivery) -> Begun | None:
        if self._underway.has(row):
            return None
        subscription = await subscriptions.get(self._database, row.subscription_id)
        return Begun(subscription, row, fresh=False) if subscription is not None else None

    async def _look(self, subscription: Subscription, now: datetime) -> Begun | None:
        """End the days of a subscription that are over, and claim the one that is to be posted."""
        try:
            current = await subscriptions.get(self._database, subscription.id)
            if current is None or current.next_due_at > now:
                return None
            subscription = current
            return await self._judge(subscription, now)
        except BadZone:
            await self._without_zone(subscription, now)
        except Exception as error:  # noqa: BLE001
            # One broken subscription must not stop the others, nor be tried in a tight loop.
            _log.exception("subscription %d could not be delivered", subscription.id)
            self._note(error)
            await self._end(subscription, (), now, (subscription.due_date, _later(now)))
        return None

    async def _judge(self, subscription: Subscription, now: datetime) -> Begun | None:
        writable = self._poster.writable(subscription.guild_id, subscription.channel_id)
        found = judge(subscription, now, self._grace, writable=writable)
        waits_for = _later(now) if found.verdict is Verdict.WAIT else found.due_at
        if found.endings or found.verdict is not Verdict.POST:
            await self._end(subscription, found.endings, now, (found.day, waits_for))
        if found.verdict is not Verdict.POST:
            return None
        if found.endings:
            subscription = replace(subscription, due_date=found.day, next_due_at=waits_for)
        next_ = following(subscription, found.day, found.due_at)
        try:
            row = await self._claims.claim(subscription, found.due_at, next_)
        except (NoSuchDocument, NoCommitments) as error:
            ending = Ending(found.day, found.due_at, Outcome.FAILED, type(error).__name__)
            await self._end(subscription, (ending,), now, next_)
            return None
        return Begun(subscription, row, fresh=True) if row is not None else None

    async def _without_zone(self, subscription: Subscription, now: datetime) -> None:
        """End a day whose moment cannot be known; the next is looked at days later, so that it has a reason too."""
        day, due, days = subscription.due_date, subscription.next_due_at, subscription.plan.days
        wait = next(n * DAY for n in range(1, 8) if days >> (day + n * DAY).weekday() & 1)
        ending = Ending(day, due, Outcome.FAILED, "BadZone")
        await self._end(subscription, (ending,), now, (day + wait, due + wait))

    async def _end(
        self, subscription: Subscription, endings: tuple[Ending, ...], now: datetime, next_: tuple[date, datetime]
    ) -> None:
        await deliveries.end_unclaimed(self._database, subscription, endings, now, next_)
        for ending in endings:
            _log.info(
                "subscription %d, %s: %s (%s)", subscription.id, ending.local_date, ending.outcome, ending.reason
            )

    async def post_now(self, subscription: Subscription, ended: Delivery) -> Delivery | None:
        """Post a day that ended without a post, through the ledger; return its row after one attempt.

        Raises NothingToPost where it has a post or is being posted, and what claiming raises.
        """
        task = await self._underway.begin(partial(self._claim_again, subscription, ended))
        if task is None:
            raise NothingToPost
        await task
        return await deliveries.of_day(self._database, subscription.id, ended.local_date)

    async def _claim_again(self, subscription: Subscription, ended: Delivery) -> Begun | None:
        row = await self._claims.claim_again(subscription, ended)
        return Begun(subscription, row, fresh=True) if row is not None else None

    async def resume_in(self, guild_id: int) -> None:
        """End the suspensions of a server whose channels are writable again."""
        for subscription in await subscriptions.suspended_in(self._database, guild_id):
            if self._poster.writable(guild_id, subscription.channel_id):
                await subscriptions.resume(self._database, subscription)
                _log.info("subscription %d is resumed: its channel is writable again", subscription.id)


def _later(now: datetime) -> datetime:
    """Return when to look again, never at a full minute: that is what a due moment looks like."""
    moment = (now + RETRY_AFTER).replace(microsecond=0)
    return moment if moment.second else moment + timedelta(seconds=1)
