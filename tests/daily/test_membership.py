"""Left and joined servers: posts stop at once, everything is kept for thirty days, and then erased."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.daily.posting import Unreached
from bot.daily.scheduler import KEPT_AFTER_LEAVING
from tests.daily.conftest import CHANNEL, GUILD, Daily
from tests.daily.fakes import Cut

OTHER = GUILD + 1
LEFT = datetime(2026, 3, 1, 12, tzinfo=UTC)


async def left_at(daily: Daily) -> dict[int, bool]:
    rows = await daily.database.read("SELECT guild_id, left_at IS NOT NULL FROM subscriptions")
    return {row[0]: bool(row[1]) for row in rows}


async def test_posts_stop_at_once_and_each_day_says_why(daily: Daily) -> None:
    await daily.put()
    await daily.put(CHANNEL + 1, guild=OTHER)
    await daily.membership.left([GUILD])
    await daily.at(3, 1, 9)
    assert [post.guild_id for post in daily.channel.asked] == [OTHER]
    assert await daily.ledger() == [("2026-03-01", "missed", "removed"), ("2026-03-01", "sent", None)]


async def test_a_return_goes_on_where_it_was(daily: Daily) -> None:
    made = await daily.put()
    await daily.at(3, 1, 9)
    await daily.membership.left([GUILD])
    await daily.at(3, 2, 9)
    await daily.membership.returned([GUILD])
    await daily.at(3, 3, 9)
    assert [row[1:] for row in await daily.ledger()] == [("sent", None), ("missed", "removed"), ("sent", None)]
    assert daily.channel.positions == [1, 2]
    assert (await daily.again()).plan == made.plan


async def test_a_second_removal_does_not_begin_the_thirty_days_anew(daily: Daily) -> None:
    await daily.put()
    daily.clock.moment = LEFT
    await daily.membership.left([GUILD])
    daily.clock.moment += timedelta(days=29)
    await daily.membership.left([GUILD])
    assert (await daily.again()).left_at == LEFT


@pytest.mark.parametrize("early", [timedelta(days=30), timedelta(days=1), timedelta(seconds=1)])
async def test_it_is_kept_for_thirty_days_and_not_longer(daily: Daily, early: timedelta) -> None:
    await daily.put()
    await daily.put(CHANNEL + 1, guild=OTHER)
    await daily.at(3, 1, 9)
    daily.clock.moment = LEFT
    await daily.membership.left([GUILD])
    daily.clock.moment = LEFT + KEPT_AFTER_LEAVING - early
    await daily.deliver()
    assert await left_at(daily) == {GUILD: True, OTHER: False}
    daily.clock.moment = LEFT + KEPT_AFTER_LEAVING
    await daily.deliver()
    assert await left_at(daily) == {OTHER: False}
    rows = await daily.database.read("SELECT DISTINCT subscription_id FROM deliveries")
    assert len(rows) == 1, "and its history with it"


async def test_the_loop_wakes_to_erase(daily: Daily) -> None:
    await daily.put(days="sun", at="23:00")
    daily.clock.moment = LEFT
    await daily.membership.left([GUILD])
    await daily.execute("UPDATE subscriptions SET next_due_at = 99999999999")
    assert await daily.scheduler._next_wake(LEFT) == LEFT + KEPT_AFTER_LEAVING


@pytest.mark.parametrize(
    ("gone", "listed", "concerned", "expected"),
    [
        (set(), {GUILD, OTHER}, {GUILD, OTHER}, {GUILD: False, OTHER: False}),
        (set(), {OTHER}, {GUILD, OTHER}, {GUILD: True, OTHER: False}),
        (set(), set(), {GUILD, OTHER}, {GUILD: True, OTHER: True}),
        # A shard knows nothing of the servers of the others.
        (set(), set(), {OTHER}, {GUILD: False, OTHER: True}),
        ({GUILD}, {GUILD, OTHER}, {GUILD, OTHER}, {GUILD: False, OTHER: False}),
        ({GUILD}, {GUILD}, {GUILD}, {GUILD: False, OTHER: False}),
        ({GUILD}, {GUILD, OTHER}, {OTHER}, {GUILD: True, OTHER: False}),
        ({GUILD, OTHER}, {7, 8, 9}, {GUILD, OTHER}, {GUILD: True, OTHER: True}),
        # Servers without a daily post are nobody's concern.
        (set(), {GUILD, OTHER, 7}, {GUILD, OTHER, 7}, {GUILD: False, OTHER: False}),
    ],
)
async def test_compared_with_what_discord_lists(
    daily: Daily, gone: set[int], listed: set[int], concerned: set[int], expected: dict[int, bool]
) -> None:
    await daily.put()
    await daily.put(CHANNEL + 1, guild=OTHER)
    if gone:
        await daily.membership.left(gone)
    await daily.membership.reconcile(listed, concerned.__contains__)
    assert await left_at(daily) == expected


async def test_set_on_a_server_says_that_the_bot_is_there(daily: Daily) -> None:
    await daily.put()
    await daily.membership.left([GUILD])
    assert (await daily.change(at="10:00")).left_at is None


@pytest.mark.parametrize(
    ("answer", "outcome"), [(Cut(True), "unknown"), (Unreached("no route"), "missed"), (None, "sent")]
)
async def test_a_day_that_was_under_way_ends_too(daily: Daily, answer: Cut | Unreached | None, outcome: str) -> None:
    await daily.put()
    daily.channel.answers = [answer]
    await daily.at(3, 1, 9)
    await daily.membership.left([GUILD])
    await daily.at(3, 1, 9, 1)
    assert [row[1] for row in await daily.ledger()] == [outcome]
