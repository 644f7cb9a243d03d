import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.sandbox.pipe import PipeClock

START = datetime(2026, 3, 29, tzinfo=UTC)


def after(seconds: int) -> datetime:
    return START + timedelta(seconds=seconds)


class Parent:
    """The sandbox's end: asks, moves the time, and waits for the report."""

    def __init__(self) -> None:
        self.reports: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.clock = PipeClock(START, self.reports.put_nowait)
        self.asked = 0

    def tell(self, now: datetime | None = None) -> None:
        self.asked += 1
        self.clock.told({"ask": self.asked} | ({"now": now.isoformat()} if now else {}))

    async def next_due(self, now: datetime | None = None) -> datetime | None:
        self.tell(now)
        report = await asyncio.wait_for(self.reports.get(), 5)
        assert report["idle"] == self.asked
        return datetime.fromisoformat(report["next"]) if report["next"] else None

    async def is_busy(self) -> bool:
        for _ in range(50):
            await asyncio.sleep(0)
        return self.reports.empty()


@pytest.fixture
async def parent() -> AsyncIterator[Parent]:
    parent = Parent()
    asyncio.get_running_loop().set_task_factory(parent.clock.start)
    yield parent
    asyncio.get_running_loop().set_task_factory(None)
    mine = asyncio.all_tasks() - {asyncio.current_task()}
    for task in mine:
        task.cancel()
    await asyncio.gather(*mine, return_exceptions=True)


async def test_nothing_is_reported_before_anybody_slept(parent: Parent) -> None:
    parent.tell()
    assert await parent.is_busy()
    sleeping = asyncio.create_task(parent.clock.sleep_until(after(5)))
    assert (await asyncio.wait_for(parent.reports.get(), 5))["next"] == after(5).isoformat()
    assert not sleeping.done()


async def test_time_stands_still_and_wakes_who_is_due_in_order(parent: Parent) -> None:
    woken: list[int] = []

    async def sleeper(seconds: int) -> None:
        await parent.clock.sleep_until(after(seconds))
        assert parent.clock.now() == after(20)
        woken.append(seconds)

    for seconds in (30, 20, 10):
        asyncio.get_running_loop().create_task(sleeper(seconds))
    await asyncio.sleep(0)
    assert await parent.next_due() == after(10)
    assert parent.clock.now() == START
    assert await parent.next_due(after(20)) == after(30)
    assert woken == [10, 20]


async def test_a_moment_that_has_passed_does_not_sleep(parent: Parent) -> None:
    await asyncio.wait_for(parent.clock.sleep_until(START), 5)


async def test_a_woken_task_is_busy_until_it_sleeps_again_and_so_is_what_it_starts(parent: Parent) -> None:
    answered = asyncio.Event()

    async def request() -> None:
        await answered.wait()

    async def scheduler() -> None:
        requests = []
        for seconds in (10, 20):
            await parent.clock.sleep_until(after(seconds))
            requests.append(asyncio.create_task(request()))

    running = asyncio.create_task(scheduler())
    await asyncio.sleep(0)
    parent.tell(after(10))
    assert await parent.is_busy()
    answered.set()
    assert (await asyncio.wait_for(parent.reports.get(), 5))["next"] == after(20).isoformat()
    assert await parent.next_due(after(20)) is None
    await running


@pytest.mark.parametrize("wake_by", ["time", "event"])
async def test_waiting_for_the_time_or_an_event(parent: Parent, wake_by: str) -> None:
    changed, answered = asyncio.Event(), asyncio.Event()

    async def scheduler() -> None:
        seconds = 10
        while True:
            waits = [
                asyncio.create_task(parent.clock.sleep_until(after(seconds))),
                asyncio.create_task(changed.wait()),
            ]
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            for task in waits:
                task.cancel()
            changed.clear()
            await answered.wait()
            seconds += 10

    running = asyncio.create_task(scheduler())
    for _ in range(3):
        await asyncio.sleep(0)
    assert await parent.next_due() == after(10)
    if wake_by == "event":
        changed.set()
        for _ in range(5):
            await asyncio.sleep(0)
        parent.tell()
    else:
        parent.tell(after(10))
    assert await parent.is_busy()
    answered.set()
    assert (await asyncio.wait_for(parent.reports.get(), 5))["next"] == after(20).isoformat()
    assert not running.done()


async def test_a_task_that_fails_is_not_busy_for_ever(parent: Parent) -> None:
    async def scheduler() -> None:
        await parent.clock.sleep_until(after(10))
        raise ValueError("as if a round had failed")

    running = asyncio.create_task(scheduler())
    await asyncio.sleep(0)
    assert await parent.next_due(after(10)) is None
    with pytest.raises(ValueError, match="a round"):
        await running
