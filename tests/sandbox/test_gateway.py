import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from bot.sandbox import commons
from bot.sandbox.gateway import Gateway
from bot.sandbox.interactions import COMMAND
from bot.sandbox.sandbox import Sandbox


@pytest.fixture
async def socket(deserted: Sandbox) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    async with aiohttp.ClientSession() as session, session.ws_connect(deserted.gateway.url) as socket:
        assert (await socket.receive_json())["op"] == 10
        yield socket


def identify(**changes: Any) -> dict[str, Any]:
    return {"op": 2, "d": {"token": commons.TOKEN, "intents": 1, "shard": [0, 1]} | changes}


async def events(socket: aiohttp.ClientWebSocketResponse, count: int) -> list[str]:
    return [(await socket.receive_json())["t"] for _ in range(count)]


@pytest.mark.parametrize(
    ("frames", "code"),
    [
        ([{"op": 8, "d": {}}], 4003),
        ([identify(token="wrong")], 4004),
        ([identify(intents=1 << 15)], 4014),
        ([identify(intents=1 << 1)], 4014),
        ([identify(), identify()], 4005),
        ([identify(), {"op": 8, "d": {}}], 4001),
        ([{"op": 1, "d": "x" * 4096}], 4002),
    ],
)
async def test_what_the_gateway_closes_for(
    socket: aiohttp.ClientWebSocketResponse, frames: list[dict[str, Any]], code: int
) -> None:
    for frame in frames:
        await socket.send_json(frame)
    while (message := await socket.receive()).type is aiohttp.WSMsgType.TEXT:
        pass
    assert socket.close_code == code, message


async def test_ready_then_the_servers_of_the_shard(
    deserted: Sandbox, socket: aiohttp.ClientWebSocketResponse
) -> None:
    await socket.send_json({"op": 1, "d": None})
    assert (await socket.receive_json())["op"] == 11
    shard = (commons.COMMONS >> 22) % 2
    await socket.send_json(identify(shard=[shard, 2]))
    ready = await socket.receive_json()
    mine = [str(guild) for guild in (commons.COMMONS, commons.OPERATORS) if (guild >> 22) % 2 == shard]
    assert (ready["t"], [guild["id"] for guild in ready["d"]["guilds"]]) == ("READY", mine)
    assert await events(socket, len(mine)) == ["GUILD_CREATE"] * len(mine)
    assert not deserted.gateway.ready.is_set()


async def test_without_the_guilds_intent_there_are_interactions_alone(
    deserted: Sandbox, socket: aiohttp.ClientWebSocketResponse
) -> None:
    await socket.send_json(identify(intents=0))
    assert await events(socket, 1) == ["READY"]
    await deserted.change_channel(deserted.channel)
    await deserted.send(COMMAND, {"name": "x"})
    assert await events(socket, 1) == ["INTERACTION_CREATE"]


async def test_a_session_is_resumed_with_what_was_missed(
    deserted: Sandbox, socket: aiohttp.ClientWebSocketResponse
) -> None:
    await socket.send_json(identify())
    ready = await socket.receive_json()
    await events(socket, 2)
    await socket.close()
    await deserted.change_channel(deserted.channel)
    async with aiohttp.ClientSession() as session, session.ws_connect(ready["d"]["resume_gateway_url"]) as again:
        await again.receive_json()
        resume = {"token": commons.TOKEN, "session_id": ready["d"]["session_id"], "seq": 3}
        await again.send_json({"op": 6, "d": resume})
        assert await events(again, 2) == ["CHANNEL_UPDATE", "RESUMED"]


async def test_a_forgotten_session_is_invalid(socket: aiohttp.ClientWebSocketResponse) -> None:
    await socket.send_json({"op": 6, "d": {"token": commons.TOKEN, "session_id": "x", "seq": 3}})
    assert await socket.receive_json() == {"op": 9, "d": False}


@pytest.mark.parametrize("code", [None, 4000])
async def test_the_real_client_resumes_and_answers_what_it_missed(sandbox: Sandbox, code: int | None) -> None:
    gateway: Gateway = sandbox.gateway
    (session,) = gateway.sessions.values()
    old = session.socket
    await gateway.drop(code)
    interaction = await sandbox.send(COMMAND, {"id": "1", "name": "pages", "type": 1})
    assert (await sandbox.reply(interaction)).text.startswith("│ page 0")
    assert list(gateway.sessions.values()) == [session]
    assert session.socket is not old
    assert [json.loads(frame)["t"] for frame in session.sent].count("RESUMED") == 1
