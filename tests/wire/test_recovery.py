"""Killed at every step of a delivery, or its answer lost: never a second post, never a day without an outcome."""

from __future__ import annotations

import os
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import product
from pathlib import Path

import pytest
import pytest_asyncio

from bot.sandbox import commons
from bot.sandbox.entities import HISTORY, Overwrite
from bot.sandbox.process import BotError
from bot.sandbox.rest import Mishap, Request
from bot.sandbox.sandbox import CHILD
from tests.wire.conftest import Checked, opened

pytestmark = pytest.mark.asyncio(loop_scope="module")

GENERAL = commons.COMMONS + 10
MESSAGES = f"/channels/{GENERAL}/messages"
SECONDS, MINUTES, DAY = timedelta(seconds=5), timedelta(minutes=10), timedelta(days=1)


@dataclass
class Kill(Mishap):
    """The bot is dead by the time that its request is worked on, before or `after`."""

    what: str = "cut"  # type: ignore[assignment]
    sandbox: Checked | None = field(default=None, compare=False)

    def meets(self, request: Request) -> bool:
        found = super().meets(request)
        if found and self.sandbox is not None and self.sandbox.child._process is not None:
            os.kill(self.sandbox.child._process.pid, signal.SIGKILL)
        return found


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("recovery")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def killed(data: Path, pytestconfig: pytest.Config) -> AsyncIterator[Checked]:
    async with opened(pytestconfig, data=data) as sandbox:
        await sandbox.command("/daily set channel:#general time:09:00 timezone:UTC")
        yield sandbox


def ledger(data: Path) -> dict[str, tuple[str | None, str | None]]:
    with closing(sqlite3.connect(data / "state.db")) as connection:
        rows = connection.execute("SELECT local_date, outcome, reason FROM deliveries").fetchall()
    return {day: (outcome, reason) for day, outcome, reason in rows}


def posts_of(sandbox: Checked, day: datetime) -> int:
    """Count the posts of one local day, wherever they came from: each carries its delivery's key."""
    keys = [post.nonce for post in sandbox.world.posted if post.channel.id == GENERAL]
    assert len(set(keys)) == len(keys), "a day was posted twice"
    return sum(1 for post in sandbox.world.posted if post.channel.id == GENERAL and post.at.date() == day.date())


async def next_morning(sandbox: Checked) -> datetime:
    """Go to ten seconds before nine, when no day is left open."""
    now = sandbox.now
    nine = now.replace(hour=9, minute=0, second=0)
    while nine - now < timedelta(minutes=1):
        nine += DAY
    await sandbox.wait_until(nine - timedelta(seconds=10))
    return nine


async def let_read(sandbox: Checked, *, readable: bool) -> None:
    denied = Overwrite(commons.COMMONS + 2, deny=0 if readable else HISTORY)
    await sandbox.events.overwrite(GENERAL, denied)
    await sandbox.settle()


# (step, whether the post was made by then, whether it was claimed, whether it was recorded)
STEPS = {
    "before claim": (False, False, False),
    "after claim": (False, True, False),
    "request sent": (False, True, False),
    "answer lost": (True, True, False),
    "before end": (True, True, False),
    "after end": (True, True, True),
}


def expected(step: str, away: timedelta, *, readable: bool) -> tuple[str, str | None, int]:
    """Return the outcome, its reason, and how many posts there are of that day."""
    posted, claimed, recorded = STEPS[step]
    if not claimed:
        return ("missed", "down", 0) if away is DAY else ("sent", None, 1)
    if recorded or away is SECONDS:  # the nonce is known still
        return "sent", None, 1
    if not readable:
        return "unknown", "unreadable", int(posted)
    if posted:
        return "sent", None, 1
    return ("missed", "down", 0) if away is DAY else ("sent", None, 1)


CASES = list(product(STEPS, (SECONDS, MINUTES, DAY), (True, False)))


@pytest.mark.parametrize(
    ("step", "away", "readable"), CASES, ids=[f"{s}, {a}, {'' if r else 'un'}readable" for s, a, r in CASES]
)
async def test_killed_at_every_step(killed: Checked, data: Path, step: str, away: timedelta, readable: bool) -> None:
    nine = await next_morning(killed)
    await let_read(killed, readable=readable)
    if step in {"request sent", "answer lost"}:
        kill = Kill("POST", MESSAGES, after=step == "answer lost", sandbox=killed)
        killed.mishaps.append(kill)
    else:
        killed.child.argv = (sys.executable, "-m", "tests.wire.dying", step)
        await killed.restart()
    with pytest.raises(BotError, match="exit code -9"):
        await killed.wait(timedelta(seconds=20))
    killed.child.argv = CHILD
    await killed.jump(nine + away - killed.now)
    await killed.start()
    await killed.wait(timedelta(hours=1))
    outcome, reason, posts = expected(step, away, readable=readable)
    day = nine.date().isoformat()
    assert ledger(data)[day] == (outcome, reason)
    assert posts_of(killed, nine) == posts
    await killed.wait_until(nine + DAY + timedelta(hours=1))
    assert posts_of(killed, nine + DAY) == 1
    assert all(ended is not None for ended, _ in ledger(data).values())


async def test_no_day_was_left_out(killed: Checked, data: Path) -> None:
    days = sorted(ledger(data))
    first, last = (datetime.fromisoformat(day) for day in (days[0], days[-1]))
    assert len(days) == (last - first).days + 1


@pytest.mark.parametrize(("after", "readable"), [(True, True), (True, False), (False, True), (False, False)])
async def test_a_live_process_whose_connection_was_cut_and_that_tries_again_half_an_hour_later(
    killed: Checked, data: Path, after: bool, readable: bool
) -> None:
    nine = await next_morning(killed)
    await let_read(killed, readable=readable)
    killed.mishaps.append(Mishap("POST", MESSAGES, what="cut", after=after))
    await killed.wait(timedelta(seconds=11))
    assert ledger(data)[nine.date().isoformat()][0] is None
    await killed.jump(timedelta(minutes=30))
    await killed.wait(timedelta(minutes=1))
    assert ledger(data)[nine.date().isoformat()] == (("sent", None) if readable else ("unknown", "unreadable"))
    assert posts_of(killed, nine) == (1 if readable or after else 0)


@pytest.fixture(autouse=True)
def forget_what_was_expected(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    with suppress(pytest.FixtureLookupError):
        request.getfixturevalue("killed").notices.clear()
