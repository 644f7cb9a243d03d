"""The loop of the daily post: wakes for what is due, streams it to concurrent deliveries, survives faults."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final

from bot.daily.delivery import Deliverer
from bot.daily.judgement import Verdict, following, judge
from bot.daily.posting import Poster
from bot.errors import BadZone, NoCommitments, NoSuchDocument, NothingToPost
from bot.model import Clock, Delivery, Ending, Outcome, Subscription
from bot.storage import deliveries, guilds, moments, subscriptions
from bot.storage.database import Database

RETRY_AFTER: Final = timedelta(seconds=30)
DAY: Final = timedelta(days=1)
KEPT_AFTER_LEAVING: Final = timedelta(days=30)
BATCH: Final = 100
IN_FLIGHT: Final = 100
"""Deliveries at a time. A server has at most 20, so one that hangs leaves room for the others."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Round:
    """The scheduler's last look at what was due, for `/status`."""

    at: datetime
    due: int
    fault: str | None = None


class Scheduler:
    """Delivers what is due and sleeps until the next is. `last_round` tells how it went."""

    def __init__(
        self, database: Database, deliverer: Deliverer, poster: Poster, clock: Clock, grace: timedelta
    ) -> None:
        self._database = database
        self._deliverer = deliverer
        self._poster = poster
        self._clock = clock
        self._grace = grace
        self._changed = asyncio.Event()
        self._slots = asyncio.Semaphore(IN_FLIGHT)
        self._running: dict[asyncio.Task[None], tuple[int, date]] = {}
        self.last_round: Round | None = None

    def wake(self) -> None:
        """Look again at what is due: a subscription was changed."""
        self._changed.set()

    async def run(self) -> None:
        """Deliver for ever. An exception ends a round, never the loop."""
        try:
            while True:
                self._changed.clear()
                now = self._clock.now()
                try:
                    due = await self.deliver_due(now)
                    self.last_round = Round(now, due)
                    wake_at = await self._next_wake(now)
                except Exception as error:  # noqa: BLE001 - the loop must outlive whatever comes
                    _log.exception("a round of the scheduler failed; the next follows in %s", RETRY_AFTER)
                    self.last_round = Round(now, 0, repr(error))
                    wake_at = now + RETRY_AFTER
                await self._sleep_until(wake_at)
        finally:
            await self.drain()

    async def drain(self) -> None:
        """Wait for the deliveries that are under way."""
        while self._running:
            await asyncio.wait(self._running)

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
        """Start everything that is due at `now`, at most IN_FLIGHT at a time; return how much was looked at."""
        first = await moments.read(self._database)
        looked_at = 0
        if first.left is not None and first.left + KEPT_AFTER_LEAVING <= now:
            purged = await guilds.purge(self._database, now - KEPT_AFTER_LEAVING)
            _log.info("%d daily posts of servers left %s ago were removed", purged, KEPT_AFTER_LEAVING)
        if first.attempt is not None and first.attempt <= now:
            async for row in self._open_claims(now):
                looked_at += await self._try_again(row)
        if first.due is not None and first.due <= now:
            async for subscription in self._due(now):
                looked_at += 1
                await self._look(subscription, now)
        return looked_at

    async def _open_claims(self, now: datetime) -> AsyncIterator[Delivery]:
        last: Delivery | None = None
        while batch := await deliveries.open_claims(self._database, now, last, BATCH):
            for last in batch:
                yield last

    async def _due(self, now: datetime) -> AsyncIterator[Subscription]:
        last: Subscription | None = None
        while batch := await subscriptions.due(self._database, now, last, BATCH):
            for last in batch:
                yield last

    async def _try_again(self, row: Delivery) -> bool:
        subscription = await subscriptions.get(self._database, row.subscription_id)
        if subscription is None or (row.subscription_id, row.local_date) in self._running.values():
            return False
        await self._start(subscription, row, fresh=False)
        return True

    async def _look(self, subscription: Subscription, now: datetime) -> None:
        """End the days of a subscription that are over, and start the delivery of one that is to be posted."""
        try:
            await self._judge(subscription, now)
        except BadZone:
            await self._without_zone(subscription, now)
        except Exception:  # noqa: BLE001
            # One broken subscription must not stop the others, nor be tried in a tight loop.
            _log.exception("subscription %d could not be delivered", subscription.id)
            await self._end(subscription, (), now, (subscription.due_date, now + RETRY_AFTER))

    async def _judge(self, subscription: Subscription, now: datetime) -> None:
        writable = self._poster.writable(subscription.guild_id, subscription.channel_id)
        found = judge(subscription, now, self._grace, writable=writable)
        waits_for = now + RETRY_AFTER if found.verdict is Verdict.WAIT else found.due_at
        if found.endings or found.verdict is not Verdict.POST:
            await self._end(subscription, found.endings, now, (found.day, waits_for))
        if found.verdict is not Verdict.POST:
            return
        subscription = (
            replace(subscription, due_date=found.day, next_due_at=waits_for) if found.endings else subscription
        )
        next_ = following(subscription, found.day, found.due_at)
        try:
            row = await self._deliverer.claim(subscription, found.due_at, next_)
        except (NoSuchDocument, NoCommitments) as error:
            ending = Ending(found.day, found.due_at, Outcome.FAILED, type(error).__name__)
            await self._end(subscription, (ending,), now, next_)
            return
        if row is not None:
            await self._start(subscription, row, fresh=True)

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

    async def _start(self, subscription: Subscription, row: Delivery, *, fresh: bool) -> asyncio.Task[None]:
        await self._slots.acquire()
        task = asyncio.create_task(self._attempt(subscription, row, fresh=fresh))
        # By task, because a day that is claimed again may have its last attempt still under way, telling of it.
        self._running[task] = row.subscription_id, row.local_date
        task.add_done_callback(self._running.pop)
        return task

    async def _attempt(self, subscription: Subscription, row: Delivery, *, fresh: bool) -> None:
        open_ = False
        try:
            open_ = await self._deliverer.deliver(subscription, row, fresh=fresh)
        except Exception:  # noqa: BLE001 - the claim stays open and is looked at again after its lease
            _log.exception("subscription %d, %s: an attempt failed", row.subscription_id, row.local_date)
        finally:
            self._slots.release()
            if open_:
                self.wake()  # its next attempt may come before anything else

    async def post_now(self, subscription: Subscription, ended: Delivery) -> Delivery | None:
        """Post a day that ended without a post, through the ledger; return its row after one attempt.

        Raises NothingToPost where it has a post or is being posted, and what claiming raises.
        """
        row = await self._deliverer.claim_again(subscription, ended)
        if row is None:
            raise NothingToPost
        await (await self._start(subscription, row, fresh=True))
        return await deliveries.of_day(self._database, subscription.id, ended.local_date)

    async def resume(self, subscription: Subscription) -> None:
        """End a suspension."""
        await subscriptions.resume(self._database, subscription)
        _log.info("subscription %d is resumed: its channel is writable again", subscription.id)

    async def resume_in(self, guild_id: int) -> None:
        """End the suspensions of a server whose channels are writable again."""
        for subscription in await subscriptions.suspended_in(self._database, guild_id):
            if self._poster.writable(guild_id, subscription.channel_id):
                await self.resume(subscription)
