"""What will be posted is what is then posted; what was is told as it was."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from bot.daily.posting import Unreached
from bot.errors import BadZone, NoSuchDocument
from bot.model import Order, Outcome
from tests.daily.conftest import CHANNEL, GUILD, Daily


@pytest.mark.parametrize("order", Order)
@pytest.mark.parametrize("days", ["every day", "mon,wed,fri", "weekends"])
@pytest.mark.parametrize("document", ["all", "beta,alpha"])
@pytest.mark.parametrize("begun", [0, 5])
async def test_a_preview_tells_what_is_then_really_posted(
    several: Daily, order: Order, days: str, document: str, begun: int
) -> None:
    made = await several.put(at="9:30", zone="Europe/Kyiv", order=order, days=days, document=document)
    for _ in range(begun):
        several.clock.moment = (await several.again()).next_due_at
        await several.deliver()
    told = await several.outlook.preview(await several.again(), 30)
    assert [post.local_date for post in told] == sorted({post.local_date for post in told})
    assert all(made.plan.days >> post.local_date.weekday() & 1 for post in told)
    for _ in told:
        several.clock.moment = (await several.again()).next_due_at
        await several.deliver()
    posted = several.channel.posted[begun:]
    assert [(message.at, message.post.commitment) for message in posted] == [(p.due_at, p.commitment) for p in told]
    assert [row[0] for row in await several.ledger()][begun:] == [f"{post.local_date}" for post in told]


async def test_a_preview_counts_what_is_skipped_and_what_is_under_way(daily: Daily) -> None:
    made = await daily.put()
    daily.channel.answers = [Unreached("no route")]
    await daily.at(3, 1, 9)
    await daily.subscriptions.skip(await daily.again())
    told = await daily.outlook.preview(await daily.again(), 2)
    assert [(post.local_date.day, post.commitment.position) for post in told] == [(3, 2), (4, 3)]
    assert told[0].due_at == made.next_due_at + timedelta(days=2)


async def test_a_preview_of_what_cannot_be_posted_says_why(daily: Daily) -> None:
    await daily.put()
    await daily.execute("UPDATE subscriptions SET document = 'gone'")
    with pytest.raises(NoSuchDocument):
        await daily.outlook.preview(await daily.again(), 3)
    await daily.execute("UPDATE subscriptions SET document = '*', zone = 'Mars/Base'")
    with pytest.raises(BadZone):
        await daily.outlook.preview(await daily.again(), 3)


async def test_history_is_paged_from_the_latest_day_and_keeps_every_row(daily: Daily) -> None:
    made = await daily.put()
    for day in range(1, 26):
        await daily.at(3, day, 9)
    pages = [await daily.outlook.history(made, page, 10) for page in range(3)]
    assert [len(page.rows) for page in pages] == [10, 10, 5]
    rows = [row for page in pages for row in page.rows]
    assert all(later.local_date > earlier.local_date for later, earlier in pairwise(rows))
    assert {(page.pages, page.today) for page in pages} == {(3, date(2026, 3, 25))}
    for beyond in (-1, 3, 9999):
        assert (await daily.outlook.history(made, beyond, 10)).page == (0 if beyond < 0 else 2)


async def test_history_without_a_row_is_one_empty_page(daily: Daily) -> None:
    found = await daily.outlook.history(await daily.put(zone="Pacific/Apia"), 0, 10)
    assert (found.rows, found.page, found.pages) == ((), 0, 1)
    assert found.today == date(2026, 3, 1)


async def test_shown_with_the_last_that_was_due_not_with_what_is_left_out_in_advance(daily: Daily) -> None:
    made = await daily.put()
    assert [shown.last for shown in await daily.outlook.of_guild(GUILD)] == [None]
    await daily.at(3, 1, 9)
    await daily.subscriptions.skip(await daily.again())
    (shown,) = await daily.outlook.of_guild(GUILD)
    assert shown.last is not None
    assert (shown.last.local_date, shown.last.outcome) == (date(2026, 3, 1), Outcome.SENT)
    assert shown.subscription.id == made.id
    assert await daily.outlook.of_guild(GUILD + 1) == ()
    assert await daily.outlook.count() == 1


async def test_today_is_the_post_of_this_server_or_the_same_for_everyone(daily: Daily) -> None:
    nobody = await daily.outlook.today(None)
    assert nobody == await daily.outlook.today(GUILD)
    assert nobody.message_id is None
    await daily.put()
    await daily.at(3, 1, 9)
    posted = await daily.outlook.today(GUILD)
    assert (posted.commitment.position, posted.channel_id, posted.message_id) == (1, CHANNEL, 1)
    assert await daily.outlook.today(GUILD + 1) == nobody
    daily.clock.moment = datetime(2026, 3, 2, tzinfo=UTC)
    assert (await daily.outlook.today(GUILD)).message_id is None


async def test_today_is_the_first_post_that_is_out_by_the_date_of_its_own_zone(daily: Daily) -> None:
    await daily.put(1, "09:00", "UTC")
    await daily.put(2, "09:00", "Pacific/Apia")  # 2 March there, while it is 1 March in UTC
    await daily.at(3, 1, 20)
    found = await daily.outlook.today(GUILD)
    assert found.channel_id == 2
    assert (await daily.ledger())[0][1] == "missed"


@pytest.mark.parametrize(
    ("seen", "channel_id"), [({1, 2, 3}, 1), ({2, 3}, 2), ({3}, 3), (set(), None), ({4, 99}, None)]
)
async def test_today_passes_over_what_who_asks_may_not_see(
    daily: Daily, seen: set[int], channel_id: int | None
) -> None:
    for channel in (1, 2, 3, 4):
        await daily.put(channel, "09:00" if channel < 4 else "10:00")
    await daily.at(3, 1, 9)
    found = await daily.outlook.today(GUILD, seen.__contains__)
    assert found.channel_id == channel_id
    if channel_id is None:
        assert found == await daily.outlook.today(None)


async def test_the_commitment_of_the_date_goes_through_all_twelve(daily: Daily) -> None:
    seen = set()
    for day in range(1, 13):
        daily.clock.moment = datetime(2026, 5, day, 23, tzinfo=UTC)
        seen.add((await daily.outlook.today(None)).commitment.position)
    assert seen == set(range(1, 13))
