"""Login and command sync over the wire: least intents, once is enough, and the token is nobody's business."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from bot.sandbox import commons
from bot.sandbox.gateway import GUILDS
from bot.sandbox.rest import Mishap
from tests.wire.conftest import Checked, opened

APPLICATION = f"/applications/{commons.APPLICATION}"
SCOPES = [f"{APPLICATION}/commands", f"{APPLICATION}/guilds/{commons.OPERATORS}/commands"]
GLOBAL = {"quote", "random", "search", "commitments", "today", "daily", "documents", "about", "help"}
# LOG_LEVEL is the sandbox's; this is the same program with the bot's most talkative log.
DEBUG = ("env", "LOG_LEVEL=DEBUG", sys.executable, "-m", "bot.sandbox.child")
REAL = (sys.executable, "-m", "bot", "run")


def synced(sandbox: Checked) -> list[str]:
    return [request.path for request in sandbox.requests if request.method == "PUT"]


async def test_commands_are_synced_once_per_scope(sandbox: Checked) -> None:
    assert synced(sandbox) == SCOPES
    sent = [{command["name"] for command in r.body} for r in sandbox.requests if r.method == "PUT"]
    assert sent == [GLOBAL, {"reload", "status"}]
    await sandbox.restart()
    await sandbox.kill()
    await sandbox.restart()
    assert synced(sandbox) == SCOPES


async def test_the_intents_are_guilds_alone(sandbox: Checked) -> None:
    (session,) = sandbox.gateway.sessions.values()
    assert session.intents == GUILDS


async def test_a_login_asks_for_no_more_than_it_needs(sandbox: Checked) -> None:
    asked = [f"{request.method} {request.path}" for request in sandbox.requests]
    assert asked == [
        "GET /users/@me",
        "GET /oauth2/applications/@me",
        "GET /gateway",
        *(f"PUT {path}" for path in SCOPES),
        "GET /gateway/bot",
    ]


@pytest.fixture
async def logging(
    request: pytest.FixtureRequest, pytestconfig: pytest.Config, tmp_path: Path
) -> AsyncIterator[Checked]:
    child: Sequence[str] = request.param
    async with opened(pytestconfig, child=child, data=tmp_path) as sandbox:
        sandbox.excused.append("discord.gateway")
        yield sandbox


@pytest.mark.parametrize("logging", [DEBUG], indirect=True)
async def test_neither_the_token_nor_what_was_typed_is_logged(logging: Checked) -> None:
    for line in ("/quote paragraph:3", "/quote paragraph:secret-words", "/search query:secret-words"):
        await logging.ask(line)
    logging.mishaps.append(Mishap("POST", "/channels/*/messages", times=9, status=401))
    await logging.command("/daily set channel:#general time:06:05 timezone:UTC")
    await logging.wait_until(logging.now.replace(hour=6, minute=6))
    await logging.restart()
    log = logging.child.log.read_text(encoding="utf-8")
    assert "commands synced" in log
    assert "subscription 1" in log
    assert commons.TOKEN not in log
    assert "secret-words" not in log


@pytest.mark.parametrize("logging", [REAL], indirect=True)
async def test_the_program_that_operators_run_is_this_bot(logging: Checked) -> None:
    """`python -m bot` itself, with the machine's clock and nothing of the sandbox but its address."""
    assert not logging.child.clocked
    assert synced(logging) == SCOPES
    assert "We stand with them." in (await logging.command("/quote paragraph:6")).text
    await logging.restart()
    assert synced(logging) == SCOPES
    assert "We stand with them." in (await logging.command("/quote paragraph:6")).text
    assert commons.TOKEN not in logging.child.log.read_text(encoding="utf-8")


async def test_an_operators_server_without_the_bot_is_told_and_the_rest_works(pytestconfig: pytest.Config) -> None:
    elsewhere = ("env", "OPERATOR_GUILD_ID=123456789012345678", sys.executable, "-m", "bot.sandbox.child")
    async with opened(pytestconfig, child=elsewhere) as sandbox:
        sandbox.excused += ["is not a server that this bot was added to"]
        assert "We stand with them." in (await sandbox.command("/quote paragraph:6")).text
        assert any("is not a server that this bot was added to" in notice for notice in sandbox.notices)


@pytest.mark.parametrize("code", [None, 4000], ids=["asked to reconnect", "closed"])
async def test_a_broken_connection_is_resumed_and_nothing_is_lost(sandbox: Checked, code: int | None) -> None:
    (before,) = sandbox.gateway.sessions
    await sandbox.gateway.drop(code)
    # Sent into the gap: Discord keeps it and gives it to the session that is resumed.
    assert "We stand with them." in (await sandbox.command("/quote paragraph:6")).text
    assert list(sandbox.gateway.sessions) == [before]
