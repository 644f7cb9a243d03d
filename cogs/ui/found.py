"""Presenter of search results; pure."""

from __future__ import annotations

from typing import Any, Final

from discord import ui

from bot.library import HIT_CAP
from bot.model import MATCH_END, MATCH_START, Citation, Hit, Results
from bot.text import citation, fit
from bot.text.words import opening, utf16
from cogs.ui.markdown import escape, with_matches
from cogs.ui.parts import View, button, card, page_of, source, text, turns
from cogs.ui.screens import QuoteScreen, SearchScreen, key_of

EXCERPT_LIMIT: Final = 500


def results(found: Results, screen: SearchScreen) -> View:
    """Return one page of hits, each with its matches in bold, its citation and a button to its paragraph."""
    at_least = "At least " if found.total == HIT_CAP else ""
    count = f"{at_least}{found.total} passage{'s' if found.total != 1 else ''}"
    parts: list[ui.Item[Any]] = [text(f"**{count} for “{escape(opening(found.query, 100))}”**")]
    for index, hit in enumerate(found.hits):
        parts += [ui.Separator(), _hit(hit, str(index))]
    if found.pages > 1:
        parts.append(text(page_of(found.page, found.pages)))
    return card(*parts, buttons=turns(screen, found.page, found.pages))


def _hit(hit: Hit, mark: str) -> ui.Section[Any]:
    number = hit.paragraph.number
    place = Citation(number, number, hit.sentence)
    screen = QuoteScreen(key_of(hit.document), Citation(number, number))
    label = "Preamble" if number == 0 else f"Paragraph {number}"
    return ui.Section(
        text(_excerpt(hit.excerpt), source(hit.document, citation.label(place))),
        accessory=button(label, "open", screen, mark),
    )


def _excerpt(marked: str) -> str:
    """Return the piece with the first match, as Markdown; … stands where something was left out."""
    pieces = fit.split(marked, EXCERPT_LIMIT, lambda piece: utf16(with_matches(piece)))
    shown = next((index for index, piece in enumerate(pieces) if MATCH_START in piece), 0)
    piece = pieces[shown]
    # A phrase broken across two pieces would leave a mark without its partner.
    if piece.count(MATCH_START) > piece.count(MATCH_END):
        piece += MATCH_END
    before = "… " if shown else ""
    after = " …" if shown < len(pieces) - 1 else ""
    return before + with_matches(piece) + after
