"""A ledger of a database's own, with one subscription whose first day is due at nine, to claim and to end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from bot.model import Delivery, Plan, Subscription
from bot.storage import deliveries, subscriptions
from bot.storage.database import Database, open_database

DAY = date(2026, 3, 1)
NINE = datetime(2026, 3, 1, 9, tzinfo=UTC)
LEASE = timedelta(seconds=45)
NEXT = (DAY + timedelta(days=1), NINE + timedelta(days=1))


@pytest.fixture
async def state(tmp_path: Path) -> AsyncIterator[Database]:
    async with open_database(tmp_path / "state.db", "state") as opened:
        yield opened


async def put(state: Database, channel: int = 2, *, due: datetime = NINE) -> Subscription:
    plan = Plan(time(9), "UTC")
    found = await subscriptions.put(state, 1, channel, plan, (due.date(), due), replaces=None, limit=20)
    assert found is not None
    return found


def claim_of(subscription: Subscription, now: datetime = NINE, digest: str = "x") -> Delivery:
    return Delivery(
        subscription_id=subscription.id,
        local_date=subscription.due_date,
        due_at=subscription.next_due_at,
        claimed_at=now,
        document="d",
        citation="1.1",
        digest=digest,
        attempts=1,
        tried_at=now,
        next_attempt_at=now + LEASE,
    )


async def claimed(state: Database) -> tuple[Subscription, Delivery]:
    made = await put(state)
    row = claim_of(made)
    assert await deliveries.claim(state, made, row, NEXT)
    return made, row


async def claimed_next(state: Database, made: Subscription) -> Delivery:
    """Claim the day that a subscription waits for now."""
    found = await subscriptions.get(state, made.id)
    assert found is not None
    row, day = claim_of(found), timedelta(days=1)
    assert await deliveries.claim(state, found, row, (found.due_date + day, found.next_due_at + day))
    return row


async def of(state: Database, row: Delivery) -> Delivery:
    found = await deliveries.of_day(state, row.subscription_id, row.local_date)
    assert found is not None
    return found
