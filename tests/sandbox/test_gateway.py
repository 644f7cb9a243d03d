import asyncio
import json
from typing import Any

import aiohttp
import pytest

from bot.sandbox import commons
from bot.sandbox.gateway import Gateway
from bot.sandbox.interactions import COMMAND
from bot.sandbox.sandbox import Sandbox

from .conftest import events, identify


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
    await deserted.events.change_channel(deserted.channel)
    await deserted.send(COMMAND, {"name": "x"})
    assert await events(socket, 1) == ["INTERACTION_CREATE"]


async def test_a_session_is_resumed_with_what_was_missed(
    deserted: Sandbox, socket: aiohttp.ClientWebSocketResponse
) -> None:
    await socket.send_json(identify())
    ready = await socket.receive_json()
    await events(socket, 2)
    await socket.close()
    await deserted.events.change_channel(deserted.channel)
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


async def test_what_was_sent_is_heard_once_it_was_read(
    deserted: Sandbox, socket: aiohttp.ClientWebSocketResponse
) -> None:
    await socket.send_json(identify())
    await events(socket, 3)
    await deserted.events.change_channel(deserted.channel)
    hearing = asyncio.create_task(deserted.gateway.heard())
    assert await events(socket, 1) == ["CHANNEL_UPDATE"]
    assert not hearing.done()
    reading = asyncio.create_task(socket.receive())
    await asyncio.wait_for(hearing, 5)
    reading.cancel()


async def test_a_connection_that_breaks_is_not_waited_for(
    deserted: Sandbox, socket: aiohttp.ClientWebSocketResponse
) -> None:
    await socket.send_json(identify())
    await events(socket, 3)
    hearing = asyncio.create_task(deserted.gateway.heard())
    await asyncio.sleep(0)
    await socket.close()
    await asyncio.wait_for(hearing, 5)
    await asyncio.wait_for(deserted.gateway.heard(), 5)


async def test_pings_are_answered(socket: aiohttp.ClientWebSocketResponse) -> None:
    socket._autoping = False
    await socket.ping(b"x")
    message = await socket.receive()
    assert (message.type, message.data) == (aiohttp.WSMsgType.PONG, b"x")
    await socket.pong()
    await socket.send_json({"op": 1, "d": None})
    assert (await socket.receive_json())["op"] == 11
