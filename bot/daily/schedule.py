"""When a daily post is due: local time and weekdays in a zone -> moments in UTC; pure."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from bot.daily.zones import zone
from bot.errors import BadDays, BadTime, BadZone
from bot.model import EVERY_DAY, Subscription

_TIME: Final = re.compile(r"(\d{1,2})(?:\s*[:.h]\s*(\d{2}))?\s*(?:([ap])\.?\s*m\.?)?", re.IGNORECASE | re.ASCII)
_WEEK: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_GROUPS: Final = {"daily": EVERY_DAY, "everyday": EVERY_DAY, "weekdays": 0b0011111, "weekends": 0b1100000}


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


def parse_days(text: str) -> int:
    """Read weekdays, as bits of which the lowest is Monday: weekdays, mon-fri, "mon, thu". Raises BadDays."""
    plain = re.sub(r"\bevery\s+day\b", "everyday", text.casefold())
    plain = re.sub(r"\s*(?:[-–—]|\bto\b)\s*", "-", plain)
    days = 0
    for part in re.findall(r"[^\s,;/&]+", plain):
        if part != "and":
            first, dash, last = part.partition("-")
            days |= _GROUPS.get(part) or _range(text, first, last if dash else first)
    if not days:
        raise BadDays(text)
    return days


def _range(given: str, first: str, last: str) -> int:
    """Return the days from one to another, over the week's end if need be."""
    begin, end = (
        next((n for n, name in enumerate(_WEEK) if len(word) > 1 and name.startswith(word)), None)
        for word in (first, last)
    )
    if begin is None or end is None:
        raise BadDays(given)
    return sum(1 << (begin + step) % 7 for step in range((end - begin) % 7 + 1))


def name_days(days: int) -> str:
    """Return weekdays in words: "every day", "on weekdays", "on Mon and Thu"."""
    if days == EVERY_DAY:
        return "every day"
    if days == _GROUPS["weekdays"]:
        return "on weekdays"
    *before, last = [name[:3].title() for bit, name in enumerate(_WEEK) if days >> bit & 1]
    return f"on {', '.join(before)} and {last}" if before else f"on {last}"


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


def first_due(
    now: datetime, at: time, zone_name: str, *, days: int = EVERY_DAY, after: date | None = None
) -> tuple[date, datetime]:
    """Return the local date and the moment of the first post that is not before `now`.

    `days` are the weekdays that count. With `after`, the local date is later than that one: its post is already
    in the ledger. Raises BadZone.
    """
    day = now.astimezone(zone(zone_name)).date()
    if after is not None:
        day = max(day, after + timedelta(days=1))
    while True:
        if days >> day.weekday() & 1 and (due := due_at(day, at, zone_name)) >= now:
            return day, due
        day += timedelta(days=1)


def is_due(subscription: Subscription, now: datetime) -> bool:
    """Tell whether the day that a subscription waits for has come; `next_due_at` may be a later look at it."""
    try:
        return due_at(subscription.due_date, subscription.plan.at, subscription.plan.zone) <= now
    except BadZone:
        return subscription.next_due_at <= now


def local_date(subscription: Subscription, now: datetime) -> date:
    """Return what day it is where a subscription is; in UTC where the data lost its zone."""
    try:
        return now.astimezone(zone(subscription.plan.zone)).date()
    except BadZone:
        return now.date()
