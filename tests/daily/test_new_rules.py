"""Another edition of the time zone data: due moments are put right, and it is told once, not guessed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from bot.daily import new_rules
from bot.daily.schedule import due_at
from tests.daily.conftest import GUILD, Daily

RIGHT = datetime(2026, 3, 1, 7, tzinfo=UTC)


async def kyiv_by_other_rules(daily: Daily) -> None:
    """Set a daily post whose moment was computed when Kyiv was an hour nearer to UTC."""
    await daily.put(zone="Europe/Kyiv")
    await daily.execute("UPDATE subscriptions SET next_due_at = next_due_at + 3600")


async def test_a_moment_by_other_rules_is_put_right_and_told_to_the_admins(
    daily: Daily, caplog: pytest.LogCaptureFixture
) -> None:
    await kyiv_by_other_rules(daily)
    await new_rules.apply(daily.database, "2027a")
    found = await daily.again()
    assert (found.next_due_at, found.due_date, found.notice) == (RIGHT, date(2026, 3, 1), "zone")
    assert "time zone data 2027a: 1 daily posts" in caplog.text
    assert [told.id for told in await daily.subscriptions.take_notices(GUILD)] == [found.id]
    await daily.at(3, 1, 7)
    assert await daily.ledger() == [("2026-03-01", "sent", None)]


async def test_the_same_edition_is_not_applied_again(daily: Daily) -> None:
    await new_rules.apply(daily.database, "2027a")
    await kyiv_by_other_rules(daily)
    await new_rules.apply(daily.database, "2027a")
    assert (await daily.again()).next_due_at == RIGHT + timedelta(hours=1)


async def test_it_is_noted_once_however_many_editions_change_nothing(daily: Daily) -> None:
    await kyiv_by_other_rules(daily)
    await new_rules.apply(daily.database, "2027a")
    await daily.subscriptions.take_notices(GUILD)
    for edition in ("2027b", "2027c", "2027c"):
        await new_rules.apply(daily.database, edition)
    assert await daily.subscriptions.take_notices(GUILD) == ()


async def test_what_did_not_move_is_not_told(daily: Daily, caplog: pytest.LogCaptureFixture) -> None:
    made = await daily.put(zone="Europe/Kyiv")
    await new_rules.apply(daily.database, "2027a")
    assert await daily.again() == made
    assert "time zone data" not in caplog.text


async def test_a_suspension_that_is_not_told_yet_is_told_before(daily: Daily) -> None:
    await kyiv_by_other_rules(daily)
    await daily.execute("UPDATE subscriptions SET suspended = '50013', notice = 'suspended'")
    await new_rules.apply(daily.database, "2027a")
    assert (await daily.again()).notice == "suspended"


async def test_a_zone_that_was_lost_is_told_and_its_moment_stays(
    daily: Daily, caplog: pytest.LogCaptureFixture
) -> None:
    made = await daily.put(zone="Europe/Kyiv")
    await daily.execute("UPDATE subscriptions SET zone = 'Mars/Base'")
    await new_rules.apply(daily.database, "2027a")
    found = await daily.again()
    assert (found.next_due_at, found.notice) == (made.next_due_at, "zone")
    assert "zone Mars/Base is not in the time zone data any more" in caplog.text


async def test_a_zone_that_came_back_is_due_by_its_own_rules_again(daily: Daily) -> None:
    await daily.put(zone="Europe/Kyiv")
    await daily.execute("UPDATE subscriptions SET zone = 'Mars/Base', next_due_at = next_due_at + 1800")
    await daily.at(3, 1, 7, 30)
    await daily.execute("UPDATE subscriptions SET zone = 'Europe/Kyiv'")
    await new_rules.apply(daily.database, "2027a")
    assert (await daily.again()).next_due_at == RIGHT + timedelta(days=1)


async def test_more_than_a_batch_is_put_right(daily: Daily) -> None:
    zones = ("Europe/Kyiv", "America/New_York", "UTC")
    for number in range(1, 10):
        await daily.put(number, zone=zones[number % 3])
    await daily.execute(
        "WITH RECURSIVE n (i) AS (SELECT 10 UNION ALL SELECT i + 1 FROM n WHERE i < 1234)"
        " INSERT INTO subscriptions (guild_id, channel_id, minute, zone, document, due_date, next_due_at)"
        " SELECT i / 20, i, 540, 'Europe/Kyiv', '*', '2026-03-01', 0 FROM n"
    )
    await new_rules.apply(daily.database, "2027a")
    rows = await daily.database.read("SELECT zone, next_due_at, notice FROM subscriptions")
    assert len(rows) == 1234
    for zone, next_due_at, _ in rows:
        day = date(2026, 3, 1)
        assert next_due_at == due_at(day, (await daily.again(1)).plan.at, zone).timestamp()
    assert sum(row[2] == "zone" for row in rows) == 1225


async def test_the_pinned_data_is_the_edition_that_counts(daily: Daily) -> None:
    await new_rules.apply(daily.database)
    rows = await daily.database.read("SELECT version FROM zone_data")
    assert [row[0] for row in rows] == [new_rules.EDITION]
    assert new_rules.EDITION.startswith("20")
