"""What the admins are told of their daily posts: once, together, and only what is still so."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from itertools import permutations
from types import SimpleNamespace
from typing import Any

import pytest

from bot.daily import new_rules
from bot.daily.delivery import After
from bot.daily.posting import Refused
from bot.daily.underway import Begun, Underway
from bot.model import Delivery, Subscription
from bot.storage import subscriptions
from tests.daily.conftest import CHANNEL, GUILD, Daily
from tests.daily.fakes import Cut


@pytest.mark.parametrize("sent", [0, 1, 10])
async def test_one_lost_permission_is_one_message_however_many_posts_it_stops(daily: Daily, sent: int) -> None:
    for channel in range(20):
        await daily.put(channel + 1)
    daily.channel.answers = [*[Refused("50013")] * 10, *[None] * sent, *[Refused("50013")] * (10 - sent)]
    await daily.at(3, 1, 9)
    assert daily.channel.tellings == 1
    assert {told.id for told in daily.channel.told} == {
        shown.subscription.id for shown in await daily.outlook.of_guild(GUILD) if shown.subscription.suspended
    }
    assert len(daily.channel.told) == 20 - sent
    assert await daily.subscriptions.take_notices(GUILD) == ()


async def test_each_server_is_told_of_its_own_also_where_they_are_posted_in_turns(daily: Daily) -> None:
    for number in range(30):
        await daily.put(number + 1, guild=number % 3)
    daily.channel.answers = [Refused("50013")] * 30
    await daily.at(3, 1, 9)
    assert daily.channel.tellings == 3
    guilds = [told.guild_id for told in daily.channel.told]
    assert [guilds.count(guild) for guild in range(3)] == [10, 10, 10]


async def test_who_is_refused_later_is_told_later(daily: Daily) -> None:
    await daily.put(1)
    await daily.put(2)
    daily.channel.answers = [Refused("50013"), Cut(False), Refused("50001")]
    await daily.at(3, 1, 9)
    assert [told.suspended for told in daily.channel.told] == ["50013"]
    await daily.at(3, 1, 9, 0, 15)
    assert [told.suspended for told in daily.channel.told] == ["50013", "50001"]


@pytest.mark.parametrize(
    ("meanwhile", "kept"),
    [
        (None, ("50013", "suspended")),
        ("UPDATE subscriptions SET suspended = NULL, notice = NULL", (None, None)),
        ("UPDATE subscriptions SET suspended = '10003', notice = NULL", ("10003", None)),
        ("UPDATE subscriptions SET suspended = '50001', notice = 'suspended'", ("50001", "suspended")),
    ],
)
async def test_what_nobody_could_be_told_is_kept_as_far_as_it_is_still_so(
    daily: Daily, monkeypatch: pytest.MonkeyPatch, meanwhile: str | None, kept: tuple[str | None, str | None]
) -> None:
    async def fails(guild_id: int, untold: Sequence[Subscription]) -> bool:
        assert (guild_id, [each.notice for each in untold]) == (GUILD, ["suspended"])
        if meanwhile is not None:
            await daily.execute(meanwhile)
        return False

    await daily.put()
    monkeypatch.setattr(daily.channel, "tell", fails)
    daily.channel.answers = [Refused("50013")]
    await daily.at(3, 1, 9)
    found = await daily.again()
    assert (found.suspended, found.notice) == kept


async def test_a_telling_that_fails_after_a_removal_says_nothing_of_the_next(
    daily: Daily, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(_: int, untold: Sequence[Subscription]) -> bool:
        await daily.subscriptions.remove(untold[0])
        await daily.put()
        return False

    await daily.put()
    monkeypatch.setattr(daily.channel, "tell", fails)
    daily.channel.answers = [Refused("50013")]
    await daily.at(3, 1, 9)
    assert await daily.subscriptions.take_notices(GUILD) == ()


@pytest.mark.parametrize("ended", list(permutations([After.ENDED, After.SUSPENDED, After.OPEN], 2)), ids=str)
async def test_of_two_that_are_done_at_the_same_moment_one_tells(daily: Daily, ended: tuple[After, After]) -> None:
    go_on, told, left = asyncio.Event(), list[int](), list(ended)

    async def deliver(*_: object, fresh: bool) -> After:
        await go_on.wait()
        return left.pop(0)

    async def tell(guild_id: int) -> None:
        told.append(guild_id)

    async def find() -> Begun:
        return Begun(made, Delivery(made.id, made.due_date, made.next_due_at), fresh=True)

    made = await daily.put()
    deliverer: Any = SimpleNamespace(deliver=deliver, tell=tell)
    both = Underway(deliverer, lambda: None, lambda _: None)
    for _ in range(2):
        await both.begin(find)
        await asyncio.sleep(0)
    go_on.set()
    await both.drain()
    assert told == ([GUILD] if After.SUSPENDED in ended else [])


async def test_two_who_take_notices_at_once_do_not_both_tell(daily: Daily) -> None:
    for channel in range(5):
        await daily.put(channel + 1)
    await daily.execute("UPDATE subscriptions SET suspended = '50013', notice = 'suspended'")
    first, second = await asyncio.gather(*(subscriptions.take_notices(daily.database, GUILD) for _ in range(2)))
    assert sorted(map(len, (first, second))) == [0, 5]
    await subscriptions.return_notices(daily.database, first or second)
    assert len(await subscriptions.take_notices(daily.database, GUILD)) == 5


async def test_a_telling_that_breaks_stops_nothing(
    daily: Daily, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def breaks(*_: object) -> bool:
        raise RuntimeError("broken")

    await daily.put()
    monkeypatch.setattr(daily.channel, "tell", breaks)
    daily.channel.answers = [Refused("50013")]
    await daily.at(3, 1, 9)
    assert f"server {GUILD} could not be told" in caplog.text
    await daily.at(3, 2, 9)
    assert [row[1] for row in await daily.ledger()] == ["failed", "sent"]


@pytest.mark.parametrize("waited", [(9,), (9, 0, 30), (14, 59, 30)])
async def test_one_that_waits_for_its_server_has_no_new_rules(daily: Daily, waited: tuple[int, ...]) -> None:
    await daily.put(CHANNEL)
    daily.channel.not_ready = {GUILD}
    await daily.at(3, 1, *waited)
    before = await daily.again()
    assert before.next_due_at > daily.clock.moment
    await new_rules.apply(daily.database, "2027a")
    assert await daily.again() == before
    assert await daily.subscriptions.take_notices(GUILD) == ()
