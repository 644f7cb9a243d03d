"""The grammar of the sandbox's lines: durations, moments, and a command's options."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

_UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}


class LineError(Exception):
    """A line that the sandbox does not understand."""


class ClientError(Exception):
    """What Discord's own client would not let a user do."""


def duration(text: str) -> timedelta:
    """Return the length of `20s`, `2h30m` or `3d`."""
    if not re.fullmatch(r"(\d+[smhdw])+", text):
        raise LineError(f"{text!r} is not a time span; write it like 20s, 2h30m or 3d")
    parts = re.findall(r"(\d+)([smhdw])", text)
    try:
        return timedelta(seconds=sum(int(number) * _UNITS[unit] for number, unit in parts))
    except OverflowError:
        raise LineError(f"{text!r} is too long a time span") from None


def moment(text: str) -> datetime:
    """Return a moment of ISO 8601 in UTC, such as `2026-03-30T09:00Z`; without a zone it is UTC."""
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        raise LineError(f"{text!r} is not a moment; write it like 2026-03-30T09:00Z") from None
    if when.year < 2016:
        raise LineError(f"{text!r} is before Discord's time")
    return when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)


def options(text: str, names: Sequence[str]) -> list[tuple[str, str]]:
    """Split `name:value name:value`; a value runs verbatim to the next ` name:` of these names or the end.

    Raises ClientError for text that belongs to none of them, and for one given twice.
    """
    if not text.strip():
        return []
    choice = "|".join(sorted(map(re.escape, names), key=len, reverse=True))
    marks = list(re.finditer(rf"(?:^|(?<=\s))({choice}):", text)) if names else []
    before = text[: marks[0].start()] if marks else text
    if before.strip():
        known = ", ".join(f"{name}:" for name in names) or "none"
        raise ClientError(f"{before.strip()!r} belongs to no option of this command; its options are {known}")
    found: list[tuple[str, str]] = []
    for mark, following in zip(marks, [*marks[1:], None], strict=True):
        # The one blank before the next option separates; all others are the value's.
        value = text[mark.end() : following.start() - 1 if following else None]
        if mark[1] in dict(found):
            raise ClientError(f"{mark[1]}: is given twice")
        found.append((mark[1], value))
    return found
