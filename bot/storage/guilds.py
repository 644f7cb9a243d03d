"""Which servers have daily posts, and since when the bot is not in some of them any more."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from bot.storage.database import Database
from bot.storage.values import seconds


async def known(database: Database) -> frozenset[int]:
    """Return the servers that have subscriptions."""
    return frozenset(row[0] for row in await database.read("SELECT DISTINCT guild_id FROM subscriptions"))


async def left(database: Database, guild_ids: Iterable[int], now: datetime) -> None:
    """Note that the bot is not in these servers any more; the first time counts."""
    async with database.write() as connection:
        await connection.executemany(
            "UPDATE subscriptions SET left_at = ? WHERE guild_id = ? AND left_at IS NULL",
            [(seconds(now), guild_id) for guild_id in guild_ids],
        )


async def returned(database: Database, guild_ids: Iterable[int]) -> None:
    """Note that the bot is in these servers."""
    async with database.write() as connection:
        await connection.executemany(
            "UPDATE subscriptions SET left_at = NULL WHERE guild_id = ? AND left_at IS NOT NULL",
            [(guild_id,) for guild_id in guild_ids],
        )


async def gone(database: Database) -> frozenset[int]:
    """Return the servers that the bot left."""
    rows = await database.read("SELECT DISTINCT guild_id FROM subscriptions WHERE left_at IS NOT NULL")
    return frozenset(row[0] for row in rows)


async def purge(database: Database, left_before: datetime) -> int:
    """Remove what belongs to servers that the bot left by then; return how many subscriptions that were."""
    async with database.write() as connection:
        cursor = await connection.execute("DELETE FROM subscriptions WHERE left_at <= ?", (seconds(left_before),))
        return cursor.rowcount
