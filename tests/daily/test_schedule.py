"""When a post is due: as people type it, and at both edges of daylight saving."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.daily.schedule import due_at, first_due, is_due, local_date, name_days, parse_days, parse_time
from bot.errors import BadDays, BadTime, BadZone
from bot.model import EVERY_DAY, Plan, Subscription


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


MON, TUE, WED, THU, FRI, SAT, SUN = (1 << bit for bit in range(7))


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("mon", MON),
        ("Monday", MON),
        ("mo", MON),
        ("mon,thu", MON | THU),
        ("mon, thu", MON | THU),
        ("Mon and Thu", MON | THU),
        ("mon thu", MON | THU),
        ("mon;thu/sun & tue", MON | TUE | THU | SUN),
        ("mon-fri", MON | TUE | WED | THU | FRI),
        ("mon - fri", MON | TUE | WED | THU | FRI),
        ("mon–fri", MON | TUE | WED | THU | FRI),
        ("monday to friday", MON | TUE | WED | THU | FRI),
        ("fri-mon", MON | FRI | SAT | SUN),
        ("sun-sun", SUN),
        ("mon-wed, sat", MON | TUE | WED | SAT),
        ("weekdays", MON | TUE | WED | THU | FRI),
        ("Weekends", SAT | SUN),
        ("weekdays, sat", EVERY_DAY ^ SUN),
        ("daily", EVERY_DAY),
        ("every day", EVERY_DAY),
        ("Every  Day", EVERY_DAY),
        ("everyday", EVERY_DAY),
        ("mon,mon,mon", MON),
        ("tu,th", TUE | THU),
    ],
)
def test_days_as_people_type_them(typed: str, read: int) -> None:
    assert parse_days(typed) == read


@pytest.mark.parametrize(
    "typed",
    ["", " ", ",", "and", "m", "t", "s", "-", "to", "-mon", "mon--fri", "mon-fry", "mondy", "1", "weekdays-fri"],
)
def test_what_are_no_days(typed: str) -> None:
    with pytest.raises(BadDays) as caught:
        parse_days(typed)
    assert caught.value.given == typed


@given(st.text())
def test_anything_typed_is_days_or_refused(typed: str) -> None:
    try:
        days = parse_days(typed)
    except BadDays:
        return
    assert 1 <= days <= EVERY_DAY


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (EVERY_DAY, "every day"),
        (MON | TUE | WED | THU | FRI, "on weekdays"),
        (MON, "on Mon"),
        (SAT | SUN, "on Sat and Sun"),
        (MON | WED | FRI, "on Mon, Wed and Fri"),
    ],
)
def test_days_in_words(days: int, words: str) -> None:
    assert name_days(days) == words


@pytest.mark.parametrize("days", range(1, EVERY_DAY + 1))
def test_days_in_words_are_read_back(days: int) -> None:
    assert parse_days(name_days(days).removeprefix("on ")) == days


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


def test_a_later_time_on_a_day_already_posted_counts_from_the_next() -> None:
    now = datetime(2026, 5, 1, 10, tzinfo=UTC)
    assert first_due(now, time(18), "UTC")[0] == date(2026, 5, 1)
    assert first_due(now, time(18), "UTC", after=date(2026, 5, 1))[0] == date(2026, 5, 2)


@given(st.integers(1, EVERY_DAY), st.dates(date(2025, 1, 1), date(2030, 12, 31)), st.integers(0, 23))
def test_the_first_due_day_is_the_next_of_its_weekdays(days: int, after: date, hour: int) -> None:
    now = datetime.combine(after, time(hour), UTC)
    day, due = first_due(now, time(9), "UTC", days=days, after=after)
    between = [after + timedelta(days=n) for n in range(1, 9)]
    assert day == next(candidate for candidate in between if days >> candidate.weekday() & 1)
    assert due == datetime.combine(day, time(9), UTC)


def test_due_now_is_not_in_the_past() -> None:
    now = datetime(2026, 5, 1, 9, tzinfo=UTC)
    assert first_due(now, time(9), "UTC") == (now.date(), now)
    assert first_due(now + timedelta(seconds=1), time(9), "UTC")[0] == date(2026, 5, 2)


@pytest.mark.parametrize("zone_name", ["Europe/Kyiv", "Mars/Base"])
def test_a_day_is_due_by_its_own_moment_or_where_that_is_unknown_by_the_last_known(zone_name: str) -> None:
    moment = datetime(2026, 3, 1, 7, tzinfo=UTC)
    found = Subscription(1, 1, 1, Plan(time(9), zone_name), date(2026, 3, 1), moment)
    assert not is_due(found, moment - timedelta(seconds=1))
    assert is_due(found, moment)
    assert local_date(found, moment) == date(2026, 3, 1)


def test_the_local_date_is_that_of_the_zone() -> None:
    now = datetime(2026, 3, 1, 11, tzinfo=UTC)
    for zone_name, day in (("Pacific/Apia", 2), ("America/New_York", 1), ("Mars/Base", 1)):
        assert local_date(Subscription(1, 1, 1, Plan(time(9), zone_name), now.date(), now), now).day == day


def test_a_zone_that_the_data_lost_is_reported() -> None:
    for name in ("Mars/Base", "../../etc/passwd", ""):
        with pytest.raises(BadZone):
            due_at(date(2026, 1, 1), time(9), name)
