"""Whatever Discord answers, in whatever order: a day has one outcome, and its channel one post at most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path

import pytest

from bot.daily.delivery import SUSPENDING
from bot.daily.posting import Refused, Unreached, Unreadable
from tests.daily.conftest import CHANNEL, Daily, daily_in
from tests.daily.fakes import Answer, Cut, FakePoster, Found, SetClock

LOST, NEVER = Cut(True), Cut(False)
DOWN, WAIT, LONG = (
    Unreached("HTTP 503"),
    Unreached("HTTP 429", timedelta(hours=3)),
    Unreached("no", timedelta(hours=7)),
)
NO_LOOK = Unreached("HTTP 500")
SENT, FAILED, MISSED, UNKNOWN = "sent", "failed", "missed", "unknown"


@dataclass(frozen=True)
class Ended:
    """How a day ended: outcome, reason, what suspended it; how often was sent and looked, and what was posted."""

    outcome: str
    reason: str | None
    suspended: str | None
    sends: int
    looks: int
    posts: int


async def settle(daily: Daily) -> None:
    """Go from one attempt to the next until no claim is open."""
    for _ in range(200):
        rows = await daily.database.read("SELECT min(next_attempt_at) FROM deliveries WHERE outcome IS NULL")
        if rows[0][0] is None:
            return
        await daily.after(timedelta(seconds=max(rows[0][0] - daily.clock.moment.timestamp(), 0)))
    raise AssertionError("tried again and again")


async def ended(daily: Daily) -> Ended:
    await daily.at(3, 1, 9)
    await settle(daily)
    ((outcome, reason),) = await daily.rows("outcome, reason")
    found, channel = await daily.again(), daily.channel
    return Ended(outcome, reason, found.suspended, len(channel.asked), len(channel.looks), len(channel.posted))


@pytest.mark.parametrize(
    ("answers", "findings", "expected"),
    [
        # At the first attempt.
        ([], [], Ended(SENT, None, None, 1, 0, 1)),
        ([Refused("50013")], [], Ended(FAILED, "50013", "50013", 1, 0, 0)),
        ([Refused("50001")], [], Ended(FAILED, "50001", "50001", 1, 0, 0)),
        ([Refused("10003")], [], Ended(FAILED, "10003", "10003", 1, 0, 0)),
        ([Refused("50035")], [], Ended(FAILED, "50035", None, 1, 0, 0)),
        ([Refused("404")], [], Ended(FAILED, "404", None, 1, 0, 0)),
        # What passes is tried again, not before it is welcome, and not after the grace.
        ([DOWN], [], Ended(SENT, None, None, 2, 0, 1)),
        ([DOWN, WAIT, DOWN], [], Ended(SENT, None, None, 4, 0, 1)),
        ([LONG], [], Ended(MISSED, "no", None, 1, 0, 0)),
        ([DOWN] * 99, [], Ended(MISSED, "HTTP 503", None, 29, 0, 0)),
        ([DOWN, Refused("50013")], [], Ended(FAILED, "50013", "50013", 2, 0, 0)),
        # Unsure: the same nonce as long as it is known for certain.
        ([LOST], [], Ended(SENT, None, None, 2, 0, 1)),
        ([NEVER], [], Ended(SENT, None, None, 2, 0, 1)),
        ([LOST, DOWN, LOST], [], Ended(SENT, None, None, 3, 1, 1)),
        # Later, the channel is read.
        ([LOST, WAIT], [], Ended(SENT, None, None, 2, 1, 1)),
        ([NEVER, WAIT], [], Ended(SENT, None, None, 3, 1, 1)),
        ([NEVER, WAIT, Refused("50013")], [], Ended(FAILED, "50013", "50013", 3, 1, 0)),
        ([NEVER, LONG], [], Ended(MISSED, "no", None, 2, 1, 0)),
        ([LOST, LONG], [], Ended(SENT, None, None, 2, 1, 1)),
        ([LOST, WAIT], [Unreadable("unreadable")], Ended(UNKNOWN, "unreadable", None, 2, 1, 1)),
        ([NEVER, WAIT], [Unreadable("too much")], Ended(UNKNOWN, "too much", None, 2, 1, 0)),
        ([LOST, WAIT], [NO_LOOK, NO_LOOK], Ended(SENT, None, None, 2, 3, 1)),
        ([NEVER, WAIT], [NO_LOOK, NO_LOOK], Ended(SENT, None, None, 3, 3, 1)),
        ([NEVER, LONG], [NO_LOOK], Ended(UNKNOWN, "HTTP 500", None, 2, 1, 0)),
        # A refusal says nothing of the attempts before it.
        ([LOST, Refused("50013")], [], Ended(SENT, None, None, 2, 1, 1)),
        ([NEVER, Refused("50013")], [], Ended(FAILED, "50013", "50013", 2, 1, 0)),
        ([NEVER, Refused("50035")], [], Ended(FAILED, "50035", None, 2, 1, 0)),
        ([LOST, Refused("50013")], [Unreadable("unreadable")], Ended(UNKNOWN, "unreadable", "50013", 2, 1, 1)),
        ([LOST, Refused("50035")], [Unreadable("unreadable")], Ended(UNKNOWN, "unreadable", None, 2, 1, 1)),
        ([LOST, Refused("50013")], [NO_LOOK], Ended(SENT, None, None, 3, 1, 1)),
    ],
)
async def test_how_a_day_ends(
    daily: Daily, answers: list[Answer | None], findings: list[Unreadable | Unreached | None], expected: Ended
) -> None:
    await daily.put()
    daily.channel.answers, daily.channel.findings = list(answers), list(findings)
    assert await ended(daily) == expected
    assert [told.suspended for told in daily.channel.told] == ([expected.suspended] if expected.suspended else [])
    daily.channel.answers = []
    await daily.at(3, 2, 9)
    posted_anew = expected.suspended != "10003"
    assert len(daily.channel.posted) == expected.posts + posted_anew, "and the next day is on its own"


async def test_reading_back_that_fails_is_tried_less_and_less_often(daily: Daily) -> None:
    await daily.put()
    daily.channel.answers, daily.channel.findings = [LOST, WAIT], [NO_LOOK] * 999
    assert await ended(daily) == Ended(UNKNOWN, "HTTP 500", None, 2, 16, 1)


async def test_the_longest_grace_is_tried_to_its_end(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    clock = SetClock()
    channel = FakePoster(clock, [DOWN] * 999)
    async with daily_in(tmp_path, clock, channel, grace=timedelta(hours=23)) as daily:
        await daily.put()
        assert await ended(daily) == Ended(MISSED, "HTTP 503", None, 97, 0, 0)
    assert "an attempt failed" not in caplog.text


async def test_a_poster_that_breaks_every_time_is_not_tried_in_a_tight_loop_and_its_day_ends(
    daily: Daily, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    await daily.put()
    looks = 0

    async def broken(*_: object) -> Found:
        nonlocal looks
        looks += 1
        raise ValueError("no JSON")

    monkeypatch.setattr(daily.channel, "find", broken)
    daily.channel.answers = [Cut(True, ValueError("no JSON"))] * 9
    assert await ended(daily) == Ended(UNKNOWN, "fault", None, 3, 0, 1)
    assert looks == 27
    assert "a send failed" in caplog.text
    assert "a look failed" in caplog.text


OUTCOMES: Sequence[Answer | None] = (None, LOST, NEVER, DOWN, WAIT, *map(Refused, (*SUSPENDING, "50035")))
LOOKS = (None, Unreadable("unreadable"), NO_LOOK)


async def test_every_two_answers_with_every_two_looks_keep_the_promise(daily: Daily) -> None:
    for answers in product(OUTCOMES, repeat=2):
        for findings in product(LOOKS, repeat=2):
            case = (answers, findings)
            daily.clock.moment = datetime(2026, 3, 1, tzinfo=UTC)
            channel = daily.deliverer._poster = daily.scheduler._poster = daily.channel = FakePoster(daily.clock)
            made = await daily.put()
            channel.answers, channel.findings = list(answers), list(findings)
            found = await ended(daily)
            assert (found.outcome == SENT) <= (found.posts == 1), case
            assert (found.outcome in {FAILED, MISSED}) <= (found.posts == 0), case
            assert (found.outcome == UNKNOWN) <= (Unreadable("unreadable") in findings), case
            assert (found.reason is None) == (found.outcome == SENT), case
            refused = {answer.reason for answer in answers if isinstance(answer, Refused)}
            assert (found.suspended is None) or found.suspended in refused & set(SUSPENDING), case
            assert [told.suspended for told in channel.told] == ([found.suspended] if found.suspended else []), case
            await daily.subscriptions.remove(made)


async def test_whom_nobody_could_be_told_it_waits_for_the_next_reply_to_an_admin(daily: Daily) -> None:
    await daily.put()
    daily.channel.answers, daily.channel.nobody_to_tell = [Refused("50013")], True
    await daily.at(3, 1, 9)
    (waiting,) = await daily.subscriptions.take_notices(CHANNEL // 2)
    assert (waiting.suspended, waiting.notice) == ("50013", "suspended")
    assert await daily.subscriptions.take_notices(CHANNEL // 2) == ()
