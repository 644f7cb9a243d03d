"""A server's daily posts as its admins set them: add, change, show, remove."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from typing import Final

from bot.daily.delivery import Scheduler
from bot.daily.schedule import first_due, parse_time
from bot.daily.zones import find, zone
from bot.errors import NoSuchSubscription, TooManySubscriptions
from bot.library import Library
from bot.model import Clock, Commitment, Delivery, Outcome, Subscription
from bot.storage import deliveries, subscriptions
from bot.storage.database import Database

PER_GUILD: Final = 20


@dataclass(frozen=True, slots=True)
class Shown:
    """A subscription with the latest row of its ledger."""

    subscription: Subscription
    last: Delivery | None


@dataclass(frozen=True, slots=True)
class Today:
    """The commitment of the day, and where this server's post of it is, if there is one."""

    commitment: Commitment
    channel_id: int | None = None
    message_id: int | None = None


class Subscriptions:
    """Checks what was typed, keeps it, and wakes the scheduler."""

    def __init__(self, database: Database, library: Library, scheduler: Scheduler, clock: Clock) -> None:
        self._database = database
        self._library = library
        self._scheduler = scheduler
        self._clock = clock

    async def put(
        self, guild_id: int, channel_id: int, at: str, zone_name: str, document: str | None
    ) -> Subscription:
        """Add the channel's daily post, or change it.

        A local day that is in the ledger already is not posted again: the change counts from the next.
        Raises BadTime, BadZone, NoSuchDocument, NoCommitments, TooManySubscriptions.
        """
        local_time, name = parse_time(at), find(zone_name)
        # By name, so that another default later does not change what a channel was promised.
        slug = self._library.document(document).slug
        self._library.commitments(slug)  # a document without commitments could never post
        existing = await subscriptions.of_guild(self._database, guild_id)
        same = next((s for s in existing if s.channel_id == channel_id), None)
        if same is None and len(existing) >= PER_GUILD:
            raise TooManySubscriptions(PER_GUILD)
        last = await deliveries.last(self._database, same.id) if same else None
        now = self._clock.now()
        day, moment = first_due(now, local_time, name, after=last.local_date if last else None)
        wanted = subscriptions.Wanted(guild_id, channel_id, local_time, name, slug, day, moment)
        subscription = await subscriptions.put(self._database, wanted)
        self._scheduler.wake()
        return subscription

    async def of_guild(self, guild_id: int) -> tuple[Shown, ...]:
        """Return a server's daily posts, the oldest first."""
        found = await subscriptions.of_guild(self._database, guild_id)
        return tuple([Shown(s, await deliveries.last(self._database, s.id)) for s in found])

    async def remove(self, guild_id: int, channel_id: int) -> None:
        """Remove a channel's daily post and its history. Raises NoSuchSubscription."""
        if not await subscriptions.remove(self._database, guild_id, channel_id):
            raise NoSuchSubscription(channel_id)
        self._scheduler.wake()

    async def today(self, guild_id: int | None) -> Today:
        """Return what this server's first daily post said today, else the commitment of the UTC date.

        Raises NoCommitments.
        """
        now = self._clock.now()
        for subscription in await subscriptions.of_guild(self._database, guild_id) if guild_id else ():
            day = now.astimezone(zone(subscription.zone)).date()
            row = await deliveries.of_day(self._database, subscription.id, day)
            if row is None or row.outcome is not Outcome.SENT:
                continue
            for commitment in self._library.commitments(row.document):
                if commitment.sentence.digest == row.digest:
                    return Today(commitment, subscription.channel_id, row.message_id)
        return Today(self._library.commitment_of(now.astimezone(UTC).date(), None))

    async def count(self) -> int:
        """Return how many daily posts there are in all servers."""
        return await subscriptions.count(self._database)
