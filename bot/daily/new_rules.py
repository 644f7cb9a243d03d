"""Other rules for a time zone than before: due moments are put right and it is told, not guessed."""

from __future__ import annotations

import logging
from importlib.metadata import version
from typing import Final

from bot.daily.schedule import due_at
from bot.errors import BadZone
from bot.storage import subscriptions, zone_data
from bot.storage.database import Database

EDITION: Final = version("tzdata")
BATCH: Final = 500
_log = logging.getLogger(__name__)


async def apply(database: Database, edition: str = EDITION) -> None:
    """Compute every due moment anew where the time zone data is another edition than before."""
    if await zone_data.version(database) == edition:
        return
    last, moved = 0, 0
    while batch := await subscriptions.every(database, last, BATCH):
        changed = []
        for found in batch:
            try:
                due = due_at(found.due_date, found.plan.at, found.plan.zone)
            except BadZone:
                _log.error(
                    "subscription %d: zone %s is not in the time zone data any more", found.id, found.plan.zone
                )
                due = None
            # A due moment is at a full minute; at another second it is a look at a server that was not received.
            if due != found.next_due_at and found.next_due_at.second == 0:
                changed.append((found, due or found.next_due_at))
        await zone_data.move(database, changed)
        last, moved = batch[-1].id, moved + len(changed)
    await zone_data.set_version(database, edition)
    if moved:
        _log.warning("time zone data %s: %d daily posts are due at another moment or lost their zone", edition, moved)
