import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from bot.sandbox import commons
from bot.sandbox.entities import ALL, HISTORY, SEND, VIEW, Kind, Overwrite, bits
from bot.sandbox.interactions import COMMAND
from bot.sandbox.rest import Mishap

from .conftest import Wire

COMMONS = commons.COMMONS
GENERAL, NEWS, READ_ONLY, HIDDEN = (COMMONS + 10 + number for number in range(4))
BOT_ROLE = COMMONS + 2


async def test_refusals(wire: Wire) -> None:
    own = (await wire.post())["id"]
    post = {"content": "x"}
    table: list[tuple[str, str, Any, int, int]] = [
        ("POST", f"/channels/{READ_ONLY}/messages", post, 403, 50013),
        ("POST", f"/channels/{HIDDEN}/messages", post, 403, 50001),
        ("POST", "/channels/5/messages", post, 404, 10003),
        ("POST", "/channels/x/messages", post, 404, 10003),
        ("POST", f"/channels/{GENERAL}/messages", {"content": "x" * 2001}, 400, 50035),
        ("POST", f"/channels/{GENERAL}/messages", {}, 400, 50006),
        ("GET", f"/channels/{HIDDEN}/messages", None, 403, 50001),
        ("GET", f"/channels/{GENERAL}/messages?limit=101", None, 400, 50035),
        ("GET", f"/channels/{GENERAL}/messages/5", None, 404, 10008),
        ("POST", f"/channels/{GENERAL}/messages/{own}/crosspost", None, 400, 50024),
        ("POST", f"/channels/{GENERAL}/messages/{own}/threads", {"name": "x"}, 403, 50013),
        ("GET", "/guilds/5", None, 404, 10004),
        ("PUT", "/applications/5/commands", [], 404, 10002),
        ("PUT", f"/applications/{commons.APPLICATION}/guilds/5/commands", [], 404, 10004),
        ("POST", f"/webhooks/{commons.APPLICATION}/nonsense", post, 404, 10015),
        ("POST", "/interactions/5/nonsense/callback", {"type": 4, "data": post}, 404, 10062),
        ("GET", f"/guilds/{COMMONS}/emojis", None, 404, 0),
        ("PATCH", "/users/@me", {}, 404, 0),
    ]
    for method, path, body, status, code in table:
        answered, error = await wire(method, path, body)
        assert (answered, error["code"]) == (status, code), (method, path)
    assert [line.split(":")[0] for line in wire.sandbox.unexpected] == [
        f"GET /guilds/{COMMONS}/emojis",
        "PATCH /users/@me",
    ]
    assert wire.sandbox.requests[-3].template == "/interactions/{interaction_id}/{interaction_token}/callback"


@pytest.mark.parametrize("token", ["", "Bot wrong", commons.TOKEN])
async def test_the_token_is_needed(wire: Wire, token: str) -> None:
    assert (await wire("GET", "/users/@me", token=token))[0] == 401


async def test_history_is_paged_and_empty_without_the_permission(wire: Wire) -> None:
    ids = [(await wire.post(NEWS))["id"] for _ in range(5)]
    base = f"/channels/{NEWS}/messages"

    async def page(query: str) -> list[str]:
        return [message["id"] for message in (await wire("GET", f"{base}?{query}"))[1]]

    assert await page("limit=2") == [ids[4], ids[3]]
    assert await page(f"limit=2&after={ids[0]}") == [ids[2], ids[1]]
    assert await page(f"limit=2&before={ids[3]}") == [ids[2], ids[1]]
    assert await page(f"after={ids[4]}") == []
    everyone = Overwrite(COMMONS, deny=HISTORY)
    channels = wire.sandbox.world.guilds[COMMONS].channels
    channels[NEWS] = replace(channels[NEWS], overwrites=(everyone,))
    assert await page("limit=2") == []


async def test_a_nonce_gives_the_same_message_for_two_minutes(wire: Wire) -> None:
    first = await wire.post(nonce="n", enforce_nonce=True)
    wire.sandbox.world.now += timedelta(seconds=119)
    assert await wire.post(NEWS, nonce="n", enforce_nonce=True) == first
    assert (await wire.post(nonce="other", enforce_nonce=True))["id"] != first["id"]
    assert (await wire.post(nonce="n"))["id"] != first["id"]
    wire.sandbox.world.now += timedelta(minutes=2)
    made = {message.id for message in wire.sandbox.world.posted}
    assert int((await wire.post(nonce="n", enforce_nonce=True))["id"]) not in made


async def test_publishing_and_threads(wire: Wire) -> None:
    wire.grant(ALL)
    message = await wire.post(NEWS)
    path = f"/channels/{NEWS}/messages/{message['id']}"
    assert (await wire("POST", f"{path}/crosspost"))[1]["flags"] & 1
    assert (await wire("POST", f"{path}/crosspost"))[1]["code"] == 40033
    for bad in ({"name": ""}, {"name": "x" * 101}, {"name": "x", "auto_archive_duration": 61}):
        assert (await wire("POST", f"{path}/threads", bad))[1]["code"] == 50035
    status, thread = await wire("POST", f"{path}/threads", {"name": "x", "auto_archive_duration": 60})
    assert (status, thread["id"], thread["type"], thread["parent_id"]) == (201, message["id"], 10, str(NEWS))
    assert (await wire("POST", f"{path}/threads", {"name": "x"}))[1]["code"] == 160004
    await wire.post(int(thread["id"]))


THREADS = bits("create_public_threads")
IN_THREADS = bits("send_messages_in_threads")


@pytest.mark.parametrize(
    ("permissions", "opened", "written", "read"),
    [
        # (what the bot may do, the answers to opening a thread, to writing in it, to reading it)
        (VIEW | SEND | HISTORY, 403, 403, 200),
        (VIEW | THREADS, 201, 403, 200),
        (VIEW | THREADS | SEND, 201, 403, 200),
        (VIEW | THREADS | IN_THREADS, 201, 200, 200),
        (VIEW | IN_THREADS, 403, 200, 200),
        (THREADS | IN_THREADS | SEND, 403, 403, 403),
    ],
)
async def test_what_a_thread_needs(wire: Wire, permissions: int, opened: int, written: int, read: int) -> None:
    roles = wire.sandbox.world.guilds[COMMONS].roles
    roles[COMMONS] = replace(roles[COMMONS], permissions=0)
    wire.grant(ALL)
    standing, message = await wire.post(), await wire.post()
    path = f"/channels/{GENERAL}/messages/{standing['id']}/threads"
    thread = (await wire("POST", path, {"name": "x"}))[1]["id"]
    wire.grant(permissions)
    path = f"/channels/{GENERAL}/messages/{message['id']}/threads"
    assert (await wire("POST", path, {"name": "x"}))[0] == opened
    assert (await wire("POST", f"/channels/{thread}/messages", {"content": "x"}))[0] == written
    assert (await wire("GET", f"/channels/{thread}/messages"))[0] == read


async def test_messages_of_a_thread(wire: Wire) -> None:
    wire.grant(ALL)
    message = await wire.post()
    thread = (await wire("POST", f"/channels/{GENERAL}/messages/{message['id']}/threads", {"name": "x"}))[1]
    assert (thread["type"], thread["id"]) == (Kind.PUBLIC_THREAD, message["id"])
    inner = await wire.post(int(thread["id"]))
    path = f"/channels/{thread['id']}/messages"
    assert [each["id"] for each in (await wire("GET", path))[1]] == [inner["id"]]
    assert (await wire("POST", f"{path}/{inner['id']}/threads", {"name": "x"}))[1]["code"] == 50024
    assert (await wire("POST", f"{path}/{inner['id']}/crosspost"))[1]["code"] == 50024


async def test_editing_and_deleting(wire: Wire) -> None:
    message = await wire.post()
    path = f"/channels/{GENERAL}/messages/{message['id']}"
    edited = (await wire("PATCH", path, {"content": "y"}))[1]
    assert (edited["content"], edited["id"], edited["edited_timestamp"] is None) == ("y", message["id"], False)
    assert (await wire("GET", path))[1] == edited
    assert (await wire("DELETE", path)) == (204, None)
    assert (await wire("GET", path))[1]["code"] == 10008


@pytest.mark.parametrize(
    ("permissions", "mentions", "pinged"),
    [
        (VIEW | SEND, {"parse": ["roles"]}, ["4"]),
        (VIEW | SEND, {"roles": [str(COMMONS + 3), str(COMMONS + 4)]}, ["4"]),
        (VIEW | SEND, {"parse": []}, []),
        (ALL, {"roles": [str(COMMONS + 3)]}, ["3"]),
    ],
)
async def test_whom_a_mention_notifies(
    wire: Wire, permissions: int, mentions: dict[str, Any], pinged: list[str]
) -> None:
    wire.grant(permissions)
    text = f"<@&{COMMONS + 3}> <@&{COMMONS + 4}> <@&{COMMONS + 4}>"
    message = await wire.post(content=text, allowed_mentions=mentions)
    assert [role[-1] for role in message["mention_roles"]] == pinged


ALERTS = f"<@&{COMMONS + 4}>"
BUTTON = {"type": 2, "style": 1, "custom_id": ALERTS, "label": ALERTS}


@pytest.mark.parametrize(
    ("component", "pinged"),
    [
        ({"type": 10, "content": f"{ALERTS} x"}, True),
        ({"type": 17, "components": [{"type": 10, "content": "x"}, {"type": 10, "content": ALERTS}]}, True),
        ({"type": 9, "components": [{"type": 10, "content": ALERTS}], "accessory": BUTTON}, True),
        ({"type": 1, "components": [BUTTON]}, False),
    ],
)
@pytest.mark.parametrize(("mentions", "allowed"), [({"roles": [str(COMMONS + 4)]}, True), ({"parse": []}, False)])
async def test_a_text_of_components_notifies_too(
    wire: Wire, component: dict[str, Any], pinged: bool, mentions: dict[str, Any], allowed: bool
) -> None:
    message = await wire.post(content=None, flags=1 << 15, components=[component], allowed_mentions=mentions)
    assert message["mention_roles"] == ([str(COMMONS + 4)] if pinged and allowed else [])


async def test_the_sixth_message_in_a_row_is_a_429(wire: Wire) -> None:
    for _ in range(5):
        await wire.post()
    status, answer = await wire("POST", f"/channels/{GENERAL}/messages", {"content": "x"})
    assert (status, answer["global"]) == (429, False)
    assert 0 < answer["retry_after"] <= 5
    assert len(wire.sandbox.world.posted) == 5


@pytest.mark.parametrize("what", ["answer", "cut", "hang"])
@pytest.mark.parametrize(("after", "made"), [(False, 0), (True, 1)])
async def test_mishaps(wire: Wire, what: Any, after: bool, made: int) -> None:
    wire.sandbox.mishaps.append(Mishap("POST", "/channels/*/messages", what=what, after=after, status=503))
    request = wire("POST", f"/channels/{GENERAL}/messages", {"content": "x"})
    if what == "answer":
        assert (await request)[0] == 503
    elif what == "cut":
        with pytest.raises(aiohttp.ServerDisconnectedError):
            await request
    else:
        wire.session._timeout = aiohttp.ClientTimeout(total=0.1)
        with pytest.raises(TimeoutError):
            await request
    assert len(wire.sandbox.world.posted) == made
    assert (await wire("GET", "/users/@me"))[0] == 200
    await wire.post()


@pytest.mark.parametrize(
    ("extra", "scope", "via"),
    [({}, "user", True), ({"scope": "shared"}, "shared", True), ({"via": False}, "user", False)],
)
async def test_a_429_may_be_shared_or_a_ban(wire: Wire, extra: dict[str, Any], scope: str, via: bool) -> None:
    body = {"message": "x", "retry_after": 0.5, "global": False}
    wire.sandbox.mishaps.append(Mishap("GET", "/users/@me", status=429, body=body | extra))
    url = wire.sandbox.gateway.url.replace("ws:", "http:") + "api/v10/users/@me"
    async with wire.session.get(url) as answer:
        assert (answer.status, await answer.json()) == (429, body)
        assert (answer.headers["X-RateLimit-Scope"], "Via" in answer.headers) == (scope, via)


async def test_latency_is_for_requests_with_the_bots_token(wire: Wire) -> None:
    wire.sandbox.rest.latency = 3600
    interaction = await wire.sandbox.send(COMMAND, {"name": "x"})
    assert (await wire.answer(interaction, 4, content="x"))[0] == 200
    assert (await wire("GET", "/users/@me", token="Bot wrong"))[0] == 401
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(wire("GET", "/users/@me"), 0.05)
    assert [(request.path, request.status) for request in wire.sandbox.requests[-1:]] == [("/users/@me", 0)]


async def test_a_recorded_answer_is_what_was_answered_then(wire: Wire) -> None:
    message = await wire.post()
    await wire("PATCH", f"/channels/{GENERAL}/messages/{message['id']}", {"content": "y"})
    posted = next(
        each for each in wire.sandbox.requests if each.method == "POST" and each.path.startswith("/channels")
    )
    assert (posted.status, posted.answer["content"], posted.body["content"]) == (200, "x", "x")
    assert posted.template == "/channels/{channel_id}/messages"
