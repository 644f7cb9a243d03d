"""Due -> claim -> send -> record: every scheduled local day ends once, with an outcome and its reason."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, Protocol

from bot.daily.rotation import next_commitment
from bot.daily.schedule import due_at, first_due
from bot.errors import NoCommitments, NoSuchDocument
from bot.library import Library
from bot.model import Clock, Commitment, Delivery, Outcome, Subscription
from bot.storage import deliveries, subscriptions
from bot.storage.database import Database

NONCE_WINDOW: Final = timedelta(minutes=2)
"""Discord recognises a nonce "for a few minutes"; within this time a resend is certainly recognised."""
RETRY_AFTER: Final = timedelta(seconds=30)
LONGEST_SLEEP: Final = timedelta(days=1)
BATCH: Final = 100
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Post:
    """One daily post, ready to send; `nonce` (25 characters at most) is the same for every attempt."""

    guild_id: int
    channel_id: int
    commitment: Commitment
    nonce: str


@dataclass(frozen=True, slots=True)
class Sent:
    message_id: int


@dataclass(frozen=True, slots=True)
class Refused:
    """Certainly not posted; `reason` is a short code, such as "50013"."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unreached:
    """Certainly not posted, for a reason that passes: no connection, too many requests."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unsure:
    """Perhaps posted: the answer was lost or was an error of Discord's own."""

    reason: str


class Poster(Protocol):
    """Sends a post to its channel; raises nothing but cancellation."""

    async def send(self, post: Post) -> Sent | Refused | Unreached | Unsure: ...


@dataclass(frozen=True, slots=True)
class Round:
    """The scheduler's last look at what was due, for `/status`."""

    at: datetime
    due: int
    fault: str | None = None


class Scheduler:
    """Delivers what is due, sleeps until the next is, and survives what goes wrong."""

    def __init__(self, database: Database, library: Library, poster: Poster, clock: Clock, grace: timedelta) -> None:
        self._database = database
        self._library = library
        self._poster = poster
        self._clock = clock
        self._grace = grace
        self._changed = asyncio.Event()
        self.last_round: Round | None = None

    def wake(self) -> None:
        """Look again at what is due: a subscription was changed."""
        self._changed.set()

    async def run(self) -> None:
        """Deliver for ever. An exception ends a round, never the loop."""
        while True:
            self._changed.clear()
            now = self._clock.now()
            wake_at = now + RETRY_AFTER
            try:
                due = await self.deliver_due(now)
                self.last_round = Round(now, due)
                wake_at = await subscriptions.next_due(self._database) or now + LONGEST_SLEEP
            except Exception as error:  # noqa: BLE001 - the loop must outlive whatever comes
                _log.exception("a round of the scheduler failed; the next follows in %s", RETRY_AFTER)
                self.last_round = Round(now, 0, repr(error))
            await self._sleep_until(wake_at)

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
        """Deliver every subscription that is due at `now`; return how many were looked at."""
        looked_at = 0
        while batch := await subscriptions.due(self._database, now, BATCH):
            for subscription in batch:
                try:
                    await self._deliver(subscription, now)
                except Exception:  # noqa: BLE001
                    # One broken subscription must not stop the others, nor be tried in a tight loop.
                    _log.exception("subscription %d could not be delivered", subscription.id)
                    await self._later(subscription, now)
            looked_at += len(batch)
        return looked_at

    async def _deliver(self, subscription: Subscription, now: datetime) -> None:
        due = due_at(subscription.due_date, subscription.at, subscription.zone)
        row = await deliveries.of_day(self._database, subscription.id, subscription.due_date)
        first_attempt = row is None
        if row is not None and row.outcome is not None:
            await deliveries.move(self._database, subscription, *self._following(subscription, due))
            return
        if row is None and now - due > self._grace:
            await self._end(subscription, due, Outcome.MISSED, "down")
            return
        if row is None:
            try:
                row = await self._claim(subscription, due, now)
            except (NoSuchDocument, NoCommitments) as error:
                await self._end(subscription, due, Outcome.FAILED, type(error).__name__)
                return
        if row is None:  # another scheduler claimed this day just now; how it ended is for that one to say
            await self._later(subscription, now)
            return
        commitment = self._claimed(row)
        if commitment is None or row.claimed_at is None or now - row.claimed_at > NONCE_WINDOW:
            await self._end(subscription, due, Outcome.UNKNOWN, "unsettled")
            return
        post = Post(subscription.guild_id, subscription.channel_id, commitment, delivery_key(subscription))
        result = await self._poster.send(post)
        if isinstance(result, Unreached) and first_attempt:
            # Else an earlier attempt may have arrived, and the claim must stay.
            await deliveries.release(self._database, subscription)
        await self._record(subscription, due, now, result)

    async def _record(
        self, subscription: Subscription, due: datetime, now: datetime, result: Sent | Refused | Unreached | Unsure
    ) -> None:
        match result:
            case Sent(message_id):
                await self._end(subscription, due, Outcome.SENT, None, message_id)
            case Refused(reason):
                await self._end(subscription, due, Outcome.FAILED, reason)
            case Unreached(reason) | Unsure(reason):
                _log.warning("subscription %d: %s (%s)", subscription.id, type(result).__name__.lower(), reason)
                await self._later(subscription, now)

    async def _claim(self, subscription: Subscription, due: datetime, now: datetime) -> Delivery | None:
        """Claim the day with the next commitment; None where another scheduler was first."""
        posted = await deliveries.last_posted(self._database, subscription.id)
        chosen = next_commitment(self._library.commitments(subscription.document), posted)
        row = Delivery(
            subscription_id=subscription.id,
            local_date=subscription.due_date,
            due_at=due,
            claimed_at=now,
            document=chosen.document.slug,
            citation=str(chosen.citation),
            digest=chosen.sentence.digest,
        )
        return row if await deliveries.claim(self._database, row) else None

    def _claimed(self, row: Delivery) -> Commitment | None:
        """Return the commitment of a claim; None where a reload has taken it away."""
        with suppress(NoSuchDocument, NoCommitments):
            for commitment in self._library.commitments(row.document):
                if commitment.sentence.digest == row.digest:
                    return commitment
        return None

    async def _end(
        self,
        subscription: Subscription,
        due: datetime,
        outcome: Outcome,
        reason: str | None,
        message_id: int | None = None,
    ) -> None:
        following = self._following(subscription, due)
        await deliveries.end(self._database, subscription, due, outcome, reason, message_id, following)
        _log.info(
            "subscription %d, %s: %s %s",
            subscription.id,
            subscription.due_date,
            outcome,
            reason or message_id,
        )

    async def _later(self, subscription: Subscription, now: datetime) -> None:
        await deliveries.move(self._database, subscription, subscription.due_date, now + RETRY_AFTER)

    @staticmethod
    def _following(subscription: Subscription, due: datetime) -> tuple[date, datetime]:
        return first_due(due, subscription.at, subscription.zone, after=subscription.due_date)


def delivery_key(subscription: Subscription) -> str:
    """Return 24 characters that name one local day of one subscription: its nonce, and its mark in the post.

    A nonce counts for all channels of its author, so the channel is part of it.
    """
    made_from = f"{subscription.id}/{subscription.channel_id}/{subscription.due_date.isoformat()}"
    return hashlib.blake2b(made_from.encode(), digest_size=12).hexdigest()
