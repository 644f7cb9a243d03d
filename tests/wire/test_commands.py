"""The other commands over the wire: lists, the commitment of the day, what Herald is, pauses, direct messages."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from bot.sandbox.client import buttons
from bot.sandbox.lines import ClientError
from tests.wire.conftest import Checked, labels, walk

pytestmark = pytest.mark.asyncio(loop_scope="module")

TWELVE = ["1.1", "2.1", "2.2", "2.3", "2.4", "3.4", "4.3", "5.2", "5.3", "5.5", "5.6", "5.7"]


async def test_the_commitments(shared: Checked) -> None:
    for line in ("/commitments", "/commitments document:nato-ukraine-2023"):
        pages = await walk(shared, await shared.ask(line))
        shown = "\n".join(reply.text for reply in pages)
        places = re.findall(r"│ paragraph (\d), sentence (\d+)\n", shown)
        assert [".".join(place) for place in places] == TWELVE
        assert re.findall(r"│ \*{0,2}(\d+)\.", shown) == [str(n) for n in range(1, 13)]
        assert "NATO guests" not in shown
        assert (await shared.press("Previous")).text == pages[-2].text
    assert (await shared.ask("/commitments hidden:true")).ephemeral


async def test_today_is_the_same_for_everyone_until_tomorrow(shared: Checked) -> None:
    today = await shared.ask("/today")
    position = re.search(r"Commitment (\d+) of 12", today.text)
    assert position is not None
    assert re.search(r"paragraph \d, sentence \d, 24 February 2023", today.text)
    assert not today.ephemeral
    assert labels(today) == ["In context", "Cite"]
    opened = await shared.press("In context")
    assert opened.ephemeral
    assert (await shared.ask("/today hidden:true")).ephemeral
    for who, where in (("member", "Commons"), ("operator", "Operators"), ("member", None)):
        shared.act_as(who, where)
        assert (await shared.ask("/today")).text == today.text
    await shared.jump(timedelta(days=1))
    assert f"Commitment {int(position[1]) % 12 + 1} of 12" in (await shared.ask("/today")).text


async def test_the_documents(shared: Checked) -> None:
    reply = await shared.ask("/documents")
    for words in (
        "1 document\n",
        "Statement by the North Atlantic Council",
        "nato-ukraine-2023 · North Atlantic Council · 24 February 2023 · preamble and 6 paragraphs (by sidecar)",
        "12 key commitments",
        "As supplied: a reworded copy, not the official text",
        "Source: nato.int, official_texts_212268",
        "2 corrections declared",
        "SHA-256 5019c1961732424e1c02f4f085dca8f362107fd2342516c28b9c26f664ff75bb",
    ):
        assert words in reply.text.replace("**", "")
    assert not reply.ephemeral
    assert (await shared.ask("/documents hidden:true")).ephemeral


ORDINARY = ("quote", "search", "commitments", "today", "random", "documents", "about", "help")
OF_DAILY = ("set", "show", "preview", "history", "skip", "pause", "resume", "remove", "test", "doctor")
SETTINGS = tuple(f"daily {name}" for name in OF_DAILY)


@pytest.mark.parametrize("command", ["/about", "/help"])
async def test_about_names_every_command_as_a_clickable_mention(shared: Checked, command: str) -> None:
    for where, names in (
        ("Commons", (*ORDINARY, *SETTINGS)),
        ("Operators", (*ORDINARY, *SETTINGS, "reload", "status")),
    ):
        shared.act_as("operator", where)
        reply = await shared.ask(command)
        assert reply.ephemeral
        told = dict(re.findall(r"</([a-z ]+):(\d+)>: \w", str(shared.requests[-1].body)))
        assert set(told) == set(names)
        for name, id_ in told.items():
            assert id_ == shared.named(name.split()[0])["id"]
    assert "quotes public declarations" in reply.text
    assert "not affiliated" in reply.text
    assert "MIT" in reply.text
    assert "Privacy: I listen to no message and keep no user id." in reply.text
    assert not (await shared.ask(f"{command} hidden:false")).ephemeral


async def test_the_invitation_asks_for_three_permissions(shared: Checked) -> None:
    reply = await shared.ask("/about")
    (link,) = [button for button in buttons(reply.messages[0].body["components"]) if button.get("url")]
    assert link["label"] == "Add to a server"
    assert link["url"].startswith("https://discord.com/oauth2/authorize?")
    assert {"permissions=68608", f"client_id={shared.world.application_id}"} <= set(re.split("[?&]", link["url"]))
    assert {"applications.commands", "bot"} <= set(re.split(r"[=&+]|%20", link["url"]))
    assert "View Channel, Send Messages, Read Message History" in reply.text


COMPLETED: list[tuple[str, list[str]]] = [
    ("/daily set timezone:kyi", ["Europe/Kyiv"]),
    ("/daily set timezone:kiev", ["Europe/Kyiv"]),
    ("/daily set timezone:New York", ["America/New_York"]),
    ("/daily set timezone:ukraine", ["Europe/Kyiv"]),
    ("/daily set timezone:", ["UTC"]),
    ("/daily set timezone:utc", ["UTC"]),
    ("/daily set timezone:xyzzyplugh", []),
    ("/daily set time:9", ["09:00"]),
    ("/daily set time:9pm", ["21:00"]),
    ("/daily set time:21.3", []),
    ("/daily set time:21.30", ["21:30"]),
    ("/daily set time:", ["07:00"]),
    ("/daily set time:later", []),
    ("/daily set document:na", ["nato-ukraine-2023"]),
    ("/commitments document:na", ["nato-ukraine-2023"]),
    ("/random document:statement", ["nato-ukraine-2023"]),
    ("/random document:zzz", []),
]


@pytest.mark.parametrize(("line", "first"), COMPLETED, ids=[row[0] for row in COMPLETED])
async def test_completion(shared: Checked, line: str, first: list[str]) -> None:
    offered = [choice["value"] for choice in await shared.complete(line)]
    assert offered[: len(first) or 1] == first


async def test_what_can_be_completed_is(shared: Checked) -> None:
    """Every text option of every command that has a set of sensible values is completed."""
    completed = {
        (command["name"], option["name"])
        for scope in shared.world.commands.values()
        for command in scope
        for inner in (command["options"], *(sub.get("options") or [] for sub in command["options"]))
        for option in inner
        if option["type"] == 3 and not option.get("autocomplete") and not option.get("choices")
    }
    assert not completed


async def test_ten_in_twenty_seconds_then_a_pause(shared: Checked) -> None:
    replies = [await shared.command("/random") for _ in range(11)]
    assert not any("a lot at once" in reply.text for reply in replies[:10])
    assert re.search(r"That was a lot at once\. Try again in \d+ seconds\.", replies[10].text)
    assert replies[10].ephemeral
    assert "a lot at once" in (await shared.command("/today")).text, "all commands count together"
    shared.act_as("member")
    assert "a lot at once" not in (await shared.command("/random")).text
    shared.act_as("admin")
    await shared.jump(timedelta(seconds=21))
    assert "a lot at once" not in (await shared.command("/random")).text


async def test_in_direct_messages(shared: Checked) -> None:
    shared.act_as("member", None)
    for line in ("/quote paragraph:3", "/search query:peace", "/commitments", "/today", "/random", "/documents"):
        assert "24 February 2023" in (await shared.ask(line)).text
    assert "</quote:" in str((await shared.ask("/about")).messages[0].body)
    assert await shared.complete("/quote paragraph:so")
    for line in ("/daily show", "/reload", "/status"):
        with pytest.raises(ClientError):
            await shared.ask(line)


async def test_a_command_that_is_no_more_asks_for_a_restart_of_the_client(shared: Checked) -> None:
    for data in (
        {"id": "1", "name": "removed", "type": 1},
        {"id": shared.named("quote")["id"], "name": "quote", "type": 1},
        {"id": shared.named("daily")["id"], "name": "daily", "type": 1, "options": [{"type": 1, "name": "gone"}]},
    ):
        reply = await shared.raw(data)
        assert "This command has changed since your Discord loaded it." in reply.text
        assert reply.ephemeral
