"""Text -> Discord Markdown that shows exactly that text, and nothing that it could mean to Discord."""

from __future__ import annotations

import re
from typing import Final

from bot.model import MATCH_END, MATCH_START
from bot.text.words import opening, utf16

# Emphasis, code, spoilers, mentions, timestamps, links, emoji, escapes. A colon always, though it means something
# only in a link or an emoji's name: so that parts never take less than the whole. Where a line begins: headings,
# quotations, lists and small text too.
_ANYWHERE: Final = re.compile(r"[\\*_~`|<\[@:]")
_LINE_START: Final = re.compile(r"^([ \t]*)(\d*)([#>+.)-])", re.MULTILINE)


def escape(text: str) -> str:
    """Return Markdown that Discord shows as `text`, character for character, without links or mentions."""
    return _LINE_START.sub(r"\1\2\\\3", _ANYWHERE.sub(r"\\\g<0>", text))


def size(text: str) -> int:
    """Return how much of a limit `text` takes once escaped, in UTF-16 units."""
    return utf16(escape(text))


def begin(text: str, limit: int) -> str:
    """Return the Markdown of the first words of `text`, at most `limit` UTF-16 units once escaped."""
    kept = limit
    while (over := size(opening(text, kept)) - limit) > 0:
        kept -= -(-over // 2)  # what is escaped takes twice as much at most
    return escape(opening(text, kept))


def with_matches(marked: str) -> str:
    """Return the Markdown of an excerpt, its matches in bold."""
    parts: list[str] = []
    for piece in marked.split(MATCH_START):
        match, end, rest = piece.rpartition(MATCH_END)
        parts.append(f"**{escape(match)}**{escape(rest)}" if end else escape(piece))
    return "".join(parts)
