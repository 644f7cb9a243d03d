"""What a reply shows, small enough to be kept in its buttons: so they work after a restart and a reload."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import Final, Self

from bot.errors import BadCitation, PassageGone, ReversedRange
from bot.model import Citation, Document
from bot.text.citation import parse
from bot.text.words import utf16

CUSTOM_ID_LIMIT: Final = 100
QUERY_LIMIT: Final = 70
"""A query travels in the buttons of its results, so that is as long as it can be, in UTF-16 units."""
LAST_PAGE: Final = 9999
"""More than any document has."""
ANY: Final = "-"
"""In place of a document's key: the whole library."""


@dataclass(frozen=True, slots=True)
class QuoteScreen:
    """A passage at one of its pages, in the corrected wording or as supplied."""

    key: str
    citation: Citation
    page: int = 0
    supplied: bool = False

    def encode(self) -> str:
        return f"q:{self.key}:{self.page}:{int(self.supplied)}:{self.citation}"

    def at(self, page: int) -> Self:
        return replace(self, page=page)


@dataclass(frozen=True, slots=True)
class SearchScreen:
    """A search at one page of its hits; `key` is ANY for the whole library."""

    key: str
    query: str
    page: int = 0

    def encode(self) -> str:
        return f"s:{self.key}:{self.page}:{self.query}"

    def at(self, page: int) -> Self:
        return replace(self, page=page)


@dataclass(frozen=True, slots=True)
class CommitmentsScreen:
    """A document's key commitments at one page."""

    key: str
    page: int = 0

    def encode(self) -> str:
        return f"c:{self.key}:{self.page}"

    def at(self, page: int) -> Self:
        return replace(self, page=page)


@dataclass(frozen=True, slots=True)
class CiteScreen:
    """The citation of a passage, to copy."""

    key: str
    citation: Citation

    def encode(self) -> str:
        return f"z:{self.key}:{self.citation}"


Paged = QuoteScreen | SearchScreen | CommitmentsScreen
Screen = Paged | CiteScreen


def key_of(document: Document) -> str:
    """Return 8 characters that stand for a document in a button, however long its slug."""
    return hashlib.blake2b(document.slug.encode(), digest_size=4).hexdigest()


def slug_for(key: str, documents: tuple[Document, ...]) -> str:
    """Return the slug that a key stands for. Raises PassageGone where no document has it any more."""
    for document in documents:
        if key_of(document) == key:
            return document.slug
    raise PassageGone


def custom_id(action: str, screen: Screen, mark: str = "") -> str:
    """Return a button's id: `turn` changes its message, `open` answers privately; `mark` tells buttons apart."""
    made = f"h1:{action}{mark}:{screen.encode()}"
    if utf16(made) > CUSTOM_ID_LIMIT:
        raise ValueError(f"a custom id of {utf16(made)} units: {made}")
    return made


def decode(state: str) -> Screen:
    """Read a screen back from a button. Raises PassageGone for anything that is not one: ids can be forged."""
    kind, _, rest = state.partition(":")
    try:
        match kind:
            case "q":
                key, page, supplied, citation = rest.split(":")
                return QuoteScreen(key, parse(citation), _page(page), supplied == "1")
            case "s":
                key, page, query = rest.split(":", 2)
                return SearchScreen(key, query, _page(page))
            case "c":
                key, page = rest.split(":")
                return CommitmentsScreen(key, _page(page))
            case "z":
                key, citation = rest.split(":")
                return CiteScreen(key, parse(citation))
    except (ValueError, BadCitation, ReversedRange) as error:
        raise PassageGone from error
    raise PassageGone


def _page(number: str) -> int:
    """Read a page's number; a forged one must not overflow an offset in the database."""
    return max(0, min(int(number), LAST_PAGE))
