"""What Discord was last told of our commands, so that they are sent only when they changed."""

from __future__ import annotations

import json

from bot.storage.database import Database


async def ids(database: Database, application_id: int, guild_id: int, digest: str) -> dict[str, int] | None:
    """Return the commands' ids by name, or None where other commands, or none, were sent to that scope."""
    rows = await database.read(
        "SELECT ids FROM command_scopes WHERE application_id = ? AND guild_id = ? AND digest = ?",
        (application_id, guild_id, digest),
    )
    return {name: int(id_) for name, id_ in json.loads(rows[0][0]).items()} if rows else None


async def remember(
    database: Database, application_id: int, guild_id: int, digest: str, found: dict[str, int]
) -> None:
    async with database.write() as connection:
        await connection.execute(
            "INSERT OR REPLACE INTO command_scopes VALUES (?, ?, ?, ?)",
            (application_id, guild_id, digest, json.dumps(found)),
        )
