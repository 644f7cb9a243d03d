"""What becomes of the days that are due: a table of every state of a subscription."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from bot.daily.judgement import Verdict, following, judge
from bot.errors import BadZone
from bot.model import Ending, Outcome, Plan, Subscription

DAY = date(2026, 3, 2)
"""A Monday."""
NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)
GRACE = timedelta(hours=6)
PLAN = Plan(time(9), "UTC")
SET = Subscription(1, 100, 200, PLAN, DAY, NINE)
POST, WAIT, REST = Verdict.POST, Verdict.WAIT, Verdict.REST
ON_TIME, IN_GRACE, LATE = timedelta(), GRACE, GRACE + timedelta(seconds=1)
PAUSED: dict[str, Any] = {"paused": True}
LEFT: dict[str, Any] = {"left_at": NINE}
WAITED: dict[str, Any] = {"next_due_at": NINE + timedelta(seconds=30)}


def suspended(code: str) -> dict[str, Any]:
    return {"suspended": code}


@pytest.mark.parametrize(
    ("state", "writable", "after", "ended", "verdict"),
    [
        ({}, True, ON_TIME, None, POST),
        ({}, True, IN_GRACE, None, POST),
        ({}, True, LATE, "missed down", REST),
        # Discord itself says why not, so that the reason is the true one.
        ({}, False, ON_TIME, None, POST),
        ({}, False, LATE, "missed down", REST),
        ({}, None, ON_TIME, None, WAIT),
        ({}, None, IN_GRACE, None, WAIT),
        ({}, None, LATE, "missed down", REST),
        (WAITED, None, LATE, "missed not ready", REST),
        (WAITED, True, IN_GRACE, None, POST),
        (PAUSED, True, ON_TIME, "skipped paused", REST),
        (PAUSED, None, LATE, "skipped paused", REST),
        (LEFT, True, ON_TIME, "missed removed", REST),
        (LEFT, None, ON_TIME, "missed removed", REST),
        (LEFT | PAUSED, True, ON_TIME, "missed removed", REST),
        *[
            row
            for code in ("50001", "50013")
            for row in [
                (suspended(code), True, ON_TIME, None, POST),
                (suspended(code), True, IN_GRACE, None, POST),
                (suspended(code), True, LATE, f"missed suspended {code}", REST),
                (suspended(code), False, ON_TIME, f"missed suspended {code}", REST),
                (suspended(code), False, LATE, f"missed suspended {code}", REST),
                (suspended(code), None, ON_TIME, None, WAIT),
                (suspended(code), None, LATE, f"missed suspended {code}", REST),
                (suspended(code) | PAUSED, True, ON_TIME, "skipped paused", REST),
            ]
        ],
        (suspended("10003"), True, ON_TIME, "missed suspended 10003", REST),
        (suspended("10003"), False, ON_TIME, "missed suspended 10003", REST),
        (suspended("10003"), None, ON_TIME, "missed suspended 10003", REST),
        (suspended("10003"), None, LATE, "missed suspended 10003", REST),
    ],
)
def test_a_day_that_is_due(
    state: dict[str, Any], writable: bool | None, after: timedelta, ended: str | None, verdict: Verdict
) -> None:
    found = judge(replace(SET, **state), NINE + after, GRACE, writable=writable)
    assert found.verdict is verdict
    if ended is None:
        assert (found.endings, found.day, found.due_at) == ((), DAY, NINE)
    else:
        outcome, _, reason = ended.partition(" ")
        assert found.endings == (Ending(DAY, NINE, Outcome(outcome), reason),)
        assert (found.day, found.due_at) == (DAY + timedelta(days=1), NINE + timedelta(days=1))


@pytest.mark.parametrize("writable", [None, False, True])
def test_what_is_not_due_rests(writable: bool | None) -> None:
    found = judge(SET, NINE - timedelta(seconds=1), GRACE, writable=writable)
    assert (found.endings, found.day, found.due_at, found.verdict) == ((), DAY, NINE, REST)


@pytest.mark.parametrize(
    ("days", "now", "endings", "day", "verdict"),
    [
        (0b1111111, NINE + timedelta(days=3), [2, 3, 4], 5, POST),
        (0b1111111, NINE + timedelta(days=3, hours=7), [2, 3, 4, 5], 6, REST),
        # Monday and Thursday; on the days between nothing is scheduled, so nothing ends.
        (0b0001001, NINE + timedelta(days=2), [2], 5, REST),
        (0b0001001, NINE + timedelta(days=10), [2, 5, 9], 12, POST),
        (0b1100000, NINE + timedelta(days=7), [2, 7, 8], 14, REST),
    ],
)
def test_several_days_that_were_down(
    days: int, now: datetime, endings: list[int], day: int, verdict: Verdict
) -> None:
    found = judge(replace(SET, plan=replace(PLAN, days=days)), now, GRACE, writable=True)
    assert [(ending.local_date.day, ending.reason) for ending in found.endings] == [(n, "down") for n in endings]
    assert [ending.due_at for ending in found.endings] == [NINE.replace(day=n) for n in endings]
    assert (found.day.day, found.due_at, found.verdict) == (day, NINE.replace(day=day), verdict)


def test_never_more_than_one_post_on_return() -> None:
    found = judge(SET, NINE + timedelta(hours=30), timedelta(hours=23), writable=True)
    assert [ending.local_date.day for ending in found.endings] == [2]
    assert (found.day.day, found.verdict) == (3, POST)


def test_only_the_first_of_several_days_was_waited_for() -> None:
    found = judge(replace(SET, **WAITED), NINE + timedelta(days=2, hours=7), GRACE, writable=True)
    assert [ending.reason for ending in found.endings] == ["not ready", "down", "down"]


@pytest.mark.parametrize(
    ("zone_name", "at", "days", "expected"),
    [
        # Clocks go forward on 29 March, at 01:00 UTC; back on 25 October.
        ("Europe/Kyiv", time(3, 30), [28, 29, 30], ["2026-03-28T01:30", "2026-03-29T01:00", "2026-03-30T00:30"]),
        ("Europe/Kyiv", time(9), [28, 29, 30], ["2026-03-28T07:00", "2026-03-29T06:00", "2026-03-30T06:00"]),
        ("Europe/London", time(1), [28, 29, 30], ["2026-03-28T01:00", "2026-03-29T01:00", "2026-03-30T00:00"]),
    ],
)
def test_days_around_a_change_of_clocks(zone_name: str, at: time, days: list[int], expected: list[str]) -> None:
    day, due = date(2026, 3, 28), datetime.fromisoformat(f"{expected[0]}+00:00")
    found = judge(
        Subscription(1, 1, 1, Plan(at, zone_name), day, due), due + timedelta(days=2, hours=12), GRACE, writable=True
    )
    assert [ending.local_date.day for ending in found.endings] == days
    assert [f"{ending.due_at:%Y-%m-%dT%H:%M}" for ending in found.endings] == expected


def test_what_follows_is_the_next_scheduled_day() -> None:
    plan = replace(PLAN, days=0b0000001)
    assert following(replace(SET, plan=plan), DAY, NINE) == (date(2026, 3, 9), NINE + timedelta(days=7))


def test_a_zone_that_is_lost_is_not_guessed() -> None:
    with pytest.raises(BadZone):
        judge(replace(SET, plan=replace(PLAN, zone="Mars/Base")), NINE, GRACE, writable=True)
