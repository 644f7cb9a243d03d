"""The pace of requests, on a loop whose time is counted; and where it stops."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from bot.traffic import INVALID_LIMIT, INVALID_WINDOW, SendingStopped, Traffic

T = TypeVar("T")
MESSAGES = "/api/v10/channels/1/messages"
FREE = ("/api/v10/interactions/1/token/callback", "/api/v10/webhooks/1/token/messages/@original")
MOST = 48
"""Discord allows 50 in a second."""


@dataclass
class SetClock:
    moment: datetime = datetime(2026, 3, 1, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment

    async def sleep_until(self, moment: datetime) -> None:
        self.moment = max(self.moment, moment)


class CountedLoop(asyncio.SelectorEventLoop):
    """Its time goes on while everybody waits for it, and then at once; otherwise by a microsecond a turn."""

    def __init__(self) -> None:
        self._counted = Counted()
        super().__init__(self._counted)

    def time(self) -> float:
        return self._counted.seconds


class Counted(selectors.SelectSelector):
    seconds = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self.seconds += timeout or 1e-6
        return super().select(0 if timeout else timeout)


def counted(work: Callable[[], Awaitable[T]]) -> T:
    """Run something on a loop whose time is counted."""

    async def run() -> T:
        return await work()

    with asyncio.Runner(loop_factory=CountedLoop) as runner:
        return runner.run(run())


async def start(traffic: Traffic, path: str = MESSAGES) -> float:
    """Do what aiohttp does before a request; return the moment at which it may leave."""
    await traffic._start(Any, SimpleNamespace(), SimpleNamespace(url=URL(f"https://discord.com{path}")))  # type: ignore[arg-type]
    return asyncio.get_running_loop().time()


def busiest(left: list[float]) -> int:
    """Return the most that left in any one second."""
    return max(sum(begin <= moment < begin + 1 for moment in left) for begin in left)


def test_a_batch_leaves_evenly_under_the_limit_and_not_slower_than_it_may() -> None:
    async def batch() -> list[float]:
        traffic = Traffic(SetClock())
        return await asyncio.gather(*(start(traffic) for _ in range(500)))

    left = counted(batch)
    assert busiest(left) <= MOST
    assert len(left) / (left[-1] - left[0]) >= 45


@given(st.lists(st.sampled_from([0.0, 0.0, 0.0, 0.01, 0.03, 0.5, 0.9, 1.0, 1.1, 5.0]), min_size=50, max_size=300))
def test_never_too_many_in_any_one_second_however_they_come(gaps: list[float]) -> None:
    async def come() -> list[float]:
        traffic, waiting = Traffic(SetClock()), []
        for gap in gaps:
            if gap:
                await asyncio.sleep(gap)
            waiting.append(asyncio.create_task(start(traffic)))
        return await asyncio.gather(*waiting)

    assert busiest(counted(come)) <= MOST


@pytest.mark.parametrize("path", FREE)
def test_answers_to_interactions_are_not_paced(path: str) -> None:
    async def come() -> list[float]:
        traffic = Traffic(SetClock())
        waiting = [asyncio.create_task(start(traffic)) for _ in range(500)]
        answers = [await start(traffic, path) for _ in range(1000)]
        await asyncio.gather(*waiting)
        return answers

    assert max(counted(come)) < 0.01


async def end(traffic: Traffic, status: int, headers: dict[str, str] | None = None) -> None:
    """Do what aiohttp does after an answer."""
    response = SimpleNamespace(status=status, headers=headers or {})
    await traffic._end(Any, SimpleNamespace(), SimpleNamespace(response=response))  # type: ignore[arg-type]


async def test_at_so_many_invalid_requests_sending_stops_and_goes_on_when_they_are_old(
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock = SetClock()
    traffic = Traffic(clock, rate=1e9)
    for number in range(INVALID_LIMIT - 1):
        clock.moment += timedelta(milliseconds=10)
        await end(traffic, (401, 403, 429)[number % 3])
    first = datetime(2026, 3, 1, tzinfo=UTC) + timedelta(milliseconds=10)
    await start(traffic)
    await end(traffic, 403)
    for _ in range(3):
        with pytest.raises(SendingStopped):
            await start(traffic)
        for path in FREE:
            await start(traffic, path)
    assert caplog.text.count("nothing is posted until they are fewer") == 1
    for wait, stopped in ((0, True), (1, False)):
        clock.moment = first + INVALID_WINDOW + timedelta(milliseconds=wait)
        assert traffic.stopped is stopped
    await start(traffic)
    await end(traffic, 403)
    with pytest.raises(SendingStopped):
        await start(traffic)
    assert caplog.text.count("nothing is posted until they are fewer") == 2


@pytest.mark.parametrize(
    ("status", "headers", "counts"),
    [
        (401, {}, True),
        (403, {}, True),
        (429, {}, True),
        (429, {"X-RateLimit-Scope": "user"}, True),
        (429, {"X-RateLimit-Scope": "global"}, True),
        (429, {"X-RateLimit-Scope": "shared"}, False),
        (200, {}, False),
        (204, {}, False),
        (400, {}, False),
        (404, {}, False),
        (500, {}, False),
        (503, {}, False),
    ],
)
async def test_which_answers_count_as_invalid(status: int, headers: dict[str, str], counts: bool) -> None:
    traffic = Traffic(SetClock(), rate=1e9)
    for _ in range(INVALID_LIMIT):
        await end(traffic, status, headers)
    assert traffic.stopped is counts
