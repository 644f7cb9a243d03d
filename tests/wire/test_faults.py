"""What Discord may answer to a post, and what becomes of the day, of the settings and of everybody else's post."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bot.sandbox import commons
from bot.sandbox.client import command as as_typed
from bot.sandbox.entities import User
from bot.sandbox.interactions import COMMAND
from bot.sandbox.ratelimit import RateLimits
from bot.sandbox.rest import Mishap
from tests.wire.conftest import AT, Checked, opened

pytestmark = pytest.mark.asyncio(loop_scope="module")

GENERAL = commons.COMMONS + 10
MESSAGES = f"/channels/{GENERAL}/messages"
DAY = timedelta(days=1)
HASTY = (sys.executable, "-m", "tests.wire.dying", "hasty")
FOR_EVER = 10_000


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("faults")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hasty(data: Path, pytestconfig: pytest.Config) -> AsyncIterator[Checked]:
    """A bot that gives up a request after a second of real time, with a daily post at nine in #general."""
    async with opened(pytestconfig, data=data, child=HASTY) as sandbox:
        await sandbox.command("/daily set channel:#general time:09:00 timezone:UTC days:mon-sun order:shuffle")
        yield sandbox


def rows(data: Path, sql: str) -> list[Any]:
    with closing(sqlite3.connect(data / "state.db")) as connection:
        return connection.execute(sql).fetchall()


def many(scope: dict[str, object]) -> dict[str, Any]:
    return {"status": 429, "body": {"message": "You are being rate limited.", "retry_after": 0.2} | scope}


def code(status: int, number: int) -> dict[str, Any]:
    return {"status": status, "body": {"code": number, "message": "No"}}


# (what happens to the post, how often, how the day ends, whether the subscription is suspended)
FAULTS: list[tuple[str, dict[str, Any], int, tuple[str, str | None], str | None]] = [
    ("404 of the channel", code(404, 10003), 1, ("failed", "10003"), "10003"),
    ("404 of something else", code(404, 10008), 1, ("failed", "10008"), None),
    ("404 without a code", {"status": 404}, 1, ("failed", "404"), None),
    ("403 without access", code(403, 50001), 1, ("failed", "50001"), "50001"),
    ("403 without permission", code(403, 50013), 1, ("failed", "50013"), "50013"),
    ("403 of another kind", code(403, 20028), 1, ("failed", "20028"), None),
    ("400", code(400, 50035), 1, ("failed", "50035"), None),
    ("401 once", code(401, 0), 1, ("sent", None), None),
    ("401 for ever", code(401, 0), FOR_EVER, ("missed", "HTTP 401"), None),
    ("429 of the route", many({"global": False}), 2, ("sent", None), None),
    ("429 of all", many({"global": True}), 2, ("sent", None), None),
    ("429 shared", many({"global": False, "scope": "shared"}), 2, ("sent", None), None),
    ("429 with a wait of ten minutes", many({"global": False, "retry_after": 600}), 1, ("sent", None), None),
    ("429 as a ban, without Via", many({"global": False, "via": False}), 2, ("sent", None), None),
    ("500 once", {"status": 500}, 1, ("sent", None), None),
    ("500 after the post", {"status": 500, "after": True}, 1, ("sent", None), None),
    ("502 once", {"status": 502}, 1, ("sent", None), None),
    ("503 three times", {"status": 503}, 3, ("sent", None), None),
    ("503 for ever", {"status": 503}, FOR_EVER, ("missed", "HTTP 503"), None),
    ("503 after the post, for ever", {"status": 503, "after": True}, FOR_EVER, ("sent", None), None),
    ("cut before", {"what": "cut"}, 1, ("sent", None), None),
    ("cut after", {"what": "cut", "after": True}, 1, ("sent", None), None),
    ("cut before, for ever", {"what": "cut"}, FOR_EVER, ("missed", "ServerDisconnectedError"), None),
    ("a hang before", {"what": "hang"}, 1, ("sent", None), None),
    ("a hang after", {"what": "hang", "after": True}, 1, ("sent", None), None),
]


@pytest.mark.parametrize(
    ("mishap", "times", "ends", "suspended"), [row[1:] for row in FAULTS], ids=[row[0] for row in FAULTS]
)
async def test_a_fault_and_the_state_after_it(
    hasty: Checked,
    data: Path,
    mishap: dict[str, Any],
    times: int,
    ends: tuple[str, str | None],
    suspended: str | None,
) -> None:
    settings = "SELECT minute, zone, document, days, ordering, role_id, thread, publish, paused FROM subscriptions"
    before = rows(data, settings)
    nine = next_nine(hasty)
    await hasty.wait_until(nine - timedelta(seconds=10))
    posted = len(hasty.world.posted)
    fault = Mishap("POST", MESSAGES, times, **mishap)
    hasty.mishaps.append(fault)
    await hasty.wait_until(nine + timedelta(hours=6, minutes=1))
    hasty.mishaps.clear()
    assert fault.times < times
    day = nine.date().isoformat()
    found = rows(data, f"SELECT outcome, reason FROM deliveries WHERE local_date = '{day}'")
    assert [ends[0]] == [outcome for outcome, _ in found]
    assert ends[0] == "sent" or found == [ends]
    assert len(hasty.world.posted) - posted == (ends[0] == "sent")
    assert rows(data, settings) == before, "settings are never touched by a fault"
    assert rows(data, "SELECT suspended FROM subscriptions") == [(suspended,)]
    # Told once where it was suspended, and once only; set again it goes on.
    replies = [(await hasty.ask("/daily show")).text for _ in range(2)]
    told = [text.count("is suspended") for text in replies]
    assert told == ([1, 0] if suspended else [0, 0])
    if suspended:
        await hasty.ask("/daily set channel:#general")
    await hasty.wait_until(nine + DAY + timedelta(minutes=1))
    assert len(hasty.world.posted) - posted == (ends[0] == "sent") + 1
    hasty.notices.clear()


def next_nine(sandbox: Checked) -> datetime:
    nine = sandbox.now.replace(hour=9, minute=0, second=0)
    return nine if nine - sandbox.now > timedelta(minutes=1) else nine + DAY


async def test_many_at_one_minute_and_some_that_fail_hold_up_nobody(
    tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    """One channel hangs, one answers 500 for ever, ten are gone; nobody is over the limit, commands are answered.

    Discord's limit of 50 a second is half as large again here: what leaves evenly arrives in heaps on a machine that
    is busy with other things. That it leaves evenly is shown in tests/test_traffic.py, and by `make bench`.
    """
    limits = RateLimits(overall=75)
    async with opened(pytestconfig, data=tmp_path, child=HASTY, latency=0.05, limits=limits) as sandbox:
        channels = commons.crowd(sandbox.world, 12, 20)
        quote = as_typed(sandbox.world, sandbox.user, sandbox.channel, "/quote paragraph:3")
        await sandbox.kill()
        due = AT.replace(hour=9, minute=0, second=0)
        with closing(sqlite3.connect(tmp_path / "state.db")) as connection, connection:
            connection.executemany(
                "INSERT INTO subscriptions (guild_id, channel_id, minute, zone, document, due_date, next_due_at)"
                " VALUES (?, ?, 540, 'UTC', 'nato-ukraine-2023', ?, ?)",
                [(c.guild_id, c.id, due.date().isoformat(), int(due.timestamp())) for c in channels],
            )
        await sandbox.start()
        hangs, fails, *others = (channel.id for channel in channels)
        gone, well = others[:10], others[10:]
        sandbox.mishaps.extend(
            [
                Mishap("POST", f"/channels/{hangs}/messages", FOR_EVER, what="hang"),
                Mishap("POST", f"/channels/{fails}/messages", FOR_EVER, status=500),
            ]
        )
        for channel in channels:
            if channel.id in gone:
                del sandbox.world.guilds[channel.guild_id or 0].channels[channel.id]
        delivered = asyncio.create_task(sandbox.jump(due - sandbox.now))
        answered = 0
        while len(sandbox.world.posted) < len(well):
            # Others ask, so that nobody's cooldown strikes; each must be answered in Discord's three seconds.
            asked = await sandbox.send(COMMAND, quote, user=User(6_000_000_000_000_000_000 + answered, "someone"))
            assert "Russia bears full responsibility" in (await sandbox.reply(asked)).text
            answered += 1
        await delivered
        assert answered > len(well) / 10
        posts = Counter(post.channel.id for post in sandbox.world.posted)
        assert {channel: posts[channel] for channel in well} == dict.fromkeys(well, 1)
        assert [request for request in sandbox.requests if request.status == 429] == []
        arrived = [request.received for request in sandbox.requests if request.path.endswith("/messages")]
        assert len(arrived) / (arrived[-1] - arrived[0]) < 50
        ends = rows(tmp_path, "SELECT outcome, reason, count(*) FROM deliveries GROUP BY 1, 2 ORDER BY 3")
        # The two are tried again: a second was over before discord.py had given up on the 500s.
        assert ends == [(None, "timeout", 2), ("failed", "10003", 10), ("sent", None, len(well))]
        sandbox.notices.clear()
