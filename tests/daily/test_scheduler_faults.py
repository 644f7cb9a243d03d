"""What breaks, hangs or is changed while a post is on its way spoils neither that day nor the others."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.daily.posting import Post, Refused, Unreached
from bot.daily.underway import AT_A_TIME
from tests.daily.conftest import Daily, daily_in
from tests.daily.fakes import Answer, Cut, SetClock, Slow

NINE = datetime(2026, 3, 1, 9, tzinfo=UTC)


async def test_one_broken_subscription_does_not_stop_the_others(
    daily: Daily, caplog: pytest.LogCaptureFixture
) -> None:
    await daily.put(1)
    await daily.put(2)
    daily.channel.answers = [Cut(False, RuntimeError("broken"))]
    await daily.at(3, 1, 9)
    assert [post.channel_id for post in daily.channel.asked] == [1, 2]
    assert "a send failed" in caplog.text
    await daily.at(3, 1, 9, 0, 15)
    assert len(daily.channel.posted) == 2


async def test_one_that_cannot_be_judged_does_not_stop_the_others_nor_is_tried_in_a_tight_loop(
    daily: Daily, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    await daily.put(1)
    await daily.put(2)
    writable = daily.channel.writable

    def broken(guild_id: int, channel_id: int) -> bool | None:
        if channel_id == 1:
            raise RuntimeError("broken")
        return writable(guild_id, channel_id)

    monkeypatch.setattr(daily.channel, "writable", broken)
    assert await daily.at(3, 1, 9) == 2
    assert await daily.at(3, 1, 9, 0, 29) == 0
    assert [post.channel_id for post in daily.channel.asked] == [2]
    assert "subscription 1 could not be delivered" in caplog.text
    monkeypatch.undo()
    await daily.at(3, 1, 9, 0, 30)
    assert len(daily.channel.posted) == 2


@pytest.fixture
async def slow(tmp_path: Path) -> Slow:
    return Slow(SetClock())


async def test_a_change_while_a_post_is_sent_stands(
    tmp_path: Path, slow: Slow, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with daily_in(tmp_path, slow.clock, slow) as daily:
        await daily.put()

        async def change(_: Post) -> None:
            await daily.put(at="18:00")

        monkeypatch.setattr(slow, "before", change)
        await daily.at(3, 1, 9)
        assert (await daily.again()).plan.at.hour == 18
        monkeypatch.undo()
        await daily.at(3, 1, 18)
        assert len(slow.posted) == 1, "the day was posted at nine"
        await daily.at(3, 2, 18)
        assert len(slow.posted) == 2


async def test_a_removal_while_a_post_is_sent_leaves_no_row(
    tmp_path: Path, slow: Slow, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with daily_in(tmp_path, slow.clock, slow) as daily:
        made = await daily.put()

        async def remove(_: Post) -> None:
            await daily.subscriptions.remove(made)

        monkeypatch.setattr(slow, "before", remove)
        await daily.at(3, 1, 9)
        assert await daily.ledger() == []


@pytest.mark.parametrize(
    "answer", [None, Cut(True), Unreached("no route"), *map(Refused, ("50013", "50001", "10003", "50035"))], ids=str
)
async def test_an_answer_that_comes_after_its_removal_touches_nothing_of_the_next(
    tmp_path: Path, slow: Slow, monkeypatch: pytest.MonkeyPatch, answer: Answer | None
) -> None:
    async with daily_in(tmp_path, slow.clock, slow) as daily:
        made = await daily.put()

        async def replace(_: Post) -> None:
            monkeypatch.undo()
            await daily.subscriptions.remove(made)
            await daily.put(at="09:01")
            slow.clock.moment += timedelta(minutes=1)
            await daily.scheduler.deliver_due(slow.clock.moment)
            while await daily.rows("outcome, reason") != [(None, "HTTP 503")]:  # noqa: ASYNC110 - each turn lets the other go on
                await asyncio.sleep(0)

        monkeypatch.setattr(slow, "before", replace)
        slow.answers = [Unreached("HTTP 503"), answer]
        await daily.at(3, 1, 9)
        again = await daily.again()
        assert (again.suspended, again.notice, again.due_date.day) == (None, None, 2)
        assert await daily.rows("subscription_id, outcome, reason") == [(again.id, None, "HTTP 503")]
        assert slow.told == []
        await daily.after(timedelta(seconds=15))
        assert await daily.rows("subscription_id, outcome, reason") == [(again.id, "sent", None)]


async def test_one_that_hangs_holds_up_nobody_and_is_not_sent_twice_meanwhile(
    tmp_path: Path, slow: Slow, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = asyncio.Event()

    async def hang(post: Post) -> None:
        if post.channel_id == 1:
            await go_on.wait()

    monkeypatch.setattr(slow, "before", hang)
    async with daily_in(tmp_path, slow.clock, slow) as daily:
        for channel in range(1, AT_A_TIME + 50):
            await daily.put(channel, guild=channel // 20)
        for minutes in range(0, 30, 2):
            slow.clock.moment = NINE + timedelta(minutes=minutes)
            await daily.scheduler.deliver_due(slow.clock.moment)
        while len(slow.posted) < AT_A_TIME + 48:  # noqa: ASYNC110 - each turn lets the others go on
            await asyncio.sleep(0)
        assert {row[1] for row in await daily.ledger()} == {"sent", None}
        go_on.set()
        await daily.scheduler.drain()
        assert len(slow.asked) == len(slow.posted) == AT_A_TIME + 49


async def test_a_day_can_be_posted_anew_while_its_refusal_is_still_being_told(
    daily: Daily, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await daily.put()
    telling, told = asyncio.Event(), asyncio.Event()

    async def tell(*_: object) -> bool:
        telling.set()
        await told.wait()
        return True

    monkeypatch.setattr(daily.channel, "tell", tell)
    daily.channel.answers = [Refused("50013")]
    daily.clock.moment = NINE
    await daily.scheduler.deliver_due(NINE)
    await telling.wait()
    again = asyncio.create_task(daily.subscriptions.post_now(made))
    while not daily.channel.posted:  # noqa: ASYNC110 - each turn lets the others go on
        await asyncio.sleep(0)
    told.set()
    await daily.scheduler.drain()
    assert (await again).outcome == "sent"
    assert await daily.ledger() == [("2026-03-01", "sent", None)]
