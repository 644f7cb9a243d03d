"""/quote and /random: a passage, word for word, with its citation."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import Herald
from bot.model import Passage
from cogs.ui.checks import ordinary
from cogs.ui.completion import documents, paragraphs
from cogs.ui.passages import quotation
from cogs.ui.replies import reply
from cogs.ui.screens import QuoteScreen, key_of


class Quote(commands.Cog):
    def __init__(self, bot: Herald) -> None:
        self.library = bot.services.library

    @app_commands.command()
    @app_commands.describe(
        paragraph="A place: 3, 3-5, 3.2 (sentence 2 of paragraph 3), preamble; or words to find it by",
        document="Which document; without it, the default one",
        hidden="Show it to you alone",
    )
    @app_commands.autocomplete(paragraph=paragraphs, document=documents)
    @ordinary
    async def quote(
        self,
        interaction: discord.Interaction[Herald],
        paragraph: str,
        document: str | None = None,
        hidden: bool = False,
    ) -> None:
        """Quote a paragraph, a range or a sentence, word for word."""
        passage = self.library.quote(paragraph, document)
        await _send(interaction, passage, hidden=hidden)

    @app_commands.command()
    @app_commands.describe(document="Which document; without it, the default one", hidden="Show it to you alone")
    @app_commands.autocomplete(document=documents)
    @ordinary
    async def random(
        self, interaction: discord.Interaction[Herald], document: str | None = None, hidden: bool = False
    ) -> None:
        """Quote a sentence by chance."""
        passage = self.library.random_sentence(document)
        await _send(interaction, passage, hidden=hidden)


async def _send(interaction: discord.Interaction[Herald], passage: Passage, *, hidden: bool) -> None:
    screen = QuoteScreen(key_of(passage.document), passage.citation)
    await reply(interaction, quotation(passage, screen), hidden=hidden)


async def setup(bot: Herald) -> None:
    await bot.add_cog(Quote(bot))
