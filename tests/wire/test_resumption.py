"""How a suspended daily post goes on over the wire: by itself, when the permission is back, without a request."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from bot.sandbox import commons
from bot.sandbox.entities import Overwrite
from tests.wire.servers import DAY, SEND, THREADS, VIEW, Server

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def hide(server: Server) -> None:
    await server.permit(deny=VIEW)


async def forbid(server: Server) -> None:
    await server.permit(deny=SEND)


async def allow(server: Server) -> None:
    await server.permit()


async def muted_by(server: Server, *, role: bool) -> None:
    """Let a role that the bot got, or an overwrite for itself, forbid it to send."""
    target = server.role("Readers").id if role else commons.BOT.id
    if role:
        await server.sandbox.events.give_bot_roles(server.guild.id, (server.role("Herald").id, target))
    await server.sandbox.events.overwrite(server.channel().id, Overwrite(target, deny=SEND, member=not role))


async def members_may_not_send(server: Server) -> None:
    everyone = server.role("@everyone")
    quiet = replace(everyone, permissions=everyone.permissions & ~SEND)
    await server.sandbox.events.change_role(server.guild.id, quiet)


async def weaken(server: Server) -> None:
    await members_may_not_send(server)
    await server.sandbox.events.change_role(server.guild.id, replace(server.role("Herald"), permissions=VIEW))


async def strengthen(server: Server) -> None:
    await server.sandbox.events.change_role(server.guild.id, replace(server.role("Herald"), permissions=VIEW | SEND))


async def strip(server: Server) -> None:
    await members_may_not_send(server)
    await server.sandbox.events.give_bot_roles(server.guild.id, ())


async def endow(server: Server) -> None:
    await server.sandbox.events.give_bot_roles(server.guild.id, (server.role("Herald").id,))


async def come_back(server: Server) -> None:
    """The server is out of reach, and when it is back the bot may send."""
    await server.sandbox.events.outage(server.guild.id, on=True)
    channel = server.channel()
    server.guild.channels[channel.id] = replace(channel, overwrites=())
    await server.sandbox.events.outage(server.guild.id, on=False)


async def unmute(server: Server) -> None:
    await server.sandbox.events.overwrite(server.channel().id, Overwrite(commons.BOT.id, member=True))


async def unrole(server: Server) -> None:
    await server.sandbox.events.delete_role(server.guild.id, server.role("Readers").id)


Change = Callable[[Server], Awaitable[None]]
RESUMED: list[tuple[str, Change, Change]] = [
    ("the channel allows it", forbid, allow),
    ("the channel can be seen", hide, allow),
    ("the channel no longer denies it to the bot", lambda s: muted_by(s, role=False), unmute),
    ("the role may send", weaken, strengthen),
    ("the bot gets a role", strip, endow),
    ("the bot loses a role", lambda s: muted_by(s, role=True), endow),
    ("a role that denied is deleted", lambda s: muted_by(s, role=True), unrole),
    ("the server is back from an outage", forbid, come_back),
]


@pytest.mark.parametrize(("lose", "regain"), [row[1:] for row in RESUMED], ids=[row[0] for row in RESUMED])
async def test_it_resumes_at_once_without_a_request(server: Server, lose: Change, regain: Change) -> None:
    await server.set("order:sequence")
    await lose(server)
    await server.until(days=1)
    assert "Suspended: " in await server.said("/daily show")
    asked = len(server.sandbox.requests)
    await regain(server)
    await server.sandbox.settle()
    assert [r.path for r in server.sandbox.requests[asked:]] == []
    shown = await server.said("/daily show")
    assert "uspended:" not in shown.partition("Last:")[0]
    assert "Next: " in shown
    await server.until()
    assert server.places() == ["1.1"]
    assert len(server.attempts()) == 2


async def test_something_else_that_changes_resumes_nothing(server: Server) -> None:
    await server.set()
    await forbid(server)
    await server.until()
    await server.sandbox.events.change_channel(replace(server.channel(), name="general"))
    await server.sandbox.events.change_role(server.guild.id, replace(server.role("Readers"), mentionable=True))
    await server.permit("news", allow=THREADS)
    await server.sandbox.settle()
    assert "Suspended: " in await server.said("/daily show")
    await server.until()
    assert len(server.attempts()) == 1


@pytest.mark.parametrize("due", [False, True], ids=["before it is due", "at the time that it is due"])
async def test_what_came_back_while_the_bot_was_down_is_seen_by_itself(server: Server, due: bool) -> None:
    await server.set()
    await forbid(server)
    await server.until()
    await server.sandbox.kill()
    await server.permit()
    await server.sandbox.jump(DAY if due else DAY / 2)
    await server.start()
    await server.until("10:00")
    assert server.places() == ["1.1"]
    assert "uspended" not in (await server.said("/daily show")).partition("Last")[0]
