"""A change of days, time or zone: no day that was due is lost without a word, none is posted twice."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.daily.plan import Change
from bot.daily.posting import Refused
from bot.daily.schedule import due_at, first_due
from bot.model import Subscription
from tests.daily.conftest import CHANNEL, GUILD, MEMORY, Daily, daily_in
from tests.daily.fakes import FakePoster, SetClock

SENT, CHANGED = ("sent", None), ("skipped", "changed")
START = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("change", "rows"),
    [
        # 1 March 2026 is a Sunday.
        ({"days": "mon,tue"}, {1: CHANGED, 2: SENT, 3: SENT}),
        ({"days": "wed"}, {1: CHANGED, 4: SENT}),
        ({"days": "sun,wed"}, {1: SENT, 4: SENT}),
        ({"days": "mon", "at": "08:00"}, {1: CHANGED, 2: SENT}),
        ({"at": "18:00"}, {1: SENT, 2: SENT, 3: SENT, 4: SENT}),
        ({"at": "08:00"}, {1: SENT, 2: SENT, 3: SENT, 4: SENT}),
        ({"zone": "America/New_York"}, {1: SENT, 2: SENT, 3: SENT, 4: SENT}),
        ({"zone": "America/New_York", "days": "mon"}, {1: CHANGED, 2: SENT}),
    ],
    ids=str,
)
async def test_of_a_day_that_waits_for_its_server(
    daily: Daily, change: dict[str, Any], rows: dict[int, tuple[str, str | None]]
) -> None:
    await daily.put()
    daily.channel.not_ready = {GUILD}
    await daily.at(3, 1, 9)
    await daily.at(3, 1, 10)
    await daily.change(**change)
    daily.channel.not_ready = set()
    for hour in range(10, 24 * 4):
        daily.clock.moment = START + timedelta(hours=hour)
        await daily.deliver()
    assert {int(day[-2:]): (outcome, reason) for day, outcome, reason in await daily.ledger()} == rows
    assert len(daily.channel.posted) == sum(row == SENT for row in rows.values())


@pytest.mark.parametrize(
    ("change", "ended", "then"),
    [
        ({"days": "fri"}, [1, 2, 3, 4], []),
        ({"days": "wed"}, [1, 2, 3], [4]),
        ({"days": "thu", "at": "23:00"}, [1, 2, 3, 4], []),
    ],
)
async def test_of_several_days_that_were_not_looked_at(
    daily: Daily, change: dict[str, Any], ended: list[int], then: list[int]
) -> None:
    await daily.put()
    daily.clock.moment = datetime(2026, 3, 4, 9, 0, 20, tzinfo=UTC)
    await daily.change(**change)
    await daily.deliver()
    assert await daily.ledger() == [
        *((f"2026-03-{day:02}", *CHANGED) for day in ended),
        *((f"2026-03-{day:02}", *SENT) for day in then),
    ]


async def test_what_is_due_by_the_second_plan_too_was_not_changed_away(daily: Daily) -> None:
    await daily.put()
    daily.channel.not_ready = {GUILD}
    await daily.at(3, 1, 9)
    changes: list[dict[str, Any]] = [{"days": "sun"}, {"order": "shuffle"}, {"at": "09:01"}]
    for change in changes:
        await daily.change(**change)
    assert await daily.ledger() == []


def due_by(found: Subscription, now: datetime) -> set[date]:
    """Return the days on which a plan was due since it was set."""
    plan, days, day = found.plan, set(), found.due_date
    while (due := due_at(day, plan.at, plan.zone)) <= now:
        days.add(day)
        day, _ = first_due(due, plan.at, plan.zone, days=plan.days, after=day)
    return days


async def days_of(daily: Daily) -> set[date]:
    return {date.fromisoformat(day) for day, *_ in await daily.ledger()}


CHANGES: st.SearchStrategy[dict[str, Any]] = st.builds(
    dict,
    at=st.sampled_from(["00:00", "09:00", "18:00", "23:45"]),
    zone=st.sampled_from(["UTC", "Pacific/Apia", "Pacific/Honolulu", "Europe/Kyiv"]),
    days=st.sampled_from(["daily", "mon", "wed,sat", "weekends"]),
) | st.sampled_from([{"order": "shuffle"}, {"at": "12:00"}, {"days": "sun"}])
HOURS = st.sampled_from([0.01, 0.5, 5.0, 7.0, 13.0, 30.0, 100.0])
STORIES = st.lists(st.tuples(HOURS, st.booleans(), st.booleans(), CHANGES), min_size=1, max_size=12)


@settings(max_examples=150)
@given(STORIES)
@example([(9.5, False, True, {"zone": "Pacific/Apia"}), (0.5, True, True, {"zone": "Pacific/Honolulu"})])
async def test_every_day_that_was_due_is_in_the_history_and_no_day_is_posted_twice(
    story: list[tuple[float, bool, bool, dict[str, Any]]],
) -> None:
    clock = SetClock(START)
    channel = FakePoster(clock)
    with TemporaryDirectory(dir=MEMORY) as folder:
        async with daily_in(Path(folder), clock, channel) as daily:
            found = await daily.put()
            for hours, looks, ready, change in story:
                channel.not_ready = set() if ready else {GUILD}
                clock.moment += timedelta(hours=hours)
                if looks:
                    await daily.deliver()
                due = due_by(found, clock.moment)
                found = await daily.change(**change)
                # What is not over by the new plan is the new plan's: it may be due later that day.
                assert {day for day in due if day < found.due_date} <= await days_of(daily)
            channel.not_ready = set()
            for _ in range(24 * 9):
                await daily.after(timedelta(hours=1))
            assert due_by(found, clock.moment) <= await days_of(daily)
            rows = await daily.ledger()
    assert set(Counter(message.post.nonce for message in channel.posted).values()) <= {1}
    assert [row[1] for row in rows].count("sent") == len(channel.posted)


async def test_who_leaves_out_tomorrow_and_then_sets_a_later_time_has_today_and_not_tomorrow(daily: Daily) -> None:
    await daily.put(at="18:00")
    daily.clock.moment = START.replace(hour=8)
    await daily.change(at="07:00")  # today is over by that, so tomorrow is next
    day, _ = await daily.subscriptions.skip(await daily.again())
    assert day == date(2026, 3, 2)
    put = await daily.subscriptions.put(GUILD, CHANNEL, Change(at="20:00"))
    assert (put.out_today, put.subscription.due_date) == (False, date(2026, 3, 1))
    for hour in range(9, 24 * 3):
        daily.clock.moment = START + timedelta(hours=hour)
        await daily.deliver()
    assert await daily.ledger() == [
        ("2026-03-01", "sent", None),
        ("2026-03-02", "skipped", "admin"),
        ("2026-03-03", "sent", None),
    ]


@pytest.mark.parametrize("before", [SENT, ("failed", "50035")])
async def test_where_today_was_posted_or_tried_a_later_time_counts_from_what_is_not_left_out(
    daily: Daily, before: tuple[str, str | None]
) -> None:
    await daily.put()
    daily.channel.answers = [Refused(before[1])] if before[1] else []
    await daily.at(3, 1, 9)
    await daily.subscriptions.skip(await daily.again())
    put = await daily.subscriptions.put(GUILD, CHANNEL, Change(at="20:00"))
    assert (put.out_today, put.subscription.due_date) == (True, date(2026, 3, 3))
    for hour in range(10, 24 * 3):
        daily.clock.moment = START + timedelta(hours=hour)
        await daily.deliver()
    assert [row[1:] for row in await daily.ledger()] == [before, ("skipped", "admin"), SENT]
