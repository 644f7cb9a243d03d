"""Skip, pause, resume and "Post it now": nothing is lost without a word, nothing is posted twice."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from bot.daily.posting import Refused, Unreached
from bot.errors import NothingToPost, SubscriptionPaused
from bot.model import Outcome
from tests.daily.conftest import Daily
from tests.daily.fakes import Cut


async def test_a_skipped_day_is_in_the_history_and_its_commitment_comes_with_the_next(daily: Daily) -> None:
    made = await daily.put()
    day, after = await daily.subscriptions.skip(made)
    assert (day, after.due_date) == (date(2026, 3, 1), date(2026, 3, 2))
    await daily.at(3, 1, 9)
    await daily.at(3, 2, 9)
    assert await daily.ledger() == [("2026-03-01", "skipped", "admin"), ("2026-03-02", "sent", None)]
    assert daily.channel.positions == [1]


async def test_skips_add_up_and_follow_the_weekdays(daily: Daily) -> None:
    await daily.put(days="mon,thu")
    days = [(await daily.subscriptions.skip(await daily.again()))[0].day for _ in range(3)]
    assert days == [2, 5, 9]
    assert (await daily.again()).due_date == date(2026, 3, 12)


async def test_two_who_skip_the_same_day_at_once_skip_it_once(daily: Daily) -> None:
    made = await daily.put()
    first, second = await asyncio.gather(daily.subscriptions.skip(made), daily.subscriptions.skip(made))
    assert first == second
    assert len(await daily.ledger()) == 1


async def test_what_was_posted_this_very_moment_is_not_said_to_be_left_out(daily: Daily) -> None:
    made = await daily.put()
    await daily.at(3, 1, 9)
    day, after = await daily.subscriptions.skip(made)
    assert (day, after.due_date) == (date(2026, 3, 2), date(2026, 3, 3))
    assert await daily.ledger() == [("2026-03-01", "sent", None), ("2026-03-02", "skipped", "admin")]


async def test_resume_takes_back_what_was_to_be_left_out_and_no_more(daily: Daily) -> None:
    await daily.put()
    await daily.at(3, 1, 9)
    for _ in range(3):
        await daily.subscriptions.skip(await daily.again())
    await daily.at(3, 2, 9, 0, 1)
    resumed = await daily.subscriptions.resume(await daily.again())
    assert resumed.due_date == date(2026, 3, 3)
    await daily.at(3, 3, 9)
    assert await daily.ledger() == [
        ("2026-03-01", "sent", None),
        ("2026-03-02", "skipped", "admin"),
        ("2026-03-03", "sent", None),
    ]


async def test_each_day_of_a_pause_goes_by_as_skipped(daily: Daily) -> None:
    made = await daily.put()
    await daily.subscriptions.pause(made)
    for day in (1, 2, 3):
        await daily.at(3, day, 9)
    resumed = await daily.subscriptions.resume(await daily.again())
    assert (resumed.paused, resumed.due_date) == (False, date(2026, 3, 4))
    await daily.at(3, 4, 9)
    assert [row[1:] for row in await daily.ledger()] == [("skipped", "paused")] * 3 + [("sent", None)]
    assert daily.channel.positions == [1]


async def test_a_pause_of_minutes_changes_nothing(daily: Daily) -> None:
    made = await daily.put()
    await daily.subscriptions.pause(made)
    assert await daily.subscriptions.resume(await daily.again()) == made


async def test_a_day_that_is_due_and_not_yet_looked_at_is_not_lost_by_resuming(daily: Daily) -> None:
    await daily.put()
    daily.clock.moment = datetime(2026, 3, 1, 9, 0, 20, tzinfo=UTC)
    await daily.subscriptions.resume(await daily.again())
    await daily.deliver()
    assert await daily.ledger() == [("2026-03-01", "sent", None)]


async def test_a_change_keeps_a_pause(daily: Daily) -> None:
    await daily.subscriptions.pause(await daily.put())
    assert (await daily.change(at="10:00")).paused


@pytest.mark.parametrize("code", ["50035", "50013"])
async def test_a_failed_today_is_posted_late_through_the_ledger(daily: Daily, code: str) -> None:
    made = await daily.put()
    daily.channel.answers = [Refused(code)]
    await daily.at(3, 1, 9)
    row = await daily.subscriptions.post_now(await daily.again())
    assert (row.outcome, row.local_date, row.reason) == (Outcome.SENT, date(2026, 3, 1), None)
    assert (await daily.again()).suspended is None
    with pytest.raises(NothingToPost):
        await daily.subscriptions.post_now(made)
    await daily.at(3, 2, 9)
    assert daily.channel.positions == [1, 2]


async def test_a_missed_today_is_posted_late_however_late_it_is(daily: Daily) -> None:
    made = await daily.put()
    await daily.at(3, 1, 23)
    assert await daily.ledger() == [("2026-03-01", "missed", "down")]
    daily.channel.answers = [Unreached("no route")]
    assert (await daily.subscriptions.post_now(made)).outcome is None
    await daily.after(timedelta(seconds=15))
    assert await daily.ledger() == [("2026-03-01", "sent", None)]


async def test_what_is_posted_late_in_vain_is_missed_again(daily: Daily) -> None:
    made = await daily.put()
    await daily.at(3, 1, 23)
    daily.channel.answers = [Cut(False), *[Unreached("no route")] * 50]
    await daily.subscriptions.post_now(made)
    for _ in range(30):
        await daily.after(timedelta(seconds=15))
    assert await daily.ledger() == [("2026-03-01", "missed", "no route")]
    assert daily.channel.posted == []


@pytest.mark.parametrize("minute", [(3, 1, 8), (3, 2, 8), (3, 3, 23)])
async def test_there_is_nothing_to_post_before_it_is_due_nor_of_another_day(
    daily: Daily, minute: tuple[int, ...]
) -> None:
    made = await daily.put(days="sun,mon")
    await daily.at(*minute)
    with pytest.raises(NothingToPost):
        await daily.subscriptions.post_now(made)


async def test_what_is_under_way_is_not_posted_now(daily: Daily) -> None:
    made = await daily.put()
    daily.channel.answers = [Cut(True)]
    await daily.at(3, 1, 9)
    with pytest.raises(NothingToPost):
        await daily.subscriptions.post_now(made)


async def test_two_who_press_at_once_post_once(daily: Daily) -> None:
    made = await daily.put()
    await daily.at(3, 1, 23)
    both = await asyncio.gather(
        daily.subscriptions.post_now(made), daily.subscriptions.post_now(made), return_exceptions=True
    )
    assert sum(isinstance(result, NothingToPost) for result in both) == 1
    assert len(daily.channel.asked) == 1


@pytest.mark.parametrize("ended", [("missed", "down"), ("failed", "50035"), ("skipped", "paused")])
async def test_what_is_paused_is_not_posted_now_and_stays_as_it_was(daily: Daily, ended: tuple[str, str]) -> None:
    made = await daily.put()
    if ended[0] == "skipped":
        await daily.subscriptions.pause(made)
    daily.channel.answers = [Refused("50035")]
    await daily.at(3, 1, 23 if ended[0] == "missed" else 9)
    await daily.subscriptions.pause(made)
    before, sends = await daily.again(), len(daily.channel.asked)
    with pytest.raises(SubscriptionPaused):
        await daily.subscriptions.post_now(before)
    assert await daily.ledger() == [("2026-03-01", *ended)]
    assert await daily.again() == before
    assert len(daily.channel.asked) == sends


async def test_an_earlier_date_that_is_posted_after_a_later_one_takes_its_turn_then(several: Daily) -> None:
    """A server that moves its time zone to the west lives through a date twice."""
    several.clock.moment = begin = datetime(2026, 2, 26, 12, tzinfo=UTC)
    await several.put(zone="Pacific/Apia", document="alpha")
    for hour in range(24 * 4 - 12):
        several.clock.moment = begin + timedelta(hours=hour)
        several.channel.answers = [Refused("50035")] if several.clock.moment.day == 28 else []
        await several.deliver()
    assert [row[1] for row in await several.ledger()] == ["sent", "sent", "failed", "sent"]
    made = await several.change(zone="UTC")
    assert (await several.subscriptions.post_now(made)).local_date == date(2026, 3, 1)
    for day in range(3, 9):
        await several.at(3, day, 9)
    assert several.channel.positions == [1, 2, 3, 1, 2, 3, 1, 2, 3, 1]


@pytest.mark.parametrize("code", ["50035", "404"])
async def test_a_shuffle_whose_round_begins_with_a_failure_does_not_repeat_what_ended_the_last(
    several: Daily, code: str
) -> None:
    await several.put(document="alpha", order="shuffle")
    for day in range(120):
        begins = len(several.channel.posted) % 3 == 0 and len(several.channel.asked) % 2 == 0
        several.channel.answers = [Refused(code)] if begins else []
        several.clock.moment = datetime(2026, 3, 1, 9, tzinfo=UTC) + timedelta(days=day)
        await several.deliver()
    posted = several.channel.positions
    assert 60 < len(posted) < 120
    assert all(before != after for before, after in pairwise(posted))
    assert all(set(posted[n : n + 3]) == {1, 2, 3} for n in range(0, len(posted) - 2, 3))


async def test_notices_are_told_once(daily: Daily) -> None:
    await daily.put(1)
    await daily.put(2)
    daily.channel.answers, daily.channel.nobody_to_tell = [Refused("50013"), Refused("50001")], True
    await daily.at(3, 1, 9)
    told = await daily.subscriptions.take_notices(100)
    assert sorted(subscription.suspended or "" for subscription in told) == ["50001", "50013"]
    assert await daily.subscriptions.take_notices(100) == ()
