from dataclasses import replace
from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from bot.sandbox import commons
from bot.sandbox.entities import ALL, HISTORY, SEND, VIEW, Overwrite
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


async def test_a_recorded_answer_is_what_was_answered_then(wire: Wire) -> None:
    message = await wire.post()
    await wire("PATCH", f"/channels/{GENERAL}/messages/{message['id']}", {"content": "y"})
    posted = next(
        each for each in wire.sandbox.requests if each.method == "POST" and each.path.startswith("/channels")
    )
    assert (posted.status, posted.answer["content"], posted.body["content"]) == (200, "x", "x")
    assert posted.template == "/channels/{channel_id}/messages"
