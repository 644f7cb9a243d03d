"""Buttons under the replies of /daily: turn a list, remove a daily post, post today's now."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, Self

import discord
from discord import app_commands, ui

from bot.errors import ServerOnly
from cogs import places
from cogs.ui import daily
from cogs.ui.diagnosis import diagnose
from cogs.ui.parts import View, notice
from cogs.ui.replies import asked, refuse, reply

if TYPE_CHECKING:
    from bot.client import Services
    from bot.model import Subscription

HISTORY_PAGE: Final = 10


async def shown(services: Services, guild: discord.Guild, page: int = 0) -> View:
    """Render a server's daily posts with what is wrong with them."""
    found = []
    for each in await services.outlook.of_guild(guild.id):
        subscription = each.subscription
        # A suspension says it already.
        checks = () if subscription.suspended else _diagnosed(services, guild, subscription)
        found.append((each, [check.words for check in checks if not check.well]))
    return daily.shown(found, guild.id, page)


async def doctor(services: Services, guild: discord.Guild, page: int = 0) -> View:
    """Render what each of a server's daily posts needs."""
    found = [each.subscription for each in await services.outlook.of_guild(guild.id)]
    return daily.doctor([(each, _diagnosed(services, guild, each)) for each in found], page)


def _diagnosed(services: Services, guild: discord.Guild, subscription: Subscription) -> tuple[Any, ...]:
    place = places.look(guild, subscription.channel_id, subscription.plan)
    return diagnose(subscription, place, services.library)


async def history(services: Services, subscription: Subscription, page: int = 0) -> View:
    """Render a page of a daily post's outcomes."""
    found = await services.outlook.history(subscription, page, HISTORY_PAGE)
    return daily.history(found, subscription.guild_id)


class DailyButton(
    ui.DynamicItem[ui.Button[Any]],
    template=re.compile(r"h1:do:(?P<action>[a-z]{1,9}):(?P<subject>\d{1,18}):(?P<page>\d{1,4})[<>]?"),
):
    """Works for whoever ran the command, or has Manage Server."""

    def __init__(self, item: ui.Button[Any], action: str, subject: int, page: int) -> None:
        super().__init__(item)
        self.action = action
        self.subject = subject
        self.page = page

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction[Any], item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        if not isinstance(item, ui.Button):
            raise TypeError(f"only buttons have such ids, not {type(item).__name__}")
        return cls(item, match["action"], int(match["subject"]), int(match["page"]))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        try:
            await self._act(interaction, interaction.client.services, _guild_of(interaction))
        except Exception as error:  # noqa: BLE001 - discord.py would only log it, and the person wait in vain
            await refuse(interaction, error)

    async def _act(self, interaction: discord.Interaction[Any], services: Services, guild: discord.Guild) -> None:
        edit = interaction.response.edit_message
        match self.action:
            case "show":
                await edit(view=await shown(services, guild, self.page))
            case "doctor":
                await edit(view=await doctor(services, guild, self.page))
            case "keep":
                await edit(view=notice("Nothing was removed."))
            case _:
                subscription = await services.subscriptions.by_id(guild.id, self.subject)
                if self.action == "history":
                    await edit(view=await history(services, subscription, self.page))
                elif self.action == "remove":
                    await services.subscriptions.remove(subscription)
                    gone = f"Removed: there is no daily post in <#{subscription.channel_id}> any more."
                    await edit(view=notice(gone))
                elif self.action == "post":
                    places.require(guild, subscription.channel_id, None)
                    await interaction.response.defer(ephemeral=True, thinking=True)
                    row = await services.subscriptions.post_now(subscription)
                    await reply(interaction, daily.posted(row, subscription, guild.id), hidden=True)


def _guild_of(interaction: discord.Interaction[Any]) -> discord.Guild:
    """Return the server of who may act in it. Raises ServerOnly, MissingPermissions."""
    if interaction.guild is None:
        raise ServerOnly
    if not (asked(interaction) or interaction.permissions.manage_guild):
        raise app_commands.MissingPermissions(["manage_guild"])
    return interaction.guild
