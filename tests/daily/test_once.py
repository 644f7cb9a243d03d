"""Whatever Discord answers, however the clock goes, wherever it dies: one outcome a day, one post at most."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.daily.posting import Refused, Unreached, Unreadable, delivery_key
from bot.errors import NothingToPost, SubscriptionPaused
from bot.storage import moments
from tests.daily.conftest import GUILD, MEMORY, Daily, daily_in
from tests.daily.fakes import Answer, Cut, FakePoster, SetClock

CHANNELS = (1, 2)
ALLOWED = {"sent": {1}, "unknown": {0, 1}, "skipped": {0}, "missed": {0}, "failed": {0}}
START = datetime(2026, 3, 1, tzinfo=UTC)
WAITS = [timedelta(seconds=s) for s in (16, 46, 91, 121, 300, 600, 4 * 3600, 7 * 3600, 24 * 3600, 72 * 3600)]


@dataclass(frozen=True)
class Step:
    """What happens next, to whom, and with what."""

    what: str
    channel: int = 1
    wait: timedelta = timedelta()
    answer: Answer | None = None
    finding: Unreadable | Unreached | None = None


def passes(wait: timedelta) -> Unreached:
    return Unreached("HTTP 503", wait)


waits = st.sampled_from(WAITS)
answers: st.SearchStrategy[Answer | None] = (
    st.none()
    | st.builds(Cut, st.booleans())
    | st.sampled_from([Refused(code) for code in ("50013", "50001", "10003", "50035")])
    | st.builds(passes, waits)
    | st.builds(Cut, st.booleans(), st.none() | st.builds(asyncio.CancelledError) | st.builds(ValueError))
)
findings: st.SearchStrategy[Unreadable | Unreached | None] = (
    st.none() | st.just(Unreadable("too much")) | st.builds(passes, waits)
)
steps = (
    st.builds(Step, st.just("wake"), answer=answers, finding=findings)
    | st.builds(Step, st.just("go on"), wait=waits, answer=answers, finding=findings)
    | st.builds(
        Step,
        st.sampled_from(["stand still", "restart", "unreadable", "not ready", "leave", "return"]),
        wait=waits,
    )
    | st.builds(
        Step, st.sampled_from(["close", "pause", "resume", "skip", "set", "post now"]), st.sampled_from(CHANNELS)
    )
)


def turn(found: set[int], one: int) -> None:
    found ^= {one}


async def admin(daily: Daily, step: Step) -> None:
    subscription = await daily.again(step.channel)
    match step.what:
        case "pause":
            await daily.subscriptions.pause(subscription)
        case "resume":
            await daily.subscriptions.resume(subscription)
        case "skip":
            await daily.subscriptions.skip(subscription)
        case "set":
            await daily.change(step.channel, order="shuffle")
        case "post now":
            try:
                await daily.subscriptions.post_now(subscription)
            except (NothingToPost, SubscriptionPaused):
                return


async def happen(daily: Daily, step: Step) -> None:
    channel = daily.channel
    channel.answers, channel.findings = [step.answer] * 2, [step.finding]
    match step.what:
        case "wake":  # as the loop would, were nothing to happen before
            first = await moments.read(daily.database)
            daily.clock.moment = max(daily.clock.moment, min(filter(None, (first.due, first.attempt))))
            await daily.deliver()
        case "go on":
            await daily.after(step.wait)
        case "stand still":  # as while a large batch is under way: what is due is not looked at yet
            daily.clock.moment += step.wait
        case "unreadable":
            channel.unreadable = not channel.unreadable
        case "not ready":
            turn(channel.not_ready, GUILD)
        case "close":
            turn(channel.closed, step.channel)
        case "leave":
            await daily.membership.left([GUILD])
        case "return":
            await daily.membership.returned([GUILD])
        case _:
            await admin(daily, step)


async def check(daily: Daily) -> None:
    """Every local day from the first to the last that was due has its outcome, and its post where it was sent."""
    posts = Counter(message.post.nonce for message in daily.channel.posted)
    for number in CHANNELS:
        subscription = await daily.again(number)
        rows = await daily.database.read(
            "SELECT local_date, outcome, reason FROM deliveries WHERE subscription_id = ? ORDER BY 1",
            (subscription.id,),
        )
        days = [date.fromisoformat(row[0]) for row in rows]
        assert days == [START.date() + timedelta(days=n) for n in range(len(days))]
        assert subscription.due_date == days[-1] + timedelta(days=1)
        assert subscription.next_due_at > daily.clock.moment
        for day, (_, outcome, reason) in zip(days, rows, strict=True):
            there = posts.pop(delivery_key(subscription, day), 0)
            assert there in ALLOWED[outcome], (day, outcome, reason)
            assert (reason is None) == (outcome == "sent")
    assert not posts


@settings(max_examples=250)
@given(st.lists(steps, min_size=3, max_size=25))
@example([Step("stand still", wait=timedelta(hours=9)), Step("set")])
@example([Step("stand still", wait=timedelta(hours=9)), Step("pause"), Step("resume")])
@example([Step("not ready"), Step("go on", wait=timedelta(hours=9, minutes=1)), Step("set"), Step("not ready")])
async def test_one_outcome_a_day_and_one_post_at_most(story: list[Step]) -> None:
    clock = SetClock(START)
    channel = FakePoster(clock)
    with TemporaryDirectory(dir=MEMORY) as folder:
        async with AsyncExitStack() as stack:
            daily = await stack.enter_async_context(daily_in(Path(folder), clock, channel))
            for number in CHANNELS:
                await daily.put(number, "09:00" if number == 1 else "21:30")
            for step in story:
                if step.what == "restart":
                    await stack.aclose()
                    clock.moment += step.wait
                    daily = await stack.enter_async_context(daily_in(Path(folder), clock, channel))
                else:
                    await happen(daily, step)
            channel.answers, channel.findings, channel.not_ready = [], [], set()
            for _ in range(3):  # to the end of every grace, on to the next post, and until that is settled
                for _ in range(8):
                    await daily.after(timedelta(hours=1))
                await daily.after(timedelta(hours=17))
            if await daily.database.read("SELECT 1 FROM subscriptions"):  # else purged, a month after the removal
                await check(daily)
