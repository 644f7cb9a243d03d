"""/daily: a server's daily posts, for who has Manage Server (which admins may hand to other roles)."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import PERMISSIONS, Herald
from bot.errors import MissingPermissions, NoSuchSubscription, ServerOnly, WrongChannel
from cogs.ui.checks import ordinary
from cogs.ui.completion import documents, times, zone_names
from cogs.ui.info import schedule, subscriptions
from cogs.ui.parts import notice
from cogs.ui.replies import reply

Channel = discord.TextChannel


@app_commands.default_permissions(manage_guild=True)
@app_commands.guild_only()
class Daily(commands.GroupCog, group_name="daily", group_description="The daily post of this server"):
    def __init__(self, bot: Herald) -> None:
        self.subscriptions = bot.services.subscriptions

    @app_commands.command(name="set")
    @app_commands.describe(
        channel="Where to post, once a day",
        time="The local time of day: 09:00, 21.30, 9am",
        timezone="Type a city and choose its zone: Europe/Kyiv, America/New_York, UTC",
        document="Which document; without it, the default one",
    )
    @app_commands.autocomplete(time=times, timezone=zone_names, document=documents)
    @ordinary
    async def set_(
        self,
        interaction: discord.Interaction[Herald],
        channel: Channel,
        time: str,
        timezone: str,
        document: str | None = None,
    ) -> None:
        """Post a key commitment in a channel every day, or change when it is posted."""
        guild = _guild(interaction)
        _require_permissions(guild, channel)
        made = await self.subscriptions.put(guild.id, channel.id, time, timezone, document)
        await reply(interaction, notice(f"Set: {schedule(made)}"), hidden=True)

    @app_commands.command()
    @ordinary
    async def show(self, interaction: discord.Interaction[Herald]) -> None:
        """Show this server's daily posts: where, when, and how the last one ended."""
        found = await self.subscriptions.of_guild(_guild(interaction).id)
        await reply(interaction, subscriptions(found), hidden=True)

    @app_commands.command()
    @app_commands.describe(channel="The channel; not needed where there is one daily post")
    @ordinary
    async def remove(self, interaction: discord.Interaction[Herald], channel: Channel | None = None) -> None:
        """Stop a daily post and forget its history."""
        guild = _guild(interaction)
        found = await self.subscriptions.of_guild(guild.id)
        if channel is None and len(found) != 1:
            raise NoSuchSubscription(None)
        channel_id = channel.id if channel else found[0].subscription.channel_id
        await self.subscriptions.remove(guild.id, channel_id)
        await reply(interaction, notice(f"Removed: there is no daily post in <#{channel_id}> any more."), hidden=True)


def _guild(interaction: discord.Interaction[Any]) -> discord.Guild:
    if interaction.guild is None:
        raise ServerOnly
    return interaction.guild


def _require_permissions(guild: discord.Guild, channel: Channel) -> None:
    """Raise MissingPermissions, or WrongChannel for one that the gateway never showed as a text channel."""
    known = guild.get_channel(channel.id)
    if not isinstance(known, discord.TextChannel):
        raise WrongChannel(channel.id)
    allowed = known.permissions_for(guild.me)
    missing = tuple(name for name, flag in PERMISSIONS.items() if not getattr(allowed, flag))
    if missing:
        raise MissingPermissions(channel.id, missing)


async def setup(bot: Herald) -> None:
    await bot.add_cog(Daily(bot))
