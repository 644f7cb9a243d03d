"""Which servers the bot is in: what belongs to those that it left is kept for a while, and posts stop at once."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection

from bot.daily.scheduler import Scheduler
from bot.model import Clock
from bot.storage import guilds
from bot.storage.database import Database

_log = logging.getLogger(__name__)


class Membership:
    """Keeps what the gateway tells of joined and left servers."""

    def __init__(self, database: Database, scheduler: Scheduler, clock: Clock) -> None:
        self._database = database
        self._scheduler = scheduler
        self._clock = clock

    async def left(self, guild_ids: Collection[int]) -> None:
        """The bot was removed from servers."""
        await guilds.left(self._database, guild_ids, self._clock.now())
        _log.info("left: %s", ", ".join(map(str, guild_ids)))
        self._scheduler.wake()

    async def returned(self, guild_ids: Collection[int]) -> None:
        """The bot is in servers again."""
        await guilds.returned(self._database, guild_ids)
        self._scheduler.wake()

    async def reconcile(self, listed: Collection[int], concerned: Callable[[int], bool]) -> None:
        """Compare the servers known here with those that Discord lists, as far as a shard is concerned with them."""
        gone = await guilds.gone(self._database)
        known = {guild_id for guild_id in await guilds.known(self._database) if concerned(guild_id)}
        if missing := known - gone - set(listed):
            await self.left(missing)
        if back := known & gone & set(listed):
            await self.returned(back)
