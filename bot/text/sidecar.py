"""A sidecar: the facts that a seed's file cannot state about itself, read from TOML and checked."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from bot.errors import BadCitation, ReversedRange, SeedError
from bot.model import Citation
from bot.text.citation import parse as parse_citation

# The longest that a text may be, in characters: these stand in messages, whose length is limited.
_LIMITS: Final = {
    "title": 300,
    "short_title": 100,
    "issuer": 200,
    "language": 35,
    "source": 300,
    "edition": 120,
    "edition_note": 1000,
    "sha256": 64,
}
_WORDS_LIMIT: Final = 500
_REASON_LIMIT: Final = 200
_DATE_FIELDS: Final[tuple[str, ...]] = ("date", "date_in_file")
_KEYS: Final = {*_LIMITS, *_DATE_FIELDS, "default", "paragraphs", "corrections", "commitments"}
_SHA256: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Opening:
    """The first words of a paragraph."""

    begins: str
    preamble: bool = False


@dataclass(frozen=True, slots=True)
class Replacement:
    find: str
    replace: str
    reason: str


@dataclass(frozen=True, slots=True)
class Sidecar:
    """The facts, absent ones as None or empty; `strengths` has the last word on commitments (0 excludes)."""

    texts: dict[str, str] = field(default_factory=dict)
    dates: dict[str, date] = field(default_factory=dict)
    openings: tuple[Opening, ...] = ()
    corrections: tuple[Replacement, ...] = ()
    strengths: dict[Citation, int] = field(default_factory=dict)
    default: bool = False


def parse(file: str, data: bytes) -> Sidecar:
    """Read a sidecar. Raises SeedError with the line or the key at fault; unknown keys are faults."""
    try:
        table = tomllib.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise SeedError(file, f"byte {error.start + 1}", "is not UTF-8 text") from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise SeedError(file, "", f"is not valid TOML: {error}") from error
    _refuse_unknown(file, "", table, _KEYS)
    texts = {key: _text(file, key, table[key], limit) for key, limit in _LIMITS.items() if key in table}
    if "sha256" in texts and not _SHA256.fullmatch(texts["sha256"]):
        raise SeedError(file, "sha256", "must be 64 hexadecimal digits in lower case")
    return Sidecar(
        texts=texts,
        dates={key: _date(file, key, table[key]) for key in _DATE_FIELDS if key in table},
        openings=_openings(file, table.get("paragraphs", [])),
        corrections=_corrections(file, table.get("corrections", [])),
        strengths=_strengths(file, table.get("commitments", {})),
        default=_flag(file, "default", table),
    )


def _openings(file: str, rows: object) -> tuple[Opening, ...]:
    openings: list[Opening] = []
    for place, row in _rows(file, "paragraphs", rows, {"begins", "preamble"}, ("begins",)):
        preamble = _flag(file, f"{place} preamble", row)
        if preamble and openings:
            raise SeedError(file, place, "only the first paragraph can be the preamble")
        openings.append(Opening(_text(file, f"{place} begins", row["begins"], _WORDS_LIMIT), preamble))
    return tuple(openings)


def _corrections(file: str, rows: object) -> tuple[Replacement, ...]:
    needed = ("find", "replace", "reason")
    return tuple(
        Replacement(
            _text(file, f"{place} find", row["find"], _WORDS_LIMIT),
            _text(file, f"{place} replace", row["replace"], _WORDS_LIMIT, may_be_empty=True),
            _text(file, f"{place} reason", row["reason"], _REASON_LIMIT),
        )
        for place, row in _rows(file, "corrections", rows, set(needed), needed)
    )


def _strengths(file: str, table: object) -> dict[Citation, int]:
    if not isinstance(table, dict):
        raise SeedError(file, "commitments", "must be a table with pin and exclude")
    _refuse_unknown(file, "commitments ", table, {"pin", "exclude"})
    pins, excluded = table.get("pin", {}), table.get("exclude", [])
    if not isinstance(pins, dict) or not isinstance(excluded, list):
        raise SeedError(file, "commitments", 'pin must be like { "1.1" = 2 }, exclude like ["0.1"]')
    strengths: dict[Citation, int] = {}
    for given, strength in [*pins.items(), *((given, 0) for given in excluded)]:
        place = f"commitments {given}"
        try:
            citation = parse_citation(str(given))
        except (BadCitation, ReversedRange) as error:
            raise SeedError(file, place, 'must name a sentence, like "3.2"') from error
        if citation.sentence is None:
            raise SeedError(file, place, 'must name a sentence, like "3.2"')
        if type(strength) is not int or not 0 <= strength <= 3:
            raise SeedError(file, place, "strength must be 0, 1, 2 or 3")
        if citation in strengths:
            raise SeedError(file, place, "is both pinned and excluded, or given twice")
        strengths[citation] = strength
    return strengths


def _rows(
    file: str, key: str, rows: object, known: set[str], needed: tuple[str, ...]
) -> list[tuple[str, dict[str, Any]]]:
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise SeedError(file, key, f"must be tables, each under [[{key}]]")
    placed = [(f"{key} {index}", row) for index, row in enumerate(rows, 1)]
    for place, row in placed:
        _refuse_unknown(file, f"{place} ", row, known)
        missing = [name for name in needed if name not in row]
        if missing:
            raise SeedError(file, place, f"lacks {', '.join(missing)}")
    return placed


def _refuse_unknown(file: str, place: str, table: dict[str, Any], known: set[str]) -> None:
    for key in table:
        if key not in known:
            raise SeedError(file, f"{place}{key}", f"is not a known key; known are {', '.join(sorted(known))}")


def _text(file: str, place: str, value: object, limit: int, *, may_be_empty: bool = False) -> str:
    if not isinstance(value, str) or not (may_be_empty or value.strip()):
        raise SeedError(file, place, "must be text in quotation marks")
    text = " ".join(value.split())
    if len(text) > limit:
        raise SeedError(file, place, f"has {len(text)} characters, more than the {limit} allowed")
    return text


def _flag(file: str, place: str, table: dict[str, Any]) -> bool:
    value = table.get(place.rpartition(" ")[2], False)
    if not isinstance(value, bool):
        raise SeedError(file, place, "must be true or false")
    return value


def _date(file: str, place: str, value: object) -> date:
    if not isinstance(value, date) or isinstance(value, datetime):
        raise SeedError(file, place, "must be a date without quotation marks, like 2023-02-24")
    return value
