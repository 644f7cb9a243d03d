"""A due day -> its commitment -> the ledger: chosen and claimed before anything is sent."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

from bot.daily.rotation import choose
from bot.library import Library
from bot.model import Clock, Delivery, Subscription
from bot.storage import deliveries
from bot.storage.database import Database

LEASE: Final = timedelta(seconds=45)
"""How long an attempt is left alone; a claim without a result, as after a crash, is looked at after it."""


class Claims:
    """Claims local days, each once."""

    def __init__(self, database: Database, library: Library, clock: Clock) -> None:
        self._database = database
        self._library = library
        self._clock = clock

    async def claim(
        self, subscription: Subscription, due_at: datetime, next_: tuple[date, datetime]
    ) -> Delivery | None:
        """Claim the day that a subscription waits for, which then waits for the next; None where another was first.

        Raises NoSuchDocument, NoCommitments.
        """
        row = await self.propose(subscription, subscription.due_date, due_at)
        return row if await deliveries.claim(self._database, subscription, row, next_) else None

    async def claim_again(self, subscription: Subscription, ended: Delivery) -> Delivery | None:
        """Claim a day anew that ended without a post; None where it has one, or is being posted."""
        row = await self.propose(subscription, ended.local_date, ended.due_at)
        return row if await deliveries.claim_again(self._database, row) else None

    async def propose(self, subscription: Subscription, day: date, due_at: datetime) -> Delivery:
        """Return the claim of a day with its commitment, to be tried now. Raises NoSuchDocument, NoCommitments."""
        plan = subscription.plan
        commitments = self._library.commitments_of(plan.documents)
        posted = await deliveries.posted(self._database, subscription.id)
        commitment = choose(commitments, posted, plan.order, f"{subscription.id}/{day}")
        now = self._clock.now()
        return Delivery(
            subscription_id=subscription.id,
            local_date=day,
            due_at=due_at,
            claimed_at=now,
            document=commitment.document.slug,
            citation=str(commitment.citation),
            digest=commitment.sentence.digest,
            attempts=1,
            tried_at=now,
            next_attempt_at=now + LEASE,
        )
