"""What breaks on our side is tried again at its time, settled with one post, and told by /status."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from bot.daily.claims import LEASE
from bot.daily.delivery import FIRST_RETRY
from bot.daily.posting import Refused
from bot.daily.scheduler import Scheduler
from bot.storage import deliveries
from tests.daily.conftest import CHANNEL, Daily
from tests.daily.fakes import Answer, Cut, JumpClock
from tests.daily.test_delivery import DOWN, LOST, NEVER

SECOND = timedelta(seconds=1)


def break_for(monkeypatch: pytest.MonkeyPatch, place: Any, name: str, times: int) -> None:
    """Let something fail for so many times."""
    well, left = getattr(place, name), [times]

    async def breaks(*given: Any, **named: Any) -> Any:
        if left[0]:
            left[0] -= 1
            raise OSError("disk")
        return await well(*given, **named)

    monkeypatch.setattr(place, name, breaks)


@pytest.mark.parametrize("times", [1, 2, 5])
@pytest.mark.parametrize(
    ("name", "answers", "ended", "posts"),
    [
        ("end", [None], ("sent", None), 1),
        ("end", [LOST], ("sent", None), 1),
        ("end", [Refused("50035")] * 9, ("failed", "50035"), 0),
        ("later", [DOWN] * 5, ("sent", None), 1),
        ("later", [LOST] * 5, ("sent", None), 1),
        ("later", [NEVER] * 5, ("sent", None), 1),
    ],
)
async def test_what_cannot_be_recorded_is_looked_at_after_its_lease_and_settled_with_one_post(
    daily: Daily,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    answers: list[Answer | None],
    ended: tuple[str, str | None],
    posts: int,
    times: int,
) -> None:
    await daily.put()
    await daily.at(3, 1, 8, 59, 59)
    daily.channel.answers = list(answers)
    break_for(monkeypatch, deliveries, name, times)
    done: list[int] = []
    while await daily.rows("outcome, reason") != [ended]:
        await daily.after(SECOND)
        done.append(len(daily.channel.asked) + len(daily.channel.looks))
        assert len(done) < 3600, "for ever"
    tries = [second for second, (before, after) in enumerate(pairwise([0, *done])) if after > before]
    waits = [timedelta(seconds=later - earlier) for earlier, later in pairwise(tries)]
    assert all(wait >= FIRST_RETRY for wait in waits), waits
    assert min(times, 2) <= waits.count(LEASE) <= times
    assert len(daily.channel.posted) == posts


async def broken_look(daily: Daily, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*_: object) -> bool | None:
        raise OSError("a look")

    monkeypatch.setattr(daily.channel, "writable", breaks)


async def broken_attempt(daily: Daily, monkeypatch: pytest.MonkeyPatch) -> None:
    break_for(monkeypatch, deliveries, "end", 1)


async def broken_telling(daily: Daily, monkeypatch: pytest.MonkeyPatch) -> None:
    daily.channel.answers = [Refused("50013")]
    break_for(monkeypatch, daily.channel, "tell", 1)


async def broken_round(daily: Daily, monkeypatch: pytest.MonkeyPatch) -> None:
    break_for(monkeypatch, Scheduler, "deliver_due", 1)


@pytest.mark.parametrize("broken", [broken_look, broken_attempt, broken_telling, broken_round])
async def test_status_tells_of_a_fault_until_a_round_goes_well(
    daily: Daily, monkeypatch: pytest.MonkeyPatch, broken: Callable[..., Any]
) -> None:
    made = await daily.put()
    clock = daily.clock = daily.channel.clock = JumpClock(made.next_due_at)
    scheduler = daily.scheduler_on(daily.database)
    seen: list[str | None] = []

    async def idle() -> None:
        await scheduler.drain()
        assert scheduler.last_round is not None
        seen.append(scheduler.last_round.fault)
        monkeypatch.undo()
        if len(seen) == 3:
            scheduler.stop()

    clock.idle = idle
    await broken(daily, monkeypatch)
    await scheduler.run()
    assert "OSError" in str(seen[0])
    assert seen[1:] == [None, None]
    assert scheduler.last_fault is not None
    assert (scheduler.last_fault.at, scheduler.last_fault.fault) == (made.next_due_at, seen[0])


async def test_a_send_that_breaks_is_unsure_and_no_fault_of_the_round(daily: Daily) -> None:
    """It is in the log, and in the ledger of its day."""
    await daily.put(CHANNEL)
    daily.channel.answers = [Cut(False, ValueError("no JSON"))]
    await daily.at(3, 1, 9)
    assert await daily.rows("outcome, reason") == [(None, "fault")]
    await asyncio.sleep(0)
    assert daily.scheduler.last_fault is None
