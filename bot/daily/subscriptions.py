"""A server's daily posts as its admins set them: add, change, look at, skip, pause, remove."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final

from bot.daily.plan import Change, changed
from bot.daily.schedule import due_at, first_due, is_due, local_date
from bot.daily.scheduler import Scheduler
from bot.errors import (
    BadZone,
    NoSuchSubscription,
    NothingToPost,
    SubscriptionGone,
    SubscriptionPaused,
    TooManySubscriptions,
)
from bot.library import Library
from bot.model import Clock, Delivery, Ending, Outcome, Plan, Subscription
from bot.storage import deliveries, subscriptions
from bot.storage.database import Database

PER_GUILD: Final = 20
LOOK_BACK: Final = 400
"""Rows of a ledger that can be days left out in advance."""


@dataclass(frozen=True, slots=True)
class Put:
    """The subscription as it is now; `moved` from a deleted channel, `out_today` where today is in the ledger."""

    subscription: Subscription
    moved: bool
    out_today: bool


class Subscriptions:
    """Checks what was typed, keeps it, and wakes the scheduler."""

    def __init__(self, database: Database, library: Library, scheduler: Scheduler, clock: Clock) -> None:
        self._database = database
        self._library = library
        self._scheduler = scheduler
        self._clock = clock

    async def put(
        self,
        guild_id: int,
        channel_id: int,
        change: Change,
        check: Callable[[Plan], None] = lambda _: None,
        exists: Callable[[int], bool] = lambda _: True,
    ) -> Put:
        """Add the channel's daily post, or change it; one whose channel was deleted moves to this one.

        `check` raises where the channel does not allow a plan; `exists` tells of a channel by its id: one may be
        deleted long before its next post is refused. A local day that is in the ledger is not posted again: the
        change counts from the next. Raises BadTime, BadZone, BadDays, NoSuchDocument, NoCommitments,
        TimeAndZoneNeeded, TooManySubscriptions.
        """
        existing = await subscriptions.of_guild(self._database, guild_id)
        same = next((s for s in existing if s.channel_id == channel_id), None)
        gone = (s for s in existing if s.suspended == "10003" or not exists(s.channel_id))
        orphan = None if same else next(gone, None)
        before = same or orphan
        plan = changed(before.plan if before else None, change, self._library)
        check(plan)
        if before is None and len(existing) >= PER_GUILD:
            raise TooManySubscriptions(PER_GUILD)
        rows = await deliveries.latest(self._database, before.id, LOOK_BACK) if before else ()
        next_ = self._next(before, plan, rows)
        if before is not None:
            await self._leave_behind(before, next_)
        subscription = await subscriptions.put(
            self._database, guild_id, channel_id, plan, next_, replaces=orphan, limit=PER_GUILD
        )
        if subscription is None:
            raise TooManySubscriptions(PER_GUILD)
        self._scheduler.wake()
        today = local_date(subscription, self._clock.now())
        out_today = any(row.local_date == today for row in rows)
        moved = orphan is not None and subscription.id == orphan.id
        return Put(subscription, moved, out_today)

    def _next(
        self, before: Subscription | None, plan: Plan, rows: Sequence[Delivery], *, left_out: bool = True
    ) -> tuple[date, datetime]:
        """Return the next local date of a plan that is not in the ledger, and its moment.

        A day that is due and not in the ledger stays due. `rows` are the latest of the ledger; those that an admin
        left out in advance stay `left_out`, or count again.
        """
        start = now = self._clock.now()
        if before is not None and is_due(before, now):
            start = due_at(before.due_date, time.min, plan.zone)
        ahead = {row.local_date for row in rows if row.reason == "admin" and row.due_at > now}
        after = next((row.local_date for row in rows if row.local_date not in ahead), None)
        day, due = first_due(start, plan.at, plan.zone, days=plan.days, after=after)
        while left_out and day in ahead:
            day, due = first_due(due, plan.at, plan.zone, days=plan.days, after=day)
        return day, due

    async def _leave_behind(self, before: Subscription, next_: tuple[date, datetime]) -> None:
        """End the days that were due, not looked at yet, and are none any more after a change of plan."""
        now, plan = self._clock.now(), before.plan
        endings: list[Ending] = []
        day = before.due_date
        with suppress(BadZone):
            while (due := due_at(day, plan.at, plan.zone)) <= now and day < next_[0]:
                endings.append(Ending(day, due, Outcome.SKIPPED, "changed"))
                day, _ = first_due(due, plan.at, plan.zone, days=plan.days, after=day)
        if endings:
            await deliveries.end_unclaimed(self._database, before, endings, now, next_)

    async def one(self, guild_id: int, channel_id: int | None) -> Subscription:
        """Return the daily post of a channel, or the server's only one for None. Raises NoSuchSubscription."""
        found = await subscriptions.of_guild(self._database, guild_id)
        fitting = [s for s in found if channel_id in {None, s.channel_id}]
        if len(fitting) != 1:
            raise NoSuchSubscription(channel_id)
        return fitting[0]

    async def by_id(self, guild_id: int | None, subscription_id: int) -> Subscription:
        """Return a daily post that a button names. Raises SubscriptionGone where this server has it no more."""
        found = await subscriptions.get(self._database, subscription_id)
        if found is None or found.guild_id != guild_id:
            raise SubscriptionGone
        return found

    async def remove(self, subscription: Subscription) -> None:
        """Remove a daily post and its history."""
        await subscriptions.remove(self._database, subscription.id)
        self._scheduler.wake()

    async def skip(self, subscription: Subscription) -> tuple[date, Subscription]:
        """Leave out the next post; return its local date, and the subscription as it then is.

        Where that one was claimed this very moment, it is the one after it.
        """
        plan, day = subscription.plan, subscription.due_date
        next_ = first_due(subscription.next_due_at, plan.at, plan.zone, days=plan.days, after=day)
        ending = Ending(day, subscription.next_due_at, Outcome.SKIPPED, "admin")
        done = await deliveries.end_unclaimed(self._database, subscription, [ending], self._clock.now(), next_)
        self._scheduler.wake()
        current = await self.by_id(subscription.guild_id, subscription.id)
        row = await deliveries.of_day(self._database, subscription.id, day)
        if done or (row is not None and row.outcome is Outcome.SKIPPED):
            return day, current
        return await self.skip(current)

    async def pause(self, subscription: Subscription) -> None:
        """Post nothing until resumed; each day goes by as skipped."""
        await subscriptions.set_paused(self._database, subscription, None)

    async def resume(self, subscription: Subscription) -> Subscription:
        """Go on after a pause, and take back what was to be left out; return the subscription as it then is."""
        rows = await deliveries.latest(self._database, subscription.id, LOOK_BACK)
        next_ = self._next(subscription, subscription.plan, rows, left_out=False)
        await subscriptions.set_paused(self._database, subscription, next_)
        self._scheduler.wake()
        return await self.by_id(subscription.guild_id, subscription.id)

    async def post_now(self, subscription: Subscription) -> Delivery:
        """Post today's commitment where today ended without a post; return how that went.

        Raises SubscriptionPaused, NothingToPost, NoSuchDocument, NoCommitments.
        """
        if subscription.paused:
            raise SubscriptionPaused
        row = await deliveries.of_day(self._database, subscription.id, local_date(subscription, self._clock.now()))
        if row is None or row.outcome not in {Outcome.MISSED, Outcome.FAILED}:
            raise NothingToPost
        posted = await self._scheduler.post_now(subscription, row)
        if posted is None:
            raise NothingToPost
        return posted

    async def take_notices(self, guild_id: int) -> tuple[Subscription, ...]:
        """Return what the admins of a server have not been told yet; it counts as told from now on."""
        return await subscriptions.take_notices(self._database, guild_id)
