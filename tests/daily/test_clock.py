"""Whatever the machine's clock says, Discord's goes on: what may be there is looked for before it is sent again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.daily.delivery import FIRST_RETRY
from bot.daily.posting import NONCE_WINDOW
from bot.storage import deliveries
from tests.daily.conftest import Daily, daily_in
from tests.daily.fakes import Answer, Cut, FakePoster, SetClock
from tests.daily.test_delivery import DOWN, LOST, NEVER, settle

NINE = datetime(2026, 3, 1, 9, tzinfo=UTC)
HALF_AN_HOUR, MINUTE, SECOND = timedelta(minutes=30), timedelta(minutes=1), timedelta(seconds=1)


class Times:
    """The machine's clock, Discord's, and the loop's, which nobody sets."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.machine, self.discord = SetClock(NINE - HALF_AN_HOUR), SetClock(NINE - HALF_AN_HOUR)
        loop = asyncio.get_running_loop()
        begun, self._passed = loop.time(), timedelta()
        monkeypatch.setattr(loop, "time", lambda: begun + self._passed.total_seconds())

    def passes(self, time: timedelta) -> None:
        self.discord.moment += time
        self.machine.moment += time
        self._passed += time


@asynccontextmanager
async def begun(times: Times, folder: Path, *answers: Answer | None) -> AsyncIterator[Daily]:
    """Open a daily post whose first attempt was made at nine, by the machine's clock."""
    channel = FakePoster(times.discord, list(answers))
    async with daily_in(folder, times.machine, channel) as daily:
        await daily.put()
        times.passes(NINE - times.machine.moment)
        await daily.deliver()
        yield daily


@pytest.mark.parametrize("passed", [NONCE_WINDOW + SECOND, HALF_AN_HOUR, timedelta(hours=20)])
@pytest.mark.parametrize("says", [FIRST_RETRY, timedelta(seconds=20), NONCE_WINDOW])
@pytest.mark.parametrize(("answer", "sends"), [(LOST, 1), (NEVER, 2)])
async def test_a_clock_that_was_set_back_makes_no_attempt_younger_than_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: Cut, sends: int, passed: timedelta, says: timedelta
) -> None:
    times = Times(monkeypatch)
    async with begun(times, tmp_path, answer) as daily:
        times.passes(passed)
        times.machine.moment = NINE + says
        await daily.deliver()
        assert await daily.ledger() == [("2026-03-01", "sent", None)]
        assert (len(daily.channel.looks), len(daily.channel.posted), len(daily.channel.asked)) == (1, 1, sends)


@pytest.mark.parametrize(("answer", "sends"), [(LOST, 1), (NEVER, 2)])
@pytest.mark.parametrize("before", [SECOND, MINUTE, HALF_AN_HOUR])
async def test_a_clock_that_stands_before_the_attempt_says_nothing_of_its_age(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: timedelta, answer: Cut, sends: int
) -> None:
    """As it is set back between the look at what is due and the attempt."""
    times = Times(monkeypatch)
    async with begun(times, tmp_path, answer) as daily:
        (row,) = await deliveries.open_claims(daily.database, NINE + FIRST_RETRY, None, 9)
        times.passes(MINUTE)
        times.machine.moment = NINE - before
        await daily.deliverer.deliver(await daily.again(), row)
        assert await daily.ledger() == [("2026-03-01", "sent", None)]
        assert (len(daily.channel.looks), len(daily.channel.posted), len(daily.channel.asked)) == (1, 1, sends)


async def test_what_certainly_did_not_arrive_is_sent_without_a_look_whatever_the_clock_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    times = Times(monkeypatch)
    async with begun(times, tmp_path, DOWN) as daily:
        times.passes(HALF_AN_HOUR)
        times.machine.moment = NINE + FIRST_RETRY
        await daily.deliver()
        assert await daily.ledger() == [("2026-03-01", "sent", None)]
        assert not daily.channel.looks


@pytest.mark.parametrize("fast", [timedelta(), 2 * MINUTE, 9 * MINUTE, -2 * MINUTE, -HALF_AN_HOUR])
@pytest.mark.parametrize("later", [NONCE_WINDOW + SECOND, timedelta(hours=5)])
async def test_a_post_is_found_by_a_clock_that_is_minutes_fast_or_slow(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fast: timedelta, later: timedelta
) -> None:
    times = Times(monkeypatch)
    times.discord.moment -= fast
    async with begun(times, tmp_path, LOST) as daily:
        times.passes(later)
        await settle(daily)
        assert await daily.ledger() == [("2026-03-01", "sent", None)]
        assert (len(daily.channel.looks), len(daily.channel.posted)) == (1, 1)
