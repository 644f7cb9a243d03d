"""What was posted and what will be: for /daily show, preview and history, and for /today."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from bot.daily.rotation import choose
from bot.daily.schedule import first_due, local_date
from bot.library import Library
from bot.model import Clock, Commitment, Delivery, Outcome, Subscription
from bot.storage import deliveries, subscriptions
from bot.storage.database import Database


@dataclass(frozen=True, slots=True)
class Shown:
    """A subscription with the latest row of its ledger."""

    subscription: Subscription
    last: Delivery | None


@dataclass(frozen=True, slots=True)
class Upcoming:
    """A post to come."""

    local_date: date
    due_at: datetime
    commitment: Commitment


@dataclass(frozen=True, slots=True)
class History:
    """A page of a ledger, the latest day first; `today` is the local date of its zone now."""

    subscription: Subscription
    rows: tuple[Delivery, ...]
    page: int
    pages: int
    today: date


@dataclass(frozen=True, slots=True)
class Today:
    """The commitment of the day, and where this server's post of it is, if there is one."""

    commitment: Commitment
    channel_id: int | None = None
    message_id: int | None = None


class Outlook:
    """Reads the ledger backwards and the rotation forwards; changes nothing."""

    def __init__(self, database: Database, library: Library, clock: Clock) -> None:
        self._database = database
        self._library = library
        self._clock = clock

    async def of_guild(self, guild_id: int) -> tuple[Shown, ...]:
        """Return a server's daily posts, the oldest first."""
        now = self._clock.now()
        found = await subscriptions.of_guild(self._database, guild_id)
        return tuple([Shown(s, await deliveries.last_due(self._database, s.id, now)) for s in found])

    async def preview(self, subscription: Subscription, count: int) -> tuple[Upcoming, ...]:
        """Return the next posts as they come if nothing changes. Raises NoSuchDocument, NoCommitments, BadZone."""
        plan, day, due = subscription.plan, subscription.due_date, subscription.next_due_at
        commitments = self._library.commitments_of(plan.documents)
        posted = list(await deliveries.posted(self._database, subscription.id))
        found: list[Upcoming] = []
        for _ in range(count):
            commitment = choose(commitments, posted, plan.order, f"{subscription.id}/{day}")
            posted.append(commitment.sentence.digest)
            found.append(Upcoming(day, due, commitment))
            day, due = first_due(due, plan.at, plan.zone, days=plan.days, after=day)
        return tuple(found)

    async def history(self, subscription: Subscription, page: int, size: int) -> History:
        """Return a page of the ledger; one past the end is the last."""
        pages = max(1, -(-await deliveries.count(self._database, subscription.id) // size))
        page = max(0, min(page, pages - 1))
        rows = await deliveries.latest(self._database, subscription.id, size, page * size)
        return History(subscription, rows, page, pages, local_date(subscription, self._clock.now()))

    async def today(self, guild_id: int | None, visible: Callable[[int], bool] = lambda _: True) -> Today:
        """Return what this server's first daily post said today, else the commitment of the UTC date.

        `visible` tells whether who asks may see a channel. Raises NoCommitments.
        """
        now = self._clock.now()
        for subscription in await subscriptions.of_guild(self._database, guild_id) if guild_id else ():
            row = await deliveries.of_day(self._database, subscription.id, local_date(subscription, now))
            if visible(subscription.channel_id) and row is not None and row.outcome is Outcome.SENT:
                commitment = self._library.find_commitment(row.document, row.digest)
                if commitment is not None:
                    return Today(commitment, subscription.channel_id, row.message_id)
        return Today(self._library.commitment_of(now.astimezone(UTC).date(), None))

    async def count(self) -> int:
        """Return how many daily posts there are in all servers."""
        return await subscriptions.count(self._database)
