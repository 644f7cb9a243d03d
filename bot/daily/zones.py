"""Time zones: the pinned tzdata alone decides which exist; people find them by name, city or country."""

from __future__ import annotations

import difflib
import zoneinfo
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final
from zoneinfo import ZoneInfo

from bot.errors import BadZone

UTC: Final = "UTC"
MEANT: Final = {
    "et": ("America/New_York",),
    "est": ("America/New_York", "America/Panama"),
    "edt": ("America/New_York",),
    "cst": ("America/Chicago", "Asia/Shanghai"),
    "cdt": ("America/Chicago",),
    "mst": ("America/Denver", "America/Phoenix"),
    "mdt": ("America/Denver",),
    "pst": ("America/Los_Angeles",),
    "pdt": ("America/Los_Angeles",),
    "gmt": ("UTC", "Europe/London"),
    "bst": ("Europe/London",),
    "cet": ("Europe/Berlin", "Europe/Brussels"),
    "cest": ("Europe/Berlin", "Europe/Brussels"),
    "eet": ("Europe/Kyiv", "Europe/Athens"),
    "eest": ("Europe/Kyiv", "Europe/Athens"),
    "msk": ("Europe/Moscow",),
    "ist": ("Asia/Kolkata", "Europe/Dublin", "Asia/Jerusalem"),
    "jst": ("Asia/Tokyo",),
    "aest": ("Australia/Sydney", "Australia/Brisbane"),
}
"""What people mean by abbreviations: offered, never taken, because most mean several zones or half of a year."""

# Otherwise zoneinfo prefers the machine's files, and two machines could post at different hours.
zoneinfo.reset_tzpath(())


@dataclass(frozen=True, slots=True)
class _Tables:
    names: tuple[str, ...]  # today's names, in order
    aliases: dict[str, str]  # folded former name -> today's
    haystacks: dict[str, str]  # name -> folded name, country and remark, to search in


def find(given: str) -> str:
    """Return today's name of a zone, Area/City or UTC. Raises BadZone with the nearest names for any other."""
    tables = _tables()
    wanted = _fold(given)
    for name in (UTC, *tables.names):
        if _fold(name) == wanted:
            return name
    if wanted in tables.aliases:
        return tables.aliases[wanted]
    raise BadZone(given, MEANT.get(wanted) or tuple(suggest(given, 3)))


@cache  # ZoneInfo itself keeps eight
def zone(name: str) -> ZoneInfo:
    """Return the rules of a stored zone. Raises BadZone if the zone data no longer has it."""
    try:
        return ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError) as error:
        raise BadZone(name, ()) from error


def suggest(typed: str, limit: int) -> list[str]:
    """Return zones that fit what was typed, by name, city or country, the best first; else similar ones."""
    tables = _tables()
    wanted = _fold(typed)
    if not wanted:
        return [UTC, *tables.names][:limit]
    ranked = [(0, name) for name in MEANT.get(wanted, ())]
    for name in (UTC, *tables.names):
        folded = _fold(name)
        city = folded.rsplit("/", 1)[-1]
        if folded.startswith(wanted) or city.startswith(wanted):
            ranked.append((0, name))
        elif wanted in tables.haystacks.get(name, ""):
            ranked.append((1, name))
    ranked += [(2, name) for alias, name in tables.aliases.items() if wanted in alias]
    found = list(dict.fromkeys(name for _, name in sorted(ranked, key=lambda row: row[0])))
    if found:
        return found[:limit]
    cities = {_fold(name).rsplit("/", 1)[-1]: name for name in tables.names}
    near = difflib.get_close_matches(wanted.rsplit("/", 1)[-1], cities, n=limit, cutoff=0.6)
    return [cities[city] for city in near]


def _fold(text: str) -> str:
    return " ".join(text.replace("_", " ").split()).casefold()


@cache
def _tables() -> _Tables:
    """Read tzdata's own tables: zone.tab has a city for each zone of today, tzdata.zi the former names."""
    root = files("tzdata") / "zoneinfo"
    countries = dict(
        line.split("\t")
        for line in (root / "iso3166.tab").read_text(encoding="utf-8").splitlines()
        if line and not line.startswith("#")
    )
    haystacks: dict[str, str] = {}
    for line in (root / "zone.tab").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            code, _, name, *remark = line.split("\t")
            haystacks[name] = _fold(" ".join([name, countries.get(code, ""), *remark]))
    aliases: dict[str, str] = {}
    for line in (root / "tzdata.zi").read_text(encoding="utf-8").splitlines():
        if line.startswith("L "):
            _, today, former = line.split()
            if "/" in former and not former.startswith("Etc/") and today in haystacks and former not in haystacks:
                aliases[_fold(former)] = today
    return _Tables(tuple(sorted(haystacks)), aliases, haystacks)
