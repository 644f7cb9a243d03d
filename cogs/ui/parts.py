"""The parts that every reply is built from: a frame, text, buttons, a source; pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

import discord
from discord import ui

from bot.model import Document, Structure
from bot.text.words import utf16
from cogs.ui import screens
from cogs.ui.markdown import escape
from cogs.ui.screens import Paged, Screen

View = ui.LayoutView
Button = ui.Button[Any]

TEXT_LIMIT: Final = 4000
"""All text of a message, in UTF-16 units."""
BODY_LIMIT: Final = 2400
"""What quotations take of it at most; the rest is for what is said about them."""
PAGE_LIMIT: Final = 3000
"""What the rows of a page take of it at most."""
LISTED: Final = 20
"""Rows of a list that is not paged; what is left out is counted."""
ACCENT: Final = discord.Colour(0x3B6EA5)


def card(*parts: ui.Item[Any], buttons: Sequence[Button] = ()) -> View:
    """Put parts in a frame, with buttons beneath.

    The view is stopped before it is sent: it serialises unchanged, its buttons answer by their ids, and no
    task waits for it.
    """
    view = View(timeout=None)
    container: ui.Container[Any] = ui.Container(*parts, accent_colour=ACCENT)
    if buttons:
        container.add_item(ui.ActionRow(*buttons))
    view.add_item(container)
    view.stop()
    return view


def text(*lines: str | None) -> ui.TextDisplay[Any]:
    """Return lines of Markdown as one part, empty ones left out."""
    return ui.TextDisplay("\n".join(line for line in lines if line))


def notice(sentence: str) -> View:
    """Return a reply of plain Markdown."""
    return card(text(sentence))


def button(label: str, action: str, screen: Screen, mark: str = "", *, disabled: bool = False) -> Button:
    """Return a button that leads to a screen, by its id alone."""
    return ui.Button(label=label, custom_id=screens.custom_id(action, screen, mark), disabled=disabled)


def link(label: str, url: str) -> Button:
    """Return a button that opens a page in the browser."""
    return ui.Button(label=label, url=url)


def turns(screen: Paged, page: int, pages: int) -> list[Button]:
    """Return the buttons to turn pages, disabled at the ends; none where there is one page."""
    if pages == 1:
        return []
    return [
        button("Previous", "turn", screen.at(max(page - 1, 0)), "<", disabled=page == 0),
        button("Next", "turn", screen.at(min(page + 1, pages - 1)), ">", disabled=page == pages - 1),
    ]


def page_of(page: int, pages: int) -> str | None:
    """Return "Page 2 of 3"; nothing where there is one page."""
    return f"-# Page {page + 1} of {pages}" if pages > 1 else None


def day(moment: date) -> str:
    """Return a date in full: 24 February 2023."""
    return f"{moment.day} {moment:%B %Y}"


def source(document: Document, cited: str) -> str:
    """Return the citation beneath a quotation: place, short title, date, edition."""
    dated = f", {day(document.date)}" if document.date else ""
    lines = [f"-# {escape(document.short_title)}, {cited}{dated}", f"-# {escape(document.edition)}"]
    if document.structure is Structure.AUTOMATIC:
        lines.append("-# The text shows no paragraphs; these were made automatically, for reading only.")
    return "\n".join(lines)


def count(number: int, thing: str) -> str:
    """Return "1 post", "2 posts"."""
    return f"{number} {thing}{'' if number == 1 else 's'}"


def within(lines: Sequence[str], total: int) -> list[ui.Item[Any]]:
    """Return the lines as parts, as many as a message holds, and how many were left out."""
    parts: list[ui.Item[Any]] = []
    used = 0
    for line in lines:
        used += utf16(line)
        if used > TEXT_LIMIT - 400 or len(parts) >= LISTED:
            break
        parts.append(text(line))
    if len(parts) < total:
        parts.append(text(f"-# And {total - len(parts)} more."))
    return parts


def pages_of(lines: Sequence[str]) -> list[list[str]]:
    """Distribute the rows of a list to pages, so that each fits a message with a head, notices and buttons."""
    pages: list[list[str]] = [[]]
    for line in lines:
        if pages[-1] and sum(map(utf16, pages[-1])) + utf16(line) > PAGE_LIMIT:
            pages.append([])
        pages[-1].append(line)
    return pages
