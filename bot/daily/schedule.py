"""When a daily post is due: local time in a zone -> moments in UTC; pure."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from bot.daily.zones import zone
from bot.errors import BadTime

_TIME: Final = re.compile(r"(\d{1,2})(?:\s*[:.h]\s*(\d{2}))?\s*(?:([ap])\.?\s*m\.?)?", re.IGNORECASE | re.ASCII)


def parse_time(text: str) -> time:
    """Read a time of day: 9:00, 09:00, 21.30, 9am, 9:30 pm. Raises BadTime."""
    match = _TIME.fullmatch(text.strip())
    if match is None:
        raise BadTime(text)
    hour, minute, half = int(match[1]), int(match[2] or 0), (match[3] or "").casefold()
    if half:
        if not 1 <= hour <= 12:
            raise BadTime(text)
        hour = hour % 12 + (12 if half == "p" else 0)
    if hour > 23 or minute > 59:
        raise BadTime(text)
    return time(hour, minute)


def due_at(day: date, at: time, zone_name: str) -> datetime:
    """Return the moment of a local day's post, in UTC.

    In a gap (clocks go forward past it) it is the first instant after the gap; in an overlap, the first of
    the two. Raises BadZone.
    """
    local = datetime.combine(day, at, zone(zone_name))  # fold=0: the first of two
    moment = local.astimezone(UTC)
    if moment.astimezone(local.tzinfo).replace(tzinfo=None) == local.replace(tzinfo=None):
        return moment
    # In a gap, fold=0 is computed with the offset before it and so lands after it, by the gap's length at
    # most; the instant where the offset changes lies between the readings of both folds.
    low, high = local.replace(fold=1).astimezone(UTC), moment
    offset_after = high.astimezone(local.tzinfo).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) // 2
        middle = middle.replace(microsecond=0)
        if middle.astimezone(local.tzinfo).utcoffset() == offset_after:
            high = middle
        else:
            low = middle
    return high


def first_due(now: datetime, at: time, zone_name: str, after: date | None = None) -> tuple[date, datetime]:
    """Return the local date and the moment of the first post that is not before `now`.

    With `after`, the local date is later than that one: its post is already in the ledger. Raises BadZone.
    """
    day = now.astimezone(zone(zone_name)).date()
    if after is not None:
        day = max(day, after + timedelta(days=1))
    while due_at(day, at, zone_name) < now:
        day += timedelta(days=1)
    return day, due_at(day, at, zone_name)
