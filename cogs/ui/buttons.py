"""Buttons that never die: one pattern of ids, whose state is all that is needed to answer."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Self

import discord
from discord import ui

from bot.errors import NoSuchParagraph, NoSuchSentence, PassageGone
from bot.model import Citation, Passage
from cogs.ui import screens
from cogs.ui.cited import cited
from cogs.ui.found import results
from cogs.ui.parts import View
from cogs.ui.passages import commitments, quotation
from cogs.ui.replies import asked, refuse, reply
from cogs.ui.screens import ANY, CiteScreen, CommitmentsScreen, QuoteScreen, Screen, SearchScreen, slug_for

if TYPE_CHECKING:
    from bot.library import Library


async def show(screen: Screen, library: Library) -> View:
    """Render a screen from the library as it is now. Raises PassageGone, and what the library raises."""
    match screen:
        case QuoteScreen(key, citation):
            return quotation(_passage(key, citation, library), screen)
        case CiteScreen(key, citation):
            return cited(_passage(key, citation, library))
        case CommitmentsScreen(key):
            return commitments(library.commitments(slug_for(key, library.documents())), screen)
        case SearchScreen(key, query, page):
            within = None if key == ANY else slug_for(key, library.documents())
            return results(await library.search(query, within, page), screen)


def _passage(key: str, citation: Citation, library: Library) -> Passage:
    try:
        return library.quote(str(citation), slug_for(key, library.documents()))
    except (NoSuchParagraph, NoSuchSentence) as error:
        raise PassageGone from error


class ScreenButton(
    ui.DynamicItem[ui.Button[Any]], template=re.compile(r"h1:(?P<action>turn|open)[^:]*:(?P<state>.+)", re.DOTALL)
):
    """`turn` changes the message for who asked for it and gives others their own; `open` answers privately."""

    def __init__(self, item: ui.Button[Any], action: str, state: str) -> None:
        super().__init__(item)
        self.action = action
        self.state = state

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction[Any], item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        if not isinstance(item, ui.Button):
            raise TypeError(f"only buttons have such ids, not {type(item).__name__}")
        return cls(item, match["action"], match["state"])

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        try:
            view = await show(screens.decode(self.state), interaction.client.services.library)
            if self.action == "turn" and asked(interaction):
                await interaction.response.edit_message(view=view)
            else:
                await reply(interaction, view, hidden=True)
        except Exception as error:  # noqa: BLE001 - discord.py would only log it, and the person wait in vain
            await refuse(interaction, error)
