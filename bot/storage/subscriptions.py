"""Subscriptions to a daily post, found by when they are due."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Final

import aiosqlite

from bot.model import Order, Plan, Subscription
from bot.storage.database import Database
from bot.storage.values import moment, seconds

_ALL: Final = "*"
"""In place of slugs: every document that there is."""


async def put(
    database: Database,
    guild_id: int,
    channel_id: int,
    plan: Plan,
    next_: tuple[date, datetime],
    *,
    replaces: Subscription | None,
    limit: int,
) -> Subscription | None:
    """Add a channel's subscription, or change it; its id and its history stay, a suspension ends.

    `replaces` is one that moves to this channel, unless it moved meanwhile. None where the server has `limit`
    others already.
    """
    row = (
        guild_id,
        channel_id,
        plan.at.hour * 60 + plan.at.minute,
        plan.zone,
        ",".join(plan.documents) or _ALL,
        next_[0].isoformat(),
        seconds(next_[1]),
        plan.days,
        plan.order,
        plan.role_id,
        plan.thread,
        plan.publish,
    )
    async with database.write() as connection:
        if replaces is not None:
            await connection.execute(
                "UPDATE subscriptions SET channel_id = ? WHERE id = ? AND channel_id = ?",
                (channel_id, replaces.id, replaces.channel_id),
            )
        rows = await connection.execute_fetchall(
            "INSERT INTO subscriptions (guild_id, channel_id, minute, zone, document, due_date, next_due_at,"
            " days, ordering, role_id, thread, publish) SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?"
            " WHERE (SELECT count(*) FROM subscriptions WHERE guild_id = ? AND channel_id <> ?) < ?"
            " ON CONFLICT (channel_id) DO UPDATE SET minute = excluded.minute, zone = excluded.zone,"
            " document = excluded.document, due_date = excluded.due_date, next_due_at = excluded.next_due_at,"
            " days = excluded.days, ordering = excluded.ordering, role_id = excluded.role_id,"
            " thread = excluded.thread, publish = excluded.publish,"
            " suspended = NULL, notice = NULL, left_at = NULL"
            " RETURNING *",
            (*row, guild_id, channel_id, limit),
        )
        return next(map(_subscription, rows), None)


async def get(database: Database, subscription_id: int) -> Subscription | None:
    found = await _find(database, "id = ?", (subscription_id,))
    return found[0] if found else None


async def of_guild(database: Database, guild_id: int) -> tuple[Subscription, ...]:
    """Return a server's subscriptions, the oldest first."""
    return await _find(database, "guild_id = ? ORDER BY id", (guild_id,))


async def suspended_in(database: Database, guild_id: int) -> tuple[Subscription, ...]:
    """Return a server's subscriptions that lost a permission, which may be there again."""
    return await _find(database, "guild_id = ? AND suspended IN ('50001', '50013')", (guild_id,))


async def remove(database: Database, subscription_id: int) -> None:
    """Remove a subscription with its history."""
    async with database.write() as connection:
        await connection.execute("DELETE FROM subscriptions WHERE id = ?", (subscription_id,))


async def set_paused(database: Database, subscription: Subscription, next_: tuple[date, datetime] | None) -> None:
    """Pause, or with the next local date and its moment go on; those that an admin left out count again."""
    async with database.write() as connection:
        if next_ is None:
            await connection.execute("UPDATE subscriptions SET paused = 1 WHERE id = ?", (subscription.id,))
            return
        await connection.execute(
            "DELETE FROM deliveries WHERE subscription_id = ? AND local_date >= ?"
            " AND outcome = 'skipped' AND reason = 'admin'",
            (subscription.id, next_[0].isoformat()),
        )
        await connection.execute(
            "UPDATE subscriptions SET paused = 0, due_date = ?, next_due_at = ? WHERE id = ?",
            (next_[0].isoformat(), seconds(next_[1]), subscription.id),
        )


async def resume(database: Database, subscription: Subscription) -> None:
    """End a suspension, and with it what there was to tell of it."""
    async with database.write() as connection:
        await connection.execute(
            "UPDATE subscriptions SET suspended = NULL, notice = NULL WHERE id = ?", (subscription.id,)
        )


async def take_notices(database: Database, guild_id: int) -> tuple[Subscription, ...]:
    """Return the subscriptions of which a server's admins were not told something; it counts as told from now on."""
    async with database.write() as connection:
        sql = "SELECT * FROM subscriptions WHERE guild_id = ? AND notice IS NOT NULL ORDER BY id"
        found = tuple(map(_subscription, await connection.execute_fetchall(sql, (guild_id,))))
        await connection.executemany("UPDATE subscriptions SET notice = NULL WHERE id = ?", [(s.id,) for s in found])
        return found


async def return_notices(database: Database, untold: Iterable[Subscription]) -> None:
    """Note that the admins were not told after all, as far as it is still so."""
    async with database.write() as connection:
        await connection.executemany(
            "UPDATE subscriptions SET notice = ? WHERE id = ? AND notice IS NULL AND suspended IS ?",
            [(found.notice, found.id, found.suspended) for found in untold],
        )


async def due(database: Database, now: datetime, after: Subscription | None, limit: int) -> tuple[Subscription, ...]:
    """Return at most `limit` subscriptions that are due, the longest due first, those that follow `after`."""
    place = (0, 0) if after is None else (seconds(after.next_due_at), after.id)
    where = "next_due_at <= ? AND (next_due_at, id) > (?, ?) ORDER BY next_due_at, id LIMIT ?"
    return await _find(database, where, (seconds(now), *place, limit))


async def count(database: Database) -> int:
    return int((await database.read("SELECT count(*) FROM subscriptions"))[0][0])


async def every(database: Database, after: int, limit: int) -> tuple[Subscription, ...]:
    """Return at most `limit` subscriptions in order of id, those after one."""
    return await _find(database, "id > ? ORDER BY id LIMIT ?", (after, limit))


async def move_on(connection: aiosqlite.Connection, subscription: Subscription, day: date, due_at: datetime) -> bool:
    """Let a subscription wait for another moment, unless it changed meanwhile; return whether it had not."""
    cursor = await connection.execute(
        "UPDATE subscriptions SET due_date = ?, next_due_at = ?"
        " WHERE id = ? AND due_date = ? AND next_due_at = ? AND paused = ? AND (left_at IS NULL) = ?",
        (
            day.isoformat(),
            seconds(due_at),
            subscription.id,
            subscription.due_date.isoformat(),
            seconds(subscription.next_due_at),
            subscription.paused,
            subscription.left_at is None,
        ),
    )
    return cursor.rowcount > 0


async def _find(database: Database, where: str, parameters: tuple[object, ...]) -> tuple[Subscription, ...]:
    rows = await database.read(f"SELECT * FROM subscriptions WHERE {where}", parameters)  # noqa: S608 - from above
    return tuple(map(_subscription, rows))


def _subscription(row: sqlite3.Row) -> Subscription:
    documents = row["document"]
    return Subscription(
        id=row["id"],
        guild_id=row["guild_id"],
        channel_id=row["channel_id"],
        plan=Plan(
            at=time(*divmod(row["minute"], 60)),
            zone=row["zone"],
            documents=() if documents == _ALL else tuple(documents.split(",")),
            days=row["days"],
            order=Order(row["ordering"]),
            role_id=row["role_id"],
            thread=bool(row["thread"]),
            publish=bool(row["publish"]),
        ),
        due_date=date.fromisoformat(row["due_date"]),
        next_due_at=moment(row["next_due_at"]),
        paused=bool(row["paused"]),
        suspended=row["suspended"],
        notice=row["notice"],
        left_at=moment(row["left_at"]),
    )
