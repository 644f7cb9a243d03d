"""What follows a daily post over the wire: its thread, its publication, its buttons; no failure fails the post."""

from __future__ import annotations

import os
import signal
from typing import Any

import pytest

from bot.sandbox.entities import Kind
from bot.sandbox.process import BotError
from bot.sandbox.rest import Mishap, Request
from tests.wire.servers import MINUTE, THREADS, Server

pytestmark = pytest.mark.asyncio(loop_scope="module")

CROSSPOSTED = 1 << 0
THREAD, PUBLISH = "/*/threads", "/*/crosspost"
DENIED = {"status": 403, "body": {"code": 50013, "message": "Missing Permissions"}}


def threads(server: Server) -> list[str]:
    found = server.sandbox.world.threads.values()
    return [thread.name for thread in found if thread.guild_id == server.guild.id]


def asked(server: Server, end: str) -> list[Request]:
    path = f"/channels/{server.channel('news').id}/"
    return [r for r in server.sandbox.requests if r.path.startswith(path) and r.path.endswith(end)]


@pytest.mark.parametrize(("channel", "kind"), [("general", Kind.PUBLIC_THREAD), ("news", Kind.NEWS_THREAD)])
async def test_a_thread_with_a_name_on_each_post(server: Server, channel: str, kind: Kind) -> None:
    await server.permit(channel, allow=THREADS)
    await server.set("thread:true", channel)
    await server.until(days=1)
    assert threads(server) == ["NAC statement, Feb 2023, 1.1", "NAC statement, Feb 2023, 2.1"]
    found = [server.sandbox.world.threads[post.id] for post in server.posts(channel)]
    assert [thread.kind for thread in found] == [kind, kind]
    assert "but" not in await server.said("/daily history")
    await server.said(f"/daily set channel:#{channel} clear:thread")
    await server.until()
    assert len(threads(server)) == 2
    assert len(server.posts(channel)) == 3


async def test_each_post_of_an_announcement_channel_is_published(server: Server) -> None:
    await server.set("publish:true", "news")
    await server.set()
    await server.until(days=1)
    assert [post.flags & CROSSPOSTED for post in server.posts("news")] == [1, 1]
    assert [post.flags & CROSSPOSTED for post in server.posts()] == [0, 0]
    assert "but" not in await server.said("/daily history channel:#news")


async def test_a_test_post_has_neither(server: Server) -> None:
    await server.permit("news", allow=THREADS)
    await server.set("publish:true thread:true", "news")
    await server.said("/daily test")
    assert server.posts("news")[0].flags & CROSSPOSTED == 0
    assert threads(server) == []


FAILURES: list[tuple[str, dict[str, dict[str, Any]], str]] = [
    ("no permission for the thread", {THREAD: DENIED}, "the thread failed (50013)"),
    ("no permission to publish", {PUBLISH: DENIED}, "the publication failed (50013)"),
    ("neither", {THREAD: DENIED, PUBLISH: DENIED}, "the thread failed (50013), the publication failed (50013)"),
    (
        "a thread is there",
        {THREAD: {"status": 400, "body": {"code": 160004, "message": "A thread has already been created"}}},
        "the thread failed (160004)",
    ),
    (
        "it is published already",
        {PUBLISH: {"status": 400, "body": {"code": 40033, "message": "already been crossposted"}}},
        "the publication failed (40033)",
    ),
    ("an error at the thread", {THREAD: {"status": 503}}, "the thread failed (HTTP 503)"),
    ("an error at the publication", {PUBLISH: {"status": 503}}, "the publication failed (HTTP 503)"),
    ("a cut", {THREAD: {"what": "cut"}, PUBLISH: {"what": "cut"}}, "the thread failed (ServerDisconnectedError)"),
    (
        "too long a wait",
        {PUBLISH: {"status": 429, "body": {"message": "", "retry_after": 600, "global": False}}},
        "the publication failed (HTTP 429)",
    ),
    (
        "the post is gone",
        {THREAD: {"status": 404, "body": {"code": 10008, "message": "Unknown Message"}}},
        "the thread failed (10008)",
    ),
]


@pytest.mark.parametrize(("mishaps", "note"), [row[1:] for row in FAILURES], ids=[row[0] for row in FAILURES])
async def test_a_failure_is_noted_and_the_post_is_sent_all_the_same(
    server: Server, mishaps: dict[str, dict[str, Any]], note: str
) -> None:
    await server.permit("news", allow=THREADS)
    await server.set("thread:true publish:true", "news")
    made = [server.befall("news", path=path, **how) for path, how in mishaps.items()]
    await server.until()
    assert [mishap.times for mishap in made] == [0] * len(made)
    assert server.places("news") == ["1.1"]
    told = await server.said("/daily history")
    assert f"sent, https://discord.com/channels/{server.guild.id}/" in told
    assert f", but {note}" in told
    assert (PUBLISH not in mishaps) == bool(server.posts("news")[0].flags & CROSSPOSTED), (
        "the one does not stop the other"
    )
    assert bool(threads(server)) == (THREAD not in mishaps)
    await server.sandbox.wait(10 * MINUTE)
    assert len(server.posts("news")) == 1
    assert "Suspended" not in await server.said("/daily show")
    await server.until()
    assert server.places("news") == ["1.1", "2.1"]
    assert f"Last: {server.today}, sent, https" in await server.said("/daily show")
    assert "but" not in await server.said("/daily show")


@pytest.mark.parametrize("how", [DENIED, {"status": 500}])
async def test_an_error_that_passes_is_no_failure(server: Server, how: dict[str, Any]) -> None:
    """discord.py tries a 500 again by itself, a refusal not."""
    await server.set("publish:true", "news")
    server.befall("news", path=PUBLISH, **how)
    await server.until()
    assert len(asked(server, "crosspost")) == (1 if how is DENIED else 2)
    assert ("but" in await server.said("/daily history")) == (how is DENIED)


async def test_the_permission_for_threads_is_looked_up_first_and_its_loss_is_shown(server: Server) -> None:
    refused = "I cannot post in #general yet. Give me Create Public Threads there (channel settings, Permissions)"
    assert refused in await server.said("/daily set channel:#general time:9 timezone:UTC thread:true")
    await server.permit(allow=THREADS)
    await server.set("thread:true")
    await server.permit()
    missing = "Create Public Threads is missing: give it to me in the channel's settings, Permissions."
    assert f"⚠ {missing}" in await server.said("/daily show")
    assert f"✗ {missing}" in await server.said("/daily doctor")
    await server.until()
    assert server.places() == ["1.1"]
    assert ", but the thread failed (50013)" in await server.said("/daily history")
    assert "Suspended" not in await server.said("/daily show")


class Kill(Mishap):
    """The bot is dead when its request is worked on."""

    def meets(self, request: Request) -> bool:
        found = super().meets(request)
        if found:
            os.kill(self.body["process"], signal.SIGKILL)
        return found


async def test_killed_between_the_post_and_what_follows_it_says_so(server: Server) -> None:
    await server.permit("news", allow=THREADS)
    await server.set("thread:true publish:true", "news")
    process = server.sandbox.child._process
    assert process is not None
    path = f"/channels/{server.channel('news').id}/messages/*/threads"
    server.sandbox.mishaps.append(Kill("POST", path, what="cut", body={"process": process.pid}))
    with pytest.raises(BotError, match="exit code -9"):
        await server.until()
    await server.sandbox.start()
    told = await server.said("/daily history")
    assert "sent, https" in told
    assert ", but I was stopped before its thread or its publication was done" in told
    await server.until(days=1)
    assert server.places("news") == ["1.1", "2.1"]


async def test_the_buttons_of_a_post_work_for_a_member_after_a_restart(server: Server) -> None:
    await server.set()
    await server.until()
    await server.sandbox.restart()
    server.go("member")
    (post,) = server.posts()
    context = await server.sandbox.push(post, "In context")
    assert context.ephemeral
    assert "We pay tribute" in context.text
    cite = await server.sandbox.push(post, "Cite")
    assert cite.ephemeral
    assert "paragraph 1, sentence 1" in cite.text
    assert "@misc{nato-ukraine-2023-p1s1," in cite.text
    assert post.body["edited_timestamp"] is None, "the post itself stays as it is"
