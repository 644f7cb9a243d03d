"""A seed file and its sidecar -> Document, or SeedError with file, place and reason."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from pathlib import PurePath
from typing import Final

from bot.errors import SeedError
from bot.model import PREAMBLE, Citation, Correction, Document, Paragraph, Sentence, Structure
from bot.text import layout
from bot.text.commitment import score
from bot.text.layout import Block
from bot.text.segment import automatic_paragraphs, sentences
from bot.text.sidecar import Opening, Replacement, Sidecar
from bot.text.sidecar import parse as parse_sidecar
from bot.text.words import cut, digest, opening

SLUG_LIMIT: Final = 40
TITLE_LIMIT: Final = 300
SHORT_TITLE_LIMIT: Final = 100
_HEADER: Final = re.compile(r"\s*date[ \t:]+(\S+)[ \t]*(?=\n|\Z)")
# Control characters are a sign of a file that is not text; the two private ones mark matches in a hit.
_NOT_TEXT: Final = re.compile("[\x00-\x08\x0e-\x1f\x7f\ue000\ue001\ufffe\uffff]")
_APOSTROPHES: Final = "['’‘ʼ]"


def parse(name: str, data: bytes, sidecar_data: bytes | None) -> Document:
    """Parse the seed file `name` and its sidecar. Raises SeedError; never returns half a document."""
    sidecar_name = f"{PurePath(name).stem}.toml"
    facts = Sidecar() if sidecar_data is None else parse_sidecar(sidecar_name, sidecar_data)
    sha256 = hashlib.sha256(data).hexdigest()
    if facts.texts.get("sha256", sha256) != sha256:
        reason = f"has SHA-256 {sha256}, but {sidecar_name} describes {facts.texts['sha256']}"
        raise SeedError(name, "", f"{reason}; check the text, then state its hash there")
    text, date_in_file = _header(name, _decode(name, data))
    if not any(map(str.isalnum, text)):  # a mark without width is no white space either
        raise SeedError(name, "", "holds no text")
    found = layout.read(text)
    structure, blocks = found.structure, found.blocks
    if facts.openings:
        structure, blocks = Structure.SIDECAR, _by_openings(sidecar_name, layout.flow(text), facts.openings)
    elif structure is Structure.AUTOMATIC:
        blocks = _automatic(blocks)
    if not blocks:
        raise SeedError(name, "", "holds headings but no paragraph")
    corrections = _locate(sidecar_name, blocks, facts.corrections)
    slug = slug_of(name)
    title = facts.texts.get("title") or opening(found.title or slug.replace("-", " ").capitalize(), TITLE_LIMIT)
    issuer = facts.texts.get("issuer")
    return Document(
        slug=slug,
        title=title,
        short_title=facts.texts.get("short_title") or opening(title, SHORT_TITLE_LIMIT),
        sha256=sha256,
        structure=structure,
        paragraphs=_paragraphs(sidecar_name, blocks, corrections, issuer, facts.strengths),
        issuer=issuer,
        date=facts.dates.get("date", date_in_file),
        date_in_file=facts.dates.get("date_in_file", date_in_file),
        language=facts.texts.get("language", "en"),
        source=facts.texts.get("source"),
        edition=facts.texts.get("edition", "As supplied"),
        edition_note=facts.texts.get("edition_note"),
        corrections=corrections,
        default=facts.default,
    )


def slug_of(name: str) -> str:
    """Return the name of a document in citations: its file's stem, lower case, words joined by hyphens."""
    stem = unicodedata.normalize("NFC", PurePath(name).stem).casefold()
    slug = cut("-".join(re.findall(r"[^\W_]+", stem)), SLUG_LIMIT).rstrip("-")
    if not slug:
        raise SeedError(name, "", "needs a letter or a digit in its name, which is how it is cited")
    return slug


def _decode(name: str, data: bytes) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SeedError(name, f"line {line}", f"is not UTF-8 text (byte {error.start + 1} of the file)") from error
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    odd = _NOT_TEXT.search(text)
    if odd is not None:
        line = text.count("\n", 0, odd.start()) + 1
        raise SeedError(name, f"line {line}", f"has U+{ord(odd[0]):04X}, which is not text; is this a text file?")
    return text


def _header(name: str, text: str) -> tuple[str, date | None]:
    match = _HEADER.match(text)
    if match is None:
        return text, None
    try:
        stated = date.fromisoformat(match[1])
    except ValueError as error:
        line = text.count("\n", 0, match.start(1)) + 1
        raise SeedError(name, f"line {line}", f"date {match[1]!r} is not like 2023-02-25") from error
    return text[match.end() :], stated


def _by_openings(file: str, text: str, openings: Sequence[Opening]) -> tuple[Block, ...]:
    starts: list[int] = []
    for index, stated in enumerate(openings, 1):
        place = f"paragraphs {index}"
        matches = [match.start() for match in _loosely(stated.begins).finditer(text)]
        if len(matches) != 1:
            found = f"occurs {len(matches)} times; give more words" if matches else "is not in the text"
            raise SeedError(file, place, f"{stated.begins!r} {found}")
        if starts and matches[0] <= starts[-1]:
            raise SeedError(file, place, f"{stated.begins!r} stands before the paragraph above it in this list")
        starts.append(matches[0])
    if text[: starts[0]].strip():
        raise SeedError(file, "paragraphs 1", f"text stands before it: {cut(text.strip(), 40)!r}")
    first = PREAMBLE if openings[0].preamble else 1
    ends = [*starts[1:], len(text)]
    return tuple(
        Block(number, text[a:b].strip()) for number, (a, b) in enumerate(zip(starts, ends, strict=True), first)
    )


def _automatic(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """Split an unbroken block for readability; the document is marked as such."""
    parts = automatic_paragraphs([sentence for block in blocks for sentence in sentences(block.text)])
    heading = blocks[0].heading if blocks else None
    return tuple(Block(n, " ".join(part), heading if n == 1 else None) for n, part in enumerate(parts, 1))


def _loosely(words: str) -> re.Pattern[str]:
    """Match these words as whole words, whatever white space and apostrophes stand between them."""
    words = unicodedata.normalize("NFC", words)
    pattern = r"\s+".join(re.sub(_APOSTROPHES, _APOSTROPHES, re.escape(word)) for word in words.split())
    before = r"\b" if words[0].isalnum() else ""
    after = r"\b" if words[-1].isalnum() else ""
    return re.compile(before + pattern + after)


def _locate(file: str, blocks: Sequence[Block], wanted: Sequence[Replacement]) -> tuple[Correction, ...]:
    located: list[Correction] = []
    for index, made in enumerate(wanted, 1):
        pattern = _loosely(made.find)
        homes = [(block.number, match[0]) for block in blocks for match in pattern.finditer(block.text)]
        if len(homes) != 1:
            count = f"occurs {len(homes)} times" if homes else "is in no paragraph"
            raise SeedError(file, f"corrections {index}", f"{made.find!r} {count}; it must occur exactly once")
        number, supplied = homes[0]
        located.append(Correction(supplied, made.replace, made.reason, number))
    return tuple(located)


def _paragraphs(
    file: str,
    blocks: Sequence[Block],
    corrections: Sequence[Correction],
    issuer: str | None,
    strengths: dict[Citation, int],
) -> tuple[Paragraph, ...]:
    unused = dict(strengths)
    paragraphs: list[Paragraph] = []
    for block in blocks:
        text = block.text
        for correction in corrections:
            if correction.paragraph == block.number:
                text = text.replace(correction.find, correction.replace, 1)
        numbered: list[Sentence] = []
        for number, sentence in enumerate(sentences(text), 1):
            pinned = unused.pop(Citation(block.number, block.number, number), None)
            strength = score(sentence, issuer).strength if pinned is None else pinned
            numbered.append(Sentence(number, sentence, strength, digest(sentence)))
        supplied = block.text if text != block.text else None
        paragraphs.append(Paragraph(block.number, text, tuple(numbered), block.heading, supplied))
    if unused:
        raise SeedError(file, f"commitments {next(iter(unused))}", "there is no such sentence in the text")
    return tuple(paragraphs)
