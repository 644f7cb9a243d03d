"""Subscriptions: kept as they were set, found by when they are due, counted where they are added."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.model import EVERY_DAY, Order, Plan, Subscription
from bot.storage import guilds, subscriptions
from bot.storage.database import Database, open_database

NINE = datetime(2026, 3, 1, 9, tzinfo=UTC)
NEXT = (NINE.date(), NINE)
PLAN = Plan(time(9), "UTC", ("a",))
PLANS = st.builds(
    Plan,
    at=st.builds(time, st.integers(0, 23), st.integers(0, 59)),
    zone=st.sampled_from(["UTC", "America/Argentina/ComodRivadavia"]),
    documents=st.lists(st.sampled_from(["a", "été", "b-c"]), unique=True).map(tuple),
    days=st.integers(1, EVERY_DAY),
    order=st.sampled_from(Order),
    role_id=st.none() | st.integers(1, 2**63 - 1),
    thread=st.booleans(),
    publish=st.booleans(),
)


@pytest.fixture
async def state(tmp_path: Path) -> AsyncIterator[Database]:
    async with open_database(tmp_path / "state.db", "state") as opened:
        yield opened


async def put(
    state: Database, channel: int = 2, guild: int = 1, plan: Plan = PLAN, due: datetime = NINE, limit: int = 20
) -> Subscription:
    next_ = (due.date(), due)
    found = await subscriptions.put(state, guild, channel, plan, next_, replaces=None, limit=limit)
    assert found is not None
    return found


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(plan=PLANS)
async def test_a_plan_is_kept_as_it_was_set(state: Database, plan: Plan) -> None:
    made = await put(state, plan=plan)
    assert made.plan == plan
    assert await subscriptions.get(state, made.id) == made
    assert (await subscriptions.of_guild(state, 1)) == (made,)
    await subscriptions.remove(state, made.id)
    assert await subscriptions.get(state, made.id) is None


async def test_set_again_ends_a_suspension_and_a_removal_and_keeps_the_rest(state: Database) -> None:
    made = await put(state)
    async with state.write() as connection:
        await connection.execute(
            "UPDATE subscriptions SET suspended = '50013', notice = 'suspended', left_at = 1, paused = 1"
        )
    again = await put(state, plan=replace(PLAN, role_id=5))
    assert (again.id, again.suspended, again.notice, again.left_at) == (made.id, None, None, None)
    assert again.paused


async def test_no_id_is_used_again_after_a_removal_nor_after_a_restart(tmp_path: Path) -> None:
    """A button of an old message, or an answer that is under way, may still name it."""
    seen: list[int] = []
    for _ in range(3):
        async with open_database(tmp_path / "state.db", "state") as state:
            for channel in (1, 2):
                made = await put(state, channel)
                seen.append(made.id)
                await subscriptions.remove(state, made.id)
            made = await put(state, 3)
            seen.append(made.id)
            await guilds.left(state, [1], NINE)
            await guilds.purge(state, NINE)
    assert seen == sorted(set(seen))


async def test_the_limit_counts_the_others_of_the_server(state: Database) -> None:
    for channel in (1, 2, 3):
        await put(state, channel, limit=3)
    assert await subscriptions.put(state, 1, 4, PLAN, NEXT, replaces=None, limit=3) is None
    assert (await put(state, 3, limit=3)).channel_id == 3
    assert (await put(state, 4, guild=2, limit=3)).guild_id == 2


async def test_one_moves_with_its_id_unless_it_moved_meanwhile(state: Database) -> None:
    made = await put(state, 1)
    moved = await subscriptions.put(state, 1, 2, PLAN, NEXT, replaces=made, limit=20)
    assert moved is not None
    assert (moved.id, moved.channel_id) == (made.id, 2)
    other = await subscriptions.put(state, 1, 3, PLAN, NEXT, replaces=made, limit=20)
    assert other is not None
    assert other.id != made.id
    assert await subscriptions.count(state) == 2


@pytest.mark.parametrize("limit", [1, 4, 100])
async def test_what_is_due_is_streamed_the_longest_due_first(state: Database, limit: int) -> None:
    wanted = []
    for channel in range(12):
        due = NINE + timedelta(seconds=channel % 4)
        made = await put(state, channel, due=due)
        if channel % 4 < 3:
            wanted.append((due, made.id))
    found: list[tuple[datetime, int]] = []
    last = None
    while batch := await subscriptions.due(state, NINE + timedelta(seconds=2), last, limit):
        assert len(batch) <= limit
        last = batch[-1]
        found += [(each.next_due_at, each.id) for each in batch]
    assert found == sorted(wanted)


async def test_every_one_is_streamed_by_its_id(state: Database) -> None:
    made = [await put(state, channel) for channel in range(5)]
    found: list[Subscription] = []
    while batch := await subscriptions.every(state, found[-1].id if found else 0, 2):
        found += batch
    assert found == made


async def test_suspended_are_those_that_lost_a_permission(state: Database) -> None:
    made = [await put(state, channel) for channel in range(4)]
    for subscription, code in zip(made, ("50001", "50013", "10003", None), strict=True):
        async with state.write() as connection:
            await connection.execute("UPDATE subscriptions SET suspended = ? WHERE id = ?", (code, subscription.id))
    assert [found.suspended for found in await subscriptions.suspended_in(state, 1)] == ["50001", "50013"]
    assert await subscriptions.suspended_in(state, 2) == ()
    await subscriptions.resume(state, made[0])
    assert await subscriptions.get(state, made[0].id) == made[0]


async def test_servers_that_were_left_are_known_returned_and_purged(state: Database) -> None:
    for guild in (1, 2, 3):
        await put(state, guild, guild)
    await guilds.left(state, [1, 2, 9], NINE)
    await guilds.left(state, [2], NINE + timedelta(days=1))
    assert await guilds.known(state) == {1, 2, 3}
    assert await guilds.gone(state) == {1, 2}
    await guilds.returned(state, [1, 3])
    assert await guilds.gone(state) == {2}
    assert await guilds.purge(state, NINE - timedelta(seconds=1)) == 0
    assert await guilds.purge(state, NINE) == 1
    assert await guilds.known(state) == {1, 3}
