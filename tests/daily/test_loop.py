"""The scheduler's loop: awake for what is due and for nothing else, on after any fault, and it tells."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot.daily.claims import LEASE
from bot.daily.posting import Post, Result, Unreached
from bot.daily.scheduler import RETRY_AFTER, Round, Scheduler
from tests.daily.conftest import Daily
from tests.daily.fakes import JumpClock, SetClock


async def run_for(daily: Daily, steps: int) -> tuple[Scheduler, list[datetime]]:
    """Run the loop until it has slept `steps` times; return it and the moments of its waking.

    Discord answers when the loop sleeps, so that it never depends on the machine which of the two was first.
    """
    clock = daily.clock = JumpClock(daily.clock.moment, steps)
    daily.channel.clock = clock
    scheduler = daily.scheduler_on(daily.database)
    asleep, send = asyncio.Event(), daily.channel.send

    async def answered(post: Post) -> Result:
        await asleep.wait()
        return await send(post)

    async def rest() -> None:
        asleep.set()
        await scheduler.drain()
        asleep.clear()

    daily.channel.send = answered  # type: ignore[method-assign]
    clock.idle = rest
    running = asyncio.create_task(scheduler.run())
    await clock.ended.wait()
    running.cancel()
    await asyncio.wait({running})
    daily.channel.send = send  # type: ignore[method-assign]
    return scheduler, clock.slept


async def test_it_wakes_for_each_due_moment_and_for_nothing_else(daily: Daily) -> None:
    made = await daily.put()
    scheduler, slept = await run_for(daily, 9)
    assert daily.channel.positions == [1, 2, 3, 4, 5]
    # And once more where a claim's result would have been late.
    due = [made.next_due_at + timedelta(days=n) for n in range(5)]
    assert slept == sorted([*due, *(moment + LEASE for moment in due[:-1])])
    assert scheduler.last_round == Round(due[-1], 1)


async def test_it_sleeps_a_day_where_there_is_nothing(daily: Daily) -> None:
    _, slept = await run_for(daily, 2)
    assert [moment.isoformat() for moment in slept] == ["2026-03-02T00:00:00+00:00", "2026-03-03T00:00:00+00:00"]


async def test_it_wakes_for_the_next_attempt(daily: Daily) -> None:
    made = await daily.put()
    daily.channel.answers = [Unreached("no route", timedelta(minutes=3)), None]
    _, slept = await run_for(daily, 2)
    assert [moment - made.next_due_at for moment in slept] == [timedelta(), timedelta(minutes=3)]
    assert await daily.ledger() == [("2026-03-01", "sent", None)]


async def test_it_wakes_when_something_changed(daily: Daily) -> None:
    asleep = asyncio.Event()

    class Asleep(SetClock):
        async def sleep_until(self, moment: datetime) -> None:
            asleep.set()
            await asyncio.Event().wait()

    clock = daily.clock = Asleep()
    daily.channel.clock = daily.subscriptions._clock = clock
    daily.subscriptions._scheduler = scheduler = daily.scheduler_on(daily.database)
    running = asyncio.create_task(scheduler.run())
    await asleep.wait()
    asleep.clear()
    clock.moment += timedelta(hours=9)
    await daily.put()
    await asleep.wait()
    assert len(daily.channel.posted) == 1
    running.cancel()
    await asyncio.wait({running})


async def test_it_survives_a_failing_round_and_tells(
    daily: Daily, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    made = await daily.put()
    deliver = Scheduler.deliver_due
    fail = [True]

    async def fail_once(self: Scheduler, now: datetime) -> int:
        if fail:
            fail.pop()
            raise OSError("disk")
        return await deliver(self, now)

    monkeypatch.setattr(Scheduler, "deliver_due", fail_once)
    failed, _ = await run_for(daily, 0)
    assert failed.last_round is not None
    assert "disk" in str(failed.last_round.fault)
    fail.append(True)
    _, slept = await run_for(daily, 2)
    assert slept == [datetime(2026, 3, 1, tzinfo=UTC) + RETRY_AFTER, made.next_due_at]
    assert len(daily.channel.posted) == 1
    assert "a round of the scheduler failed" in caplog.text


async def test_when_it_ends_what_is_under_way_has_its_answer_first(daily: Daily) -> None:
    await daily.put()
    clock = daily.clock = JumpClock(datetime(2026, 3, 1, 9, tzinfo=UTC), 0)
    daily.channel.clock = clock
    scheduler = daily.scheduler_on(daily.database)
    running = asyncio.create_task(scheduler.run())
    while not scheduler._underway._tasks:  # noqa: ASYNC110 - each turn lets the loop go on
        await asyncio.sleep(0)
    running.cancel()
    await asyncio.wait({running})
    assert await daily.ledger() == [("2026-03-01", "sent", None)]
