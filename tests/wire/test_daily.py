"""The daily post over the wire, on the sandbox's clock: once a day, or a reason."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.sandbox import commons
from tests.wire.conftest import Checked
from tests.wire.servers import DAY, MINUTE, SEND, TWELVE, Server

pytestmark = pytest.mark.asyncio(loop_scope="module")

NINE_IN_KYIV = datetime(2026, 3, 29, 6, tzinfo=UTC)
"""On the day on which the clocks go forward there."""


@pytest.mark.asyncio(loop_scope="function")
async def test_twelve_days_through_restart_and_kill(sandbox: Checked) -> None:
    kyiv = Server(sandbox, sandbox.world.guilds[commons.COMMONS])
    told = await sandbox.command("/daily set channel:#general time:09:00 timezone:Europe/Kyiv")
    assert "Set: #general every day at 09:00 Europe/Kyiv" in told.text
    assert told.ephemeral
    await sandbox.wait(timedelta(seconds=9))
    assert kyiv.posts() == []
    await sandbox.wait(timedelta(seconds=11))
    (text,) = kyiv.texts()
    assert "Commitment 1 of 12" in text
    assert "As supplied: a reworded copy, not the official text" in text
    for day in range(11):
        if day == 4:
            await sandbox.restart()
        if day == 8:
            await sandbox.kill()
        await sandbox.wait(DAY)
    assert kyiv.places() == list(TWELVE)
    assert not any("NATO guests are bound" in text for text in kyiv.texts())
    assert [post.at for post in kyiv.posts()] == [NINE_IN_KYIV + n * DAY for n in range(12)]
    sent = kyiv.attempts()
    assert len(sent) == 12
    assert len({request.body["nonce"] for request in sent}) == 12
    for request in sent:
        assert request.body["enforce_nonce"] is True
        assert 1 <= len(request.body["nonce"]) <= 25
        assert request.body["allowed_mentions"] == {"parse": []}
    await sandbox.restart()
    await sandbox.wait(DAY - MINUTE)
    assert len(kyiv.posts()) == 12
    await sandbox.wait(MINUTE)
    assert kyiv.places()[12:] == ["1.1"], "after all were posted, the first again"


async def test_two_channels_go_their_own_ways(server: Server) -> None:
    await server.set()
    await server.until()
    await server.set(channel="news")
    await server.until(days=1)
    assert server.places() == list(TWELVE[:3])
    assert server.places("news") == list(TWELVE[:2])
    assert len({request.body["nonce"] for request in server.attempts() + server.attempts("news")}) == 5


DOWN: list[tuple[str, timedelta, str]] = [
    ("ten minutes", timedelta(minutes=11), "sent, https"),
    ("five hours", timedelta(hours=5), "sent, https"),
    ("seven hours", timedelta(hours=7), "missed (down)"),
]


@pytest.mark.parametrize(("away", "told"), [row[1:] for row in DOWN], ids=[row[0] for row in DOWN])
async def test_down_across_the_slot(server: Server, away: timedelta, told: str) -> None:
    await server.set()
    await server.until("08:59")
    day = server.today
    await server.sandbox.kill()
    await server.sandbox.jump(away)
    await server.start()
    late = int("sent" in told)
    assert len(server.posts()) == late
    assert f"{day}, {told}" in await server.said("/daily show")
    await server.until()
    assert server.places() == list(TWELVE[: late + 1]), "a missed day keeps its commitment for the next"
    assert f"{server.today}, sent" in await server.said("/daily show")


async def test_down_for_days_is_no_flood_and_each_day_has_a_line(server: Server) -> None:
    await server.set()
    await server.until()
    await server.sandbox.kill()
    await server.sandbox.jump(5 * DAY + timedelta(hours=1))
    await server.start()
    assert server.places() == list(TWELVE[:2]), "the last of them late, the others not at all"
    assert (await server.said("/daily history")).count("missed (down)") == 4
    await server.until()
    assert server.places() == list(TWELVE[:3])


LOST: list[tuple[str, dict[str, Any]]] = [
    ("the connection was cut", {"what": "cut", "after": True}),
    ("an error came", {"status": 503, "after": True}),
    ("an error came, which discord.py tries again by itself", {"status": 500, "after": True}),
    ("the connection was cut before", {"what": "cut"}),
    ("an error came before", {"status": 503}),
    ("it was too much", {"status": 429, "body": {"retry_after": 0.05, "global": False}}),
]


@pytest.mark.parametrize("how", [row[1] for row in LOST], ids=[row[0] for row in LOST])
async def test_an_answer_lost_is_never_a_second_post(server: Server, how: dict[str, Any]) -> None:
    await server.set()
    server.befall(**how)
    await server.until("09:10")
    assert server.places() == ["1.1"]
    assert len(server.attempts()) == 2
    assert len({request.body["nonce"] for request in server.attempts()}) == 1
    assert f"{server.today}, sent" in await server.said("/daily show")
    await server.until()
    assert server.places() == list(TWELVE[:2])


@pytest.mark.parametrize("away", [timedelta(seconds=30), timedelta(minutes=10)], ids=["soon", "late"])
async def test_killed_between_the_post_and_its_record(server: Server, away: timedelta) -> None:
    await server.set()
    server.befall(what="cut", after=True)
    await server.until("09:00")
    await server.sandbox.kill()
    await server.sandbox.jump(away)
    await server.start()
    await server.sandbox.wait(timedelta(minutes=20))
    assert server.places() == ["1.1"]
    assert f"{server.today}, sent" in await server.said("/daily show")
    await server.until()
    assert server.places() == list(TWELVE[:2])


async def test_one_channel_that_refuses_does_not_hold_up_another(server: Server) -> None:
    await server.set()
    await server.set(channel="news")
    await server.permit(deny=SEND)
    await server.until()
    assert server.posts() == []
    assert server.places("news") == ["1.1"]
    assert "failed (50013)" in await server.said("/daily show")


async def test_removed_there_is_no_post_any_more(server: Server) -> None:
    await server.set()
    await server.set(channel="news")
    assert "2 daily posts" in await server.said("/daily show")
    news = f"/daily remove channel:{server.channel('news').id}"
    assert "Remove this daily post, and forget its history?" in await server.said(news)
    assert "Removed: there is no daily post in #news any more." in (await server.sandbox.press("Remove")).text
    assert "There is no daily post in #news" in await server.said(news)
    await server.ask("/daily remove")
    assert "Removed" in (await server.sandbox.press("Remove")).text
    assert "none: name its channel" in await server.said("/daily remove")
    await server.until(days=1)
    assert server.posts() + server.posts("news") == []
