"""A server that the bot is removed from, or that is out of reach, over the wire: what is posted, kept, forgotten."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from tests.wire.servers import DAY, SEND, Server

pytestmark = pytest.mark.asyncio(loop_scope="module")

NONE_YET = "There is no daily post on this server yet."
FULL = "order:shuffle role:Alerts days:weekdays document:all"
SET = "#general on weekdays at 09:00 UTC, from all documents, shuffled, mentioning @Alerts"


async def remove(server: Server) -> None:
    await server.sandbox.events.remove_bot(server.guild.id)
    await server.sandbox.settle()


async def add(server: Server) -> None:
    await server.sandbox.events.add_bot(server.guild.id)
    await server.sandbox.settle()
    server.go()


async def remove_while_down(server: Server) -> None:
    await server.sandbox.kill()
    await server.sandbox.events.remove_bot(server.guild.id)
    await server.sandbox.start()


async def remove_while_the_session_is_lost(server: Server) -> None:
    """Discord says that the session is no more, and its new READY does not list the server."""
    sandbox = server.sandbox
    sandbox.gateway.ready.clear()
    await sandbox.gateway.drop(forget=True)
    await sandbox.events.remove_bot(server.guild.id)
    await sandbox.child.outlived(sandbox.gateway.ready.wait(), 60.0, "the bot did not come back")
    async with asyncio.timeout(60):
        while f"left: {server.guild.id}" not in sandbox.child.tail():
            await sandbox.settle()


Removal = Callable[[Server], Awaitable[None]]
REMOVALS: list[Removal] = [remove, remove_while_down, remove_while_the_session_is_lost]


@pytest.mark.parametrize("removal", REMOVALS)
async def test_removed_it_stops_at_once_and_all_is_there_29_days_later(server: Server, removal: Removal) -> None:
    await server.set(FULL)
    await server.until(days=4)
    before = len(server.posts())
    assert before > 1
    asked = len(server.sandbox.requests)
    await removal(server)
    await server.until(days=27)
    await server.sandbox.jump(timedelta(hours=23))
    paths = [request.path for request in server.sandbox.requests[asked:]]
    assert not [path for path in paths if f"/{server.channel().id}" in path], "no request to that channel at all"
    await add(server)
    assert SET in await server.said("/daily show")
    history = await server.said("/daily history")
    assert history.count("missed (removed): I was not on this server") == 10
    await server.until(days=10)
    again = server.places()
    assert len(again) > before
    assert len(set(again)) == min(12, len(again)), "its order goes on"


@pytest.mark.parametrize("removal", [remove, remove_while_down])
async def test_after_30_days_it_is_forgotten(server: Server, removal: Removal) -> None:
    await server.set()
    await server.until()
    await removal(server)
    await server.sandbox.wait(30 * DAY - timedelta(minutes=5))
    await add(server)
    assert "1 daily post" in await server.said("/daily show")
    await remove(server)
    await server.sandbox.wait(30 * DAY + timedelta(minutes=5))
    await add(server)
    assert NONE_YET in await server.said("/daily show")
    await server.until()
    assert len(server.posts()) == 1
    await server.set()
    assert "Nothing is in the history" in await server.said("/daily history")


async def test_the_30_days_begin_with_the_first_start_that_misses_the_server(server: Server) -> None:
    await server.set()
    await server.sandbox.kill()
    await server.sandbox.events.remove_bot(server.guild.id)
    await server.sandbox.jump(20 * DAY)
    await server.sandbox.start()
    await server.sandbox.jump(29 * DAY)
    await add(server)
    assert "1 daily post" in await server.said("/daily show")


async def test_purged_while_it_was_down(server: Server) -> None:
    await server.set()
    await remove(server)
    await server.sandbox.kill()
    await server.sandbox.jump(31 * DAY)
    await server.sandbox.start()
    await add(server)
    assert NONE_YET in await server.said("/daily show")


async def test_removed_while_a_post_is_tried_again_nothing_is_asked_of_that_server(server: Server) -> None:
    await server.set()
    await server.set(channel="news")
    server.befall(times=2, what="cut", after=True)
    server.befall("news", times=2, status=429, body={"retry_after": 60, "global": False, "message": ""})
    await server.until("09:00")
    await server.sandbox.wait(timedelta(seconds=5))
    asked = len(server.sandbox.requests)
    await remove(server)
    await server.until("12:00")
    assert len(server.sandbox.requests) == asked
    await add(server)
    assert "unknown (removed)" in await server.said("/daily history channel:#general"), "it may have arrived"
    assert "missed (removed)" in await server.said("/daily history channel:#news"), "it certainly has not"
    await server.until()
    assert server.places("news") == ["1.1"]


async def test_removed_and_added_again_between_two_posts_nothing_is_missed(server: Server) -> None:
    await server.set()
    await server.until()
    await remove(server)
    await server.until("12:00")
    await add(server)
    await server.until()
    assert server.places() == ["1.1", "2.1"]


async def test_added_again_a_lost_permission_is_there_again(server: Server) -> None:
    await server.set()
    await server.permit(deny=SEND)
    await server.until()
    await remove(server)
    await server.permit()
    await add(server)
    assert "Suspended" not in await server.said("/daily show")
    await server.until()
    assert server.places() == ["1.1"]


# Out of reach is not removed


async def outage(server: Server, *, on: bool) -> None:
    await server.sandbox.events.outage(server.guild.id, on=on)
    await server.sandbox.settle()


@pytest.mark.parametrize("restart", [False, True], ids=["it runs on", "restarted in between"])
async def test_out_of_reach_it_waits_and_posts_late(server: Server, restart: bool) -> None:
    await server.set()
    await outage(server, on=True)
    asked = len(server.attempts())
    await server.until("08:00")
    if restart:
        await server.sandbox.restart()
    await server.until("09:10")
    await server.sandbox.jump(timedelta(hours=5))
    assert len(server.attempts()) == asked
    await outage(server, on=False)
    await server.sandbox.wait(timedelta(minutes=1))
    assert server.places() == ["1.1"]
    assert "late" in await server.said("/daily history")
    await server.until()
    assert server.places() == ["1.1", "2.1"]


@pytest.mark.parametrize("restart", [False, True], ids=["it runs on", "restarted in between"])
async def test_out_of_reach_for_longer_than_the_grace_the_day_is_missed(server: Server, restart: bool) -> None:
    await server.set()
    await outage(server, on=True)
    await server.until()
    if restart:
        await server.sandbox.restart()
    for hours in (3, 4, 18, 6):
        await server.sandbox.jump(timedelta(hours=hours))
    await outage(server, on=False)
    assert server.attempts() == []
    told = await server.said("/daily history")
    assert told.count("missed (not ready): Discord had not told me of this server in time") == 2
    await server.until()
    assert server.places() == ["1.1"]


async def test_out_of_reach_for_31_days_it_is_not_forgotten(server: Server) -> None:
    await server.set(FULL)
    await outage(server, on=True)
    await server.sandbox.restart()
    for _ in range(31):
        await server.sandbox.jump(DAY)
    await outage(server, on=False)
    assert SET in await server.said("/daily show")
    assert "removed" not in await server.said("/daily history")


async def test_after_a_start_it_is_judged_by_what_was_received_then(server: Server) -> None:
    """Where nothing is known of the server yet, no permission is missing."""
    await server.set()
    await server.sandbox.kill()
    await server.sandbox.jump(timedelta(hours=4))
    await server.start()
    assert server.places() == ["1.1"]
    assert "1 h 0 min late" in await server.said("/daily history")
