"""Buttons over the wire: whose they are, how long they live, and what a forged one gets."""

from __future__ import annotations

import re

import pytest

from bot.sandbox.client import buttons
from bot.sandbox.entities import User
from bot.sandbox.interactions import COMPONENT
from bot.sandbox.sandbox import Reply
from tests.wire.conftest import Checked, button_of, labels, page, snapshot

pytestmark = pytest.mark.asyncio(loop_scope="module")

TURNING = ["/quote paragraph:0-6", "/search query:Ukraine", "/commitments"]


@pytest.mark.parametrize("line", TURNING)
async def test_a_message_turns_for_who_asked_and_others_get_a_copy(shared: Checked, line: str) -> None:
    public = await shared.ask(line)
    shared.act_as("member")
    copy = await shared.press("Next")
    assert page(copy)[0] == 2
    assert copy.ephemeral
    assert copy.messages[0] is not public.messages[0]
    own = await shared.press("Previous")
    assert page(own)[0] == 1
    assert own.messages == copy.messages, "a private copy turns for who has it"
    shared.act_as("admin")
    turned = await shared.press("Next")
    assert page(turned)[0] == 2
    assert not turned.ephemeral
    assert turned.messages == public.messages


@pytest.mark.parametrize("line", TURNING)
async def test_a_hidden_answer_turns_hidden(shared: Checked, line: str) -> None:
    hidden = await shared.ask(f"{line} hidden:true")
    assert hidden.ephemeral
    turned = await shared.press("Next")
    assert turned.ephemeral
    assert turned.messages == hidden.messages


async def test_in_direct_messages_too(shared: Checked) -> None:
    shared.act_as("member", None)
    public = await shared.ask("/quote paragraph:0-6")
    turned = await shared.press("Next")
    assert page(turned) == (2, 3)
    assert turned.messages == public.messages


async def test_every_button_leads_somewhere_whatever_was_pressed_before(shared: Checked) -> None:
    """From every kind of reply, every button that can be reached is pressed once in each of its states."""
    lines = (*TURNING, "/quote paragraph:4.3", "/today", "/random", "/documents", "/about", "/help")
    waiting = [(await shared.ask(line)).messages[0] for line in lines]
    pressed: set[str] = set()
    while waiting:
        message = snapshot(waiting.pop())
        for button in buttons(message.body["components"]):
            if button.get("disabled") or button.get("url") or button["custom_id"] in pressed:
                continue
            pressed.add(button["custom_id"])
            reply = await shared.push(snapshot(message), button["label"])
            assert "24 February 2023" in reply.text, button
            waiting.append(reply.messages[-1])
    assert len(pressed) > 20


def copied(reply: Reply) -> list[str]:
    """Return what stands in the blocks of a citation, as it was sent."""
    parts = [part["content"] for part in reply.messages[-1].body["components"][0]["components"]]
    return [block for part in parts for block in re.findall(r"```\n(.*?)\n```", part, re.DOTALL)]


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ("/quote paragraph:3.2", "paragraph 3, sentence 2"),
        ("/quote paragraph:0-6", "preamble to paragraph 6"),
        ("/today", r"paragraph \d, sentence \d"),
    ],
)
async def test_a_citation_to_copy_is_for_who_pressed_alone(shared: Checked, line: str, place: str) -> None:
    public = await shared.ask(line)
    before = public.text
    shared.act_as("member")
    reply = await shared.press("Cite")
    assert reply.ephemeral
    assert reply.messages[0] is not public.messages[0]
    plain, markdown, footnote, bibtex = copied(reply)
    assert re.search(rf"^North Atlantic Council, Statement by .*, 24 February 2023, {place}\. As supplied: ", plain)
    assert re.search(rf"^North Atlantic Council, \*Statement by .*\*, 24 February 2023, {place}\. ", markdown)
    assert footnote.startswith("North Atlantic Council, “Statement by ")
    assert bibtex.startswith("@misc{nato-ukraine-2023-p")
    assert (await shared.ask(line)).text == before


FORGED = [
    "h1:turn:q:ffffffff:0:0:3",
    "h1:open:q:xx",
    "h1:turn>:q:xx:0:0:3:4",
    "h1:turn:s:-:zz:q",
    "h1:turn:s:ffffffff:0:peace",
    "h1:turn:c:ffffffff:0",
    "h1:turn:c:-:0",
    "h1:open:z:ffffffff:3",
    "h1:open:z:1",
    "h1:open:y:1",
    "h1:turn: ",
    "h1:turn:q:" + "x" * 88,
]


@pytest.mark.parametrize("custom_id", FORGED, ids=range(len(FORGED)))
async def test_a_forged_button_says_that_its_text_is_gone(shared: Checked, custom_id: str) -> None:
    message = (await shared.ask("/quote paragraph:2.4")).messages[0]
    reply = await shared.push(message, "In context", custom_id)
    assert "no longer there" in reply.text
    assert reply.ephemeral


@pytest.mark.parametrize("number", ["-5", "99999999", "9" * 50], ids=["low", "high", "huge"])
@pytest.mark.parametrize("line", TURNING)
async def test_a_forged_page_is_the_nearest_there_is(shared: Checked, line: str, number: str) -> None:
    message = (await shared.ask(line)).messages[0]
    genuine = button_of(message, "Next")["custom_id"]
    forged = re.sub(r"^(h1:turn>:\w:[^:]+):1", rf"\1:{number}", genuine)
    assert forged != genuine
    first, last = page(await shared.push(message, "Next", forged))
    assert last > 1
    assert first == (1 if number == "-5" else last)


@pytest.mark.parametrize("label", ["In context", "Cite"])
@pytest.mark.parametrize("place", ["99", "3.99", "2-99", "3-1", "x", "@everyone"])
async def test_a_forged_place_is_gone(shared: Checked, place: str, label: str) -> None:
    message = (await shared.ask("/quote paragraph:2.4")).messages[0]
    genuine = button_of(message, label)["custom_id"]
    reply = await shared.push(message, label, genuine.rpartition(":")[0] + f":{place}")
    assert "no longer there" in reply.text
    assert reply.ephemeral


async def test_of_another_kind_is_left_alone(shared: Checked) -> None:
    """An id that is not Herald's is not answered at all: discord.py finds nobody for it, and nothing fails."""
    message = (await shared.ask("/quote paragraph:2.4")).messages[0]
    button = button_of(message, "In context")
    button["custom_id"] = "h2:open:q"
    data = {"custom_id": button["custom_id"], "component_type": 2, "id": button["id"]}
    interaction = await shared.send(COMPONENT, data, source=message)
    await shared.ask("/quote paragraph:3")
    assert interaction.kind is None


async def test_the_most_people_at_once(shared: Checked) -> None:
    """Twenty people press the same button; each gets a copy, the message stays."""
    public = await shared.ask("/quote paragraph:0-6")
    button = button_of(public.messages[0], "Next")
    data = {"custom_id": button["custom_id"], "component_type": 2, "id": button["id"]}
    people = [User(5_000_000_000_000_000_000 + n, f"someone{n}") for n in range(20)]
    sent = [await shared.send(COMPONENT, data, user=user, source=public.messages[0]) for user in people]
    replies = [await shared.reply(interaction) for interaction in sent]
    assert {page(reply) for reply in replies} == {(2, 3)}
    assert all(reply.ephemeral for reply in replies)
    assert "Next" in labels(public)
