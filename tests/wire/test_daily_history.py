"""/daily history over the wire: how each day ended, with links, and "Post it now" for a day without a post."""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import chain
from typing import Any

import pytest

from bot.sandbox.entities import Channel, Kind
from bot.sandbox.world import Message
from tests.wire.conftest import labels, snapshot, walk
from tests.wire.servers import DAY, HISTORY, MINUTE, SEND, Server

pytestmark = pytest.mark.asyncio(loop_scope="module")

POST = "Post it now"
NOTHING = "There is nothing to catch up with: today's post is out, on its way, or not due yet."
REFUSED: dict[str, Any] = {"status": 403, "body": {"code": 20028, "message": "No"}}


async def miss(server: Server) -> None:
    """Sleep over today's post, as a machine does, until the time for a late one is over."""
    await server.until("08:59")
    await server.sandbox.jump(timedelta(hours=6, minutes=2))


async def fail(server: Server) -> None:
    server.befall(**REFUSED)
    await server.until("10:00")


def url(server: Server, post: Message) -> str:
    return f"https://discord.com/channels/{server.guild.id}/{post.channel.id}/{post.id}"


async def test_a_line_for_each_day_the_latest_first_with_links(server: Server) -> None:
    await server.set()
    assert "Nothing is in the history of #general yet." in await server.said("/daily history")
    days: list[str] = []

    async def day(ends: str) -> None:
        await server.sandbox.wait_until(server.sandbox.now.replace(hour=20, minute=0, second=0))
        days.insert(0, f"{server.today}, {ends}")
        await server.until("08:59")

    await server.until("09:01")
    await day(f"sent, {url(server, server.posts()[0])}")
    await server.sandbox.jump(timedelta(minutes=11))
    await day(f"sent, {url(server, server.posts()[1])}, 10 min late")
    await server.sandbox.jump(timedelta(hours=5, minutes=6))
    await day(f"sent, {url(server, server.posts()[2])}, 5 h 5 min late")
    await server.sandbox.jump(timedelta(hours=7))
    await day("missed (down): I was not running, and the time for a late post was over")
    await server.said("/daily skip")
    await day("skipped (admin): left out by an admin")
    server.befall(**REFUSED)
    await day("failed (20028): Discord refused it")
    await server.permit(deny=HISTORY)
    server.befall(what="cut", after=True)
    await server.sandbox.wait(timedelta(minutes=1, seconds=5))
    await server.sandbox.jump(timedelta(minutes=3))
    await server.permit()
    await day(
        "unknown (unreadable): the answer was lost, and without Read Message History I could not look whether it"
    )
    told = (await server.said("/daily history")).splitlines()
    assert told[1] == "History of #general"
    for line, expected in zip(told[2:], days, strict=True):
        assert line.startswith(expected)
    assert len(server.posts()) == 4, "the one that is unknown did arrive"


async def test_pages_of_ten(server: Server) -> None:
    await server.set()
    await server.until(days=24)
    pages = await walk(server.sandbox, await server.ask("/daily history"))
    links = [re.findall(r"https://\S+", page.text) for page in pages]
    assert [len(found) for found in links] == [10, 10, 5]
    assert list(chain(*links)) == [url(server, post) for post in reversed(server.posts())]
    assert all(labels(page)[-1] != POST for page in pages)


@pytest.mark.parametrize("end", [miss, fail])
async def test_todays_is_posted_now_once(server: Server, end: Any) -> None:
    await server.set()
    await end(server)
    assert server.places() == []
    history = await server.ask("/daily history")
    assert labels(history) == [POST]
    old = snapshot(history.messages[0])
    done = await server.sandbox.press(POST)
    assert done.ephemeral
    assert server.places() == ["1.1"]
    assert f"{server.today}, sent, {url(server, server.posts()[0])}" in done.text
    assert NOTHING in (await server.sandbox.push(old, POST)).text, "pressed twice"
    again = await server.ask("/daily history")
    assert f"{server.today}, sent, " in again.text
    assert labels(again) == []
    await server.until("08:00")
    assert NOTHING in (await server.sandbox.push(old, POST)).text, "pressed the day after"
    await server.until()
    assert server.places() == ["1.1", "2.1"]
    assert NOTHING in (await server.sandbox.push(old, POST)).text
    assert len(server.posts()) == 2


async def test_the_day_after_there_is_no_button(server: Server) -> None:
    await server.set()
    await miss(server)
    await server.until("00:10")
    assert labels(await server.ask("/daily history")) == []


async def test_pressed_at_the_same_time_it_is_posted_once(server: Server) -> None:
    await server.set()
    await miss(server)
    old = (await server.ask("/daily history")).messages[0]
    button = {"custom_id": _id(old), "component_type": 2, "id": 1}
    sent = [await server.sandbox.send(3, button, source=old) for _ in range(5)]
    told = [(await server.sandbox.reply(interaction)).text for interaction in sent]
    assert sum(f"{server.today}, sent" in text for text in told) == 1
    assert sum(NOTHING in text for text in told) == 4
    assert server.places() == ["1.1"]


def _id(message: Message) -> str:
    found = re.search(r"h1:do:post:\d+:0", str(message.body))
    assert found
    return found[0]


async def test_posted_now_it_is_tried_again_by_itself(server: Server) -> None:
    await server.set()
    await fail(server)
    await server.ask("/daily history")
    server.befall(status=503)
    told = (await server.sandbox.press(POST)).text
    assert "being sent: Discord had an error of its own (HTTP 503). It is tried again by itself." in told
    assert labels(await server.ask("/daily history")) == []
    await server.sandbox.wait(MINUTE)
    assert server.places() == ["1.1"]
    assert "sent, https" in await server.said("/daily show")


async def test_posted_now_it_may_be_refused_again(server: Server) -> None:
    await server.set()
    await miss(server)
    history = await server.ask("/daily history")
    await server.permit(deny=SEND)
    told = await server.sandbox.push(history.messages[0], POST)
    assert "I cannot post in #general yet. Give me Send Messages there" in told.text
    await server.permit()
    server.befall(status=403, body={"code": 50013, "message": "Missing Permissions"})
    assert "failed (50013): I was not allowed to post." in (await server.sandbox.press(POST)).text
    assert "Suspended: I may not post there" in await server.said("/daily show")
    assert labels(await server.ask("/daily history")) == [POST]
    assert "sent" in (await server.sandbox.press(POST)).text
    assert "Suspended" not in await server.said("/daily show"), "with a post that arrived it goes on"
    await server.until("09:05")
    assert server.places() == ["1.1", "2.1"]


async def test_posted_now_in_the_channel_where_it_goes_on(server: Server) -> None:
    await server.set()
    await server.sandbox.events.delete_channel(server.channel())
    await server.until()
    server.go(channel="news")
    await server.ask("/daily history")
    assert "cannot take a daily post: choose a text" in (await server.sandbox.press(POST)).text
    await server.said("/daily set channel:#news")
    await server.ask("/daily history")
    assert "sent, https" in (await server.sandbox.press(POST)).text
    await server.until()
    assert server.places("news") == ["1.1", "2.1"]


async def test_what_an_admin_left_out_is_not_offered(server: Server) -> None:
    await server.set()
    await server.said("/daily skip")
    await server.until("10:00")
    assert labels(await server.ask("/daily history")) == []
    forged = (await server.ask("/daily remove")).messages[0]
    custom_id = re.sub(
        "remove", "post", str(forged.body["components"][0]["components"][-1]["components"][0]["custom_id"])
    )
    assert NOTHING in (await server.sandbox.push(forged, "Remove", custom_id)).text
    await server.sandbox.wait(DAY)
    assert server.places() == ["1.1"]


async def test_where_there_are_two_each_has_its_own(server: Server) -> None:
    await server.set()
    await server.sandbox.events.add_channel(Channel(server.guild.id + 30, "quiet", Kind.TEXT, server.guild.id))
    await server.set(channel="quiet")
    server.befall("quiet", **REFUSED)
    await server.until("10:00")
    assert labels(await server.ask(f"/daily history channel:{server.channel().id}")) == []
    assert labels(await server.ask("/daily history channel:quiet")) == [POST]
    await server.sandbox.press(POST)
    assert server.places() == ["1.1"]
    assert "sent" in await server.said("/daily history channel:#quiet")
