"""The edition of the time zone data by which due moments were computed, and how they are put right."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from bot.model import Subscription
from bot.storage.database import Database
from bot.storage.values import seconds


async def version(database: Database) -> str | None:
    """Return the edition; None where there was none yet."""
    rows = await database.read("SELECT version FROM zone_data")
    return rows[0][0] if rows else None


async def set_version(database: Database, edition: str) -> None:
    async with database.write() as connection:
        await connection.execute("DELETE FROM zone_data")
        await connection.execute("INSERT INTO zone_data VALUES (?)", (edition,))


async def move(database: Database, moved: Iterable[tuple[Subscription, datetime]]) -> None:
    """Give subscriptions the due moments of their zones' new rules, and note it for the admins."""
    async with database.write() as connection:
        await connection.executemany(
            "UPDATE subscriptions SET next_due_at = ?, notice = ifnull(notice, 'zone')"
            " WHERE id = ? AND next_due_at = ?",
            [(seconds(due_at), found.id, seconds(found.next_due_at)) for found, due_at in moved],
        )
