"""The presenter of a citation to copy: every form in a block of its own; pure."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from bot.model import Document, Passage
from bot.text import cite
from bot.text.words import opening, utf16
from cogs.ui.parts import TEXT_LIMIT, View, card, text

FORMS: Final = (
    ("Plain", cite.plain),
    ("Markdown", cite.markdown),
    ("Footnote (Chicago)", cite.footnote),
    ("BibTeX", cite.bibtex),
)
FORMS_LIMIT: Final = TEXT_LIMIT - 200
SHORTENED: Final = (150, 60, 15)
"""How long title and issuer may be where all forms would not fit a message, each length tried in turn."""


def cited(passage: Passage) -> View:
    """Return the forms; facts too long for one message are shortened with …, the edition never."""
    shown = passage.document
    forms = _forms(shown, passage)
    for limit in SHORTENED:
        if sum(map(utf16, forms)) <= FORMS_LIMIT:
            break
        shown = _shortened(passage.document, limit)
        forms = _forms(shown, passage)
    parts = [text(form) for form in forms]
    if shown is not passage.document:
        parts.append(text("-# Too long for one message: shortened where … stands, and without a source."))
    if cite.place(shown, passage.citation) is None:
        parts.append(text("-# The text shows no paragraphs, so there is no place in it to cite."))
    return card(*parts)


def _forms(document: Document, passage: Passage) -> list[str]:
    return [f"**{name}**\n{_block(form(document, passage.citation))}" for name, form in FORMS]


def _shortened(document: Document, limit: int) -> Document:
    title = opening(document.title, limit)
    issuer = document.issuer and opening(document.issuer, limit)
    return replace(document, title=title, short_title=title, issuer=issuer, source=None)


def _block(body: str) -> str:
    """Return a block of code; what would end it too early is shown as straight quotation marks."""
    harmless = body.replace("```", "'''")
    return f"```\n{harmless}\n```"
