"""Who may do what, whatever a client sends: the operator alone reloads, settings are for servers."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest

from bot.sandbox import commons
from bot.sandbox.entities import User
from bot.sandbox.lines import ClientError
from bot.sandbox.refusal import Json
from bot.sandbox.rest import Request, Route
from tests.wire.conftest import Checked, opened

pytestmark = pytest.mark.asyncio(loop_scope="module")

ONLY_OPERATOR = "Only the operator of this bot can do that"
WHO: dict[str, User] = {"admin": commons.ADMIN, "member": commons.MEMBER, "the server's owner": commons.FOUNDER}


@pytest.mark.parametrize("who", ["admin", "member"])
async def test_hidden_from_who_may_not(shared: Checked, who: str) -> None:
    shared.act_as(who)
    for line in ("/reload", "/status", *(["/daily show", "/daily remove"] if who == "member" else [])):
        with pytest.raises(ClientError, match=f"there is no /{line[1:].split()[0]}"):
            await shared.command(line)
    assert shared.named("daily")["default_member_permissions"] == str(1 << 5)
    assert shared.named("daily")["contexts"] == [0]


@pytest.mark.parametrize("place", [commons.OPERATORS + 10, commons.COMMONS + 10, None])
@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("name", ["reload", "status"])
async def test_others_are_refused_in_code_everywhere(shared: Checked, name: str, who: str, place: int | None) -> None:
    channel = shared.world.dm(WHO[who]) if place is None else shared.world.channel(place)
    command = shared.named(name)
    # A guild's command carries its guild's id; elsewhere no client knows the command at all.
    reply = await shared.raw(
        {"id": command["id"], "name": name, "type": 1, "guild_id": command["guild_id"]},
        user=WHO[who],
        channel=channel,
    )
    assert ONLY_OPERATOR in reply.text or "works on a server" in reply.text
    assert reply.ephemeral


@pytest.mark.parametrize("name", ["reload", "status"])
async def test_a_guilds_command_is_no_global_one(shared: Checked, name: str) -> None:
    shared.act_as("operator", "Commons")
    reply = await shared.raw({"id": shared.named(name)["id"], "name": name, "type": 1})
    assert "This command has changed" in reply.text


async def test_the_status_for_the_operator(shared: Checked) -> None:
    shared.act_as("operator", "Operators")
    reply = await shared.ask("/status")
    assert reply.ephemeral
    assert re.search(r"Gateway: 2 servers, 1 shard, latency \d+ ms", reply.text)
    assert re.search(r"library\.db \d+ KiB, state\.db \d+ KiB; 1 document, 0 daily posts", reply.text)
    assert re.search(r"Scheduler's last round: .*2026.*, 0 due, well", reply.text)


async def test_settings_in_direct_messages(shared: Checked) -> None:
    shared.act_as("member", None)
    options: Json = {"type": 1, "name": "show", "options": []}
    reply = await shared.raw({"id": shared.named("daily")["id"], "name": "daily", "type": 1, "options": [options]})
    assert "works on a server" in reply.text
    assert reply.ephemeral


def _team(_: Request) -> Json:
    roles = {commons.ADMIN: "developer", commons.MEMBER: "read_only", commons.FOUNDER: "admin"}
    members = [
        {"membership_state": 2, "permissions": ["*"], "team_id": "7", "role": role, "user": user.payload()}
        for user, role in roles.items()
    ]
    about = {"name": "Herald", "icon": None, "description": "", "bot_public": True, "bot_require_code_grant": False}
    team = {"id": "7", "name": "team", "icon": None, "owner_user_id": str(commons.FOUNDER.id), "members": members}
    team_user = User(7, "team7").payload()
    return {**about, "id": str(commons.APPLICATION), "verify_key": "00", "flags": 0, "owner": team_user, "team": team}


@pytest.fixture
async def owned_by_a_team(pytestconfig: pytest.Config) -> AsyncIterator[Checked]:
    class Owned(Checked):
        def __init__(self, **options: object) -> None:
            super().__init__(**options)
            self.rest.routes.insert(0, Route("GET", "/oauth2/applications/@me", _team))

    async with opened(pytestconfig, kind=Owned) as sandbox:
        yield sandbox


@pytest.mark.asyncio(loop_scope="function")
async def test_a_team_is_the_operator_but_not_who_may_only_read(owned_by_a_team: Checked) -> None:
    sandbox = owned_by_a_team
    channel = sandbox.world.channel(commons.OPERATORS + 10)
    command = sandbox.named("status")
    data = {"id": command["id"], "name": "status", "type": 1, "guild_id": command["guild_id"]}
    for user, obeyed in ((commons.FOUNDER, True), (commons.ADMIN, True), (commons.MEMBER, False)):
        reply = await sandbox.raw(data, user=user, channel=channel)
        assert ("Status" in reply.text) == obeyed
        assert (ONLY_OPERATOR in reply.text) != obeyed
    assert ONLY_OPERATOR in (await sandbox.raw(data, user=commons.OPERATOR, channel=channel)).text
