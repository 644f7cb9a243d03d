"""/reload and /status: for the operator alone, the owner of the application or its team."""

from __future__ import annotations

import math

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import Herald
from bot.errors import NotOperator
from cogs.ui import info
from cogs.ui.checks import ordinary, rare
from cogs.ui.replies import reply


class Admin(commands.Cog):
    def __init__(self, bot: Herald) -> None:
        self.bot = bot

    async def _require_operator(self, interaction: discord.Interaction[Herald]) -> None:
        """Raise NotOperator; default_permissions only hides the commands, and any admin may change that.

        Called in the bodies: what a check raises reaches the tree's handler only if it is discord.py's own.
        """
        if not await self.bot.is_owner(interaction.user):
            raise NotOperator

    @app_commands.command()
    @app_commands.describe(preview="Only tell what would change")
    @app_commands.default_permissions(administrator=True)
    @app_commands.guild_only()
    @rare
    async def reload(self, interaction: discord.Interaction[Herald], preview: bool = False) -> None:
        """Read the seeds again and put what changed in service, all of it or nothing."""
        # Deferred before anything is asked of Discord or read from disk: three seconds are soon over.
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self._require_operator(interaction)
        outcome = await self.bot.services.library.reload(preview=preview)
        await reply(interaction, info.reloaded(outcome), hidden=True)

    @app_commands.command()
    @app_commands.default_permissions(administrator=True)
    @app_commands.guild_only()
    @ordinary
    async def status(self, interaction: discord.Interaction[Herald]) -> None:
        """Show the state of the gateway, the databases and the scheduler."""
        await self._require_operator(interaction)
        services = self.bot.services
        found = info.Status(
            servers=len(self.bot.guilds),
            shards=len(self.bot.shards),
            latency_ms=None if math.isnan(self.bot.latency) else self.bot.latency * 1000,
            documents=len(services.library.documents()),
            subscriptions=await services.outlook.count(),
            database_bytes={path.name: path.stat().st_size for path in services.databases},
            last_round=services.scheduler.last_round,
            last_fault=services.scheduler.last_fault,
            stopped=services.traffic.stopped,
        )
        await reply(interaction, info.status(found), hidden=True)


async def setup(bot: Herald) -> None:
    guild_id = bot.services.settings.operator_guild_id
    # Without an operator's server the commands are global; /status and /reload then refuse in their bodies.
    if guild_id is None:
        await bot.add_cog(Admin(bot))
    else:
        await bot.add_cog(Admin(bot), guild=discord.Object(guild_id))
