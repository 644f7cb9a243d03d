"""What befalls the servers, as a client reads it and as discord.py takes it."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import aiohttp
import pytest

from bot.sandbox import commons
from bot.sandbox.entities import SEND, VIEW, Channel, Kind, Overwrite, Role
from bot.sandbox.events import Events
from bot.sandbox.interactions import COMMAND
from bot.sandbox.sandbox import Sandbox
from bot.sandbox.world import World

from .conftest import Wire, events, identify

COMMONS, OPERATORS = commons.COMMONS, commons.OPERATORS
GENERAL, NEWS = COMMONS + 10, COMMONS + 11
BOT_ROLE, ALERTS = COMMONS + 2, COMMONS + 4
RENAMED = Channel(GENERAL, "renamed", Kind.TEXT, COMMONS)
NEW = Channel(COMMONS + 50, "new", Kind.TEXT, COMMONS)

CHANGES: list[tuple[Callable[[Events], Awaitable[None]], str, dict[str, Any]]] = [
    # (what happens, its event, what stands in it)
    (lambda e: e.add_channel(NEW), "CHANNEL_CREATE", {"id": str(NEW.id), "name": "new"}),
    (lambda e: e.change_channel(RENAMED), "CHANNEL_UPDATE", {"id": str(GENERAL), "name": "renamed"}),
    (lambda e: e.overwrite(GENERAL, Overwrite(BOT_ROLE, deny=SEND)), "CHANNEL_UPDATE", {"id": str(GENERAL)}),
    (lambda e: e.delete_channel(RENAMED), "CHANNEL_DELETE", {"id": str(GENERAL)}),
    (lambda e: e.change_role(COMMONS, Role(ALERTS, "Loud", 0)), "GUILD_ROLE_UPDATE", {"guild_id": str(COMMONS)}),
    (lambda e: e.delete_role(COMMONS, ALERTS), "GUILD_ROLE_DELETE", {"role_id": str(ALERTS)}),
    (lambda e: e.give_bot_roles(COMMONS, (ALERTS,)), "GUILD_MEMBER_UPDATE", {"roles": [str(ALERTS)]}),
    (lambda e: e.set_public_updates(COMMONS, NEWS), "GUILD_UPDATE", {"public_updates_channel_id": str(NEWS)}),
    (lambda e: e.set_public_updates(COMMONS, None), "GUILD_UPDATE", {"public_updates_channel_id": None}),
    (lambda e: e.remove_bot(COMMONS), "GUILD_DELETE", {"id": str(COMMONS)}),
    (lambda e: e.outage(COMMONS, on=True), "GUILD_DELETE", {"id": str(COMMONS), "unavailable": True}),
    (lambda e: e.outage(COMMONS, on=False), "GUILD_CREATE", {"id": str(COMMONS), "unavailable": False}),
]
CHANNELS_AND_ROLES = CHANGES[:6] + CHANGES[7:9]


@pytest.fixture
async def ready(socket: aiohttp.ClientWebSocketResponse) -> aiohttp.ClientWebSocketResponse:
    await socket.send_json(identify())
    assert await events(socket, 3) == ["READY", "GUILD_CREATE", "GUILD_CREATE"]
    return socket


@pytest.mark.parametrize(("change", "event", "told"), CHANGES, ids=range(len(CHANGES)))
async def test_the_bot_is_told(
    deserted: Sandbox, ready: aiohttp.ClientWebSocketResponse, change: Any, event: str, told: dict[str, Any]
) -> None:
    await change(deserted.events)
    frame = await ready.receive_json()
    assert frame["t"] == event
    assert {key: frame["d"].get(key) for key in told} == told


@pytest.mark.parametrize("gone", ["removed", "unavailable"])
async def test_nothing_is_told_of_a_server_that_is_not_there(
    deserted: Sandbox, ready: aiohttp.ClientWebSocketResponse, gone: str
) -> None:
    await (deserted.events.outage(COMMONS, on=True) if gone == "unavailable" else deserted.events.remove_bot(COMMONS))
    for change, *_ in CHANNELS_AND_ROLES:
        await change(deserted.events)
    await deserted.send(COMMAND, {"name": "x"})
    assert await events(ready, 2) == ["GUILD_DELETE", "INTERACTION_CREATE"]


async def test_removed_and_added_again(deserted: Sandbox, ready: aiohttp.ClientWebSocketResponse) -> None:
    """discord.py tells a join from an availability by the key `unavailable`, which a join does not have."""
    guild = deserted.world.guilds[COMMONS]
    await deserted.events.give_bot_roles(COMMONS, (BOT_ROLE, ALERTS))
    await deserted.events.remove_bot(COMMONS)
    await deserted.events.add_bot(COMMONS)
    assert await events(ready, 1) == ["GUILD_MEMBER_UPDATE"]
    assert (await ready.receive_json())["d"] == {"id": str(COMMONS)}
    joined = await ready.receive_json()
    assert (joined["t"], joined["d"]["id"], "unavailable" in joined["d"]) == ("GUILD_CREATE", str(COMMONS), False)
    assert guild.members[commons.BOT.id] == (BOT_ROLE,)


async def told_at_start(socket: aiohttp.ClientWebSocketResponse, creates: int) -> tuple[list[str], list[str]]:
    """Return the servers in READY, and those of the events that follow."""
    await socket.send_json(identify())
    ready = (await socket.receive_json())["d"]["guilds"]
    assert all(each["unavailable"] for each in ready)
    frames = [await socket.receive_json() for _ in range(creates)]
    assert all(frame["t"] == "GUILD_CREATE" and frame["d"]["unavailable"] is False for frame in frames)
    return [each["id"] for each in ready], [frame["d"]["id"] for frame in frames]


async def test_a_new_session_lists_where_the_bot_is(
    deserted: Sandbox, socket: aiohttp.ClientWebSocketResponse
) -> None:
    await deserted.events.remove_bot(COMMONS)
    assert await told_at_start(socket, 1) == ([str(OPERATORS)], [str(OPERATORS)])


async def test_an_unavailable_server_is_listed_and_comes_when_it_is_over(
    deserted: Sandbox, socket: aiohttp.ClientWebSocketResponse
) -> None:
    await deserted.events.outage(COMMONS, on=True)
    assert await told_at_start(socket, 1) == ([str(COMMONS), str(OPERATORS)], [str(OPERATORS)])
    await deserted.events.outage(COMMONS, on=False)
    frame = await socket.receive_json()
    assert (frame["t"], frame["d"]["id"], frame["d"]["unavailable"]) == ("GUILD_CREATE", str(COMMONS), False)


async def test_who_was_removed_during_an_outage_does_not_hear_of_its_end(
    deserted: Sandbox, ready: aiohttp.ClientWebSocketResponse
) -> None:
    await deserted.events.outage(COMMONS, on=True)
    await deserted.events.remove_bot(COMMONS)
    await deserted.events.outage(COMMONS, on=False)
    await deserted.events.add_bot(COMMONS)
    frames = [(await ready.receive_json())["d"].get("unavailable") for _ in range(3)]
    assert frames == [True, None, None]


async def test_without_the_bot_there_is_no_access(wire: Wire) -> None:
    message = await wire.post()
    await wire.sandbox.events.remove_bot(COMMONS)
    channel = f"/channels/{GENERAL}"
    for method, path, body in (
        ("GET", channel, None),
        ("GET", f"{channel}/messages", None),
        ("POST", f"{channel}/messages", {"content": "x"}),
        ("PATCH", f"{channel}/messages/{message['id']}", {"content": "x"}),
        ("POST", f"{channel}/messages/{message['id']}/threads", {"name": "x"}),
    ):
        status, error = await wire(method, path, body)
        assert (status, error["code"]) == (403, 50001), path
    assert (await wire("GET", f"/guilds/{COMMONS}"))[1]["code"] == 10004
    await wire.sandbox.events.add_bot(COMMONS)
    await wire.post()


async def test_an_overwrite_replaces_that_of_its_target_alone(deserted: Sandbox) -> None:
    world, general = deserted.world, deserted.world.channel(GENERAL)
    everyone = Overwrite(COMMONS, deny=SEND)
    for overwrite in (everyone, Overwrite(BOT_ROLE, deny=VIEW), Overwrite(BOT_ROLE, allow=SEND)):
        await deserted.events.overwrite(GENERAL, overwrite)
    assert world.channel(GENERAL) == replace(general, overwrites=(everyone, Overwrite(BOT_ROLE, allow=SEND)))
    assert world.permissions(commons.BOT.id, world.channel(GENERAL)) & SEND
    assert not world.permissions(commons.MEMBER.id, world.channel(GENERAL)) & SEND


async def test_a_deleted_role_is_nobodys(deserted: Sandbox) -> None:
    guild = deserted.world.guilds[COMMONS]
    guild.members[commons.MEMBER.id] = (ALERTS, COMMONS + 3)
    await deserted.events.delete_role(COMMONS, ALERTS)
    assert guild.members[commons.MEMBER.id] == (COMMONS + 3,)
    assert deserted.world.permissions(commons.MEMBER.id, deserted.channel) & VIEW


async def test_a_deleted_channel_takes_its_threads_along(wire: Wire) -> None:
    world: World = wire.sandbox.world
    for number, parent in ((5, GENERAL), (6, NEWS)):
        world.threads[number] = Channel(number, "thread", Kind.PUBLIC_THREAD, COMMONS, parent=parent)
    await wire.sandbox.events.delete_channel(world.channel(GENERAL))
    assert list(world.threads) == [6]
    assert (await wire("POST", "/channels/5/messages", {"content": "x"}))[1]["code"] == 10003


async def heard(sandbox: Sandbox) -> list[str]:
    """Return what the real client made of it, after it had the time to."""
    await sandbox.settle()
    return [line for line in (await sandbox.command("/heard")).text.splitlines() if not line.startswith("in ")]


async def test_the_real_client_takes_each_for_what_it_is(sandbox: Sandbox) -> None:
    happens = sandbox.events
    steps: list[tuple[Awaitable[None], str]] = [
        (happens.remove_bot(OPERATORS), f"guild_remove {OPERATORS}"),
        (happens.add_bot(OPERATORS), f"guild_join {OPERATORS}"),
        (happens.outage(OPERATORS, on=True), f"guild_unavailable {OPERATORS}"),
        (happens.outage(OPERATORS, on=False), f"guild_available {OPERATORS}"),
        (happens.set_public_updates(COMMONS, NEWS), f"guild_update {COMMONS}"),
        (happens.add_channel(NEW), f"guild_channel_create {NEW.id}"),
        (happens.overwrite(NEWS, Overwrite(BOT_ROLE, deny=SEND)), f"guild_channel_update {NEWS}"),
        (happens.delete_role(COMMONS, ALERTS), f"guild_role_delete {ALERTS}"),
    ]
    for step, event in steps:
        await step
        assert await heard(sandbox) == [event]


async def test_what_befell_while_the_bot_was_down(sandbox: Sandbox) -> None:
    await sandbox.kill()
    await sandbox.events.remove_bot(OPERATORS)
    await sandbox.settle()
    assert not sandbox.child.runs
    await sandbox.start()
    assert (await sandbox.command("/heard")).text == f"in {COMMONS}"
    await sandbox.kill()
    await sandbox.events.add_bot(OPERATORS)
    await sandbox.start()
    assert (await sandbox.command("/heard")).text == f"in {COMMONS}\nin {OPERATORS}"
