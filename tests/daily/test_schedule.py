"""The schedule, over whole years, at both edges of daylight saving."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from bot.daily.schedule import due_at, first_due, parse_time
from bot.daily.zones import zone
from bot.errors import BadTime, BadZone

ZONES = (
    "UTC",
    "America/New_York",
    "Europe/London",
    "Europe/Kyiv",
    "Asia/Kolkata",
    "Asia/Tokyo",
    "Australia/Sydney",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "Pacific/Apia",
    "America/Santiago",
)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("9:00", time(9)),
        ("09:00", time(9)),
        ("9", time(9)),
        ("9am", time(9)),
        ("9 AM", time(9)),
        ("9 a.m.", time(9)),
        ("9pm", time(21)),
        ("9:30pm", time(21, 30)),
        ("12am", time(0)),
        ("12pm", time(12)),
        ("21.30", time(21, 30)),
        ("21h30", time(21, 30)),
        ("0:00", time(0)),
        ("23:59", time(23, 59)),
        (" 07:05 ", time(7, 5)),
    ],
)
def test_times_as_people_type_them(typed: str, read: time) -> None:
    assert parse_time(typed) == read


@pytest.mark.parametrize(
    "typed",
    ["", " ", "24:00", "25:30", "9:60", "9:5", "13pm", "0am", "noon", "9:00:00", "-1", "1e1", "٩:٠٠", "9" * 300],
)
def test_what_is_no_time(typed: str) -> None:
    with pytest.raises(BadTime) as caught:
        parse_time(typed)
    assert caught.value.given == typed


@pytest.mark.parametrize(
    ("day", "at", "zone_name", "expected"),
    [
        # Clocks go forward: the first instant after the gap.
        (date(2026, 3, 29), time(3, 30), "Europe/Kyiv", datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),
        (date(2026, 3, 29), time(3, 0), "Europe/Kyiv", datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),
        (date(2026, 3, 29), time(2, 59), "Europe/Kyiv", datetime(2026, 3, 29, 0, 59, tzinfo=UTC)),
        (date(2026, 3, 29), time(4, 0), "Europe/Kyiv", datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),
        (date(2026, 3, 8), time(2, 30), "America/New_York", datetime(2026, 3, 8, 7, 0, tzinfo=UTC)),
        (date(2026, 10, 4), time(2, 15), "Australia/Lord_Howe", datetime(2026, 10, 3, 15, 30, tzinfo=UTC)),
        (date(2026, 9, 6), time(0, 30), "America/Santiago", datetime(2026, 9, 6, 4, 0, tzinfo=UTC)),
        # Clocks go back: the first of the two.
        (date(2026, 10, 25), time(3, 30), "Europe/Kyiv", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        (date(2026, 11, 1), time(1, 30), "America/New_York", datetime(2026, 11, 1, 5, 30, tzinfo=UTC)),
        # A day that the zone never had.
        (date(2011, 12, 30), time(9), "Pacific/Apia", datetime(2011, 12, 30, 10, 0, tzinfo=UTC)),
        (date(2026, 3, 29), time(9), "UTC", datetime(2026, 3, 29, 9, tzinfo=UTC)),
    ],
)
def test_due_at_the_edges(day: date, at: time, zone_name: str, expected: datetime) -> None:
    assert due_at(day, at, zone_name) == expected


@pytest.mark.parametrize("zone_name", ZONES)
def test_a_year_of_days_in_every_zone(zone_name: str) -> None:
    """One due instant for each local date, in order, on that date, at that time unless it does not exist."""
    rules = zone(zone_name)
    for at in (time(0), time(1, 30), time(2, 15), time(3), time(12), time(23, 45)):
        before = datetime(2025, 12, 31, tzinfo=UTC) - timedelta(days=2)
        for offset in range(366):
            day = date(2026, 1, 1) + timedelta(days=offset)
            due = due_at(day, at, zone_name)
            local = due.astimezone(rules)
            assert due > before
            assert local.date() == day
            exists = datetime.combine(day, at, rules).astimezone(UTC).astimezone(rules).time() == at
            assert (local.time() == at) if exists else (local.time() > at)
            before = due


@pytest.mark.parametrize("zone_name", ZONES)
def test_first_due_is_never_in_the_past_and_never_skips_a_day(zone_name: str) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    for _ in range(400):
        day, due = first_due(now, time(9), zone_name)
        assert now <= due < now + timedelta(hours=49)
        assert first_due(due, time(9), zone_name) == (day, due)
        following = first_due(due, time(9), zone_name, after=day)
        assert following[0] == day + timedelta(days=1)
        now = due + timedelta(minutes=1)


def test_a_later_time_on_a_day_already_posted_counts_from_the_next() -> None:
    now = datetime(2026, 5, 1, 10, tzinfo=UTC)
    assert first_due(now, time(18), "UTC")[0] == date(2026, 5, 1)
    assert first_due(now, time(18), "UTC", after=date(2026, 5, 1))[0] == date(2026, 5, 2)


def test_a_zone_that_the_data_lost_is_reported() -> None:
    for name in ("Mars/Base", "../../etc/passwd", ""):
        with pytest.raises(BadZone):
            due_at(date(2026, 1, 1), time(9), name)
