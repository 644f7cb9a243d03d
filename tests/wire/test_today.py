"""/today over the wire: this server's post of today with its link, otherwise the same commitment for everyone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.wire.conftest import labels
from tests.wire.servers import Server, places

pytestmark = pytest.mark.asyncio(loop_scope="module")

LINK = "Posted today: https://discord.com/channels/"


def link(server: Server, channel: str = "general") -> str:
    post = server.posts(channel)[-1]
    return f"{LINK}{server.guild.id}/{post.channel.id}/{post.id}"


async def of_everyone(server: Server) -> list[str]:
    """Return what /today shows where there is no daily post: in another server, and in direct messages."""
    shown = []
    for who, guild in (("operator", "Operators"), ("member", None)):
        server.sandbox.act_as(who, guild)
        today = await server.ask("/today")
        assert LINK not in today.text
        shown += places([today.text])
    server.go()
    assert len(set(shown)) == 1
    return shown[:1]


async def test_this_servers_post_with_its_link_for_every_member(server: Server) -> None:
    await server.set()
    before = await server.ask("/today")
    assert LINK not in before.text
    assert places([before.text]) == await of_everyone(server)
    await server.until(days=1)
    for who in ("admin", "member"):
        server.go(who, "news")
        today = await server.ask("/today")
        assert places([today.text]) == server.places()[-1:] == ["2.1"]
        assert link(server) in today.text
        assert not today.ephemeral
        assert labels(today) == ["In context", "Cite"]
        assert (await server.sandbox.press("In context")).ephemeral
        assert (await server.ask("/today hidden:true")).ephemeral
    server.go()
    await of_everyone(server)
    await server.until("00:10")
    assert LINK not in (await server.ask("/today")).text, "the next day has begun"


async def test_the_day_is_that_of_the_posts_zone(server: Server) -> None:
    """Posted at 22:30 UTC, which is tomorrow's morning in Tokyo; it is today's post until midnight there."""
    await server.said("/daily set channel:#general time:07:30 timezone:Asia/Tokyo")
    await server.until("22:31")
    assert link(server) in (await server.ask("/today")).text
    await server.until("14:59")
    assert link(server) in (await server.ask("/today")).text
    await server.sandbox.jump(timedelta(minutes=2))
    assert LINK not in (await server.ask("/today")).text


async def test_of_several_the_first_that_was_posted(server: Server) -> None:
    await server.said("/daily set channel:#general time:18:00 timezone:UTC")
    await server.set("order:shuffle", "news")
    await server.until()
    assert link(server, "news") in (await server.ask("/today")).text
    await server.until("18:01")
    assert link(server) in (await server.ask("/today")).text


ENDS: list[tuple[str, int]] = [("failed", 20028), ("being sent", 0)]


@pytest.mark.parametrize(("ends", "code"), ENDS, ids=[row[0] for row in ENDS])
async def test_a_day_without_a_post_is_as_everywhere(server: Server, ends: str, code: int) -> None:
    await server.set()
    server.befall(**({"status": 403, "body": {"code": code, "message": "No"}} if code else {"status": 503}))
    await server.until("09:00")
    today = await server.ask("/today")
    assert LINK not in today.text
    assert places([today.text]) == await of_everyone(server)
    assert ends in await server.said("/daily show")


async def test_a_test_post_is_not_todays(server: Server) -> None:
    await server.set()
    await server.said("/daily test")
    assert LINK not in (await server.ask("/today")).text


async def test_removed_with_its_history_it_is_not_linked(server: Server) -> None:
    await server.set()
    await server.until()
    assert LINK in (await server.ask("/today")).text
    await server.ask("/daily remove")
    await server.sandbox.press("Remove")
    assert LINK not in (await server.ask("/today")).text


async def test_a_post_in_a_channel_that_one_cannot_see_is_not_linked(server: Server) -> None:
    await server.set(channel="mods")
    await server.until()
    assert link(server, "mods") in (await server.ask("/today")).text
    server.go("member")
    assert LINK not in (await server.ask("/today")).text
