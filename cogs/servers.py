"""What the gateway tells of servers: joined, left, and permissions that come back."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

import discord
from discord.ext import commands

from bot.client import Herald


class Servers(commands.Cog):
    def __init__(self, bot: Herald) -> None:
        self.bot = bot
        self.membership = bot.services.membership
        self.scheduler = bot.services.scheduler
        self._noting: set[asyncio.Future[None]] = set()
        self._ends = False

    @commands.Cog.listener()
    async def on_shard_ready(self, shard_id: int) -> None:
        """Compare with what Discord lists: a removal while the bot was away sends no event."""
        listed = {guild.id for guild in self.bot.guilds} - self.bot.vanished(shard_id)
        count = self.bot.shard_count or 1
        await self._note(
            partial(self.membership.reconcile, listed, lambda guild_id: (guild_id >> 22) % count == shard_id)
        )

    @commands.Cog.listener()
    async def on_guild_remove(self, guild: discord.Guild) -> None:
        await self._note(partial(self.membership.left, [guild.id]))

    @commands.Cog.listener()
    async def on_guild_join(self, guild: discord.Guild) -> None:
        await self._look_again(guild, joined=True)

    @commands.Cog.listener()
    async def on_guild_available(self, guild: discord.Guild) -> None:
        # A server joined before "ready" comes this way too.
        await self._look_again(guild, joined=True)

    @commands.Cog.listener()
    async def on_guild_channel_update(self, _: discord.abc.GuildChannel, after: discord.abc.GuildChannel) -> None:
        await self._look_again(after.guild)

    @commands.Cog.listener()
    async def on_guild_role_update(self, _: discord.Role, after: discord.Role) -> None:
        await self._look_again(after.guild)

    @commands.Cog.listener()
    async def on_guild_role_delete(self, role: discord.Role) -> None:
        # discord.py lets the bot keep a deleted role, for which a channel's overwrite would go on to deny.
        held = role.guild.me._roles  # noqa: SLF001 - there is no other way to take it off
        if held.has(role.id):
            held.remove(role.id)
        await self._look_again(role.guild)

    @commands.Cog.listener()
    async def on_member_update(self, _: discord.Member, after: discord.Member) -> None:
        """Without the intent for members this comes for the bot itself alone."""
        await self._look_again(after.guild)

    async def _look_again(self, guild: discord.Guild, *, joined: bool = False) -> None:
        if joined:
            await self._note(partial(self.membership.returned, [guild.id]))
        await self._note(partial(self.scheduler.resume_in, guild.id))

    async def _note(self, work: Callable[[], Awaitable[None]]) -> None:
        """Take note of an event, unless the bot ends: then its databases close before the last one is heard."""
        if self._ends:
            return
        task = asyncio.ensure_future(work())
        self._noting.add(task)
        try:
            await task
        finally:
            self._noting.discard(task)

    async def cog_unload(self) -> None:
        self._ends = True
        if self._noting:
            await asyncio.wait(self._noting)


async def setup(bot: Herald) -> None:
    await bot.add_cog(Servers(bot))
