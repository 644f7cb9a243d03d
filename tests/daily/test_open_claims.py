"""A claim that is open: of two who have it one goes on, and where its server was not received it waits."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.daily.claims import LEASE
from bot.daily.delivery import After
from bot.daily.posting import Post, Unreached
from bot.storage import deliveries
from bot.storage.database import open_database
from tests.daily.conftest import GRACE, GUILD, Daily, daily_in
from tests.daily.fakes import Answer, Found, SetClock, Slow
from tests.daily.test_delivery import DOWN, LOST, NEVER, settle

NINE = datetime(2026, 3, 1, 9, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize("answer", [DOWN, LOST, NEVER])
async def test_who_saw_a_claim_before_it_was_taken_cannot_end_it_at_the_deadline_while_it_is_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: Answer
) -> None:
    """Two processes at the end of the grace: by the clock of one it is over, the other is just sending."""
    slow = Slow(SetClock(), [answer])
    sending, go_on = asyncio.Event(), asyncio.Event()

    async def hang(_: Post) -> None:
        sending.set()
        await go_on.wait()

    async with daily_in(tmp_path, slow.clock, slow) as daily, open_database(tmp_path / "state.db", "state") as state:
        made = await daily.put()
        await daily.at(3, 1, 9)
        slow.clock.moment = NINE + GRACE
        (row,) = await deliveries.open_claims(daily.database, slow.clock.moment, None, 9)
        if answer is LOST:
            slow.posted.clear()  # removed by a moderator: it is posted anew
        monkeypatch.setattr(slow, "before", hang)
        first = asyncio.create_task(daily.deliverer.deliver(made, row))
        await sending.wait()
        slow.clock.moment += SECOND
        other = daily.scheduler_on(state)
        assert await other._underway._deliverer.deliver(made, row) is After.ENDED
        assert await other.deliver_due(slow.clock.moment) == 0
        assert [row[0] for row in await daily.rows("outcome")] == [None]
        go_on.set()
        assert await first is After.ENDED
        assert await daily.ledger() == [("2026-03-01", "sent", None)]
        assert len(slow.posted) == 1


async def test_who_looked_for_longer_than_its_lease_cannot_end_what_another_took_since(
    daily: Daily, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await daily.put()
    daily.channel.answers = [NEVER]
    await daily.at(3, 1, 9)
    daily.clock.moment = NINE + GRACE - timedelta(minutes=1)
    (row,) = await deliveries.open_claims(daily.database, daily.clock.moment, None, 9)
    looking, go_on = asyncio.Event(), asyncio.Event()

    async def hang(*_: object) -> Found:
        looking.set()
        await go_on.wait()
        return Unreached("HTTP 503")

    monkeypatch.setattr(daily.channel, "find", hang)
    first = asyncio.create_task(daily.deliverer.deliver(made, row))
    await looking.wait()
    monkeypatch.undo()
    daily.clock.moment += LEASE
    (row,) = await deliveries.open_claims(daily.database, daily.clock.moment, None, 9)
    taken = await deliveries.attempt(daily.database, row, daily.clock.moment, NINE + 2 * GRACE, settled=True)
    daily.clock.moment = NINE + GRACE + SECOND
    go_on.set()
    assert await first is After.ENDED
    assert await deliveries.of_day(daily.database, made.id, made.due_date) == taken


@pytest.mark.parametrize(
    ("answer", "ended", "posts"),
    [(DOWN, ("missed", "not ready"), 0), (LOST, ("unknown", "not ready"), 1), (NEVER, ("unknown", "not ready"), 0)],
)
async def test_an_open_claim_of_a_server_that_is_not_received_waits_until_the_grace_is_over(
    daily: Daily, answer: Answer, ended: tuple[str, str], posts: int
) -> None:
    await daily.put()
    daily.channel.answers = [answer]
    await daily.at(3, 1, 9)
    daily.channel.not_ready = {GUILD}
    while daily.clock.moment < NINE + GRACE:
        await daily.after(timedelta(seconds=15))
        assert await daily.rows("outcome, reason") == [(None, "not ready")]
    assert (len(daily.channel.asked), daily.channel.looks) == (1, [])
    await settle(daily)
    assert await daily.rows("outcome, reason") == [ended]
    assert (len(daily.channel.asked), len(daily.channel.posted)) == (1, posts)
    assert daily.clock.moment <= NINE + GRACE + timedelta(seconds=16)


@pytest.mark.parametrize(("answer", "sends"), [(DOWN, 2), (LOST, 1), (NEVER, 2)])
@pytest.mark.parametrize("away", [timedelta(minutes=2), timedelta(hours=5)])
async def test_it_goes_on_when_the_server_is_received(
    daily: Daily, answer: Answer, sends: int, away: timedelta
) -> None:
    await daily.put()
    daily.channel.answers = [answer]
    await daily.at(3, 1, 9)
    daily.channel.not_ready = {GUILD}
    await daily.after(away)
    daily.channel.not_ready = set()
    await settle(daily)
    assert await daily.ledger() == [("2026-03-01", "sent", None)]
    assert (len(daily.channel.asked), len(daily.channel.posted)) == (sends, 1)
