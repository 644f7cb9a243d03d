"""The ledger of daily posts: one row for each scheduled local day, claimed before the send, ended after it."""

from __future__ import annotations

from datetime import UTC, date, datetime

import aiosqlite

from bot.model import Delivery, Outcome, Subscription
from bot.storage.database import Database


async def claim(database: Database, delivery: Delivery) -> bool:
    """Claim a local day; return False if it has a row already, from this or another scheduler."""
    async with database.write() as connection:
        cursor = await connection.execute(
            "INSERT INTO deliveries (subscription_id, local_date, due_at, claimed_at, document, citation, digest)"
            " SELECT ?, ?, ?, ?, ?, ?, ? WHERE EXISTS (SELECT 1 FROM subscriptions WHERE id = ?)"
            " ON CONFLICT DO NOTHING",
            (
                delivery.subscription_id,
                delivery.local_date.isoformat(),
                _seconds(delivery.due_at),
                delivery.claimed_at and _seconds(delivery.claimed_at),
                delivery.document,
                delivery.citation,
                delivery.digest,
                delivery.subscription_id,
            ),
        )
        return cursor.rowcount > 0


async def release(database: Database, subscription: Subscription) -> None:
    """Take back the claim of a local day on which certainly nothing was posted."""
    async with database.write() as connection:
        await connection.execute(
            "DELETE FROM deliveries WHERE subscription_id = ? AND local_date = ? AND outcome IS NULL",
            (subscription.id, subscription.due_date.isoformat()),
        )


async def end(
    database: Database,
    subscription: Subscription,
    due_at: datetime,
    outcome: Outcome,
    reason: str | None,
    message_id: int | None,
    following: tuple[date, datetime],
) -> None:
    """Record how a local day ended and when the next one is due, in one transaction.

    A day that ended before keeps its outcome. Without a claim (a missed day) the row is made here. The
    subscription moves on only if it still waits for this day: a change of it meanwhile stands.
    """
    day, next_due_at = following
    async with database.write() as connection:
        await connection.execute(
            "INSERT INTO deliveries (subscription_id, local_date, due_at, outcome, reason, message_id)"
            " SELECT ?, ?, ?, ?, ?, ? WHERE EXISTS (SELECT 1 FROM subscriptions WHERE id = ?)"
            " ON CONFLICT DO UPDATE SET outcome = excluded.outcome, reason = excluded.reason,"
            " message_id = excluded.message_id WHERE outcome IS NULL",
            (
                subscription.id,
                subscription.due_date.isoformat(),
                _seconds(due_at),
                outcome,
                reason,
                message_id,
                subscription.id,
            ),
        )
        await _move(connection, subscription, day, next_due_at)


async def move(database: Database, subscription: Subscription, day: date, next_due_at: datetime) -> None:
    """Look at a subscription again at `next_due_at`, for the local date `day`, unless it changed meanwhile."""
    async with database.write() as connection:
        await _move(connection, subscription, day, next_due_at)


async def _move(
    connection: aiosqlite.Connection, subscription: Subscription, day: date, next_due_at: datetime
) -> None:
    await connection.execute(
        "UPDATE subscriptions SET due_date = ?, next_due_at = ? WHERE id = ? AND due_date = ? AND next_due_at = ?",
        (
            day.isoformat(),
            _seconds(next_due_at),
            subscription.id,
            subscription.due_date.isoformat(),
            _seconds(subscription.next_due_at),
        ),
    )


async def of_day(database: Database, subscription_id: int, day: date) -> Delivery | None:
    """Return the row of a local day."""
    found = await _find(database, "subscription_id = ? AND local_date = ?", (subscription_id, day.isoformat()))
    return found[0] if found else None


async def last(database: Database, subscription_id: int) -> Delivery | None:
    """Return the row of the latest local day."""
    where = "subscription_id = ? ORDER BY local_date DESC LIMIT 1"
    found = await _find(database, where, (subscription_id,))
    return found[0] if found else None


async def last_posted(database: Database, subscription_id: int) -> dict[str, date]:
    """Return the latest local date of each commitment that was posted, or may have been, by its digest."""
    rows = await database.read(
        "SELECT digest, max(local_date) FROM deliveries WHERE subscription_id = ?"
        " AND outcome IN ('sent', 'unknown') GROUP BY digest",
        (subscription_id,),
    )
    return {row[0]: date.fromisoformat(row[1]) for row in rows}


async def _find(database: Database, where: str, parameters: tuple[object, ...]) -> list[Delivery]:
    rows = await database.read(f"SELECT * FROM deliveries WHERE {where}", parameters)  # noqa: S608 - from above
    return [
        Delivery(
            subscription_id=row["subscription_id"],
            local_date=date.fromisoformat(row["local_date"]),
            due_at=_moment(row["due_at"]),
            claimed_at=None if row["claimed_at"] is None else _moment(row["claimed_at"]),
            document=row["document"],
            citation=row["citation"],
            digest=row["digest"],
            outcome=None if row["outcome"] is None else Outcome(row["outcome"]),
            reason=row["reason"],
            message_id=row["message_id"],
        )
        for row in rows
    ]


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
