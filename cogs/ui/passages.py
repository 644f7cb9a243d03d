"""Presenters of quotations: a passage, a document's commitments, the daily post; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from discord import ui

from bot.model import PREAMBLE, Citation, Commitment, Correction, Paragraph, Passage
from bot.text import citation, fit
from bot.text.words import opening, utf16
from cogs.ui.markdown import escape, size
from cogs.ui.parts import BODY_LIMIT, View, button, card, page_of, source, text, turns
from cogs.ui.screens import CiteScreen, CommitmentsScreen, QuoteScreen, key_of

HEADING_LIMIT: Final = 120
PIECE_LIMIT: Final = BODY_LIMIT - 2 * HEADING_LIMIT - 40
"""A quoted piece, so that its number and heading (escaped, at worst twice as long) fit on the page too."""
CORRECTIONS_SHOWN: Final = 3
CORRECTION_LIMIT: Final = 40


def quotation(passage: Passage, screen: QuoteScreen) -> View:
    """Return one page of a passage; a page past the end is the last."""
    wording_differs = passage.sentence is None and any(p.supplied for p in passage.paragraphs)
    supplied = screen.supplied and wording_differs
    pages = _pages(passage, supplied=supplied)
    page = max(0, min(screen.page, len(pages) - 1))
    buttons = turns(screen, page, len(pages))
    if wording_differs:
        other = QuoteScreen(screen.key, screen.citation, 0, not supplied)
        buttons.append(button("As corrected" if supplied else "As supplied", "turn", other, "~"))
    if passage.sentence is not None:
        whole = QuoteScreen(screen.key, Citation(screen.citation.first, screen.citation.first))
        buttons.append(button("In context", "open", whole))
    buttons.append(button("Cite", "open", CiteScreen(screen.key, passage.citation)))
    notes = [source(passage.document, citation.label(passage.citation)), _corrections(passage, supplied=supplied)]
    return card(text(pages[page]), ui.Separator(), text(*notes, page_of(page, len(pages))), buttons=buttons)


def _pages(passage: Passage, *, supplied: bool) -> list[str]:
    """Return the Markdown of a passage as pages within BODY_LIMIT; every word stands on one of them."""
    pages: list[str] = []
    for paragraph in passage.paragraphs:
        if passage.sentence is not None:
            body, place = passage.sentence.text, str(passage.citation)
        else:
            body, place = (supplied and paragraph.supplied) or paragraph.text, str(paragraph.number)
        for index, piece in enumerate(fit.split(body, PIECE_LIMIT, size)):
            block = _numbered(paragraph, place, piece, continued=index > 0)
            if pages and utf16(pages[-1]) + 2 + utf16(block) <= BODY_LIMIT:
                pages[-1] += f"\n\n{block}"
            else:
                pages.append(block)
    return pages


def _numbered(paragraph: Paragraph, place: str, body: str, *, continued: bool) -> str:
    name = "Preamble" if place == str(PREAMBLE) else place
    heading = f" · {escape(opening(paragraph.heading, HEADING_LIMIT))}" if paragraph.heading else ""
    return f"**{name}{heading}{' (continued)' if continued else ''}**\n{escape(body)}"


def _corrections(passage: Passage, *, supplied: bool) -> str | None:
    numbers = {paragraph.number for paragraph in passage.paragraphs}
    made = [c for c in passage.document.corrections if c.paragraph in numbers]
    if passage.sentence is not None:
        made = [c for c in made if c.replace in passage.sentence.text]
    if not made:
        return None
    if supplied:
        return "-# Shown as supplied, without the corrections that this edition declares."
    more = len(made) - CORRECTIONS_SHOWN
    lines = [_correction(c) for c in made[:CORRECTIONS_SHOWN]]
    if more > 0:
        lines.append(f"-# And {more} more; /documents lists them.")
    return "\n".join(lines)


def _correction(made: Correction) -> str:
    was, now, why = (escape(opening(part, CORRECTION_LIMIT)) for part in (made.find, made.replace, made.reason))
    return f"-# Corrected here: “{was}” reads “{now}” ({why})."


def commitments(found: Sequence[Commitment], screen: CommitmentsScreen) -> View:
    """Return one page of a document's key commitments, each whole and with its citation."""
    pages: list[str] = []
    for commitment in found:
        for index, piece in enumerate(fit.split(commitment.sentence.text, PIECE_LIMIT, size)):
            again = " (continued)" if index else ""
            block = f"**{commitment.position}.** {escape(piece)}\n-# {citation.label(commitment.citation)}{again}"
            if pages and utf16(pages[-1]) + 2 + utf16(block) <= BODY_LIMIT // 2:
                pages[-1] += f"\n\n{block}"
            else:
                pages.append(block)
    page = max(0, min(screen.page, len(pages) - 1))
    count = f"{len(found)} key commitment{'s' if len(found) > 1 else ''}"
    return card(
        text(f"**{count}**"),
        text(pages[page]),
        ui.Separator(),
        text(source(found[0].document, f"{count} in the document's order"), page_of(page, len(pages))),
        buttons=turns(screen, page, len(pages)),
    )


@dataclass(frozen=True, slots=True)
class Prepared:
    """A commitment's text, fitted and escaped: what is the same in every message that shows it."""

    body: str
    cited: str


def prepare(found: Commitment) -> Prepared:
    """Fit a commitment's text. A sentence too long for one message is cut at a word and says where the rest is."""
    body, *rest = fit.split(found.sentence.text, BODY_LIMIT, size)
    cited = source(found.document, citation.label(found.citation))
    if not rest:
        return Prepared(escape(body), cited)
    return Prepared(f"{escape(body)} […]", f"{cited}\n-# The sentence goes on: see “In context”.")


def commitment(
    found: Commitment, prepared: Prepared, *, mark: str = "", lead: str | None = None, notes: Sequence[str] = ()
) -> View:
    """Return one commitment: the daily post, or `/today`.

    `mark` is the delivery's key, by which a post is recognised when a channel is read back; `lead` stands above all.
    """
    key = key_of(found.document)
    whole = QuoteScreen(key, Citation(found.paragraph, found.paragraph))
    return card(
        text(lead, f"**Commitment {found.position} of {found.total}**", prepared.body),
        ui.Separator(),
        text(prepared.cited, *notes),
        buttons=[
            button("In context", "open", whole, mark),
            button("Cite", "open", CiteScreen(key, found.citation), mark),
        ],
    )
