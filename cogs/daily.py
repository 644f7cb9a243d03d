"""/daily: a server's daily posts, for who has Manage Server (which admins may hand to other roles)."""

from __future__ import annotations

import re
from functools import partial
from typing import Any, Final, Literal

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import Herald
from bot.daily.plan import Change
from bot.errors import NoSuchChannel, ServerOnly
from bot.model import Order, Subscription
from cogs import places
from cogs.ui import daily as show
from cogs.ui import daily_buttons as screens
from cogs.ui.checks import ordinary, rare
from cogs.ui.completion import daily_channels, daily_documents, days, times, zone_names
from cogs.ui.parts import View, day, notice
from cogs.ui.replies import reply

Interaction = discord.Interaction[Herald]
MOST_PREVIEWED: Final = 14
CHANNEL = "Which daily post, by its channel; not needed where there is one"


@app_commands.default_permissions(manage_guild=True)
@app_commands.guild_only()
class Daily(commands.GroupCog, group_name="daily", group_description="The daily posts of this server"):
    def __init__(self, bot: Herald) -> None:
        self.services = bot.services
        self.subscriptions = bot.services.subscriptions

    @app_commands.command(name="set")
    @app_commands.describe(
        channel="Where to post, once a day; one that has a daily post is changed",
        time="The local time of day: 09:00, 21.30, 9am",
        timezone="Type a city and choose its zone: Europe/Kyiv, America/New_York, UTC",
        days="On which days: weekdays, mon-fri, mon,thu; without it, every day",
        document="Which document, several with commas, or all; without it, the default one",
        order="In the document's order, or shuffled; none comes again before all were posted",
        role="Mention this role in every post",
        thread="Open a thread on every post",
        publish="Publish every post to the servers that follow the announcement channel",
        clear="Put this back to its default",
    )
    @app_commands.autocomplete(time=times, timezone=zone_names, days=days, document=daily_documents)
    @ordinary
    async def set_(
        self,
        interaction: Interaction,
        channel: discord.TextChannel,
        time: str | None = None,
        timezone: str | None = None,
        days: str | None = None,
        document: str | None = None,
        order: Literal["sequence", "shuffle"] | None = None,
        role: discord.Role | None = None,
        thread: bool | None = None,
        publish: bool | None = None,
        clear: Literal["role", "thread", "publish", "days"] | None = None,
    ) -> None:
        """Post a key commitment in a channel every day, or change how; what is left out stays as it is."""
        guild = _guild(interaction)
        places.require(guild, channel.id, None)
        change = Change(
            at=time,
            zone=timezone,
            document=document,
            days=days,
            order=Order(order) if order else None,
            role_id=role.id if role else None,
            thread=thread,
            publish=publish,
            clear=clear,
        )
        check, exists = partial(places.require, guild, channel.id), partial(places.exists, guild)
        put = await self.subscriptions.put(guild.id, channel.id, change, check, exists)
        await self._answer(interaction, show.was_set(put))

    @app_commands.command(name="show")
    @ordinary
    async def show_(self, interaction: Interaction) -> None:
        """Show this server's daily posts: where, when, in which state, and how the last one ended."""
        await self._answer(interaction, await screens.shown(self.services, _guild(interaction)))

    @app_commands.command()
    @app_commands.describe(channel=CHANNEL, days="How many posts, 1 to 14; without it, 7")
    @app_commands.autocomplete(channel=daily_channels)
    @ordinary
    async def preview(
        self, interaction: Interaction, channel: str | None = None, days: app_commands.Range[int, 1, 14] = 7
    ) -> None:
        """Show the next posts."""
        subscription = await self._named(interaction, channel)
        found = await self.services.outlook.preview(subscription, max(1, min(days, MOST_PREVIEWED)))
        await self._answer(interaction, show.preview(subscription, found))

    @app_commands.command()
    @app_commands.describe(channel=CHANNEL)
    @app_commands.autocomplete(channel=daily_channels)
    @ordinary
    async def history(self, interaction: Interaction, channel: str | None = None) -> None:
        """Show how each day ended, with links; today's can be posted late."""
        subscription = await self._named(interaction, channel)
        await self._answer(interaction, await screens.history(self.services, subscription))

    @app_commands.command()
    @app_commands.describe(channel=CHANNEL)
    @app_commands.autocomplete(channel=daily_channels)
    @ordinary
    async def skip(self, interaction: Interaction, channel: str | None = None) -> None:
        """Leave out the next post; its commitment comes with the one after it."""
        left_out, subscription = await self.subscriptions.skip(await self._named(interaction, channel))
        told = f"{day(left_out)} is left out; **/daily resume** takes that back.\n{show.schedule(subscription)}"
        await self._answer(interaction, notice(told))

    @app_commands.command()
    @app_commands.describe(channel=CHANNEL)
    @app_commands.autocomplete(channel=daily_channels)
    @ordinary
    async def pause(self, interaction: Interaction, channel: str | None = None) -> None:
        """Post nothing until resumed; everything is kept."""
        subscription = await self._named(interaction, channel)
        await self.subscriptions.pause(subscription)
        await self._answer(interaction, notice(f"Paused in <#{subscription.channel_id}>: **/daily resume** goes on."))

    @app_commands.command()
    @app_commands.describe(channel=CHANNEL)
    @app_commands.autocomplete(channel=daily_channels)
    @ordinary
    async def resume(self, interaction: Interaction, channel: str | None = None) -> None:
        """Go on after a pause, or take back a skip."""
        subscription = await self.subscriptions.resume(await self._named(interaction, channel))
        await self._answer(interaction, notice(f"Goes on: {show.schedule(subscription)}"))

    @app_commands.command()
    @app_commands.describe(channel=CHANNEL)
    @app_commands.autocomplete(channel=daily_channels)
    @ordinary
    async def remove(self, interaction: Interaction, channel: str | None = None) -> None:
        """Stop a daily post and forget its history, after asking once more."""
        subscription = await self._named(interaction, channel)
        await self._answer(interaction, show.confirm_removal(subscription))

    @app_commands.command()
    @app_commands.describe(channel=CHANNEL)
    @app_commands.autocomplete(channel=daily_channels)
    @rare
    async def test(self, interaction: Interaction, channel: str | None = None) -> None:
        """Post what comes next now, marked as a test; it pings nobody and does not count."""
        subscription = await self._named(interaction, channel)
        places.require(_guild(interaction), subscription.channel_id, None)
        await interaction.response.defer(ephemeral=True, thinking=True)
        result = await self.services.deliverer.test(subscription)
        await self._answer(interaction, show.tested(subscription, result, subscription.guild_id))

    @app_commands.command()
    @ordinary
    async def doctor(self, interaction: Interaction) -> None:
        """Look at everything that each daily post needs, and say what to change."""
        await self._answer(interaction, await screens.doctor(self.services, _guild(interaction)))

    async def _named(self, interaction: Interaction, channel: str | None) -> Subscription:
        guild = _guild(interaction)
        return await self.subscriptions.one(guild.id, None if channel is None else _channel_id(guild, channel))

    async def _answer(self, interaction: Interaction, view: View) -> None:
        """Answer whoever asked alone, with what the admins of the server were not told yet."""
        notices = await self.subscriptions.take_notices(_guild(interaction).id)
        await reply(interaction, show.with_notices(view, notices), hidden=True)


def _guild(interaction: discord.Interaction[Any]) -> discord.Guild:
    if interaction.guild is None:
        raise ServerOnly
    return interaction.guild


def _channel_id(guild: discord.Guild, given: str) -> int:
    """Read a channel as completion gives it or a person types it: id, mention, name. Raises NoSuchChannel."""
    number = re.fullmatch(r"(?:<#)?(\d{1,19})>?", given.strip())
    if number is not None:
        return int(number[1])
    wanted = given.strip().removeprefix("#").casefold()
    for channel in guild.text_channels:
        if channel.name.casefold() == wanted:
            return channel.id
    raise NoSuchChannel(given)


async def setup(bot: Herald) -> None:
    await bot.add_cog(Daily(bot))
