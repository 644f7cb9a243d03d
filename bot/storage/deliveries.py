"""The ledger of daily posts: one row for each scheduled local day, claimed before the send, ended after it."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from bot.model import Delivery, Ending, Outcome, Subscription
from bot.storage.database import Database
from bot.storage.subscriptions import move_on
from bot.storage.values import moment, seconds

# Writing


async def claim(database: Database, subscription: Subscription, row: Delivery, next_: tuple[date, datetime]) -> bool:
    """Claim a local day, and let its subscription wait for the next, in one transaction.

    False where another scheduler was first, or an admin changed the subscription, or the day is in the ledger.
    """
    async with database.write() as connection:
        if not await move_on(connection, subscription, *next_):
            return False
        cursor = await connection.execute(
            "INSERT INTO deliveries (subscription_id, local_date, due_at, claimed_at, document, citation, digest,"
            " attempts, tried_at, next_attempt_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            (*_key(row), seconds(row.due_at), *_claimed(row)),
        )
        return cursor.rowcount > 0


async def claim_again(database: Database, row: Delivery) -> bool:
    """Claim a local day that ended without a post; False where it did not."""
    async with database.write() as connection:
        cursor = await connection.execute(
            "UPDATE deliveries SET claimed_at = ?, document = ?, citation = ?, digest = ?, attempts = ?,"
            " tried_at = ?, next_attempt_at = ?, outcome = NULL, reason = NULL, ended_at = NULL"
            " WHERE subscription_id = ? AND local_date = ? AND outcome IN ('missed', 'failed')",
            (*_claimed(row), *_key(row)),
        )
        return cursor.rowcount > 0


async def attempt(
    database: Database, row: Delivery, now: datetime, next_attempt_at: datetime, *, settled: bool
) -> Delivery | None:
    """Take an open claim for one more attempt and return it; None where another took it or it ended.

    `settled` where certainly nothing of it was posted before: from now on something may be.
    """
    tried_at = now if settled else row.tried_at
    row_after = replace(row, attempts=row.attempts + 1, tried_at=tried_at, next_attempt_at=next_attempt_at)
    async with database.write() as connection:
        cursor = await connection.execute(
            "UPDATE deliveries SET attempts = ?, tried_at = ?, next_attempt_at = ?"
            " WHERE subscription_id = ? AND local_date = ? AND outcome IS NULL AND attempts = ?",
            (
                row_after.attempts,
                row_after.tried_at and seconds(row_after.tried_at),
                seconds(next_attempt_at),
                *_key(row),
                row.attempts,
            ),
        )
        return row_after if cursor.rowcount > 0 else None


async def later(database: Database, row: Delivery, next_attempt_at: datetime, reason: str, *, settled: bool) -> None:
    """Look at an open claim again at a moment; `settled` where certainly nothing of it was posted."""
    async with database.write() as connection:
        await connection.execute(
            "UPDATE deliveries SET next_attempt_at = ?, reason = ?, tried_at = iif(?, NULL, tried_at)"
            " WHERE subscription_id = ? AND local_date = ? AND outcome IS NULL AND attempts = ?",
            (seconds(next_attempt_at), reason, settled, *_key(row), row.attempts),
        )


async def end(
    database: Database,
    row: Delivery,
    now: datetime,
    outcome: Outcome,
    reason: str | None = None,
    message_id: int | None = None,
    note: str | None = None,
    suspend: str | None = None,
) -> bool:
    """End a claimed day, once; False where it had ended, or another took it for an attempt and it was not sent.

    `suspend` is the code that suspends its subscription; a post that was sent ends a suspension.
    """
    async with database.write() as connection:
        cursor = await connection.execute(
            "UPDATE deliveries SET outcome = ?, reason = ?, message_id = ?, note = ?, ended_at = ?,"
            " next_attempt_at = NULL WHERE subscription_id = ? AND local_date = ? AND outcome IS NULL"
            " AND (attempts = ? OR ? = 'sent')",
            (outcome, reason, message_id, note, seconds(now), *_key(row), row.attempts, outcome),
        )
        if cursor.rowcount == 0:
            return False
        if suspend is not None:
            # One that is tried while it is suspended, and refused again, has been told already.
            await connection.execute(
                "UPDATE subscriptions SET notice = iif(suspended IS NULL, 'suspended', notice), suspended = ?"
                " WHERE id = ?",
                (suspend, row.subscription_id),
            )
        elif outcome is Outcome.SENT:
            await connection.execute(
                "UPDATE subscriptions SET suspended = NULL, notice = NULL WHERE id = ? AND suspended IS NOT NULL",
                (row.subscription_id,),
            )
        return True


async def set_note(database: Database, row: Delivery, note: str | None) -> None:
    """Note what became of the post's thread and publication."""
    async with database.write() as connection:
        await connection.execute(
            "UPDATE deliveries SET note = ? WHERE subscription_id = ? AND local_date = ?",
            (note, *_key(row)),
        )


async def end_unclaimed(
    database: Database,
    subscription: Subscription,
    endings: Sequence[Ending],
    now: datetime,
    next_: tuple[date, datetime],
) -> bool:
    """End local days that were not claimed; False where the subscription changed. A day in the ledger stays."""
    async with database.write() as connection:
        unchanged = await move_on(connection, subscription, *next_)
        if unchanged:
            await connection.executemany(
                "INSERT INTO deliveries (subscription_id, local_date, due_at, outcome, reason, ended_at)"
                " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                [
                    (subscription.id, e.local_date.isoformat(), seconds(e.due_at), e.outcome, e.reason, seconds(now))
                    for e in endings
                ],
            )
        return unchanged


# Reading


async def of_day(database: Database, subscription_id: int, day: date) -> Delivery | None:
    """Return the row of a local day."""
    found = await _find(database, "subscription_id = ? AND local_date = ?", (subscription_id, day.isoformat()))
    return found[0] if found else None


async def latest(database: Database, subscription_id: int, limit: int, offset: int = 0) -> tuple[Delivery, ...]:
    """Return at most `limit` rows, the latest local day first."""
    where = "subscription_id = ? ORDER BY local_date DESC LIMIT ? OFFSET ?"
    return await _find(database, where, (subscription_id, limit, offset))


async def last_due(database: Database, subscription_id: int, now: datetime) -> Delivery | None:
    """Return the row of the latest local day that was due by now; later ones are days left out in advance."""
    where = "subscription_id = ? AND due_at <= ? ORDER BY local_date DESC LIMIT 1"
    found = await _find(database, where, (subscription_id, seconds(now)))
    return found[0] if found else None


async def count(database: Database, subscription_id: int) -> int:
    rows = await database.read("SELECT count(*) FROM deliveries WHERE subscription_id = ?", (subscription_id,))
    return int(rows[0][0])


async def posted(database: Database, subscription_id: int) -> tuple[str, ...]:
    """Return the digests that were posted, or may have been, or are being, in the order of their claims."""
    rows = await database.read(
        "SELECT digest FROM deliveries WHERE subscription_id = ? AND claimed_at IS NOT NULL"
        " AND (outcome IS NULL OR outcome IN ('sent', 'unknown')) ORDER BY claimed_at, local_date",
        (subscription_id,),
    )
    return tuple(row[0] for row in rows)


async def open_claims(database: Database, now: datetime, after: Delivery | None, limit: int) -> tuple[Delivery, ...]:
    """Return at most `limit` open claims that are to be looked at, the longest due first, those after one."""
    place = (0, 0) if after is None else (seconds(after.next_attempt_at or now), after.subscription_id)
    return await _find(
        database,
        "outcome IS NULL AND next_attempt_at <= ? AND (next_attempt_at, subscription_id) > (?, ?)"
        " ORDER BY next_attempt_at, subscription_id LIMIT ?",
        (seconds(now), *place, limit),
    )


async def _find(database: Database, where: str, parameters: tuple[object, ...]) -> tuple[Delivery, ...]:
    rows = await database.read(f"SELECT * FROM deliveries WHERE {where}", parameters)  # noqa: S608 - from above
    return tuple(map(_delivery, rows))


def _key(row: Delivery) -> tuple[int, str]:
    return row.subscription_id, row.local_date.isoformat()


def _claimed(row: Delivery) -> tuple[object, ...]:
    return (
        row.claimed_at and seconds(row.claimed_at),
        row.document,
        row.citation,
        row.digest,
        row.attempts,
        row.tried_at and seconds(row.tried_at),
        row.next_attempt_at and seconds(row.next_attempt_at),
    )


def _delivery(row: sqlite3.Row) -> Delivery:
    return Delivery(
        subscription_id=row["subscription_id"],
        local_date=date.fromisoformat(row["local_date"]),
        due_at=moment(row["due_at"]),
        claimed_at=moment(row["claimed_at"]),
        document=row["document"],
        citation=row["citation"],
        digest=row["digest"],
        attempts=row["attempts"],
        tried_at=moment(row["tried_at"]),
        next_attempt_at=moment(row["next_attempt_at"]),
        outcome=None if row["outcome"] is None else Outcome(row["outcome"]),
        reason=row["reason"],
        note=row["note"],
        message_id=row["message_id"],
        ended_at=moment(row["ended_at"]),
    )
