"""The ledger: a day is claimed once, and looked at when it is to be, by however many processes."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.model import Outcome
from bot.storage import deliveries, moments, subscriptions
from bot.storage.database import Database, open_database
from tests.storage.ledger import DAY, LEASE, NEXT, NINE, claim_of, claimed, of, put, state

__all__ = ["state"]


async def test_a_claim_is_kept_as_it_was_made_and_its_subscription_waits_for_the_next_day(state: Database) -> None:
    made, row = await claimed(state)
    assert await of(state, row) == row
    moved = await subscriptions.get(state, made.id)
    assert moved == replace(made, due_date=NEXT[0], next_due_at=NEXT[1])


async def test_of_two_processes_one_claims(state: Database, tmp_path: Path) -> None:
    async with open_database(tmp_path / "state.db", "state") as other:
        for channel in range(20):
            made = await put(state, channel)
            rows = [claim_of(made, digest=digest) for digest in "ab"]
            both = [deliveries.claim(db, made, row, NEXT) for db, row in zip((state, other), rows, strict=True)]
            won = await asyncio.gather(*both)
            assert sorted(won) == [False, True]
            assert await of(state, rows[0]) == rows[won.index(True)]


async def test_what_was_changed_or_removed_meanwhile_is_not_claimed(state: Database) -> None:
    made = await put(state)
    await put(state, due=NINE + timedelta(hours=1))
    assert not await deliveries.claim(state, made, claim_of(made), NEXT)
    await subscriptions.remove(state, made.id)
    assert not await deliveries.claim(state, made, claim_of(made), NEXT)
    assert await deliveries.count(state, made.id) == 0


async def test_a_day_that_is_in_the_ledger_is_passed_over(state: Database) -> None:
    made, row = await claimed(state)
    await put(state)
    assert not await deliveries.claim(state, made, replace(row, digest="y"), NEXT)
    assert (await of(state, row)).digest == "x"
    moved = await subscriptions.get(state, made.id)
    assert moved is not None
    assert moved.due_date == NEXT[0], "otherwise it would be claimed in vain for ever"


async def test_an_attempt_takes_a_claim_from_who_saw_it_before(state: Database, tmp_path: Path) -> None:
    _, row = await claimed(state)
    later = NINE + LEASE
    async with open_database(tmp_path / "state.db", "state") as other:
        both = [deliveries.attempt(db, row, later, later + LEASE, settled=False) for db in (state, other)]
        taken = [each for each in await asyncio.gather(*both) if each is not None]
    found = await of(state, row)
    assert taken == [found]
    assert found == replace(row, attempts=2, next_attempt_at=later + LEASE)
    assert await deliveries.attempt(state, found, later, later, settled=False)


@pytest.mark.parametrize(
    ("settled_before", "settled", "tried_at"),
    [
        # The first attempt that may have arrived counts, until it is certain that none has.
        (False, False, NINE),
        (False, True, NINE + LEASE),
        (True, True, NINE + LEASE),
    ],
)
async def test_since_when_a_post_may_be_there(
    state: Database, settled_before: bool, settled: bool, tried_at: datetime
) -> None:
    _, row = await claimed(state)
    await deliveries.later(state, row, NINE + LEASE, "cut", settled=settled_before)
    found = await of(state, row)
    assert found.tried_at == (None if settled_before else NINE)
    assert (found.reason, found.next_attempt_at, found.outcome) == ("cut", NINE + LEASE, None)
    assert await deliveries.attempt(state, found, NINE + LEASE, NINE + 2 * LEASE, settled=settled)
    assert (await of(state, row)).tried_at == tried_at


async def test_what_counts_as_posted(state: Database) -> None:
    made = await put(state)
    outcomes = [None, *Outcome]
    for number, outcome in enumerate(outcomes):
        day = DAY + number * timedelta(days=1)
        row = replace(claim_of(made), local_date=day, digest=f"{outcome}")
        found = await subscriptions.get(state, made.id)
        assert found is not None
        assert await deliveries.claim(state, found, row, (day + timedelta(days=1), NINE))
        if outcome is not None:
            await deliveries.end(state, row, NINE, outcome, message_id=5)
    assert await deliveries.posted(state, made.id) == ("None", "sent", "unknown")


@pytest.mark.parametrize("limit", [1, 3, 100])
async def test_open_claims_are_streamed_the_longest_due_first(state: Database, limit: int) -> None:
    wanted = []
    for channel in range(10):
        made = await put(state, channel)
        at = NINE + timedelta(seconds=channel % 4)
        row = replace(claim_of(made), next_attempt_at=at)
        await deliveries.claim(state, made, row, NEXT)
        if channel % 4 < 3:
            wanted.append((at, made.id))
    found: list[tuple[datetime | None, int]] = []
    last = None
    while batch := await deliveries.open_claims(state, NINE + timedelta(seconds=2), last, limit):
        assert len(batch) <= limit
        last = batch[-1]
        found += [(row.next_attempt_at, row.subscription_id) for row in batch]
    assert found == sorted(wanted)


async def test_moments_tell_what_comes_first(state: Database) -> None:
    assert await moments.read(state) == moments.Moments(None, None, None)
    made, row = await claimed(state)
    assert await moments.read(state) == moments.Moments(NEXT[1], NINE + LEASE, None)
    await deliveries.end(state, row, NINE, Outcome.MISSED, "down")
    await subscriptions.remove(state, made.id)
    assert await moments.read(state) == moments.Moments(None, None, None)
