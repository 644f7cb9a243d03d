"""What admins set, checked and kept."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from bot.daily.subscriptions import PER_GUILD
from bot.errors import BadTime, BadZone, HeraldError, NoSuchDocument, NoSuchSubscription, TooManySubscriptions
from tests.daily.conftest import CHANNEL, GUILD, Daily


async def test_set_then_shown_with_the_next_moment(daily: Daily) -> None:
    made = await daily.subscriptions.put(GUILD, CHANNEL, "9am", "Europe/Kiev", None)
    assert (made.at.hour, made.zone, made.document) == (9, "Europe/Kyiv", "nato-ukraine-2023")
    assert made.next_due_at == datetime(2026, 3, 1, 7, tzinfo=UTC)
    assert [shown.subscription for shown in await daily.subscriptions.of_guild(GUILD)] == [made]
    assert await daily.subscriptions.of_guild(GUILD + 1) == ()


async def test_set_again_changes_the_same_one_and_keeps_its_history(daily: Daily) -> None:
    first = await daily.subscriptions.put(GUILD, CHANNEL, "09:00", "UTC", None)
    await daily.at(3, 1, 9)
    second = await daily.subscriptions.put(GUILD, CHANNEL, "12:00", "UTC", "nato-ukraine-2023")
    assert second.id == first.id
    assert second.document == "nato-ukraine-2023"
    assert second.due_date == date(2026, 3, 2), "today was posted already"
    await daily.at(3, 1, 12)
    await daily.at(3, 2, 12)
    assert [post.commitment.position for post in daily.channel.asked] == [1, 2]
    assert await daily.subscriptions.count() == 1


@pytest.mark.parametrize(
    ("at", "zone", "document", "error"),
    [
        ("25:30", "UTC", None, BadTime),
        ("09:00", "EST", None, BadZone),
        ("09:00", "UTC", "nothing", NoSuchDocument),
    ],
)
async def test_what_is_wrong_is_refused_and_changes_nothing(
    daily: Daily, at: str, zone: str, document: str | None, error: type[HeraldError]
) -> None:
    before = await daily.subscriptions.put(GUILD, CHANNEL, "09:00", "UTC", None)
    with pytest.raises(error):
        await daily.subscriptions.put(GUILD, CHANNEL, at, zone, document)
    assert (await daily.subscriptions.of_guild(GUILD))[0].subscription == before


async def test_a_server_has_so_many_and_no_more(daily: Daily) -> None:
    for channel in range(PER_GUILD):
        await daily.subscriptions.put(GUILD, channel + 1, "09:00", "UTC", None)
    with pytest.raises(TooManySubscriptions):
        await daily.subscriptions.put(GUILD, PER_GUILD + 1, "09:00", "UTC", None)
    await daily.subscriptions.put(GUILD, 1, "10:00", "UTC", None)
    await daily.subscriptions.put(GUILD + 1, PER_GUILD + 1, "09:00", "UTC", None)


async def test_removed_by_its_own_server_only(daily: Daily) -> None:
    await daily.subscriptions.put(GUILD, CHANNEL, "09:00", "UTC", None)
    with pytest.raises(NoSuchSubscription):
        await daily.subscriptions.remove(GUILD + 1, CHANNEL)
    await daily.subscriptions.remove(GUILD, CHANNEL)
    assert await daily.subscriptions.of_guild(GUILD) == ()
    await daily.at(3, 1, 9)
    assert not daily.channel.asked


async def test_today_is_the_post_of_this_server_or_the_same_for_everyone(daily: Daily) -> None:
    nobody = await daily.subscriptions.today(None)
    assert nobody == await daily.subscriptions.today(GUILD)
    assert nobody.message_id is None
    await daily.subscriptions.put(GUILD, CHANNEL, "09:00", "UTC", None)
    await daily.at(3, 1, 9)
    posted = await daily.subscriptions.today(GUILD)
    assert (posted.commitment.position, posted.channel_id, posted.message_id) == (1, CHANNEL, 1)
    assert await daily.subscriptions.today(GUILD + 1) == nobody
    daily.clock.moment = datetime(2026, 3, 2, tzinfo=UTC)
    assert (await daily.subscriptions.today(GUILD)).message_id is None


async def test_the_commitment_of_the_date_goes_through_all_twelve(daily: Daily) -> None:
    seen = set()
    for day in range(1, 13):
        daily.clock.moment = datetime(2026, 5, day, 23, tzinfo=UTC)
        seen.add((await daily.subscriptions.today(None)).commitment.position)
    assert seen == set(range(1, 13))
