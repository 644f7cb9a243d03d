import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import discord
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


Gate = asyncio.Future[None]
"""Stands for what real time brings: an answer of Discord, a database's row, a limiter's turn."""


async def plain(gate: Gate) -> None:
    await asyncio.shield(gate)


async def within_a_limit(gate: Gate) -> None:
    async with asyncio.timeout(60):
        await plain(gate)


async def within_an_older_limit(gate: Gate) -> None:
    await asyncio.wait_for(plain(gate), 60)


async def for_what_it_started(gate: Gate) -> None:
    await asyncio.gather(plain(gate), asyncio.create_task(within_a_limit(gate)))


async def for_a_group(gate: Gate) -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(for_what_it_started(gate))


async def for_nothing(gate: Gate) -> None:
    """Be done at once, while what it started is not."""
    task = asyncio.create_task(for_what_it_started(gate))
    gate.add_done_callback(lambda _: task)  # so that it lives


async def for_a_waiter(gate: Gate) -> None:
    event = asyncio.Event()
    gate.add_done_callback(lambda _: event.set())
    await asyncio.wait({asyncio.create_task(event.wait())})


WAITS = [
    plain,
    within_a_limit,
    within_an_older_limit,
    for_what_it_started,
    for_a_group,
    for_nothing,
    for_a_waiter,
]


async def deliver(parent: Parent, delivery: Callable[[Gate], Awaitable[None]]) -> None:
    """Start three together by a task that the clock woke and that sleeps again; end them one after the other."""
    gates: list[Gate] = [asyncio.get_running_loop().create_future() for _ in range(3)]

    async def scheduler() -> None:
        await parent.clock.sleep_until(after(10))
        deliveries = [asyncio.ensure_future(delivery(gate)) for gate in gates]
        await parent.clock.sleep_until(after(20))
        assert all(task.done() for task in deliveries)

    running = asyncio.create_task(scheduler())
    await asyncio.sleep(0)
    parent.tell(after(10))
    for gate in gates:
        assert await parent.is_busy()
        gate.set_result(None)
    assert (await asyncio.wait_for(parent.reports.get(), 5))["next"] == after(20).isoformat()
    assert await parent.next_due(after(20)) is None
    await running


@pytest.mark.parametrize("delivery", WAITS)
async def test_deliveries_are_busy_until_they_are_done(
    parent: Parent, delivery: Callable[[Gate], Awaitable[None]]
) -> None:
    await deliver(parent, delivery)


async def test_deliveries_that_take_turns(parent: Parent) -> None:
    turns = asyncio.Semaphore(1)

    async def delivery(gate: Gate) -> None:
        async with turns:
            await plain(gate)

    await deliver(parent, delivery)


async def test_a_delivery_that_sleeps_is_waited_for_by_its_time(parent: Parent) -> None:
    tries: list[datetime] = []

    async def delivery() -> None:
        tries.append(parent.clock.now())
        await parent.clock.sleep_until(after(15))
        tries.append(parent.clock.now())

    async def scheduler() -> None:
        await parent.clock.sleep_until(after(10))
        delivering = asyncio.create_task(delivery())
        await parent.clock.sleep_until(after(20))
        await delivering

    running = asyncio.create_task(scheduler())
    await asyncio.sleep(0)
    assert await parent.next_due(after(10)) == after(15)
    assert await parent.next_due(after(15)) == after(20)
    assert tries == [after(10), after(15)]
    assert await parent.next_due(after(20)) is None
    await running


@pytest.mark.parametrize("wake_by", ["time", "event"])
async def test_whoever_was_woken_counts_before_it_waits_for_anything(parent: Parent, wake_by: str) -> None:
    """Asked in the very moment in which an event is set, and what is started at once upon it, counts too."""
    changed, gate = asyncio.Event(), asyncio.get_running_loop().create_future()
    deliveries: list[asyncio.Task[None]] = []

    async def scheduler() -> None:
        for seconds in (10, 20):
            waits = {
                asyncio.create_task(parent.clock.sleep_until(after(seconds))),
                asyncio.create_task(changed.wait()),
            }
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            for task in waits:
                task.cancel()
            changed.clear()
            deliveries.append(asyncio.create_task(plain(gate)))

    running = asyncio.create_task(scheduler())
    assert await parent.next_due() == after(10)
    if wake_by == "event":
        changed.set()
        parent.tell()
    else:
        parent.tell(after(10))
    assert await parent.is_busy()
    gate.set_result(None)
    assert (await asyncio.wait_for(parent.reports.get(), 5))["next"] == after(20).isoformat()
    assert len(deliveries) == 1
    running.cancel()


async def test_what_an_event_of_the_gateway_leads_to_counts(parent: Parent) -> None:
    """A listener of discord.py's wakes the scheduler with its last step."""
    client, changed = discord.Client(intents=discord.Intents.none()), asyncio.Event()
    told, delivered = (asyncio.get_running_loop().create_future() for _ in range(2))

    async def listener() -> None:
        await plain(told)
        changed.set()

    async def scheduler() -> None:
        waits = {
            asyncio.create_task(parent.clock.sleep_until(after(10))),
            asyncio.create_task(changed.wait()),
        }
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for task in waits:
            task.cancel()
        await plain(delivered)

    running = asyncio.create_task(scheduler())
    assert await parent.next_due() == after(10)
    listening = asyncio.create_task(client._run_event(listener, "on_guild_join"))
    parent.tell()
    for step in (told, delivered):
        assert await parent.is_busy()
        step.set_result(None)
    assert (await asyncio.wait_for(parent.reports.get(), 5))["next"] is None
    await asyncio.gather(running, listening)


async def test_others_do_not_count(parent: Parent) -> None:
    """Who was started by somebody that the clock does not know, such as discord.py's own tasks, may go on."""
    gate: Gate = asyncio.get_running_loop().create_future()

    async def sleeper() -> None:
        await parent.clock.sleep_until(after(10))

    sleeping = asyncio.create_task(sleeper())
    others = asyncio.create_task(for_what_it_started(gate))
    assert await parent.next_due() == after(10)
    gate.set_result(None)
    await others
    assert not sleeping.done()


async def test_a_sleeper_whose_starter_is_gone_holds_nothing_up(parent: Parent) -> None:
    async def starter() -> asyncio.Task[None]:
        return asyncio.create_task(parent.clock.sleep_until(after(10)))

    woken, cancelled = [await asyncio.create_task(starter()) for _ in range(2)]
    assert await parent.next_due() == after(10)
    parent.tell()
    await asyncio.sleep(0)
    cancelled.cancel()
    assert (await asyncio.wait_for(parent.reports.get(), 5))["next"] == after(10).isoformat()
    assert await parent.next_due(after(10)) is None
    await woken


async def test_what_was_started_before_the_first_sleep_is_busy_too(parent: Parent) -> None:
    arrived = asyncio.Event()

    async def delivers() -> None:
        await asyncio.shield(asyncio.ensure_future(arrived.wait()))

    async def loop() -> None:
        under_way = asyncio.create_task(delivers())
        await asyncio.sleep(0)
        await parent.clock.sleep_until(after(5))
        await under_way

    running = asyncio.create_task(loop())
    await asyncio.sleep(0)
    parent.tell()
    assert await parent.is_busy()
    arrived.set()
    assert (await asyncio.wait_for(parent.reports.get(), 5))["next"] == after(5).isoformat()
    assert not running.done()
