"""Every scheduled local day ends once, and the loop goes on, whatever happens in between."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from bot.daily.posting import Refused
from bot.storage.database import open_database
from tests.daily.conftest import CHANNEL, GUILD, Daily, daily_in
from tests.daily.fakes import FakePoster, SetClock

NINE = datetime(2026, 3, 1, 9, tzinfo=UTC)


async def test_one_post_at_the_minute_and_not_before(daily: Daily) -> None:
    await daily.put()
    assert await daily.at(3, 1, 8, 59, 59) == 0
    assert not daily.channel.asked
    assert await daily.at(3, 1, 9) == 1
    assert await daily.at(3, 1, 9) == 0
    assert await daily.at(3, 1, 23) == 0
    assert len(daily.channel.asked) == 1
    assert await daily.ledger() == [("2026-03-01", "sent", None)]


async def test_twelve_days_post_the_twelve_commitments_and_begin_again(daily: Daily) -> None:
    await daily.put()
    for day in range(1, 15):
        await daily.at(3, day, 9)
    assert daily.channel.positions == [*range(1, 13), 1, 2]
    assert len({post.nonce for post in daily.channel.asked}) == 14
    assert all(len(post.nonce) <= 25 for post in daily.channel.asked)
    texts = [post.commitment.sentence.text for post in daily.channel.asked]
    assert "NATO guests are bound by this Declaration." not in texts


async def test_a_restart_in_the_middle_changes_nothing(tmp_path: Path) -> None:
    clock = SetClock()
    channel = FakePoster(clock)
    for day in range(1, 13):
        async with daily_in(tmp_path, clock, channel) as daily:
            if day == 1:
                await daily.put()
            await daily.at(3, day, 9)
            await daily.at(3, day, 9, 1)
    assert channel.positions == list(range(1, 13))


@pytest.mark.parametrize(
    ("back", "posts", "ledger"),
    [
        (timedelta(minutes=10), 1, [("2026-03-01", "sent", None)]),
        (timedelta(hours=5), 1, [("2026-03-01", "sent", None)]),
        (timedelta(hours=6), 1, [("2026-03-01", "sent", None)]),
        (timedelta(hours=7), 0, [("2026-03-01", "missed", "down")]),
        (
            timedelta(days=3, hours=1),
            1,
            [
                ("2026-03-01", "missed", "down"),
                ("2026-03-02", "missed", "down"),
                ("2026-03-03", "missed", "down"),
                ("2026-03-04", "sent", None),
            ],
        ),
    ],
)
async def test_down_across_the_slot(
    daily: Daily, back: timedelta, posts: int, ledger: list[tuple[str, str, str | None]]
) -> None:
    await daily.put()
    daily.clock.moment = NINE + back
    await daily.deliver()
    assert len(daily.channel.asked) == posts
    assert await daily.ledger() == ledger


async def test_a_missed_day_keeps_its_commitment_for_the_next(daily: Daily) -> None:
    await daily.put()
    await daily.at(3, 1, 9)
    await daily.at(3, 2, 20)
    await daily.at(3, 3, 9)
    assert daily.channel.positions == [1, 2]


async def test_a_refusal_ends_the_day_and_keeps_its_commitment(daily: Daily) -> None:
    await daily.put()
    daily.channel.answers = [Refused("50035")]
    await daily.at(3, 1, 9)
    await daily.at(3, 1, 9, 5)
    await daily.at(3, 2, 9)
    assert await daily.ledger() == [("2026-03-01", "failed", "50035"), ("2026-03-02", "sent", None)]
    assert [post.commitment.position for post in daily.channel.asked] == [1, 1]


async def test_a_server_that_was_not_received_is_waited_for_and_not_judged(daily: Daily) -> None:
    await daily.put()
    daily.channel.not_ready = {GUILD}
    await daily.at(3, 1, 9)
    await daily.at(3, 1, 12)
    assert await daily.ledger() == []
    assert (await daily.again()).due_date == date(2026, 3, 1)
    daily.channel.not_ready = set()
    await daily.at(3, 1, 12, 1)
    assert await daily.ledger() == [("2026-03-01", "sent", None)]


async def test_a_server_that_was_not_received_within_the_grace_is_missed(daily: Daily) -> None:
    await daily.put()
    daily.channel.not_ready = {GUILD}
    await daily.at(3, 1, 9)
    await daily.at(3, 1, 15, 1)
    assert await daily.ledger() == [("2026-03-01", "missed", "not ready")]
    assert not daily.channel.asked


@pytest.mark.parametrize("code", ["50001", "50013"])
async def test_a_lost_permission_suspends_until_the_channel_is_writable_again(daily: Daily, code: str) -> None:
    await daily.put()
    daily.channel.answers, daily.channel.closed = [Refused(code)], {CHANNEL}
    await daily.at(3, 1, 9)
    await daily.at(3, 2, 9)
    daily.channel.closed = set()
    await daily.at(3, 3, 9)
    assert await daily.ledger() == [
        ("2026-03-01", "failed", code),
        ("2026-03-02", "missed", f"suspended {code}"),
        ("2026-03-03", "sent", None),
    ]
    assert [told.suspended for told in daily.channel.told] == [code]
    again = await daily.again()
    assert (again.suspended, again.notice) == (None, None)


async def test_one_that_is_refused_again_while_it_is_suspended_is_not_told_again(daily: Daily) -> None:
    await daily.put()
    for day, code in enumerate(["50013", "50001", "50001"], 1):
        daily.channel.answers = [Refused(code)]
        await daily.at(3, day, 9)
        assert (await daily.again()).suspended == code
    assert [told.suspended for told in daily.channel.told] == ["50013"]
    await daily.at(3, 4, 9)
    assert (await daily.again()).suspended is None


async def test_a_suspension_ends_by_an_event_of_its_server_alone_and_only_where_it_may_write(daily: Daily) -> None:
    await daily.put()
    daily.channel.answers, daily.channel.closed = [Refused("50013")], {CHANNEL}
    await daily.at(3, 1, 9)
    await daily.scheduler.resume_in(GUILD)
    assert (await daily.again()).suspended == "50013"
    daily.channel.closed = set()
    await daily.scheduler.resume_in(GUILD + 1)
    assert (await daily.again()).suspended == "50013"
    await daily.scheduler.resume_in(GUILD)
    assert (await daily.again()).suspended is None


async def test_a_deleted_channel_is_not_resumed_by_itself(daily: Daily) -> None:
    await daily.put()
    daily.channel.answers = [Refused("10003")]
    await daily.at(3, 1, 9)
    await daily.scheduler.resume_in(GUILD)
    await daily.at(3, 2, 9)
    assert await daily.ledger() == [("2026-03-01", "failed", "10003"), ("2026-03-02", "missed", "suspended 10003")]
    assert len(daily.channel.told) == 1


async def test_two_schedulers_of_two_processes_claim_a_day_once(daily: Daily, tmp_path: Path) -> None:
    for channel in range(1, 16):
        await daily.put(channel)
    async with open_database(tmp_path / "state.db", "state") as state:
        other = daily.scheduler_on(state)
        for day in range(3):
            daily.clock.moment = NINE + timedelta(days=day)
            await asyncio.gather(daily.scheduler.deliver_due(NINE), other.deliver_due(daily.clock.moment))
            await daily.deliver()
            await other.drain()
    assert len(daily.channel.asked) == len(daily.channel.posted) == 45
    assert [row[1] for row in await daily.ledger()] == ["sent"] * 45


async def test_a_document_that_is_gone_fails_the_day_with_its_reason(daily: Daily) -> None:
    await daily.put()
    await daily.execute("UPDATE subscriptions SET document = 'gone'")
    await daily.at(3, 1, 9)
    assert await daily.ledger() == [("2026-03-01", "failed", "NoSuchDocument")]
    assert (await daily.again()).due_date == date(2026, 3, 2)


async def test_a_zone_that_the_data_lost_fails_each_scheduled_day_with_its_reason(daily: Daily) -> None:
    await daily.put(days="mon-fri")  # 1 March 2026 is a Sunday
    await daily.execute("UPDATE subscriptions SET zone = 'Mars/Base'")
    for day in range(1, 11):
        await daily.at(3, day, 9)
    days = [2, 3, 4, 5, 6, 9, 10]
    assert await daily.ledger() == [(f"2026-03-{day:02}", "failed", "BadZone") for day in days]
    await daily.change(zone="UTC", at="10:00")
    await daily.at(3, 11, 10)
    assert len(daily.channel.posted) == 1


async def test_what_is_looked_at_too_early_waits_for_its_moment(daily: Daily) -> None:
    await daily.put()
    await daily.execute("UPDATE subscriptions SET next_due_at = next_due_at - 3600")
    await daily.at(3, 1, 8)
    assert await daily.ledger() == []
    assert await daily.at(3, 1, 8, 0, 1) == 0, "otherwise it would be looked at every second"
    await daily.at(3, 1, 9)
    assert await daily.ledger() == [("2026-03-01", "sent", None)]
