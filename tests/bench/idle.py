"""What a minute costs in which nothing is due, by how many subscriptions there are; beside a scan of all of them."""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from time import perf_counter, process_time
from zoneinfo import ZoneInfo

from bot.daily.scheduler import Scheduler
from tests.bench import states
from tests.bench.batch import opened

NOW = datetime(2026, 6, 15, 12, 0, 30, tzinfo=UTC)
SCANNED = 100_000
"""About so many rows are scanned in a round at least, so that few of them take a time that can be measured."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Milliseconds of a minute."""

    processor: float
    wall: float


@dataclass(slots=True)
class Minutes:
    """What was found with one number of subscriptions, round by round."""

    herald: list[Cost] = field(default_factory=list)
    scan: list[Cost] = field(default_factory=list)


async def measure(folder: Path, sizes: Mapping[int, int], rounds: int, wakes: int) -> dict[int, Minutes]:
    """Measure in databases of these sizes, each with so many days in the ledger of every subscription."""
    found = {size: Minutes() for size in sizes}
    async with AsyncExitStack() as stack:
        schedulers: dict[int, Scheduler] = {}
        for size, days in sizes.items():
            path = path_of(folder, size)
            await states.write(path, states.spread(size, NOW + timedelta(seconds=1)), days)
            schedulers[size] = (await stack.enter_async_context(opened(path, NOW))).scheduler
        for number in range(rounds + 1):
            for size, scheduler in schedulers.items():
                # In turns, so that a busy moment of the machine meets all.
                woken = await _timed(partial(_wake, scheduler), wakes)
                with closing(sqlite3.connect(path_of(folder, size))) as connection:
                    scanned = await _timed(partial(_scan, connection), max(1, SCANNED // (size + 1000)))
                if number:  # the first round warms up
                    found[size].herald.append(woken)
                    found[size].scan.append(scanned)
    return found


def path_of(folder: Path, size: int) -> Path:
    return folder / f"state-{size}.db"


async def _wake(scheduler: Scheduler) -> None:
    """Do what the scheduler's loop does when it wakes."""
    looked_at = await scheduler.deliver_due(NOW)
    wake_at = await scheduler._next_wake(NOW)
    if looked_at or wake_at <= NOW:
        raise SystemExit("something was due in an idle minute")


async def _scan(connection: sqlite3.Connection) -> None:
    """Read every subscription and tell in Python which are due, as bots without an index do every minute.

    More kindly than most: what time it is in a zone is computed once, not once a row.
    """
    here: dict[str, datetime] = {}
    due: list[int] = []
    rows = connection.execute("SELECT id, minute, zone, days FROM subscriptions WHERE left_at IS NULL AND NOT paused")
    for id_, minute, zone, days in rows:
        local = here.get(zone) or here.setdefault(zone, NOW.astimezone(ZoneInfo(zone)))
        if minute == local.hour * 60 + local.minute and days >> local.weekday() & 1:
            due.append(id_)


async def _timed(work: Callable[[], Awaitable[None]], times: int) -> Cost:
    processor, wall = process_time(), perf_counter()  # the processor's time of every thread
    for _ in range(times):
        await work()
    return Cost((process_time() - processor) * 1000 / times, (perf_counter() - wall) * 1000 / times)
