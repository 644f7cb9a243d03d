"""The visible structure of a plain text: headings, blank lines, numbered paragraphs and articles."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from bot.model import PREAMBLE, Structure

_HEADING: Final = re.compile(r"(#{1,6})[ \t]+(.*?)(?:[ \t]+#+)?")
_ARTICLE: Final = re.compile(r"(Article[ \t]+(\d{1,4}))(?:[ \t]*[.:–—-][ \t]*(.*)|[ \t]*)", re.IGNORECASE)
_NUMBERED: Final = re.compile(r"(?:§[ \t]*(\d{1,4})[.)]?|(\d{1,4})[.)]|\((\d{1,4})\))[ \t]+(\S.*)")
_ITEM: Final = re.compile(r"(?:[-*•–]|\([a-z0-9]{1,4}\)|[a-z0-9]{1,3}[.)])[ \t]+\S", re.IGNORECASE)
_CAPTION_WORDS: Final = 12
"""What follows "Article 5 –" is its caption up to this many words without a full stop, else its text."""


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph of the file; `text` keeps blank lines and list items, other line ends became spaces."""

    number: int
    text: str
    heading: str | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """What a text shows of its structure; `title` is a Markdown heading of level 1 at its top."""

    structure: Structure
    blocks: tuple[Block, ...]
    title: str | None


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    opens: bool  # the first line after a blank one or a heading
    heading: bool


@dataclass(frozen=True, slots=True)
class _Marker:
    number: int
    heading: str | None
    text: str


def read(text: str) -> Layout:
    """Find the paragraphs of a text: by its own numbers where they run 1, 2, 3 …, otherwise by blank lines.

    Numbers count when every block after the first numbered one is numbered too or is a list item; what
    stands before them is the preamble. One block without numbers is left whole, as Structure.AUTOMATIC.
    """
    title, lines = _lines(text)
    numbered = _by_number(lines)
    if numbered is not None:
        return Layout(Structure.NUMBERING, numbered, title)
    blocks = _by_blank_lines(lines)
    structure = Structure.BLANK_LINES if len(blocks) > 1 else Structure.AUTOMATIC
    return Layout(structure, blocks, title)


def flow(text: str) -> str:
    """Join the lines of each block with spaces; blank lines and list items keep their place."""
    return _join([line for line in _lines(text)[1] if not line.heading])


def _lines(text: str) -> tuple[str | None, list[_Line]]:
    lines: list[_Line] = []
    title: str | None = None
    opens = True
    for raw in text.splitlines():
        line = " ".join(raw.split())
        heading = _HEADING.fullmatch(line)
        if heading is not None and heading[1] == "#" and not lines and title is None:
            title = heading[2] or None
        elif line:
            lines.append(_Line(heading[2] if heading else line, opens, heading is not None))
        opens = not line or heading is not None
    return title, lines


def _by_number(lines: list[_Line]) -> tuple[Block, ...] | None:
    articles = any(_ARTICLE.fullmatch(line.text) for line in lines)
    groups: list[tuple[_Marker, list[_Line]]] = [(_Marker(PREAMBLE, None, ""), [])]
    section: str | None = None
    for line in lines:
        marker = _marker(line, articles=articles)
        if marker is not None and marker.number == groups[-1][0].number + 1:
            body = [_Line(marker.text, opens=True, heading=False)] if marker.text else []
            groups.append((_Marker(marker.number, marker.heading or section, ""), body))
            section = None
        elif marker is not None and line.opens:
            return None  # numbers that jump or start again are not the document's numbering
        elif line.heading:
            section = line.text
        elif line.opens and len(groups) > 1 and not articles and not _ITEM.match(line.text):
            return None
        else:
            groups[-1][1].append(line)
    if len(groups) < 3 or not all(body for _, body in groups[1:]):
        return None
    return tuple(Block(marker.number, _join(body), marker.heading) for marker, body in groups if body)


def _marker(line: _Line, *, articles: bool) -> _Marker | None:
    if articles:
        match = _ARTICLE.fullmatch(line.text)
        if match is None:
            return None
        rest = match[3] or ""
        caption = line.heading or (len(rest.split()) <= _CAPTION_WORDS and not rest.endswith((".", ";", ",")))
        return _Marker(int(match[2]), line.text if caption else match[1], "" if caption else rest)
    match = _NUMBERED.fullmatch(line.text)
    if match is None:
        return None
    number = int(match[1] or match[2] or match[3])
    return _Marker(number, match[4] if line.heading else None, "" if line.heading else match[4])


def _by_blank_lines(lines: list[_Line]) -> tuple[Block, ...]:
    blocks: list[Block] = []
    body: list[_Line] = []
    heading: str | None = None
    for line in [*lines, _Line("", opens=True, heading=False)]:
        if body and (line.opens or line.heading):
            blocks.append(Block(len(blocks) + 1, _join(body), heading))
            body, heading = [], None
        if line.heading:
            heading = line.text
        else:
            body.append(line)
    return tuple(blocks)


def _join(lines: list[_Line]) -> str:
    parts: list[str] = []
    for line in lines:
        if parts:
            parts.append("\n\n" if line.opens else "\n" if _ITEM.match(line.text) else " ")
        parts.append(line.text)
    return "".join(parts)
