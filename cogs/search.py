"""/search: passages by words, ranked, each with its citation."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import Herald
from bot.errors import NothingFound, QueryTooLong
from bot.text.words import utf16
from cogs.ui.checks import ordinary
from cogs.ui.completion import documents, queries
from cogs.ui.found import results
from cogs.ui.replies import reply
from cogs.ui.screens import ANY, QUERY_LIMIT, SearchScreen, key_of


class Search(commands.Cog):
    def __init__(self, bot: Herald) -> None:
        self.library = bot.services.library

    @app_commands.command()
    @app_commands.describe(
        query='Words to find; a "quoted phrase" stays together, a trailing * finds every ending',
        document="Only in this document; without it, in all",
        hidden="Show it to you alone",
    )
    @app_commands.autocomplete(query=queries, document=documents)
    @ordinary
    async def search(
        self,
        interaction: discord.Interaction[Herald],
        query: app_commands.Range[str, 1, QUERY_LIMIT],
        document: str | None = None,
        hidden: bool = False,
    ) -> None:
        """Find passages by their words, the best first."""
        if utf16(query) > QUERY_LIMIT:
            raise QueryTooLong(QUERY_LIMIT)
        key = key_of(self.library.document(document)) if document else ANY
        found = await self.library.search(query, document)
        if not found.hits:
            raise NothingFound(query)
        await reply(interaction, results(found, SearchScreen(key, query)), hidden=hidden)


async def setup(bot: Herald) -> None:
    await bot.add_cog(Search(bot))
