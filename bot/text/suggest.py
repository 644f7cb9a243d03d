"""Completion of citations: by number, and by words of the text."""

from __future__ import annotations

import re
from typing import Final

from bot.model import PREAMBLE, Document, Paragraph
from bot.text.words import opening

LIMIT: Final = 25
LABEL_LIMIT: Final = 100
_NUMBER: Final = re.compile(r"(\d{1,6}|preamble)\s*(?:([.])\s*(\d*)|([-–—])\s*(\d*))?", re.IGNORECASE | re.ASCII)


def citations(document: Document, typed: str) -> list[tuple[str, str]]:
    """Return (citation, label) for what was typed so far: all paragraphs for nothing, at most LIMIT."""
    typed = typed.strip()
    if not typed:
        return [_whole(paragraph) for paragraph in document.paragraphs[:LIMIT]]
    match = _NUMBER.fullmatch(typed)
    return (_by_number(document, match) if match else _by_words(document, typed.casefold()))[:LIMIT]


def _by_number(document: Document, match: re.Match[str]) -> list[tuple[str, str]]:
    first = str(PREAMBLE) if match[1].casefold() == "preamble" else match[1]
    if match[2]:
        exact = [paragraph for paragraph in document.paragraphs if str(paragraph.number) == first]
        return [
            _entry(f"{first}.{sentence.number}", sentence.text)
            for paragraph in exact
            for sentence in paragraph.sentences
            if str(sentence.number).startswith(match[3])
        ]
    if match[4]:
        return [
            _entry(f"{first}-{paragraph.number}", "to: " + paragraph.text)
            for paragraph in document.paragraphs
            if paragraph.number > int(first) and str(paragraph.number).startswith(match[5])
        ]
    return [_whole(p) for p in document.paragraphs if str(p.number).startswith(first)]


def _by_words(document: Document, typed: str) -> list[tuple[str, str]]:
    """Offer each paragraph that has these words in a row, then those of its sentences that have them."""
    found: list[tuple[str, str]] = []
    begins = re.compile(r"(?<!\w)" + r"\W+".join(map(re.escape, re.findall(r"\w+", typed))))
    for paragraph in document.paragraphs:
        name = "preamble " if paragraph.number == PREAMBLE else ""
        if begins.search(f"{name}{paragraph.heading or ''} {paragraph.text}".casefold()):
            found.append(_whole(paragraph))
            found += [
                _entry(f"{paragraph.number}.{sentence.number}", sentence.text)
                for sentence in paragraph.sentences
                if len(paragraph.sentences) > 1 and begins.search(sentence.text.casefold())
            ]
        if len(found) >= LIMIT:
            break
    return found


def _whole(paragraph: Paragraph) -> tuple[str, str]:
    if paragraph.number == PREAMBLE:
        return _entry("preamble", paragraph.text)
    return _entry(str(paragraph.number), paragraph.text)


def _entry(value: str, text: str) -> tuple[str, str]:
    start = f"{value} · "
    return value, start + opening(text, LABEL_LIMIT - len(start))
