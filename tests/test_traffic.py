"""The pace of requests, on a loop whose time is counted; and where it stops."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from bot.traffic import INVALID_LIMIT, INVALID_WINDOW, STOPPED_FOR, Held, Traffic, Watch
from tests.daily.fakes import SetClock

T = TypeVar("T")
MESSAGES = "/api/v10/channels/1/messages"
FREE = ("/api/v10/interactions/1/token/callback", "/api/v10/webhooks/1/token/messages/@original")
VIA = {"Via": "1.1 google"}
"""What Discord's own answers have, and those of what bans an address do not."""
MOST = 48
"""Discord allows 50 in a second."""


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


async def watched(traffic: Traffic, path: str = MESSAGES) -> None:
    """Do what comes before a request of the daily post."""
    async with Watch(30):
        await start(traffic, path)


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
        await end(traffic, (401, 403, 429)[number % 3], VIA)
    first = datetime(2026, 3, 1, tzinfo=UTC) + timedelta(milliseconds=10)
    await watched(traffic)
    await end(traffic, 403)
    for _ in range(3):
        with pytest.raises(Held) as held:
            await watched(traffic)
        assert (held.value.reason, held.value.wait) == ("stopped", STOPPED_FOR)
        for path in FREE:
            await watched(traffic, path)
        await start(traffic)
    assert caplog.text.count("nothing is posted until they are fewer") == 1
    for wait, stopped in ((0, True), (1, False)):
        clock.moment = first + INVALID_WINDOW + timedelta(milliseconds=wait)
        assert traffic.stopped is stopped
    await watched(traffic)
    await end(traffic, 403)
    with pytest.raises(Held):
        await watched(traffic)
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


GLOBAL = VIA | {"X-RateLimit-Global": "true", "X-RateLimit-Scope": "global"}
HOUR, BEFORE_LONG = {"Retry-After": "3600"}, {"Retry-After": "30"}


@pytest.mark.parametrize(
    ("status", "headers", "held"),
    [
        (429, GLOBAL | HOUR, 3600),
        (429, GLOBAL | {"Retry-After": "30.5"}, 30.5),
        (429, GLOBAL, 60),
        (429, GLOBAL | {"Retry-After": "soon"}, 60),
        (429, GLOBAL | {"Retry-After": "1e9"}, 86400),
        # discord.py waits by itself, and all its other requests with it.
        (429, GLOBAL | BEFORE_LONG, 0),
        (429, GLOBAL | {"Retry-After": "0.3"}, 0),
        # What bans an address is not Discord itself, and not only for a long time.
        (429, HOUR, 3600),
        (429, {"Retry-After": "5"}, 5),
        (429, {}, 60),
        # The limits of one route are the route's alone.
        (429, VIA | HOUR, 0),
        (429, VIA | HOUR | {"X-RateLimit-Scope": "user"}, 0),
        (429, VIA | HOUR | {"X-RateLimit-Scope": "shared"}, 0),
        (503, HOUR, 0),
        (403, HOUR, 0),
        (200, {}, 0),
    ],
)
async def test_how_long_every_request_of_the_daily_post_is_held(
    status: int, headers: dict[str, str], held: float
) -> None:
    clock = SetClock()
    traffic = Traffic(clock, rate=1e9)
    await end(traffic, status, headers)
    for passed in (0.0, held / 2, held - 0.001):
        if passed < held:
            clock.moment = datetime(2026, 3, 1, tzinfo=UTC) + timedelta(seconds=passed)
            with pytest.raises(Held) as raised:
                await watched(traffic)
            assert (raised.value.reason, raised.value.wait) == ("HTTP 429", timedelta(seconds=held - passed))
            # Who asks for something is answered, and so is what discord.py does by itself.
            await start(traffic)
            for path in FREE:
                await watched(traffic, path)
    clock.moment = datetime(2026, 3, 1, tzinfo=UTC) + timedelta(seconds=held)
    await watched(traffic)


async def test_a_shorter_limit_does_not_end_a_longer_one() -> None:
    traffic = Traffic(SetClock(), rate=1e9)
    await end(traffic, 429, GLOBAL | HOUR)
    for headers in (GLOBAL | BEFORE_LONG, VIA | HOUR, {"Retry-After": "5"}):
        await end(traffic, 429, headers)
        with pytest.raises(Held) as held:
            await watched(traffic)
        assert held.value.wait == timedelta(hours=1)


def test_what_waits_for_its_turn_when_discord_wants_to_be_left_alone_is_held_too() -> None:
    async def ask(traffic: Traffic) -> bool:
        try:
            await watched(traffic)
        except Held:
            return False
        await asyncio.sleep(0.1)
        await end(traffic, 429, GLOBAL | HOUR)
        return True

    async def batch() -> list[bool]:
        traffic = Traffic(SetClock())
        return await asyncio.gather(*(ask(traffic) for _ in range(100)))

    assert sum(counted(batch)) < 10, "those that leave before there is any answer"
