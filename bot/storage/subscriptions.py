"""Subscriptions to a daily post, found by when they are due."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from bot.model import Subscription
from bot.storage.database import Database


@dataclass(frozen=True, slots=True)
class Wanted:
    """A subscription as an admin asked for it, with its first due moment."""

    guild_id: int
    channel_id: int
    at: time
    zone: str
    document: str
    due_date: date
    next_due_at: datetime


async def put(database: Database, wanted: Wanted) -> Subscription:
    """Add a subscription, or change the one of that channel; its id and its history stay."""
    async with database.write() as connection:
        rows = await connection.execute_fetchall(
            "INSERT INTO subscriptions (guild_id, channel_id, minute, zone, document, due_date, next_due_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (channel_id) DO UPDATE SET guild_id = excluded.guild_id,"
            " minute = excluded.minute, zone = excluded.zone, document = excluded.document,"
            " due_date = excluded.due_date, next_due_at = excluded.next_due_at"
            " RETURNING id, guild_id, channel_id, minute, zone, document, due_date, next_due_at",
            (
                wanted.guild_id,
                wanted.channel_id,
                wanted.at.hour * 60 + wanted.at.minute,
                wanted.zone,
                wanted.document,
                wanted.due_date.isoformat(),
                int(wanted.next_due_at.timestamp()),
            ),
        )
    return _subscription(next(iter(rows)))


async def of_guild(database: Database, guild_id: int) -> tuple[Subscription, ...]:
    rows = await database.read("SELECT * FROM subscriptions WHERE guild_id = ? ORDER BY id", (guild_id,))
    return tuple(_subscription(row) for row in rows)


async def remove(database: Database, guild_id: int, channel_id: int) -> bool:
    """Remove a channel's subscription with its history; return whether there was one in that guild."""
    async with database.write() as connection:
        cursor = await connection.execute(
            "DELETE FROM subscriptions WHERE guild_id = ? AND channel_id = ?", (guild_id, channel_id)
        )
        return cursor.rowcount > 0


async def due(database: Database, now: datetime, limit: int) -> tuple[Subscription, ...]:
    """Return at most `limit` subscriptions that are due, the longest due first."""
    rows = await database.read(
        "SELECT * FROM subscriptions WHERE next_due_at <= ? ORDER BY next_due_at LIMIT ?",
        (int(now.timestamp()), limit),
    )
    return tuple(_subscription(row) for row in rows)


async def next_due(database: Database) -> datetime | None:
    """Return when the next subscription is due."""
    rows = await database.read("SELECT min(next_due_at) FROM subscriptions")
    return None if rows[0][0] is None else datetime.fromtimestamp(rows[0][0], UTC)


async def count(database: Database) -> int:
    return int((await database.read("SELECT count(*) FROM subscriptions"))[0][0])


def _subscription(row: Iterable[Any]) -> Subscription:
    id_, guild_id, channel_id, minute, zone, document, due_date, next_due_at = row
    return Subscription(
        id=id_,
        guild_id=guild_id,
        channel_id=channel_id,
        at=time(minute // 60, minute % 60),
        zone=zone,
        document=document,
        due_date=date.fromisoformat(due_date),
        next_due_at=datetime.fromtimestamp(next_due_at, UTC),
    )
