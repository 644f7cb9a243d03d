"""/commitments and /today: what the document promises."""

from __future__ import annotations

from functools import partial

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import Herald
from cogs import places
from cogs.ui.checks import ordinary
from cogs.ui.completion import documents
from cogs.ui.passages import commitment, commitments, prepare
from cogs.ui.replies import reply
from cogs.ui.screens import CommitmentsScreen, key_of


class Commitments(commands.Cog):
    def __init__(self, bot: Herald) -> None:
        self.library = bot.services.library
        self.outlook = bot.services.outlook

    @app_commands.command()
    @app_commands.describe(document="Which document; without it, the default one", hidden="Show it to you alone")
    @app_commands.autocomplete(document=documents)
    @ordinary
    async def commitments(
        self, interaction: discord.Interaction[Herald], document: str | None = None, hidden: bool = False
    ) -> None:
        """List a document's key commitments, each with its citation."""
        found = self.library.commitments(document)
        screen = CommitmentsScreen(key_of(found[0].document))
        await reply(interaction, commitments(found, screen), hidden=hidden)

    @app_commands.command()
    @app_commands.describe(hidden="Show it to you alone")
    @ordinary
    async def today(self, interaction: discord.Interaction[Herald], hidden: bool = False) -> None:
        """Show the commitment of today: this server's post, or the same for everyone."""
        today = await self.outlook.today(interaction.guild_id, partial(places.visible, interaction))
        notes = []
        if today.message_id is not None:
            place = f"https://discord.com/channels/{interaction.guild_id}/{today.channel_id}/{today.message_id}"
            notes.append(f"-# Posted today: {place}")
        view = commitment(today.commitment, prepare(today.commitment), notes=notes)
        await reply(interaction, view, hidden=hidden)


async def setup(bot: Herald) -> None:
    await bot.add_cog(Commitments(bot))
