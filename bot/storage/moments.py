"""When there is something to do for the daily post, in one look at the indexes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.storage.database import Database
from bot.storage.values import moment


@dataclass(frozen=True, slots=True)
class Moments:
    """What comes first: the next due post, the next look at an open claim, the server that was left first."""

    due: datetime | None
    attempt: datetime | None
    left: datetime | None


async def read(database: Database) -> Moments:
    """Return what comes first, from indexes alone."""
    rows = await database.read(
        "SELECT (SELECT min(next_due_at) FROM subscriptions),"
        " (SELECT min(next_attempt_at) FROM deliveries WHERE outcome IS NULL),"
        " (SELECT min(left_at) FROM subscriptions WHERE left_at IS NOT NULL)"
    )
    return Moments(*map(moment, rows[0]))
