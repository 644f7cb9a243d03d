"""How days end: once and for good, by who has the claim, with what it does to the subscription."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.model import Ending, Outcome
from bot.storage import deliveries, subscriptions
from bot.storage.database import Database
from tests.storage.ledger import DAY, LEASE, NEXT, NINE, claim_of, claimed, claimed_next, of, put, state

__all__ = ["state"]


async def test_who_saw_a_claim_before_it_was_taken_neither_puts_it_off_nor_ends_it(state: Database) -> None:
    _, stale = await claimed(state)
    taken = await deliveries.attempt(state, stale, NINE + LEASE, NINE + 2 * LEASE, settled=False)
    assert taken is not None
    await deliveries.later(state, stale, NINE, "cut", settled=True)
    for outcome in (Outcome.MISSED, Outcome.FAILED, Outcome.SKIPPED, Outcome.UNKNOWN):
        assert not await deliveries.end(state, stale, NINE, outcome, "50013", suspend="50013")
    assert await of(state, stale) == taken
    found = await subscriptions.get(state, stale.subscription_id)
    assert found is not None
    assert (found.suspended, found.notice) == (None, None)
    # A post that is out is out, whoever sent it.
    assert await deliveries.end(state, stale, NINE, Outcome.SENT, message_id=5)


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
    await subscriptions.take_notices(state, 1)
    await deliveries.end(state, await claimed_next(state, made), NINE, Outcome.FAILED, "50001", suspend="50001")
    assert await now() == ("50001", None)
    await deliveries.end(state, await claimed_next(state, made), NINE, Outcome.UNKNOWN, "unreadable")
    assert await now() == ("50001", None)
    await deliveries.end(state, await claimed_next(state, made), NINE, Outcome.SENT, message_id=5)
    assert await now() == (None, None)


async def test_a_day_that_had_ended_suspends_nothing(state: Database) -> None:
    made, row = await claimed(state)
    await deliveries.end(state, row, NINE, Outcome.SENT, message_id=5)
    assert not await deliveries.end(state, row, NINE, Outcome.FAILED, "50013", suspend="50013")
    found = await subscriptions.get(state, made.id)
    assert found is not None
    assert (found.suspended, found.notice) == (None, None)


@pytest.mark.parametrize("outcome", [None, *Outcome])
async def test_only_what_ended_without_a_post_is_claimed_again(state: Database, outcome: Outcome | None) -> None:
    made, row = await claimed(state)
    if outcome is not None:
        await deliveries.end(state, row, NINE, outcome, "why", 5 if outcome is Outcome.SENT else None)
    anew = claim_of(made, NINE + timedelta(hours=9), "y")
    again = await deliveries.claim_again(state, anew)
    assert again == (outcome in {Outcome.MISSED, Outcome.FAILED})
    if again:
        assert await of(state, row) == anew
        assert not await deliveries.claim_again(state, anew)


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
