"""The role of a daily post over the wire: it alone is notified, or nobody and the admins see why."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.wire.servers import EVERYONE, Server

pytestmark = pytest.mark.asyncio(loop_scope="module")

SILENT = "is mentioned, but nobody is notified: make the role mentionable, or give me Mention Everyone."
DELETED = "The role was deleted: choose another, or /daily set clear:role."
REFUSED = (
    "A mention of @Readers would notify nobody in #general. Let anyone mention the role (Server Settings, Roles),"
    " or give me Mention Everyone there, then run this again."
)


def pinged(server: Server) -> list[list[str]]:
    return [post.body["mention_roles"] for post in server.posts()]


async def make_mentionable(server: Server, name: str, *, on: bool) -> None:
    await server.sandbox.events.change_role(server.guild.id, replace(server.role(name), mentionable=on))
    await server.sandbox.settle()


async def test_exactly_that_role_is_notified(server: Server) -> None:
    await server.set("role:Alerts")
    alerts = server.role("Alerts").id
    await server.until()
    assert pinged(server) == [[str(alerts)]]
    (request,) = server.attempts()
    assert request.body["allowed_mentions"] == {"parse": [], "roles": [alerts]}
    assert server.texts()[0].startswith("@Alerts\nCommitment 1 of 12")
    assert "✓ @Alerts is notified." in await server.said("/daily doctor")
    await server.said("/daily set channel:#general clear:role")
    await server.until()
    assert pinged(server)[1:] == [[]]
    assert server.attempts()[-1].body["allowed_mentions"] == {"parse": []}
    assert server.texts()[1].startswith("Commitment 2 of 12")


async def test_it_must_be_mentionable_or_the_bot_may_mention_everyone(server: Server) -> None:
    readers = server.role("Readers").id
    await server.set()
    for options in ("role:Readers", "role:Readers time:10:00", "role:Readers days:tue thread:false"):
        assert REFUSED in await server.said(f"/daily set channel:#general {options}")
    await server.permit(allow=EVERYONE)
    assert "mentioning @Readers" in await server.said("/daily set channel:#general role:Readers")
    await server.until()
    await server.permit()
    assert f"⚠ @Readers {SILENT}" in await server.said("/daily show")
    await make_mentionable(server, "Readers", on=True)
    assert "⚠" not in await server.said("/daily show")
    await server.until()
    assert pinged(server) == [[str(readers)]] * 2


async def test_what_is_lost_later_is_shown_and_the_post_is_sent_all_the_same(server: Server) -> None:
    await server.set("role:Alerts")
    await make_mentionable(server, "Alerts", on=False)
    assert f"⚠ @Alerts {SILENT}" in await server.said("/daily show")
    assert f"✗ @Alerts {SILENT}" in await server.said("/daily doctor")
    await server.until()
    assert server.places() == ["1.1"]
    assert pinged(server) == [[]]
    assert "A mention of @Alerts would notify nobody" in await server.said("/daily set channel:#general time:10:00")
    assert "Set: #general every day at 10:00 UTC" in await server.said(
        "/daily set channel:#general time:10 clear:role"
    )


async def test_a_deleted_role_is_left_out_and_shown(server: Server) -> None:
    await server.set("role:Alerts")
    await server.sandbox.events.delete_role(server.guild.id, server.role("Alerts").id)
    await server.sandbox.settle()
    assert f"⚠ {DELETED}" in await server.said("/daily show")
    assert f"✗ {DELETED}" in await server.said("/daily doctor")
    await server.until()
    assert server.texts()[0].startswith("Commitment 1 of 12")
    assert server.attempts()[0].body["allowed_mentions"] == {"parse": []}


async def test_a_deleted_role_does_not_hold_up_other_changes(server: Server) -> None:
    await server.set("role:Alerts")
    await server.sandbox.events.delete_role(server.guild.id, server.role("Alerts").id)
    await server.sandbox.settle()
    assert "Set: #general every day at 10:00 UTC" in await server.said("/daily set channel:#general time:10:00")
    assert f"⚠ {DELETED}" in await server.said("/daily show")
    assert "mentioning" not in await server.said("/daily set channel:#general clear:role")
    assert "⚠" not in await server.said("/daily show")


async def test_everyone_is_refused_however_it_is_named(server: Server) -> None:
    await server.permit(allow=EVERYONE)
    told = await server.said("/daily set channel:#general time:9 timezone:UTC role:@everyone")
    assert "I never mention everyone. Choose a role that people take because they want to be notified." in told
    await server.set("role:Alerts")
    assert "I never mention everyone." in await server.said("/daily set channel:#general role:everyone")
    assert "mentioning @Alerts" in await server.said("/daily show")
