"""The ledger: a day is claimed once, ended once, and looked at when it is to be, by however many processes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from bot.model import Delivery, Ending, Outcome, Plan, Subscription
from bot.storage import deliveries, moments, subscriptions
from bot.storage.database import Database, open_database

DAY = date(2026, 3, 1)
NINE = datetime(2026, 3, 1, 9, tzinfo=UTC)
LEASE = timedelta(seconds=45)
NEXT = (DAY + timedelta(days=1), NINE + timedelta(days=1))


@pytest.fixture
async def state(tmp_path: Path) -> AsyncIterator[Database]:
    async with open_database(tmp_path / "state.db", "state") as opened:
        yield opened


async def put(state: Database, channel: int = 2, *, due: datetime = NINE) -> Subscription:
    plan = Plan(time(9), "UTC")
    found = await subscriptions.put(state, 1, channel, plan, (due.date(), due), replaces=None, limit=20)
    assert found is not None
    return found


def claim_of(subscription: Subscription, now: datetime = NINE, digest: str = "x") -> Delivery:
    return Delivery(
        subscription_id=subscription.id,
        local_date=subscription.due_date,
        due_at=subscription.next_due_at,
        claimed_at=now,
        document="d",
        citation="1.1",
        digest=digest,
        attempts=1,
        tried_at=now,
        next_attempt_at=now + LEASE,
    )


async def claimed(state: Database) -> tuple[Subscription, Delivery]:
    made = await put(state)
    row = claim_of(made)
    assert await deliveries.claim(state, made, row, NEXT, None)
    return made, row


async def of(state: Database, row: Delivery) -> Delivery:
    found = await deliveries.of_day(state, row.subscription_id, row.local_date)
    assert found is not None
    return found


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
            both = [deliveries.claim(db, made, row, NEXT, None) for db, row in zip((state, other), rows, strict=True)]
            won = await asyncio.gather(*both)
            assert sorted(won) == [False, True]
            assert await of(state, rows[0]) == rows[won.index(True)]


async def test_what_was_changed_or_removed_meanwhile_is_not_claimed(state: Database) -> None:
    made = await put(state)
    await put(state, due=NINE + timedelta(hours=1))
    assert not await deliveries.claim(state, made, claim_of(made), NEXT, None)
    await subscriptions.remove(state, made.id)
    assert not await deliveries.claim(state, made, claim_of(made), NEXT, None)
    assert await deliveries.count(state, made.id) == 0


async def test_a_day_that_is_in_the_ledger_is_passed_over(state: Database) -> None:
    made, row = await claimed(state)
    await put(state)
    assert not await deliveries.claim(state, made, replace(row, digest="y"), NEXT, None)
    assert (await of(state, row)).digest == "x"
    moved = await subscriptions.get(state, made.id)
    assert moved is not None
    assert moved.due_date == NEXT[0], "otherwise it would be claimed in vain for ever"


async def test_an_attempt_takes_a_claim_from_who_saw_it_before(state: Database, tmp_path: Path) -> None:
    _, row = await claimed(state)
    later = NINE + LEASE
    async with open_database(tmp_path / "state.db", "state") as other:
        both = [deliveries.attempt(db, row, later, later + LEASE, settled=False) for db in (state, other)]
        assert sorted(await asyncio.gather(*both)) == [False, True]
    found = await of(state, row)
    assert (found.attempts, found.next_attempt_at) == (2, later + LEASE)
    assert await deliveries.attempt(state, found, later, later, settled=False)


@pytest.mark.parametrize(
    ("settled_before", "settled", "tried_at"),
    [
        # The first attempt that may have arrived counts, until it is certain that none has.
        (False, False, NINE),
        (False, True, NINE + LEASE),
        (True, False, NINE + LEASE),
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


async def test_each_failure_counts_whether_it_was_sent_or_only_looked(state: Database) -> None:
    _, row = await claimed(state)
    for attempts in (2, 3, 4):
        row = await of(state, row)
        await deliveries.later(state, row, NINE, "cut", settled=False)
        assert (await of(state, row)).attempts == attempts
    await deliveries.later(state, replace(row, attempts=1), NINE, "cut", settled=False)
    assert (await of(state, row)).attempts == 4


@pytest.mark.parametrize("outcome", Outcome)
async def test_a_day_ends_once_and_for_good(state: Database, outcome: Outcome) -> None:
    _, row = await claimed(state)
    message_id = 5 if outcome is Outcome.SENT else None
    assert await deliveries.end(state, row, NINE, outcome, "why", message_id, "note")
    assert not await deliveries.end(state, row, NINE, Outcome.SENT, message_id=6)
    assert not await deliveries.attempt(state, row, NINE, NINE, settled=True)
    await deliveries.later(state, row, NINE, "cut", settled=True)
    found = await of(state, row)
    assert (found.outcome, found.reason, found.message_id, found.note) == (outcome, "why", message_id, "note")
    assert (found.ended_at, found.next_attempt_at) == (NINE, None)


async def test_a_suspension_is_recorded_with_the_end_and_is_to_be_told_once(state: Database) -> None:
    made, row = await claimed(state)

    async def now() -> tuple[str | None, str | None]:
        found = await subscriptions.get(state, made.id)
        assert found is not None
        return found.suspended, found.notice

    await deliveries.end(state, row, NINE, Outcome.FAILED, "50013", suspend="50013")
    assert await now() == ("50013", "suspended")
    await subscriptions.set_notice(state, made.id, None)
    await deliveries.end(state, row, NINE, Outcome.FAILED, "50001", suspend="50001")
    assert await now() == ("50001", None)
    await deliveries.end(state, row, NINE, Outcome.UNKNOWN, "unreadable")
    assert await now() == ("50001", None)
    await deliveries.end(state, row, NINE, Outcome.SENT, message_id=5)
    assert await now() == (None, None)


@pytest.mark.parametrize("outcome", [None, *Outcome])
async def test_only_what_ended_without_a_post_is_claimed_again(state: Database, outcome: Outcome | None) -> None:
    made, row = await claimed(state)
    if outcome is not None:
        await deliveries.end(state, row, NINE, outcome, "why", 5 if outcome is Outcome.SENT else None)
    anew = claim_of(made, NINE + timedelta(hours=9), "y")
    again = await deliveries.claim_again(state, anew, DAY)
    assert again == (outcome in {Outcome.MISSED, Outcome.FAILED})
    found, subscription = await of(state, row), await subscriptions.get(state, made.id)
    assert subscription is not None
    assert subscription.bag_from == (DAY if again else None)
    if again:
        assert found == anew
        assert not await deliveries.claim_again(state, anew, DAY)


async def test_days_without_a_claim_end_together_unless_the_subscription_changed(state: Database) -> None:
    made = await put(state)
    endings = [
        Ending(DAY + n * timedelta(days=1), NINE + n * timedelta(days=1), Outcome.MISSED, "down") for n in (0, 1)
    ]
    third = (DAY + timedelta(days=2), NINE + timedelta(days=2))
    assert await deliveries.end_unclaimed(state, made, endings, NINE, third)
    assert not await deliveries.end_unclaimed(state, made, endings, NINE, NEXT)
    rows = await deliveries.latest(state, made.id, 9)
    assert [(row.local_date, row.due_at, row.outcome, row.reason, row.ended_at) for row in rows] == [
        (ending.local_date, ending.due_at, Outcome.MISSED, "down", NINE) for ending in reversed(endings)
    ]


async def test_a_claimed_day_is_not_ended_by_another(state: Database) -> None:
    made, row = await claimed(state)
    await put(state)
    await deliveries.end_unclaimed(state, made, [Ending(DAY, NINE, Outcome.MISSED, "down")], NINE, NEXT)
    assert (await of(state, row)).outcome is None


async def test_what_counts_as_posted_in_this_round(state: Database) -> None:
    made = await put(state)
    outcomes = [None, *Outcome]
    for number, outcome in enumerate(outcomes):
        day = DAY + number * timedelta(days=1)
        row = replace(claim_of(made), local_date=day, digest=f"{outcome}")
        found = await subscriptions.get(state, made.id)
        assert found is not None
        assert await deliveries.claim(state, found, row, (day + timedelta(days=1), NINE), None)
        if outcome is not None:
            await deliveries.end(state, row, NINE, outcome, message_id=5)
    assert await deliveries.posted(state, made) == ("None", "sent", "unknown")
    since = replace(made, bag_from=DAY + timedelta(days=2))
    assert await deliveries.posted(state, since) == ("unknown",)


@pytest.mark.parametrize("limit", [1, 3, 100])
async def test_open_claims_are_streamed_the_longest_due_first(state: Database, limit: int) -> None:
    wanted = []
    for channel in range(10):
        made = await put(state, channel)
        at = NINE + timedelta(seconds=channel % 4)
        row = replace(claim_of(made), next_attempt_at=at)
        await deliveries.claim(state, made, row, NEXT, None)
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


async def test_the_last_that_was_due_is_not_one_left_out_in_advance(state: Database) -> None:
    made, row = await claimed(state)
    moved = await subscriptions.get(state, made.id)
    assert moved is not None
    after = (NEXT[0] + timedelta(days=1), NEXT[1] + timedelta(days=1))
    await deliveries.end_unclaimed(state, moved, [Ending(*NEXT, Outcome.SKIPPED, "admin")], NINE, after)
    assert await deliveries.last_due(state, made.id, NINE) == row
    assert await deliveries.last_due(state, made.id, NINE - timedelta(seconds=1)) is None
    assert await deliveries.count(state, made.id) == 2


async def test_a_note_is_kept_and_taken_back(state: Database) -> None:
    _, row = await claimed(state)
    for note in ("thread 50013", None):
        await deliveries.set_note(state, row, note)
        assert (await of(state, row)).note == note
