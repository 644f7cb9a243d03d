"""Every quarter hour of every zone of the plan, over six years: one due instant for each local date."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

import pytest

from bot.daily.schedule import first_due
from bot.daily.zones import zone

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
FIRST, LAST = date(2025, 1, 1), date(2030, 12, 31)
DAYS = (LAST - FIRST).days + 1
QUARTER = timedelta(minutes=15)
DAY = timedelta(days=1)


def reached(zone_name: str, first: date, last: date) -> Iterator[tuple[datetime, datetime]]:
    """Yield every local quarter hour from one date to another, with the first instant that is not before it.

    Found by watching the zone's clock: where it goes forward, it reaches many at once, and the ones that it shows
    for a second time it has reached already. (All of these zones change at a quarter hour of UTC.)
    """
    rules = zone(zone_name)
    moment = datetime.combine(first, time(), UTC) - DAY
    wanted, end = datetime.combine(first, time()), datetime.combine(last, time(23, 45))
    while wanted <= end:
        wall = moment.astimezone(rules).replace(tzinfo=None)
        while wanted <= min(wall, end):
            yield wanted, moment
            wanted += QUARTER
        moment += QUARTER


@pytest.mark.parametrize("zone_name", ZONES)
def test_one_due_instant_for_each_local_date_none_in_the_past_and_in_order(zone_name: str) -> None:
    expected: dict[time, list[tuple[date, datetime]]] = {}
    for wall, moment in reached(zone_name, FIRST, LAST):
        expected.setdefault(wall.time(), []).append((wall.date(), moment))
    assert len(expected) == 96
    begin = datetime.combine(FIRST, time(), UTC) - DAY
    dates = [FIRST + n * DAY for n in range(DAYS)]
    for at, due in expected.items():
        walked, now, day = [], begin, FIRST - DAY
        for _ in dates:
            day, moment = first_due(now, at, zone_name, after=day)
            assert moment >= now
            now = moment
            walked.append((day, now))
        assert walked == due
        assert [local for local, _ in walked] == dates
        rules = zone(zone_name)
        for local, moment in walked:
            shown = moment.astimezone(rules).replace(tzinfo=None)
            if shown != datetime.combine(local, at):
                assert not exists(datetime.combine(local, at), zone_name)
                assert shown.date() == local


def exists(wall: datetime, zone_name: str) -> bool:
    rules = zone(zone_name)
    return wall.replace(tzinfo=rules).astimezone(UTC).astimezone(rules).replace(tzinfo=None) == wall


@pytest.mark.parametrize("zone_name", ZONES)
def test_a_moment_after_a_post_the_next_day_is_due_without_being_told_of_the_last(zone_name: str) -> None:
    for at in (time(0), time(1, 30), time(2, 15), time(3), time(12), time(23, 45)):
        day, due = first_due(datetime(2026, 1, 1, tzinfo=UTC), at, zone_name)
        for _ in range(400):
            following = first_due(due + timedelta(seconds=1), at, zone_name)
            assert following == first_due(due, at, zone_name, after=day)
            assert following[0] == day + DAY
            day, due = following
