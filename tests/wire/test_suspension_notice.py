"""Whom a suspension is told over the wire: the admins, once, in private; never where everyone could read it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from bot.sandbox import commons, render
from bot.sandbox.entities import Channel, Kind, Overwrite
from tests.wire.servers import SEND, VIEW, Server

pytestmark = pytest.mark.asyncio(loop_scope="module")

TOLD = "The daily post in #general is suspended: I may not post there (Missing Permissions)."
PUBLIC = ("general", "news", "read-only")


async def updates(server: Server, channel: str | None) -> None:
    """Choose the channel for Discord's messages to the admins."""
    chosen = None if channel is None else server.channel(channel).id
    await server.sandbox.events.set_public_updates(server.guild.id, chosen)


async def shown_in_replies(server: Server) -> int:
    """Count how often the suspension is told in three answers."""
    lines = ("/daily history channel:#general", "/daily show", "/daily doctor")
    return sum([(await server.said(line)).count(TOLD) for line in lines])


async def test_in_the_private_channel_for_updates(server: Server) -> None:
    await updates(server, "mods")
    await server.set()
    await server.permit(deny=SEND)
    await server.until(days=3)
    (notice,) = server.posts("mods")
    assert server.texts("mods") == [
        f"{TOLD} Give me Send Messages; posts then go on by themselves. Its settings are kept."
    ]
    assert f"{notice.at:%H:%M}" == "09:00"
    assert notice.body["mention_roles"] == []
    assert await shown_in_replies(server) == 0
    assert not any(server.posts(channel) for channel in PUBLIC)


async def none(server: Server) -> None:
    await updates(server, None)


async def public(server: Server) -> None:
    await updates(server, "news")


async def its_own(server: Server) -> None:
    """The channel for updates is the one that was lost."""
    private = (Overwrite(server.guild.id, deny=VIEW), Overwrite(commons.BOT.id, allow=VIEW, member=True))
    await server.sandbox.events.change_channel(replace(server.channel(), overwrites=private))
    await updates(server, "general")


async def read_only(server: Server) -> None:
    await updates(server, "mods")
    await server.permit("mods", allow=VIEW, deny=SEND)


async def hidden(server: Server) -> None:
    await updates(server, "hidden")


async def voice(server: Server) -> None:
    await updates(server, "Voice")


async def deleted(server: Server) -> None:
    await updates(server, "mods")
    await server.sandbox.events.delete_channel(server.channel("mods"))


async def refused(server: Server) -> None:
    await updates(server, "mods")
    server.befall("mods", status=403, body={"code": 50013, "message": "Missing Permissions"})


async def too_much(server: Server) -> None:
    await updates(server, "mods")
    server.befall("mods", status=429, body={"retry_after": 600, "global": False, "message": ""})


Where = Callable[[Server], Awaitable[None]]


@pytest.mark.parametrize("where", [none, public, its_own, read_only, hidden, voice, deleted, refused, too_much])
async def test_otherwise_in_the_next_answer_to_daily_once(server: Server, where: Where) -> None:
    await server.set()
    await where(server)
    await server.permit(deny=SEND)
    await server.until(days=2)
    server.go(channel="read-only")
    assert await shown_in_replies(server) == 1
    assert await shown_in_replies(server) == 0
    assert server.sandbox.world.posted[-1].channel.guild_id != server.guild.id
    await server.until(days=1)
    assert await shown_in_replies(server) == 0


@pytest.mark.parametrize("how", [{"what": "cut", "after": True}, {"what": "cut"}, {"status": 503, "after": True}])
async def test_perhaps_told_is_told(server: Server, how: dict[str, Any]) -> None:
    """At most one notice: where the answer to it was lost, it may have arrived."""
    await updates(server, "mods")
    server.befall("mods", **how)
    await server.set()
    await server.permit(deny=SEND)
    await server.until(days=1)
    assert await shown_in_replies(server) == 0
    assert len(server.posts("mods")) == ("after" in how)


async def test_the_private_channel_is_chosen_at_the_moment_that_it_is_told(server: Server) -> None:
    await server.set()
    await server.set(channel="news")
    for channel in ("general", "news"):
        await server.permit(channel, deny=SEND)
    await updates(server, "mods")
    await server.until()
    (message,) = server.posts("mods")
    told = render.plain(server.sandbox.world, message)
    assert "The daily post in #general is suspended" in told
    assert "The daily post in #news is suspended" in told, "one lost permission is one message"
    assert await shown_in_replies(server) == 0


async def test_a_refused_command_does_not_use_it_up(server: Server) -> None:
    await server.set()
    await server.permit(deny=SEND)
    await server.until()
    for line in ("/daily set channel:#general time:25:00", "/daily test", "/daily history channel:nowhere"):
        assert TOLD not in await server.said(line)
    server.go("member")
    assert TOLD not in (await server.ask("/today")).text
    server.go()
    reply = await server.ask("/daily history")
    assert reply.ephemeral
    assert TOLD in reply.text
    assert "failed (50013)" in reply.text


async def test_several_are_told_in_one_answer(server: Server) -> None:
    rooms = [Channel(server.guild.id + 30 + n, f"room-{n}", Kind.TEXT, server.guild.id) for n in range(5)]
    for room in rooms:
        await server.sandbox.events.add_channel(room)
        await server.set(channel=room.name)
    for room in rooms:
        await server.sandbox.events.delete_channel(room)
    await server.until()
    told = await server.said("/daily show")
    assert told.count("is suspended: the channel was deleted.") == 2
    assert "And 3 more: /daily show lists them." in told
    assert "5 daily posts" in told
    assert "is suspended" not in await server.said("/daily show")


async def test_resumed_before_anyone_asked_there_is_nothing_to_tell(server: Server) -> None:
    await server.set()
    await server.permit(deny=SEND)
    await server.until()
    await server.permit()
    assert await shown_in_replies(server) == 0


async def test_another_server_is_told_nothing(server: Server) -> None:
    await server.set()
    await server.permit(deny=SEND)
    await server.until()
    server.sandbox.act_as("admin", "Operators")
    assert "no daily post on this server" in (await server.ask("/daily show")).text
    server.go()
    assert await shown_in_replies(server) == 1


async def test_the_one_notice_survives_a_kill(server: Server) -> None:
    await server.set()
    await server.permit(deny=SEND)
    await server.until()
    await server.sandbox.kill()
    await server.sandbox.start()
    assert await shown_in_replies(server) == 1
