"""What is paused, left, reloaded or killed while a day is under way; and what is done beside the post."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.daily.delivery import SUSPENDING
from bot.daily.posting import Sent, delivery_key
from bot.model import Outcome, Subscription
from tests.daily.conftest import Daily, daily_in
from tests.daily.fakes import Answer, Cut, FakePoster, SetClock
from tests.daily.test_delivery import DOWN, FAILED, LOST, MISSED, NEVER, SENT, UNKNOWN, settle


@pytest.mark.parametrize(
    ("answer", "what", "expected"),
    [
        (DOWN, "paused = 1", ("skipped", "paused", 0)),
        (LOST, "paused = 1", ("sent", None, 1)),
        (NEVER, "paused = 1", ("skipped", "paused", 0)),
        (DOWN, "left_at = next_due_at", ("missed", "removed", 0)),
        (LOST, "left_at = next_due_at", ("unknown", "removed", 1)),
        (NEVER, "left_at = next_due_at", ("unknown", "removed", 0)),
    ],
)
async def test_what_is_paused_or_left_meanwhile_is_settled_and_not_sent(
    daily: Daily, answer: Answer, what: str, expected: tuple[str, str | None, int]
) -> None:
    await daily.put()
    daily.channel.answers = [answer]
    await daily.at(3, 1, 9)
    await daily.execute(f"UPDATE subscriptions SET {what}")
    await settle(daily)
    assert (*(await daily.rows("outcome, reason"))[0], len(daily.channel.posted)) == expected
    assert len(daily.channel.asked) == 1


@pytest.mark.parametrize(
    ("answer", "expected"),
    [(DOWN, ("failed", "reloaded", 0)), (LOST, ("sent", None, 1)), (NEVER, ("failed", "reloaded", 0))],
)
async def test_what_a_reload_took_away_is_settled_and_not_sent(
    daily: Daily, answer: Answer, expected: tuple[str, str | None, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    await daily.put()
    daily.channel.answers = [answer]
    await daily.at(3, 1, 9)
    monkeypatch.setattr(daily.library, "find_commitment", lambda *_: None)
    await settle(daily)
    assert (*(await daily.rows("outcome, reason"))[0], len(daily.channel.posted)) == expected


async def test_every_retry_sends_what_was_claimed(daily: Daily) -> None:
    await daily.put()
    daily.channel.answers = [DOWN, LOST, DOWN]
    await daily.at(3, 1, 9)
    await daily.change(order="shuffle")
    await settle(daily)
    assert len({(post.nonce, post.commitment.position) for post in daily.channel.asked}) == 1


@pytest.mark.parametrize(("thread", "publish"), [(False, False), (True, False), (False, True)])
async def test_thread_and_publication_are_noted_where_they_fail_and_do_not_fail_the_post(
    daily: Daily, thread: bool, publish: bool
) -> None:
    await daily.put(thread=thread, publish=publish)
    daily.channel.note = "thread 50013"
    await daily.at(3, 1, 9)
    wanted = thread or publish
    assert await daily.rows("outcome, note, message_id") == [("sent", "thread 50013" if wanted else None, 1)]
    assert daily.channel.decorated == ([1] if wanted else [])
    daily.channel.note = None
    await daily.at(3, 2, 9)
    assert (await daily.rows("outcome, note"))[1] == ("sent", None)


async def test_a_process_that_dies_before_its_thread_is_open_leaves_a_note(
    daily: Daily, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def die(*_: object) -> str | None:
        raise asyncio.CancelledError

    monkeypatch.setattr(daily.channel, "decorate", die)
    await daily.put(thread=True)
    await daily.at(3, 1, 9)
    assert await daily.rows("outcome, note") == [("sent", "interrupted")]


@pytest.mark.parametrize("arrived", [False, True])
@pytest.mark.parametrize(
    ("wait", "looks"), [(timedelta(seconds=5), 0), (timedelta(minutes=10), 1), (timedelta(hours=5), 1)]
)
async def test_a_kill_between_claim_and_record_never_posts_twice(
    tmp_path: Path, arrived: bool, wait: timedelta, looks: int
) -> None:
    clock = SetClock()
    channel = FakePoster(clock, [Cut(arrived, asyncio.CancelledError())])
    async with daily_in(tmp_path, clock, channel) as daily:
        await daily.put()
        await daily.at(3, 1, 9)
    async with daily_in(tmp_path, clock, channel) as daily:
        await daily.after(wait)
        await settle(daily)
        assert await daily.ledger() == [("2026-03-01", "sent", None)]
    assert len(channel.posted) == 1
    assert len(channel.looks) == looks


async def test_a_kill_and_a_return_after_a_day_is_missed_where_it_is_absent(tmp_path: Path) -> None:
    clock = SetClock()
    channel = FakePoster(clock, [Cut(False, asyncio.CancelledError())])
    async with daily_in(tmp_path, clock, channel) as daily:
        await daily.put()
        await daily.at(3, 1, 9)
    async with daily_in(tmp_path, clock, channel) as daily:
        await daily.at(3, 2, 9)
        assert await daily.ledger() == [("2026-03-01", "missed", "down"), ("2026-03-02", "sent", None)]


async def test_a_test_post_is_marked_pings_nobody_twice_and_is_not_in_the_ledger(daily: Daily) -> None:
    made = await daily.put(role_id=5)
    first, second = await daily.deliverer.test(made), await daily.deliverer.test(made)
    assert isinstance(first, Sent)
    assert first != second
    assert all(post.is_test for post in daily.channel.asked)
    assert await daily.ledger() == []
    await daily.at(3, 1, 9)
    assert daily.channel.positions == [1, 1, 1]


def test_a_key_is_short_and_names_one_day_of_one_channel_of_one_subscription(daily: Daily) -> None:
    keys = {
        delivery_key(Subscription(id_, 1, channel, None, day, None), day)  # type: ignore[arg-type]
        for id_ in (1, 11, 111)
        for channel in (1, 11, 2**63)
        for day in (date(2026, 1, 1), date(2026, 1, 11))
    }
    assert len(keys) == 18
    assert {len(key) for key in keys} == {24}


def test_nothing_else_than_these_three_codes_suspends() -> None:
    assert set(SUSPENDING) == {"50001", "50013", "10003"}
    assert set(Outcome) == {SENT, FAILED, MISSED, UNKNOWN, "skipped"}
