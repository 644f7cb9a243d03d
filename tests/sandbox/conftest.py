"""A sandbox with the small bot on it, and the parts that need no bot."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.sandbox import commons
from bot.sandbox.interactions import Interaction
from bot.sandbox.sandbox import Sandbox
from bot.sandbox.world import World

AT = datetime(2026, 3, 29, 5, 59, 50, tzinfo=UTC)
SMALL_BOT = (sys.executable, str(Path(__file__).with_name("small_bot.py")))


@pytest.fixture
def world() -> World:
    return commons.build(AT)


class Deserted(Sandbox):
    """A sandbox without a bot, for tests that speak to the wire themselves."""

    async def start(self) -> None:
        pass


@pytest.fixture
async def deserted(tmp_path: Path) -> AsyncIterator[Sandbox]:
    async with Deserted(at=AT, data=tmp_path) as sandbox:
        yield sandbox


def identify(**changes: Any) -> dict[str, Any]:
    return {"op": 2, "d": {"token": commons.TOKEN, "intents": 1, "shard": [0, 1]} | changes}


@pytest.fixture
async def socket(deserted: Sandbox) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    async with aiohttp.ClientSession() as session, session.ws_connect(deserted.gateway.url) as socket:
        assert (await socket.receive_json())["op"] == 10
        yield socket


async def events(socket: aiohttp.ClientWebSocketResponse, count: int) -> list[str]:
    return [(await socket.receive_json())["t"] for _ in range(count)]


class Wire:
    """Requests as any client would send them, with the bot's token unless told otherwise."""

    def __init__(self, sandbox: Sandbox, session: aiohttp.ClientSession) -> None:
        self.sandbox = sandbox
        self.session = session

    async def __call__(
        self, method: str, path: str, body: Any = None, token: str = f"Bot {commons.TOKEN}"
    ) -> tuple[int, Any]:
        base = self.sandbox.gateway.url.replace("ws:", "http:") + "api/v10"
        async with self.session.request(method, base + path, json=body, headers={"Authorization": token}) as answer:
            return answer.status, await answer.json() if answer.status != 204 else None

    async def answer(self, interaction: Interaction, kind: int, **data: Any) -> tuple[int, Any]:
        path = f"/interactions/{interaction.id}/{interaction.token}/callback?with_response=1"
        return await self("POST", path, {"type": kind, "data": data})

    async def hook(self, method: str, interaction: Interaction, path: str = "", **body: Any) -> tuple[int, Any]:
        return await self(method, f"/webhooks/{commons.APPLICATION}/{interaction.token}{path}", body, token="")

    async def post(self, channel: int = commons.COMMONS + 10, **body: Any) -> dict[str, Any]:
        status, answer = await self("POST", f"/channels/{channel}/messages", {"content": "x"} | body)
        assert status == 200, answer
        assert isinstance(answer, dict)
        return answer

    def grant(self, permissions: int) -> None:
        roles = self.sandbox.world.guilds[commons.COMMONS].roles
        roles[commons.COMMONS + 2] = replace(roles[commons.COMMONS + 2], permissions=permissions)


@pytest.fixture
async def wire(deserted: Sandbox) -> AsyncIterator[Wire]:
    async with aiohttp.ClientSession() as session:
        yield Wire(deserted, session)


@pytest.fixture
async def sandbox(tmp_path: Path) -> AsyncIterator[Sandbox]:
    async with Sandbox(at=AT, data=tmp_path, child=SMALL_BOT) as sandbox:
        yield sandbox
