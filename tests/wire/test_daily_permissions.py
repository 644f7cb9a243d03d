"""Who may set daily posts over the wire: Discord decides for commands, the bot for its buttons, whatever is sent."""

from __future__ import annotations

import re

import pytest

from bot.sandbox import commons
from bot.sandbox.client import buttons
from bot.sandbox.interactions import COMPONENT
from bot.sandbox.lines import ClientError
from bot.sandbox.refusal import Json
from bot.sandbox.sandbox import Reply
from bot.sandbox.world import Message
from tests.wire.conftest import button_of, snapshot
from tests.wire.servers import DAY, Server

pytestmark = pytest.mark.asyncio(loop_scope="module")

MAY_NOT = "Only who has the permission Manage Server can do that here."
GONE = "That daily post is not there any more."
EVERY = ("show", "preview", "history", "skip", "pause", "resume", "remove", "test", "doctor")
SET = "/daily set channel:#general time:09:00 timezone:UTC"


def lines() -> list[str]:
    return [SET, *(f"/daily {name}" for name in EVERY)]


def data(server: Server, name: str) -> Json:
    options: list[Json] = [{"type": 1, "name": name, "options": []}]
    return {"id": server.sandbox.named("daily")["id"], "name": "daily", "type": 1, "options": options}


@pytest.mark.parametrize("line", lines(), ids=["set", *EVERY])
async def test_offered_to_admins_alone(server: Server, line: str) -> None:
    assert "a lot at once" not in await server.said(line)
    for who in ("member", "operator"):
        server.go(who)
        with pytest.raises(ClientError, match="there is no /daily for"):
            await server.ask(line)


@pytest.mark.parametrize("line", lines(), ids=["set", *EVERY])
async def test_sent_by_a_member_it_works_as_with_an_admins_override(server: Server, line: str) -> None:
    """Discord sends a command of a member's only where an admin allowed it; that is respected."""
    await server.set()
    reply = await server.sandbox.forge(line, user=commons.MEMBER)
    assert reply.ephemeral
    assert MAY_NOT not in reply.text
    assert reply.messages[0].seen_by == commons.MEMBER.id


@pytest.mark.parametrize("name", ["set", *EVERY])
async def test_in_direct_messages_it_says_where_it_works(server: Server, name: str) -> None:
    server.sandbox.act_as("member", None)
    with pytest.raises(ClientError, match="there is no /daily"):
        await server.ask("/daily show")
    made = data(server, name)
    if name == "set":
        channel = server.channel()
        made["options"][0]["options"] = [{"type": 7, "name": "channel", "value": str(channel.id)}]
        payload = channel.payload(server.sandbox.now) | {"permissions": "0"}
        made["resolved"] = {"channels": {str(channel.id): payload}}
    reply = await server.sandbox.raw(made)
    where = "cannot take a daily post" if name == "set" else "This works on a server that I was added to, not here."
    assert where in reply.text
    assert reply.ephemeral


async def asked_to_remove(server: Server) -> Message:
    return (await server.ask("/daily remove")).messages[0]


async def sent(server: Server, message: Message, custom_id: str) -> Reply:
    """Press a button that is not there, as no client could."""
    return await server.sandbox.push(snapshot(message), "Remove", custom_id)


def number_of(message: Message) -> str:
    """Return the subscription that a reply's buttons name."""
    found = [re.search(r"^h1:do:\w+:(\d+):", str(each["custom_id"])) for each in buttons(message.body["components"])]
    assert found[0]
    return found[0][1]


@pytest.mark.parametrize("label", ["Remove", "Keep"])
async def test_a_button_works_for_who_ran_the_command_or_manages_the_server(server: Server, label: str) -> None:
    await server.set()
    message = await asked_to_remove(server)
    server.go("member")
    refused = await server.sandbox.push(message, label)
    assert MAY_NOT in refused.text
    assert refused.ephemeral
    server.go()
    assert "1 daily post" in await server.said("/daily show")
    theirs = (await server.sandbox.forge("/daily remove", user=commons.MEMBER)).messages[0]
    server.go("member")
    done = await server.sandbox.push(theirs, label)
    assert ("Removed" if label == "Remove" else "Nothing was removed") in done.text, "who ran it, by an override"
    server.go()
    await server.set()
    theirs = (await server.sandbox.forge("/daily remove", user=commons.MEMBER)).messages[0]
    assert MAY_NOT not in (await server.sandbox.push(theirs, label)).text, "who has Manage Server"


@pytest.mark.parametrize("action", ["show", "doctor", "keep", "history", "remove", "post"])
async def test_every_action_is_refused_to_others(server: Server, action: str) -> None:
    await server.set()
    message = await asked_to_remove(server)
    server.go("member")
    assert MAY_NOT in (await sent(server, message, f"h1:do:{action}:{number_of(message)}:0")).text
    server.sandbox.act_as("admin", None)
    pressed = await sent(server, message, f"h1:do:{action}:{number_of(message)}:0")
    assert "This works on a server" in pressed.text
    server.go()
    assert "1 daily post" in await server.said("/daily show")


@pytest.mark.parametrize("action", ["history", "remove", "post"])
@pytest.mark.parametrize("number", ["another server's", "0", "999999999999999999"])
async def test_a_daily_post_of_another_server_or_none_is_not_found(server: Server, action: str, number: str) -> None:
    server.go("operator")
    server.sandbox.act_as("admin", "Operators")
    await server.ask(SET)
    foreign = number_of(await asked_to_remove(server))
    server.go()
    await server.set()
    message = await asked_to_remove(server)
    forged = foreign if number == "another server's" else number
    reply = await sent(server, message, f"h1:do:{action}:{forged}:0")
    assert GONE in reply.text
    assert reply.ephemeral
    assert "1 daily post" in await server.said("/daily show")
    server.sandbox.act_as("admin", "Operators")
    assert "1 daily post" in (await server.ask("/daily show")).text
    await server.ask("/daily remove")
    await server.sandbox.press("Remove")


async def test_a_page_that_is_not_there_is_the_last(server: Server) -> None:
    await server.set()
    await server.until(days=11)
    message = await asked_to_remove(server)
    for page, shown in ((9999, 2), (1, 2), (0, 1)):
        custom_id = f"h1:do:history:{number_of(message)}:{page}"
        assert f"Page {shown} of 2" in (await sent(server, message, custom_id)).text
    for action in ("show", "doctor"):
        assert "1 daily post" in (await sent(server, message, f"h1:do:{action}:0:9999")).text


@pytest.mark.parametrize(
    "custom_id",
    [
        "h1:do:remove:9999999999999999999:0",
        "h1:do:remove:-1:0",
        "h1:do:remove::0",
        "h1:do:remove:1:99999",
        "h1:do:REMOVE:1:0",
        "h1:do:removeremove:1:0",
        "h1:do:remove:1",
        "h1:do:unknown:{number}:0",
        "h1:do:" + "x" * 90,
    ],
)
async def test_what_is_no_button_of_the_bots_is_left_alone(server: Server, custom_id: str) -> None:
    await server.set()
    message = await asked_to_remove(server)
    button = button_of(message, "Remove")
    button["custom_id"] = custom_id.format(number=number_of(message))
    pressed = {"custom_id": button["custom_id"], "component_type": 2, "id": button["id"]}
    interaction = await server.sandbox.send(COMPONENT, pressed, source=message)
    assert "1 daily post" in await server.said("/daily show")
    assert interaction.kind is None


async def test_removed_meanwhile_the_buttons_say_so_and_the_rest_goes_on(server: Server) -> None:
    await server.set()
    first, second = await asked_to_remove(server), await asked_to_remove(server)
    third = snapshot(second)
    await server.sandbox.push(first, "Remove")
    assert GONE in (await server.sandbox.push(second, "Remove")).text
    assert GONE in (await sent(server, third, f"h1:do:history:{number_of(third)}:0")).text
    await server.sandbox.wait(2 * DAY)
    assert server.posts() == []


async def test_the_button_of_a_daily_post_that_is_gone_never_means_another(server: Server) -> None:
    await server.set()
    first, second = await asked_to_remove(server), await asked_to_remove(server)
    await server.sandbox.push(first, "Remove")
    await server.set(channel="news")
    assert GONE in (await server.sandbox.push(second, "Remove")).text
    assert "1 daily post" in await server.said("/daily show")
