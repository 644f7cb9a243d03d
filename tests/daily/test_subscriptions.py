"""What admins set, checked and kept; what they skip, pause and post late."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime
from typing import Any

import pytest

from bot.daily.plan import Change
from bot.daily.posting import Refused
from bot.daily.subscriptions import PER_GUILD
from bot.errors import (
    BadTime,
    BadZone,
    HeraldError,
    NoSuchDocument,
    NoSuchSubscription,
    SubscriptionGone,
    TooManySubscriptions,
    WrongChannel,
)
from bot.model import Plan
from tests.daily.conftest import CHANNEL, GUILD, Daily

NINE = Change(at="09:00", zone="UTC")


async def test_set_then_shown_with_the_next_moment(daily: Daily) -> None:
    made = await daily.put(at="9am", zone="Europe/Kiev")
    assert (made.plan.at.hour, made.plan.zone, made.plan.documents) == (9, "Europe/Kyiv", ("nato-ukraine-2023",))
    assert made.next_due_at == datetime(2026, 3, 1, 7, tzinfo=UTC)
    assert await daily.again() == made


async def test_set_again_changes_the_same_one_and_keeps_its_history(daily: Daily) -> None:
    first = await daily.put()
    await daily.at(3, 1, 9)
    second = await daily.change(at="12:00", document="nato-ukraine-2023")
    assert second.id == first.id
    assert second.plan.documents == ("nato-ukraine-2023",)
    assert second.due_date == date(2026, 3, 2), "today was posted already"
    await daily.at(3, 1, 12)
    await daily.at(3, 2, 12)
    assert daily.channel.positions == [1, 2]
    assert await daily.outlook.count() == 1


@pytest.mark.parametrize(
    ("before", "minute", "change", "out_today", "due"),
    [
        ("09:00", (1, 8), {"at": "18:00"}, False, "2026-03-01T18"),
        ("09:00", (1, 10), {"at": "18:00"}, True, "2026-03-02T18"),
        ("09:00", (1, 8), {"at": "07:00"}, False, "2026-03-02T07"),
        ("09:00", (1, 10), {"zone": "Asia/Tokyo"}, True, "2026-03-02T00"),
        ("09:00", (1, 10), {"days": "mon,sun"}, True, "2026-03-02T09"),
        ("09:00", (1, 10), {"days": "wed"}, True, "2026-03-04T09"),
        ("09:00", (1, 8), {"days": "sun"}, False, "2026-03-01T09"),
        ("09:00", (1, 10), {"order": "shuffle"}, True, "2026-03-02T09"),
    ],
)
async def test_a_change_counts_from_the_next_date_where_today_is_in_the_history(
    daily: Daily, before: str, minute: tuple[int, int], change: dict[str, Any], out_today: bool, due: str
) -> None:
    await daily.put(at=before)
    await daily.at(3, *minute)
    put = await daily.subscriptions.put(GUILD, CHANNEL, Change(**change))
    assert put.out_today is out_today
    assert f"{put.subscription.next_due_at:%Y-%m-%dT%H}" == due


@pytest.mark.parametrize(
    "change", [{"order": "shuffle"}, {"at": "08:00"}, {"at": "10:00"}, {"zone": "Africa/Abidjan"}]
)
async def test_a_day_that_is_due_and_not_yet_looked_at_is_not_lost_by_a_change(
    daily: Daily, change: dict[str, Any]
) -> None:
    """In a batch of thousands the last are looked at seconds after the minute."""
    await daily.put()
    daily.clock.moment = datetime(2026, 3, 1, 9, 0, 20, tzinfo=UTC)
    changed = await daily.change(**change)
    assert changed.due_date == date(2026, 3, 1)
    await daily.deliver()
    await daily.at(3, 1, 10)
    assert await daily.ledger() == [("2026-03-01", "sent", None)]


async def test_a_change_of_several_days_that_were_down_keeps_them_all(daily: Daily) -> None:
    await daily.put()
    daily.clock.moment = datetime(2026, 3, 4, 9, 0, 20, tzinfo=UTC)
    await daily.change(order="shuffle")
    await daily.deliver()
    assert [(row[0][-1], row[1]) for row in await daily.ledger()] == [
        ("1", "missed"),
        ("2", "missed"),
        ("3", "missed"),
        ("4", "sent"),
    ]


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"at": "25:30"}, BadTime),
        ({"zone": "EST"}, BadZone),
        ({"document": "nothing"}, NoSuchDocument),
    ],
)
async def test_what_is_wrong_is_refused_and_changes_nothing(
    daily: Daily, change: dict[str, Any], error: type[HeraldError]
) -> None:
    before = await daily.put()
    with pytest.raises(error):
        await daily.change(**change)
    assert await daily.again() == before


async def test_what_the_channel_does_not_allow_is_refused_with_the_whole_plan_and_changes_nothing(
    daily: Daily,
) -> None:
    before = await daily.put(role_id=5)

    def check(plan: Plan) -> None:
        assert (plan.role_id, plan.thread) == (5, True)
        raise WrongChannel(CHANNEL)

    with pytest.raises(WrongChannel):
        await daily.subscriptions.put(GUILD, CHANNEL, Change(thread=True), check)
    assert await daily.again() == before


async def test_a_server_has_so_many_and_no_more(daily: Daily) -> None:
    for channel in range(PER_GUILD):
        await daily.put(channel + 1)
    with pytest.raises(TooManySubscriptions):
        await daily.put(PER_GUILD + 1)
    await daily.put(1, at="10:00")
    await daily.put(PER_GUILD + 1, guild=GUILD + 1)


async def test_also_where_two_are_set_at_once(daily: Daily) -> None:
    for channel in range(PER_GUILD - 1):
        await daily.put(channel + 1)
    both = [daily.subscriptions.put(GUILD, channel, NINE) for channel in (50, 51)]
    results = await asyncio.gather(*both, return_exceptions=True)
    assert sum(isinstance(result, TooManySubscriptions) for result in results) == 1
    assert await daily.outlook.count() == PER_GUILD


async def test_the_post_of_a_deleted_channel_moves_with_its_history_and_its_order(daily: Daily) -> None:
    made = await daily.put(order="shuffle", role_id=5)
    await daily.at(3, 1, 9)
    daily.channel.answers = [Refused("10003")]
    await daily.at(3, 2, 9)
    put = await daily.subscriptions.put(GUILD, CHANNEL + 1, Change(at="10:00"))
    assert (put.moved, put.subscription.id, put.subscription.suspended) == (True, made.id, None)
    assert (put.subscription.plan.role_id, put.subscription.plan.at.hour) == (5, 10)
    assert put.out_today
    await daily.at(3, 3, 10)
    assert [message.post.channel_id for message in daily.channel.posted] == [CHANNEL, CHANNEL + 1]
    assert len(set(daily.channel.positions)) == 2
    assert [row[1] for row in await daily.ledger()] == ["sent", "failed", "sent"]


async def test_so_it_does_where_the_channel_is_known_to_be_gone_before_a_post_was_refused(daily: Daily) -> None:
    made = await daily.put()
    put = await daily.subscriptions.put(GUILD, CHANNEL + 1, Change(), exists=lambda channel: channel != CHANNEL)
    assert (put.moved, put.subscription.id, put.out_today) == (True, made.id, False)
    assert put.subscription.plan == made.plan
    await daily.at(3, 1, 9)
    assert [message.post.channel_id for message in daily.channel.posted] == [CHANNEL + 1]


@pytest.mark.parametrize("code", ["50001", "50013"])
async def test_what_lost_a_permission_does_not_move(daily: Daily, code: str) -> None:
    await daily.put()
    daily.channel.answers = [Refused(code)]
    await daily.at(3, 1, 9)
    put = await daily.subscriptions.put(GUILD, CHANNEL + 1, NINE)
    assert not put.moved
    assert await daily.outlook.count() == 2
    again = await daily.change(order="shuffle")
    assert (again.suspended, again.notice) == (None, None), "set checks the channel, and so it goes on"


async def test_of_two_set_at_once_one_takes_the_place_of_a_deleted_channel(daily: Daily) -> None:
    await daily.put()
    daily.channel.answers = [Refused("10003")]
    await daily.at(3, 1, 9)
    both = [daily.subscriptions.put(GUILD, channel, NINE) for channel in (50, 51)]
    puts = await asyncio.gather(*both)
    assert sorted(put.moved for put in puts) == [False, True]
    assert {shown.subscription.channel_id for shown in await daily.outlook.of_guild(GUILD)} == {50, 51}


async def test_one_by_its_channel_or_the_only_one(daily: Daily) -> None:
    with pytest.raises(NoSuchSubscription):
        await daily.subscriptions.one(GUILD, None)
    first = await daily.put(1)
    assert await daily.subscriptions.one(GUILD, None) == first
    second = await daily.put(2)
    assert await daily.subscriptions.one(GUILD, 2) == second
    for guild, channel in ((GUILD, None), (GUILD, 3), (GUILD + 1, 1), (GUILD + 1, None)):
        with pytest.raises(NoSuchSubscription):
            await daily.subscriptions.one(guild, channel)


async def test_removed_by_its_own_server_only(daily: Daily) -> None:
    made = await daily.put()
    for guild in (GUILD + 1, None):
        with pytest.raises(SubscriptionGone):
            await daily.subscriptions.by_id(guild, made.id)
    await daily.subscriptions.remove(await daily.subscriptions.by_id(GUILD, made.id))
    assert await daily.outlook.of_guild(GUILD) == ()
    await daily.at(3, 1, 9)
    assert not daily.channel.asked
    assert await daily.ledger() == []
