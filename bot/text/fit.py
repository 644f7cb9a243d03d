"""Splitting a text to a limit: at paragraphs, sentences, then words; every word kept, nothing cut silently."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from bot.text.words import cut

# From the gentlest place to break to the last resort. What separates two pieces is dropped where a page
# ends, so each pattern matches white space only.
_BREAKS: Final = (
    re.compile(r"\n\n+"),
    re.compile(r"\n|(?<=[.!?…])\s+|(?<=[.!?…][\"'”’)\]])\s+"),
    re.compile(r"\s+"),
)


def split(text: str, limit: int, size: Callable[[str], int]) -> list[str]:
    """Split `text` into pieces of at most `limit` by `size`, breaking at the gentlest place that serves.

    `size` of a whole must not exceed the sum over its parts; so the cost is linear in the text. A single
    word over the limit is the only thing broken inside.
    """
    return _split(text.strip(), limit, size, 0) or [""]


def _split(text: str, limit: int, size: Callable[[str], int], level: int) -> list[str]:
    if size(text) <= limit:
        return [text] if text else []
    if level == len(_BREAKS):
        return _chop(text, limit, size)
    pages: list[str] = []
    start = end = used = 0  # the current page is text[start:end] and takes `used`
    for piece_start, piece_end in _pieces(text, _BREAKS[level]):
        more = size(text[end:piece_end])
        if end > start and used + more <= limit:
            end, used = piece_end, used + more
            continue
        if end > start:
            pages.append(text[start:end])
        start, end, used = piece_start, piece_end, size(text[piece_start:piece_end])
        if used > limit:
            *full, rest = _split(text[piece_start:piece_end], limit, size, level + 1)
            pages.extend(full)
            start, used = piece_end - len(rest), size(rest)
    return [*pages, text[start:end]]


def _pieces(text: str, separator: re.Pattern[str]) -> list[tuple[int, int]]:
    """Return where the pieces between separators begin and end, without white space around them."""
    cuts = [0, *(place for match in separator.finditer(text) for place in match.span()), len(text)]
    bounds: list[tuple[int, int]] = []
    for start, end in zip(cuts[::2], cuts[1::2], strict=True):
        piece = text[start:end]
        left = start + len(piece) - len(piece.lstrip())
        if piece.strip():
            bounds.append((left, left + len(piece.strip())))
    return bounds


def _chop(word: str, limit: int, size: Callable[[str], int]) -> list[str]:
    pieces: list[str] = []
    while word:
        piece = cut(word, limit)
        while len(piece) > 1 and size(piece) > limit:
            piece = piece[: max(1, len(piece) * limit // size(piece) - 1)]
        pieces.append(piece)
        word = word[len(piece) :]
    return pieces
