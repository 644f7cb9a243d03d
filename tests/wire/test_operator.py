"""Without an operator's server the operator's commands are everywhere, hidden from most and refused to all others."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator

import pytest

from bot.sandbox import commons
from bot.sandbox.interactions import COMMAND
from bot.sandbox.lines import ClientError
from tests.wire.conftest import Checked, opened

# The sandbox's own program for the bot, without the setting that the sandbox gives it.
UNSET = """
import os, runpy
del os.environ['OPERATOR_GUILD_ID']
runpy.run_module('bot.sandbox.child', run_name='__main__')
"""


@pytest.fixture
async def unset(pytestconfig: pytest.Config) -> AsyncIterator[Checked]:
    async with opened(pytestconfig, child=(sys.executable, "-c", UNSET)) as sandbox:
        yield sandbox


async def test_they_are_global_and_the_log_recommends_the_setting(unset: Checked) -> None:
    synced = [request.path for request in unset.requests if request.method == "PUT"]
    assert synced == [f"/applications/{commons.APPLICATION}/commands"]
    assert any("OPERATOR_GUILD_ID is not set" in notice for notice in unset.notices)
    unset.act_as("operator", "Operators")
    assert "Status" in (await unset.command("/status")).text
    assert "Reloaded" in (await unset.command("/reload")).text


@pytest.mark.parametrize("who", ["admin", "member"])
@pytest.mark.parametrize("name", ["reload", "status"])
async def test_others_do_not_see_them_and_are_refused_kindly(unset: Checked, who: str, name: str) -> None:
    unset.act_as(who)
    with pytest.raises(ClientError):
        await unset.command(f"/{name}")
    command = next(found for scope in unset.world.commands.values() for found in scope if found["name"] == name)
    assert command["default_member_permissions"] == "8"
    reply = await unset.reply(await unset.send(COMMAND, {"id": command["id"], "name": name, "type": 1}))
    assert "Only the operator of this bot can do that" in reply.text
    assert reply.ephemeral
