"""Citations as people type them: "3", "3-5", "3.2", "preamble"."""

from __future__ import annotations

import re
from typing import Final

from bot.errors import BadCitation, NoSuchParagraph, NoSuchSentence, ReversedRange
from bot.model import PREAMBLE, Citation, Document, Passage

_NUMBER: Final = r"(?:\d{1,6}|preamble)"
_CITATION: Final = re.compile(
    rf"(?:¶|§|para(?:graph)?s?\.?)?\s*({_NUMBER})(?:\s*[-–—]\s*({_NUMBER})|\s*\.\s*(\d{{1,6}}))?",
    re.IGNORECASE | re.ASCII,
)


def parse(text: str) -> Citation:
    """Read a citation. Raises BadCitation where it is none, ReversedRange where it ends before it begins."""
    match = _CITATION.fullmatch(text.strip())
    if match is None:
        raise BadCitation(text)
    first = _number(match[1])
    if match[3] is not None:
        return Citation(first, first, int(match[3]))
    last = first if match[2] is None else _number(match[2])
    if last < first:
        raise ReversedRange(first, last)
    return Citation(first, last)


def _number(text: str) -> int:
    return PREAMBLE if text.casefold() == "preamble" else int(text)


def find(document: Document, citation: Citation) -> Passage:
    """Look a citation up. Raises NoSuchParagraph or NoSuchSentence, which name what there is."""
    numbers = [paragraph.number for paragraph in document.paragraphs]
    for given in (citation.first, citation.last):
        if given not in numbers:
            raise NoSuchParagraph(given, numbers[0], numbers[-1], document.short_title)
    paragraphs = tuple(p for p in document.paragraphs if citation.first <= p.number <= citation.last)
    if citation.sentence is None:
        return Passage(document, citation, paragraphs)
    sentences = paragraphs[0].sentences
    if not 1 <= citation.sentence <= len(sentences):
        raise NoSuchSentence(citation.sentence, citation.first, len(sentences))
    return Passage(document, citation, paragraphs, sentences[citation.sentence - 1])


def label(citation: Citation) -> str:
    """Return a citation in words: "paragraph 3, sentence 2", "paragraphs 3 to 5", "preamble"."""
    first, last = ("preamble" if n == PREAMBLE else f"paragraph {n}" for n in (citation.first, citation.last))
    if citation.sentence is not None:
        return f"{first}, sentence {citation.sentence}"
    if citation.first == citation.last:
        return first
    if citation.first == PREAMBLE:
        return f"{first} to {last}"
    return f"paragraphs {citation.first} to {citation.last}"
