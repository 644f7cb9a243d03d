"""The Discord client: intents, caches, extensions, command sync when changed."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import discord
import yarl
from discord.ext import commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.config import DISCORD_API, Settings
from bot.daily.delivery import Deliverer
from bot.daily.membership import Membership
from bot.daily.outlook import Outlook
from bot.daily.scheduler import Scheduler
from bot.daily.subscriptions import Subscriptions
from bot.library import Library
from bot.model import Clock
from bot.storage import commands as command_scopes
from bot.storage.database import Database
from bot.traffic import LONGEST_WAIT, Traffic

PERMISSIONS: Final = {
    "View Channel": "view_channel",
    "Send Messages": "send_messages",
    "Read Message History": "read_message_history",
}
"""What an invitation asks for, by the name that Discord shows; the last settles whether a post arrived."""
_GLOBAL: Final = 0
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Services:
    """What commands call; made in `bot.app`."""

    settings: Settings
    library: Library
    subscriptions: Subscriptions
    outlook: Outlook
    membership: Membership
    scheduler: Scheduler
    deliverer: Deliverer
    traffic: Traffic
    clock: Clock
    databases: tuple[Path, ...]


class Herald(commands.AutoShardedBot):
    """The connection to Discord. `services` is set before it starts."""

    services: Services

    def __init__(
        self, settings: Settings, state: Database, traffic: Traffic, extensions: Sequence[str], *, sync: bool
    ) -> None:
        # Herald never speaks; without this, every start warns of missing voice libraries.
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            intents=discord.Intents(guilds=True),
            allowed_mentions=discord.AllowedMentions.none(),
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            # How long after the last server "ready" comes; nothing here relies on a complete cache.
            guild_ready_timeout=0.5,
            http_trace=traffic.trace(),
            # A longer wait is an answer to be planned with, not to be slept through.
            max_ratelimit_timeout=LONGEST_WAIT.total_seconds(),
        )
        self._settings = settings
        self._state = state
        self._extensions = extensions
        self._sync = sync
        self.command_ids: dict[str, int] = {}
        self._before_identify: dict[int, list[discord.Guild]] = {}
        Route.BASE = settings.api_url

    async def setup_hook(self) -> None:
        if self._settings.api_url != DISCORD_API:
            answer = await self.http.request(Route("GET", "/gateway"))
            DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(answer["url"])
        for extension in self._extensions:
            await self.load_extension(extension)
        await self._sync_scope(None)
        operator_guild_id = self._settings.operator_guild_id
        if operator_guild_id is None:
            _log.warning("OPERATOR_GUILD_ID is not set: /reload and /status are offered to admins of every server")
        else:
            await self._sync_operator_guild(discord.Object(operator_guild_id))

    async def _sync_operator_guild(self, guild: discord.Object) -> None:
        try:
            await self._sync_scope(guild)
        except (discord.Forbidden, discord.NotFound):
            _log.error(
                "OPERATOR_GUILD_ID %d is not a server that this bot was added to: there is no /reload and no /status",
                guild.id,
            )

    async def _sync_scope(self, guild: discord.Object | None) -> None:
        """Send the commands of a scope to Discord unless it has just these: at most 200 creations a day."""
        payload = [command.to_dict(self.tree) for command in self.tree.get_commands(guild=guild)]
        digest = hashlib.sha256(json.dumps(payload, sort_keys=True).encode()).hexdigest()
        application_id, guild_id = self.application_id or 0, guild.id if guild else _GLOBAL
        ids = await command_scopes.ids(self._state, application_id, guild_id, digest)
        if ids is None or self._sync:
            ids = {command.name: command.id for command in await self.tree.sync(guild=guild)}
            await command_scopes.remember(self._state, application_id, guild_id, digest, ids)
            _log.info("%d commands synced, scope %s", len(ids), guild_id or "global")
        self.command_ids |= ids

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        self._before_identify[shard_id or 0] = [g for g in self.guilds if g.shard_id == (shard_id or 0)]
        await super().before_identify_hook(shard_id, initial=initial)

    def vanished(self, shard_id: int) -> set[int]:
        """Return the servers that a shard had before it last identified, and that Discord did not list again.

        discord.py keeps them in its cache; those that are listed it makes anew.
        """
        before = self._before_identify.pop(shard_id, [])
        return {guild.id for guild in before if self.get_guild(guild.id) is guild}

    def mention(self, name: str) -> str:
        """Return a command as a clickable mention; its bare name where its id is not known."""
        id_ = self.command_ids.get(name.split(" ", maxsplit=1)[0])
        return f"</{name}:{id_}>" if id_ else f"**/{name}**"


def why_stopped(error: BaseException) -> str | None:
    """Return what an operator should know of an end that Discord decided; None where it was something else."""
    match error:
        case discord.LoginFailure():
            return "Discord refused the token: make a new one in the developer portal, page Bot; set DISCORD_TOKEN."
        case discord.PrivilegedIntentsRequired():
            return "Discord refused the intents of this bot; it asks for none that is privileged."
        case discord.ConnectionClosed():
            return f"Discord closed the connection for good, with code {error.code}."
        case discord.HTTPException() | OSError():
            return f"Discord's API cannot be used: {error}. Check the network and DISCORD_API_URL."
    return None
