"""/daily doctor over the wire: every kind of thing that a daily post needs, well and not; show tells the faults."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from bot.sandbox.entities import Kind
from tests.wire.conftest import ROOT, Checked, opened
from tests.wire.servers import HISTORY, SEND, THREADS, VIEW, Server

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("doctor")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def standing(data: Path, pytestconfig: pytest.Config) -> AsyncIterator[Checked]:
    """A bot that has a second document too, without a key commitment."""
    seeds = shutil.copytree(ROOT / "seeds", data / "seeds")
    (seeds / "empty.txt").write_text("It is well.\n\nIt was well.", encoding="utf-8")
    async with opened(pytestconfig, seeds=seeds, data=data) as sandbox:
        yield sandbox


@pytest.fixture
def store(data: Path) -> Callable[[str], None]:
    """What was stored long ago, under rules that are no more."""

    def change(setting: str) -> None:
        with closing(sqlite3.connect(data / "state.db")) as connection, connection:
            connection.execute(f"UPDATE subscriptions SET {setting} WHERE left_at IS NULL")

    return change


WELL = """\
Looked at 1 daily post
#news: all is well
✓ I have View Channel, Send Messages, Read Message History, Create Public Threads.
✓ Posts can be published: it is an announcement channel.
✓ @Alerts is notified.
✓ The time zone is Europe/Kyiv.
✓ empty has no key commitments to post.
✓ nato-ukraine-2023 has 12 key commitments."""
ALL = "time:9 timezone:Europe/Kyiv document:all role:Alerts thread:true publish:true"


async def test_all_is_well(server: Server) -> None:
    await server.permit("news", allow=THREADS)
    await server.said(f"/daily set channel:#news {ALL}")
    assert (await server.said("/daily doctor")).splitlines()[1:] == WELL.splitlines()
    assert "⚠" not in await server.said("/daily show")


GIVE = "is missing: give it to me in the channel's settings, Permissions."
ALL_BUT_VIEW = [f"{name} {GIVE}" for name in ("View Channel", "Send Messages", "Read Message History")]


async def no_news(server: Server) -> None:
    await server.sandbox.events.change_channel(replace(server.channel("news"), kind=Kind.TEXT))


async def silent(server: Server) -> None:
    await server.sandbox.events.change_role(server.guild.id, replace(server.role("Alerts"), mentionable=False))


FAULTS: list[tuple[str, Callable[[Server], Awaitable[None]], list[str]]] = [
    ("nothing may be done", lambda s: s.permit("news", deny=VIEW), [*ALL_BUT_VIEW, f"Create Public Threads {GIVE}"]),
    ("not to send", lambda s: s.permit("news", allow=THREADS, deny=SEND), [f"Send Messages {GIVE}"]),
    ("not to read back", lambda s: s.permit("news", allow=THREADS, deny=HISTORY), [f"Read Message History {GIVE}"]),
    ("no threads", lambda s: s.permit("news"), [f"Create Public Threads {GIVE}"]),
    (
        "no announcements any more",
        no_news,
        ["Posts cannot be published, it is no announcement channel: /daily set clear:publish."],
    ),
    (
        "nobody is notified",
        silent,
        ["@Alerts is mentioned, but nobody is notified: make the role mentionable, or give me Mention Everyone."],
    ),
    (
        "the role is gone",
        lambda s: s.sandbox.events.delete_role(s.guild.id, s.role("Alerts").id),
        ["The role was deleted: choose another, or /daily set clear:role."],
    ),
    (
        "the channel is gone",
        lambda s: s.sandbox.events.delete_channel(s.channel("news")),
        ["The channel was deleted: /daily set with another channel goes on there."],
    ),
]


@pytest.mark.parametrize(("befall", "faults"), [row[1:] for row in FAULTS], ids=[row[0] for row in FAULTS])
async def test_each_fault_says_what_to_do_where_it_is(
    server: Server, befall: Callable[[Server], Awaitable[None]], faults: list[str]
) -> None:
    await server.permit("news", allow=THREADS)
    await server.said(f"/daily set channel:#news {ALL}")
    await befall(server)
    await server.sandbox.settle()
    told = (await server.said("/daily doctor")).splitlines()
    assert told[2].endswith("something is to be changed")
    assert [line[2:] for line in told if line.startswith("✗")] == faults
    shown = (await server.said("/daily show")).splitlines()
    assert [line[2:] for line in shown if line.startswith("⚠")] == faults


STORED: list[tuple[str, str, str]] = [
    ("zone = 'Mars/Base'", "The time zone is UTC.", "There is no time zone Mars/Base any more: choose another with"),
    ("document = 'gone'", "has 12 key", "The document gone is gone: choose another with /daily set."),
    ("document = 'empty'", "has 12 key", "empty has no key commitments to post."),
]


@pytest.mark.parametrize(("setting", "well", "fault"), STORED, ids=[row[0] for row in STORED])
async def test_what_is_no_more_is_said_and_each_day_still_ends_with_a_reason(
    server: Server, store: Callable[[str], None], setting: str, well: str, fault: str
) -> None:
    await server.set()
    assert f"{well}" in await server.said("/daily doctor")
    store(setting)
    assert f"✗ {fault}" in await server.said("/daily doctor")
    assert f"⚠ {fault}" in await server.said("/daily show")
    await server.until(days=1)
    assert server.posts() == []
    history = await server.said("/daily history")
    assert history.count("failed (") == 2
    assert history.count("choose another with /daily set") == 2
    await server.said("/daily set channel:#general timezone:UTC document:nato-ukraine-2023")
    assert "⚠" not in await server.said("/daily show")
    await server.until()
    assert server.places() == ["1.1"]


async def test_it_looks_at_every_daily_post_and_tells_the_suspended_one_too(server: Server) -> None:
    assert "There is no daily post on this server yet, so there is nothing to look at." in await server.said(
        "/daily doctor"
    )
    await server.set()
    await server.set(channel="news")
    await server.permit("news", deny=SEND)
    await server.until()
    await server.said("/daily show")
    told = await server.said("/daily doctor")
    assert told.index("#news: something is to be changed") < told.index("#general: all is well")
    assert f"✗ Send Messages {GIVE}" in told
    assert "⚠" not in await server.said("/daily show"), "its suspension says it already"
