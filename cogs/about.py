"""/about, /help and /documents: what this is, what it can do, what it holds."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import version
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import PERMISSIONS, Herald
from bot.errors import NoCommitments
from bot.model import Document
from cogs.ui import info
from cogs.ui.checks import ordinary
from cogs.ui.replies import reply


class About(commands.Cog):
    def __init__(self, bot: Herald) -> None:
        self.bot = bot
        self.library = bot.services.library

    @app_commands.command()
    @app_commands.describe(hidden="Show it to you alone")
    @ordinary
    async def documents(self, interaction: discord.Interaction[Herald], hidden: bool = False) -> None:
        """List the documents: issuer, date, paragraphs, edition, source."""
        found = self.library.documents()
        counts = {document.slug: self._count(document) for document in found}
        await reply(interaction, info.documents(found, counts), hidden=hidden)

    def _count(self, document: Document) -> int:
        try:
            return len(self.library.commitments(document.slug))
        except NoCommitments:
            return 0

    @app_commands.command()
    @app_commands.describe(hidden="Show it to you alone")
    @ordinary
    async def about(self, interaction: discord.Interaction[Herald], hidden: bool = True) -> None:
        """What Herald is, its commands, its invitation and its privacy."""
        await self._tell(interaction, hidden=hidden)

    @app_commands.command()
    @app_commands.describe(hidden="Show it to you alone")
    @ordinary
    async def help(self, interaction: discord.Interaction[Herald], hidden: bool = True) -> None:
        """What Herald is, its commands, its invitation and its privacy."""
        await self._tell(interaction, hidden=hidden)

    async def _tell(self, interaction: discord.Interaction[Herald], *, hidden: bool) -> None:
        asked_for = discord.Permissions(**dict.fromkeys(PERMISSIONS.values(), True))
        found = info.About(
            version=version("herald"),
            commands=tuple(
                (self.bot.mention(command.qualified_name), command.description)
                for command in self._commands(interaction.guild)
                if isinstance(command, app_commands.Command)
            ),
            invite=discord.utils.oauth_url(self.bot.application_id or 0, permissions=asked_for),
            permissions=tuple(PERMISSIONS),
            privacy_url=self.bot.application.privacy_policy_url if self.bot.application else None,
        )
        await reply(interaction, info.about(found), hidden=hidden)

    def _commands(
        self, guild: discord.Guild | None
    ) -> Iterator[app_commands.Command[Any, ..., Any] | app_commands.Group]:
        """Return every command that exists in a place: the global ones, and the operator's in their server."""
        yield from self.bot.tree.walk_commands()
        if guild is not None:
            yield from self.bot.tree.walk_commands(guild=guild)


async def setup(bot: Herald) -> None:
    await bot.add_cog(About(bot))
