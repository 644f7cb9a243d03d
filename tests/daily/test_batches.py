"""More is due than there is room for: what is changed meanwhile counts, and a stop leaves nothing half done."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.daily import underway
from bot.daily.plan import Change
from bot.daily.posting import Post, Unreached
from tests.daily.conftest import GUILD, Daily, daily_in
from tests.daily.fakes import SetClock, Slow

NINE = datetime(2026, 3, 1, 9, tzinfo=UTC)
ROOM, LAST = 2, 8
Doing = Callable[[Daily], Awaitable[object]]


class Gate(Slow):
    """Lets nothing through until it is opened."""

    def __init__(self, clock: SetClock) -> None:
        super().__init__(clock)
        self.waiting, self.open = 0, asyncio.Event()

    async def before(self, post: Post) -> None:
        self.waiting += 1
        await self.open.wait()

    async def full(self) -> None:
        while self.waiting < ROOM:  # noqa: ASYNC110 - each turn lets the others go on
            await asyncio.sleep(0)


@pytest.fixture
async def gate(monkeypatch: pytest.MonkeyPatch) -> Gate:
    monkeypatch.setattr(underway, "AT_A_TIME", ROOM)
    return Gate(SetClock())


@pytest.fixture
async def batch(tmp_path: Path, gate: Gate) -> AsyncIterator[Daily]:
    """More than there is room for, due at nine; the last of them in a server of its own."""
    async with daily_in(tmp_path, gate.clock, gate) as daily:
        for channel in range(1, LAST):
            await daily.put(channel, guild=GUILD + 1, role_id=5)
        await daily.put(LAST, role_id=5)
        yield daily


async def meanwhile(daily: Daily, gate: Gate, doing: Doing) -> None:
    """Deliver what is due, and do something while the last of it waits for room."""
    delivering = asyncio.create_task(daily.scheduler.deliver_due(gate.clock.moment))
    await gate.full()
    await doing(daily)
    assert not delivering.done()
    gate.open.set()
    await delivering
    await daily.scheduler.drain()


async def last(daily: Daily) -> list[tuple[object, ...]]:
    rows = await daily.rows("outcome, reason, subscription_id")
    return [row[:2] for row in rows if row[2] == LAST]


async def pause(daily: Daily) -> None:
    await daily.subscriptions.pause(await daily.again(LAST))


async def leave(daily: Daily) -> None:
    await daily.membership.left([GUILD])


async def remove(daily: Daily) -> None:
    await daily.subscriptions.remove(await daily.again(LAST))


async def skip(daily: Daily) -> None:
    await daily.subscriptions.skip(await daily.again(LAST))


async def later(daily: Daily) -> None:
    await daily.change(LAST, at="18:00")


async def clear_role(daily: Daily) -> None:
    await daily.subscriptions.put(GUILD, LAST, Change(clear="role"))


CHANGES: list[tuple[Doing, tuple[str, str] | None]] = [
    (pause, ("skipped", "paused")),
    (leave, ("missed", "removed")),
    (skip, ("skipped", "admin")),
    (remove, None),
    (later, None),
]


@pytest.mark.parametrize(("change", "expected"), CHANGES, ids=[row[0].__name__ for row in CHANGES])
async def test_what_is_changed_while_a_batch_waits_counts_for_what_is_claimed_after_it(
    batch: Daily, gate: Gate, change: Doing, expected: tuple[str, str] | None
) -> None:
    gate.clock.moment = NINE
    await meanwhile(batch, gate, change)
    assert [post.channel_id for post in gate.asked] == list(range(1, LAST))
    assert await last(batch) == ([expected] if expected else [])


async def test_a_role_that_is_cleared_while_a_batch_waits_is_not_mentioned(batch: Daily, gate: Gate) -> None:
    gate.clock.moment = NINE
    await meanwhile(batch, gate, clear_role)
    assert [post.role_id for post in gate.asked] == [5] * (LAST - 1) + [None]


@pytest.mark.parametrize(
    ("change", "expected"),
    [(pause, ("skipped", "paused")), (leave, ("missed", "removed")), (remove, None)],
)
async def test_so_it_does_for_what_is_tried_again(
    batch: Daily, gate: Gate, change: Doing, expected: tuple[str, str] | None
) -> None:
    gate.open.set()
    gate.answers = [Unreached("no route")] * LAST
    await batch.at(3, 1, 9)
    gate.open.clear()
    gate.asked, gate.waiting = [], 0
    gate.clock.moment = NINE.replace(second=15)
    await meanwhile(batch, gate, change)
    assert [post.channel_id for post in gate.asked] == list(range(1, LAST))
    assert await last(batch) == ([expected] if expected else [])


async def test_a_stop_in_the_middle_records_what_was_claimed_and_leaves_the_rest_due(
    batch: Daily, gate: Gate, tmp_path: Path
) -> None:
    gate.clock.moment = NINE
    running = asyncio.create_task(batch.scheduler.run())
    await gate.full()
    batch.scheduler.stop()
    gate.open.set()
    await running
    rows = await batch.ledger()
    # One was found before the stop, and waited for room.
    assert rows == [("2026-03-01", "sent", None)] * len(rows)
    assert ROOM <= len(rows) <= ROOM + 1
    assert len(gate.posted) == len(rows)
    async with daily_in(tmp_path, gate.clock, gate) as again:
        await again.deliver()
        assert await again.ledger() == [("2026-03-01", "sent", None)] * LAST
    assert [message.post.channel_id for message in gate.posted] == list(range(1, LAST + 1))


async def test_a_stop_before_anything_is_due_ends_at_once(batch: Daily, gate: Gate) -> None:
    class Asleep(SetClock):
        async def sleep_until(self, moment: datetime) -> None:
            await asyncio.Event().wait()

    batch.clock = Asleep(gate.clock.moment)
    scheduler = batch.scheduler_on(batch.database)
    running = asyncio.create_task(scheduler.run())
    while scheduler.last_round is None:  # noqa: ASYNC110 - each turn lets the loop go on
        await asyncio.sleep(0)
    scheduler.stop()
    await running
    assert await batch.ledger() == []
