"""Every scheduled local day ends once, whatever happens in between."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.daily.delivery import Refused, Scheduler, Unreached, Unsure
from tests.daily.conftest import CHANNEL, GUILD, Channel, Daily, SetClock, daily_in


async def at_nine(daily: Daily, channel: int = CHANNEL) -> None:
    await daily.subscriptions.put(GUILD, channel, "09:00", "UTC", None)


async def test_one_post_at_the_minute_and_not_before(daily: Daily) -> None:
    await at_nine(daily)
    await daily.at(3, 1, 8, 59, 59)
    assert not daily.channel.asked
    await daily.at(3, 1, 9)
    await daily.at(3, 1, 9)
    await daily.at(3, 1, 23)
    assert len(daily.channel.asked) == 1
    assert await daily.ledger() == [("2026-03-01", "sent", None)]


async def test_twelve_days_post_the_twelve_commitments_and_begin_again(daily: Daily) -> None:
    await at_nine(daily)
    for day in range(1, 15):
        await daily.at(3, day, 9)
    order = [post.commitment.position for post in daily.channel.asked]
    assert order == [*range(1, 13), 1, 2]
    assert len({post.nonce for post in daily.channel.asked}) == 14
    assert all(len(post.nonce) <= 25 for post in daily.channel.asked)
    texts = [post.commitment.sentence.text for post in daily.channel.asked]
    assert "NATO guests are bound by this Declaration." not in texts


async def test_a_restart_in_the_middle_changes_nothing(tmp_path: Path) -> None:
    clock, channel = SetClock(), Channel()
    for day in range(1, 13):
        async with daily_in(tmp_path, clock, channel) as daily:
            if day == 1:
                await at_nine(daily)
            await daily.at(3, day, 9)
            await daily.at(3, day, 9, 1)
    assert [post.commitment.position for post in channel.asked] == list(range(1, 13))


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
    await at_nine(daily)
    daily.clock.moment = datetime(2026, 3, 1, 9, tzinfo=UTC) + back
    await daily.scheduler.deliver_due(daily.clock.moment)
    assert len(daily.channel.asked) == posts
    assert await daily.ledger() == ledger


async def test_a_missed_day_keeps_its_commitment_for_the_next(daily: Daily) -> None:
    await at_nine(daily)
    await daily.at(3, 1, 9)
    await daily.at(3, 2, 20)
    await daily.at(3, 3, 9)
    assert [post.commitment.position for post in daily.channel.asked] == [1, 2]


async def test_a_refusal_ends_the_day_and_keeps_its_commitment(daily: Daily) -> None:
    await at_nine(daily)
    daily.channel.answers = [Refused("50013")]
    await daily.at(3, 1, 9)
    await daily.at(3, 1, 9, 5)
    await daily.at(3, 2, 9)
    assert await daily.ledger() == [("2026-03-01", "failed", "50013"), ("2026-03-02", "sent", None)]
    assert [post.commitment.position for post in daily.channel.asked] == [1, 1]


async def test_what_could_not_be_reached_is_tried_again_within_the_grace(daily: Daily) -> None:
    await at_nine(daily)
    daily.channel.answers = [Unreached("no route")] * 3
    await daily.at(3, 1, 9)
    assert await daily.ledger() == []
    await daily.at(3, 1, 9, 10)
    await daily.at(3, 1, 12)
    await daily.at(3, 1, 14)
    assert len(daily.channel.asked) == 4
    assert await daily.ledger() == [("2026-03-01", "sent", None)]


async def test_what_could_not_be_reached_all_day_is_missed(daily: Daily) -> None:
    await at_nine(daily)
    daily.channel.answers = [Unreached("no route")]
    await daily.at(3, 1, 9)
    await daily.at(3, 1, 15, 1)
    assert await daily.ledger() == [("2026-03-01", "missed", "down")]


async def test_an_unsure_attempt_is_not_forgotten_for_one_that_did_not_arrive(daily: Daily) -> None:
    await at_nine(daily)
    daily.channel.answers = [Unsure("cut"), Unreached("no route")]
    await daily.at(3, 1, 9)
    await daily.at(3, 1, 9, 1)
    await daily.at(3, 1, 9, 10)
    assert await daily.ledger() == [("2026-03-01", "unknown", "unsettled")]
    assert len(daily.channel.posted) == 1


async def test_an_unsure_send_is_asked_again_with_the_same_nonce(daily: Daily) -> None:
    await at_nine(daily)
    daily.channel.answers = [Unsure("HTTP 503")]
    await daily.at(3, 1, 9)
    assert await daily.ledger() == [("2026-03-01", None, None)]
    await daily.at(3, 1, 9, 0, 30)
    assert await daily.ledger() == [("2026-03-01", "sent", None)]
    assert len(daily.channel.asked) == 2
    assert len(daily.channel.posted) == 1


async def test_an_unsure_send_is_never_repeated_when_the_nonce_may_be_forgotten(daily: Daily) -> None:
    await at_nine(daily)
    daily.channel.answers = [Unsure("cut")]
    await daily.at(3, 1, 9)
    await daily.at(3, 1, 9, 2, 1)
    assert len(daily.channel.asked) == 1
    assert await daily.ledger() == [("2026-03-01", "unknown", "unsettled")]
    await daily.at(3, 2, 9)
    assert [post.commitment.position for post in daily.channel.asked] == [1, 2]


async def test_a_kill_between_claim_and_record_never_posts_twice(tmp_path: Path) -> None:
    clock, channel = SetClock(), Channel(answers=[asyncio.CancelledError()])
    async with daily_in(tmp_path, clock, channel) as daily:
        await at_nine(daily)
        with pytest.raises(asyncio.CancelledError):
            await daily.at(3, 1, 9)
    async with daily_in(tmp_path, clock, channel) as daily:
        await daily.at(3, 1, 9, 0, 5)
        assert await daily.ledger() == [("2026-03-01", "sent", None)]
    assert len({post.nonce for post in channel.asked}) == 1


async def test_two_schedulers_claim_a_day_once(daily: Daily) -> None:
    await at_nine(daily)
    other = Scheduler(daily.database, daily.library, daily.channel, daily.clock, timedelta(hours=6))
    now = datetime(2026, 3, 1, 9, tzinfo=UTC)
    await asyncio.gather(daily.scheduler.deliver_due(now), other.deliver_due(now))
    assert len(daily.channel.posted) == 1
    await daily.at(3, 1, 9, 1)
    assert await daily.ledger() == [("2026-03-01", "sent", None)]


async def test_one_broken_subscription_does_not_stop_the_others(
    daily: Daily, caplog: pytest.LogCaptureFixture
) -> None:
    await at_nine(daily, 1)
    await at_nine(daily, 2)
    daily.channel.answers = [RuntimeError("broken")]
    await daily.at(3, 1, 9)
    assert [post.channel_id for post in daily.channel.asked] == [1, 2]
    assert "could not be delivered" in caplog.text
    await daily.at(3, 1, 9, 1)
    assert len(daily.channel.posted) == 2


async def test_a_document_that_is_gone_fails_the_day_with_its_reason(daily: Daily) -> None:
    await daily.subscriptions.put(GUILD, CHANNEL, "09:00", "UTC", "nato-ukraine-2023")
    async with daily.database.write() as connection:
        await connection.execute("UPDATE subscriptions SET document = 'gone'")
    await daily.at(3, 1, 9)
    assert await daily.ledger() == [("2026-03-01", "failed", "NoSuchDocument")]


async def test_a_change_while_a_post_is_sent_stands(daily: Daily) -> None:
    await at_nine(daily)
    send = daily.channel.send

    async def change_then_send(post: object) -> object:
        await daily.subscriptions.put(GUILD, CHANNEL, "18:00", "UTC", None)
        return await send(post)  # type: ignore[arg-type]

    daily.channel.send = change_then_send  # type: ignore[method-assign,assignment]
    await daily.at(3, 1, 9)
    shown = (await daily.subscriptions.of_guild(GUILD))[0]
    assert shown.subscription.at.hour == 18
    daily.channel.send = send  # type: ignore[method-assign]
    await daily.at(3, 1, 18)
    assert len(daily.channel.posted) == 1, "the day was posted at nine"
    await daily.at(3, 2, 18)
    assert len(daily.channel.posted) == 2


async def test_a_removal_while_a_post_is_sent_leaves_no_row(daily: Daily) -> None:
    await at_nine(daily)
    send = daily.channel.send

    async def remove_then_send(post: object) -> object:
        await daily.subscriptions.remove(GUILD, CHANNEL)
        return await send(post)  # type: ignore[arg-type]

    daily.channel.send = remove_then_send  # type: ignore[method-assign,assignment]
    await daily.at(3, 1, 9)
    assert await daily.ledger() == []


class StepClock(SetClock):
    """Goes to each moment that it is asked to sleep until, so many times; then it sleeps for ever."""

    def __init__(self, moment: datetime, steps: int) -> None:
        super().__init__(moment)
        self.steps = steps
        self.ended = asyncio.Event()

    async def sleep_until(self, moment: datetime) -> None:
        if self.steps == 0:
            self.ended.set()
            await asyncio.Event().wait()
        self.steps -= 1
        self.moment = max(self.moment, moment)


async def run_for(daily: Daily, steps: int) -> Scheduler:
    """Run the loop until it has slept `steps` times, and return it."""
    clock = StepClock(daily.clock.moment, steps)
    scheduler = Scheduler(daily.database, daily.library, daily.channel, clock, timedelta(hours=6))
    running = asyncio.create_task(scheduler.run())
    await clock.ended.wait()
    running.cancel()
    await asyncio.wait({running})
    return scheduler


async def test_the_loop_wakes_for_each_due_moment_and_for_nothing_else(daily: Daily) -> None:
    await at_nine(daily)
    scheduler = await run_for(daily, 5)
    assert [post.commitment.position for post in daily.channel.asked] == [1, 2, 3, 4, 5]
    assert scheduler.last_round is not None
    assert scheduler.last_round.due == 1


async def test_the_loop_survives_a_failing_round_and_tells(
    daily: Daily, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    await at_nine(daily)
    deliver = Scheduler.deliver_due
    fail = [True]

    async def fail_once(self: Scheduler, now: datetime) -> int:
        if fail:
            fail.pop()
            raise OSError("disk")
        return await deliver(self, now)

    monkeypatch.setattr(Scheduler, "deliver_due", fail_once)
    failed = await run_for(daily, 0)
    assert failed.last_round is not None
    assert "disk" in str(failed.last_round.fault)
    await run_for(daily, 2)
    assert len(daily.channel.posted) == 2
    assert "a round of the scheduler failed" in caplog.text
