"""Completion of the options of /daily over the wire: what is offered can be set, and nothing typed breaks it."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio

from bot.sandbox.entities import Channel, Kind
from bot.sandbox.interactions import COMPLETION
from tests.wire.conftest import ROOT, Checked, opened
from tests.wire.servers import Server

pytestmark = pytest.mark.asyncio(loop_scope="module")

NATO = "nato-ukraine-2023"
USUAL = ["07:00", "08:00", "09:00", "10:00", "12:00", "15:00", "18:00", "20:00"]
WEEKS = ["every day", "weekdays", "weekends", "Mon, Wed, Fri"]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def standing(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> AsyncIterator[Checked]:
    """A bot that has a second document too."""
    seeds = shutil.copytree(ROOT / "seeds", tmp_path_factory.mktemp("completion") / "seeds")
    (seeds / "other.txt").write_text("We will act as one.", encoding="utf-8")
    async with opened(pytestconfig, seeds=seeds) as sandbox:
        yield sandbox


OFFERED: list[tuple[str, list[str]]] = [
    ("time:", USUAL),
    ("time:9", ["09:00"]),
    ("time:1", ["01:00", "10:00", "12:00", "15:00", "18:00"]),
    ("time:9.15", ["09:15"]),
    ("time:9pm", ["21:00"]),
    ("time:25", []),
    ("days:", WEEKS),
    ("days:week", ["weekdays", "weekends"]),
    ("days:mon,thu", ["Mon, Thu"]),
    ("days:tue-thu", ["Tue, Wed, Thu"]),
    ("days:mon", ["Mon", "Mon, Wed, Fri"]),
    ("days:mon-", []),
    ("days:mon-sun", ["every day"]),
    ("days:someday", []),
    ("document:", ["all", NATO, "other"]),
    ("document:al", ["all"]),
    ("document:oth", ["other"]),
    (f"document:{NATO},", [f"{NATO},{NATO}", f"{NATO},other"]),
    (f"document:{NATO}, ot", [f"{NATO},other"]),
    ("document:zzz", []),
    ("document:zzz,ot", ["zzz,other"]),
    (f"document:{'x' * 96},", []),
]


@pytest.mark.parametrize(("typed", "offered"), OFFERED, ids=[row[0][:30] for row in OFFERED])
async def test_offered(server: Server, typed: str, offered: list[str]) -> None:
    found = await server.sandbox.complete(f"/daily set channel:#general {typed}")
    assert [choice["value"] for choice in found] == offered


ZONES: list[tuple[str, str]] = [
    ("kyi", "Europe/Kyiv"),
    ("ukraine", "Europe/Kyiv"),
    ("est", "America/New_York"),
    ("new york", "America/New_York"),
    ("", "UTC"),
]


@pytest.mark.parametrize(("typed", "first"), ZONES, ids=[row[0] or "nothing" for row in ZONES])
async def test_zones_are_found_as_people_name_them_and_each_can_be_set(
    server: Server, typed: str, first: str
) -> None:
    found = [choice["value"] for choice in await server.sandbox.complete(f"/daily set timezone:{typed}")]
    assert found[0] == first
    assert len(found) <= 25
    assert f"09:00 {found[-1]}" in await server.said(f"/daily set channel:#general time:9 timezone:{found[-1]}")


@pytest.mark.parametrize("option", ["time", "days", "document"])
async def test_what_is_offered_can_be_set(server: Server, option: str) -> None:
    await server.set()
    for choice in await server.sandbox.complete(f"/daily set channel:#general {option}:"):
        assert "Set: #general" in await server.said(f"/daily set channel:#general {option}:{choice['value']}")


@pytest.mark.parametrize("command", ["preview", "history", "skip", "pause", "resume", "remove", "test"])
async def test_the_channels_that_have_one_deleted_ones_included(server: Server, command: str) -> None:
    line = f"/daily {command} channel:"
    assert await server.sandbox.complete(line) == []
    await server.set()
    await server.said("/daily set channel:#news time:21:30 timezone:Europe/Kyiv")
    general, news = server.channel(), server.channel("news")
    await server.sandbox.events.delete_channel(general)
    server.go(channel="news")
    found = await server.sandbox.complete(line)
    assert [(choice["name"], choice["value"]) for choice in found] == [
        (f"deleted channel {general.id} · 09:00 UTC", str(general.id)),
        ("#news · 21:30 Europe/Kyiv", str(news.id)),
    ]
    for typed, values in (
        ("NEW", [news.id]),
        ("#news", [news.id]),
        ("deleted", [general.id]),
        ("kyiv", [news.id]),
        ("x", []),
    ):
        offered = await server.sandbox.complete(f"{line}{typed}")
        assert [choice["value"] for choice in offered] == [str(value) for value in values]
    await server.sandbox.jump(timedelta(seconds=20))
    assert "There is" not in await server.said(f"{line}{news.id}")
    if command != "test":
        assert "There is" not in await server.said(f"{line}{general.id}")


async def test_twenty_channels_and_the_longest_name(server: Server) -> None:
    for number in range(20):
        room = Channel(server.guild.id + 30 + number, f"{number}-" + "x" * 95, Kind.TEXT, server.guild.id)
        await server.sandbox.events.add_channel(room)
        await server.set(channel=room.name)
    found = await server.sandbox.complete("/daily skip channel:")
    assert len(found) == 20
    assert max(len(choice["name"]) for choice in found) <= 100


TYPED = ["", " ", ",", ",,", "*", "x" * 6000, "@everyone", "\N{PILE OF POO}" * 50, "0", "-1", "…", "\u202e", "٣"]
OPTIONS = [("set", "time"), ("set", "timezone"), ("set", "days"), ("set", "document"), ("preview", "channel")]


@pytest.mark.parametrize(("command", "option"), OPTIONS, ids=[row[1] for row in OPTIONS])
async def test_whatever_is_typed_nothing_breaks(server: Server, command: str, option: str) -> None:
    await server.set()
    for typed in TYPED:
        focused = {"type": 3, "name": option, "value": typed, "focused": True}
        data = {
            "id": server.sandbox.named("daily")["id"],
            "name": "daily",
            "type": 1,
            "options": [{"type": 1, "name": command, "options": [focused]}],
        }
        interaction = await server.sandbox.send(COMPLETION, data)
        await server.sandbox.reply(interaction)
        assert interaction.kind == 8


async def test_in_direct_messages_nothing_is_offered(server: Server) -> None:
    focused = {"type": 3, "name": "channel", "value": "", "focused": True}
    options = [{"type": 1, "name": "preview", "options": [focused]}]
    data = {"id": server.sandbox.named("daily")["id"], "name": "daily", "type": 1, "options": options}
    place = server.sandbox.world.dm(server.sandbox.user)
    interaction = await server.sandbox.send(COMPLETION, data, channel=place)
    assert (await server.sandbox.reply(interaction)).interaction.choices == []
