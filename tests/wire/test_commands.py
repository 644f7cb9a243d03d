"""Every command, completion and button, as a person meets them."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from bot.sandbox import commons
from bot.sandbox.interactions import COMMAND, COMPONENT
from bot.sandbox.lines import ClientError
from tests.wire.conftest import Checked

THIRD_BEGINS = "Russia bears full responsibility"
THIRD_ENDS = "other relevant UN General Assembly Resolutions."
TYPING = timedelta(seconds=3)
EDITION = "As supplied: a reworded copy, not the official text"


async def test_quotations(sandbox: Checked) -> None:
    for line, words, missing in (
        ("/quote paragraph:3", (THIRD_BEGINS, THIRD_ENDS, "paragraph 3", EDITION), "We are further"),
        ("/quote paragraph:0", ("NATO guests are bound by this Declaration.", "preamble"), "As we solemnly"),
        ("/quote paragraph:preamble", ("NATO guests are bound",), "As we solemnly"),
        (
            "/quote paragraph:4",
            ("people around the world. We will continue", "Corrected here"),
            "world. the world. We",
        ),
        ("/quote paragraph:3.2 document:nato-ukraine-2023", ("OSCE", "paragraph 3, sentence 2"), THIRD_BEGINS),
        ("/quote paragraph:¶ 6", ("We stand with them.",), "NATO is a defensive"),
    ):
        reply = await sandbox.command(line)
        assert all(word in reply.text for word in words), line
        assert missing not in reply.text, line
        assert not reply.ephemeral
    assert (await sandbox.command("/quote paragraph:3 hidden:true")).ephemeral


async def test_a_long_range_is_paged_and_never_cut(sandbox: Checked) -> None:
    first = await sandbox.command("/quote paragraph:0-6")
    pages = [first.text]
    while "[ Next ](disabled)" not in pages[-1]:
        pages.append((await sandbox.press("Next")).text)
    assert [f"Page {n} of {len(pages)}" in page for n, page in enumerate(pages, 1)] == [True] * len(pages)
    for begins in ("NATO guests", "As we solemnly", "further increasing", THIRD_BEGINS, THIRD_ENDS):
        assert sum(begins in page for page in pages) == 1
    for begins in ("The Russian war also", "NATO is a defensive", "We stand with them."):
        assert sum(begins in page for page in pages) == 1
    with pytest.raises(ClientError):
        await sandbox.press("Next")
    for page in reversed(pages[:-1]):
        assert (await sandbox.press("Previous")).text == page
    supplied = await sandbox.press("As supplied")
    assert "their land , and our" in supplied.text
    assert (await sandbox.press("As corrected")).text == first.text


async def test_buttons_live_through_a_restart_and_turn_for_the_asker_alone(sandbox: Checked) -> None:
    await sandbox.command("/quote paragraph:0-6")
    await sandbox.restart()
    turned = await sandbox.press("Next")
    assert "Page 2 of" in turned.text
    assert not turned.ephemeral
    sandbox.act_as("member")
    private = await sandbox.press("Previous")
    assert "Page 1 of" in private.text
    assert private.ephemeral
    await sandbox.command("/quote paragraph:2.4")
    assert "We are further increasing" in (await sandbox.press("In context")).text


@pytest.mark.parametrize("custom_id", ["h1:turn:q:ffffffff:0:0:3", "h1:open:q:xx", "h1:turn:s:-:zz:q", "h1:open:z:1"])
async def test_forged_and_stale_buttons_say_that_the_text_is_gone(sandbox: Checked, custom_id: str) -> None:
    message = (await sandbox.command("/quote paragraph:2.4")).messages[0]
    button = next(part for part in message.body["components"][0]["components"] if part["type"] == 1)["components"][0]
    button["custom_id"] = custom_id
    data = {"custom_id": custom_id, "component_type": 2, "id": button["id"]}
    pressed = await sandbox.reply(await sandbox.send(COMPONENT, data, source=message))
    assert "no longer there" in pressed.text
    assert pressed.ephemeral


REFUSED = ["99", "abc", "3-1", " ", "x" * 300, "3.99", "0.9", "@everyone", "<@&1>", "**3**", "3-99", "'; DROP TABLE"]


async def test_what_is_no_place_gets_one_helpful_sentence(sandbox: Checked) -> None:
    for given in REFUSED:
        await sandbox.jump(TYPING)
        reply = await sandbox.command(f"/quote paragraph:{given}")
        assert reply.ephemeral, given
        assert len(reply.text.splitlines()) <= 2, given
        assert re.search(r"[.?]$", reply.text), given
        assert "Try" in reply.text or "There is" in reply.text or "Did you mean" in reply.text, given
        body = sandbox.requests[-1].body
        assert body["data"].get("allowed_mentions", {"parse": []})["parse"] == []
    assert not [notice for notice in sandbox.notices if "Traceback" in notice or "ERROR" in notice]


async def test_searches(sandbox: Checked) -> None:
    for query, words in (
        ('"rules-based order"', "international **rules-based order**"),
        ("sovereignty", "independence, **sovereignty** and"),
        ("Russia's", "**Russia"),
        ("Russia’s", "**Russia"),
        ("NOT", "has **not** shown"),
        ("open-door", "**open door** policy"),
        ("sover*", "**sovereignty**"),
    ):
        await sandbox.jump(TYPING)
        reply = await sandbox.command(f"/search query:{query}")
        sent = str(sandbox.requests[-1].body)
        assert words in sent, query
        assert "paragraph" in reply.text
        assert EDITION in reply.text
    for query in ('"', "*", "(", "^", "🕊"):
        await sandbox.jump(TYPING)
        reply = await sandbox.command(f"/search query:{query}")
        assert "has no word to search for" in reply.text
        assert reply.ephemeral
    for query in ("xyzzy", "body:x", "NEAR(a b)", "a AND", "{x}"):
        await sandbox.jump(TYPING)
        reply = await sandbox.command(f"/search query:{query}")
        assert "Nothing found" in reply.text or "passage" in reply.text, query


async def test_results_are_paged_and_lead_to_their_paragraph(sandbox: Checked) -> None:
    first = await sandbox.command("/search query:Ukraine")
    assert "Page 1 of" in first.text
    second = await sandbox.press("Next")
    assert "Page 2 of" in second.text
    assert second.text != first.text
    label = re.findall(r"\[ (Paragraph \d) \]", second.text)[0]
    opened = await sandbox.press(label)
    assert opened.ephemeral
    assert f"{label.lower()}, 24 February 2023" in opened.text


async def test_lists(sandbox: Checked) -> None:
    shown = (await sandbox.command("/commitments")).text + (await sandbox.press("Next")).text
    assert all(f"{number}. " in shown for number in range(1, 13))
    assert "NATO guests" not in shown
    listed = (await sandbox.command("/documents")).text
    assert "nato-ukraine-2023" in listed
    assert "preamble and 6 paragraphs" in listed
    assert "12 key commitments" in listed
    assert "5019c1961732424e1c02f4f085dca8f362107fd2342516c28b9c26f664ff75bb" in listed
    assert "sentence" in (await sandbox.command("/random")).text
    today = (await sandbox.command("/today")).text
    assert today == (await sandbox.command("/today")).text
    assert "of 12" in today


@pytest.mark.parametrize("command", ["/about", "/help"])
async def test_about_names_every_command_as_a_clickable_mention(sandbox: Checked, command: str) -> None:
    sandbox.act_as("operator", "Operators")
    text = (await sandbox.command(command)).text
    sent = str(sandbox.requests[-1].body)
    ordinary = ("quote", "search", "commitments", "today", "random", "documents", "about", "help")
    for name in (*ordinary, "daily set", "daily show", "daily remove", "reload", "status"):
        assert re.search(rf"</{name}:\d+>", sent), name
    assert "permissions=68608" in text
    assert "MIT" in text
    assert "not affiliated" in text
    assert "no user id is kept" in text


async def test_completions(sandbox: Checked) -> None:
    async def offered(line: str) -> list[str]:
        return [choice["value"] for choice in await sandbox.complete(line)]

    assert await offered("/quote paragraph:") == ["preamble", "1", "2", "3", "4", "5", "6"]
    assert "2" in await offered("/quote paragraph:so")
    assert await offered("/quote paragraph:3.") == [f"3.{n}" for n in range(1, 9)]
    assert await offered("/quote paragraph:4-") == ["4-5", "4-6"]
    assert "3" in await offered("/quote document:nonsense paragraph:Russia bears")
    assert await offered("/quote paragraph:xyzzy") == []
    assert await offered("/quote paragraph:3 document:nato") == ["nato-ukraine-2023"]
    assert "sovereignty" in await offered("/search query:sov")
    assert "open door" not in await offered("/search query:zzz")
    assert (await offered("/daily set timezone:kyi"))[0] == "Europe/Kyiv"
    assert (await offered("/daily set timezone:New York"))[0] == "America/New_York"
    assert (await offered("/daily set time:9"))[0] == "09:00"
    labels = [choice["name"] for choice in await sandbox.complete("/quote paragraph:3")]
    assert labels[0].startswith("3 · Russia bears full responsibility")


async def test_ten_in_twenty_seconds_then_a_pause(sandbox: Checked) -> None:
    replies = [(await sandbox.command("/random")).text for _ in range(11)]
    assert "a lot at once" in replies[10]
    assert not any("a lot at once" in reply for reply in replies[:10])
    sandbox.act_as("member")
    assert "a lot at once" not in (await sandbox.command("/random")).text


async def test_in_direct_messages(sandbox: Checked) -> None:
    sandbox.act_as("member", None)
    assert THIRD_BEGINS in (await sandbox.command("/quote paragraph:3")).text
    assert "of 12" in (await sandbox.command("/today")).text
    with pytest.raises(ClientError):
        await sandbox.command("/daily show")


async def test_settings_and_the_operators_commands_are_hidden_from_others(sandbox: Checked) -> None:
    sandbox.act_as("member")
    for line in ("/daily show", "/reload", "/status"):
        with pytest.raises(ClientError):
            await sandbox.command(line)


@pytest.mark.parametrize("who", ["admin", "member"])
@pytest.mark.parametrize("name", ["reload", "status"])
async def test_the_operator_alone_is_obeyed_whatever_a_client_sends(sandbox: Checked, who: str, name: str) -> None:
    guild = sandbox.world.guilds[commons.OPERATORS]
    command = next(found for scope in sandbox.world.commands.values() for found in scope if found["name"] == name)
    sandbox.act_as(who)
    sent = await sandbox.send(
        COMMAND,
        {"id": command["id"], "name": name, "type": 1, "guild_id": str(guild.id)},
        channel=next(iter(guild.channels.values())),
    )
    reply = await sandbox.reply(sent)
    assert "Only the operator" in reply.text
    assert reply.ephemeral


async def test_the_status_for_the_operator(sandbox: Checked) -> None:
    sandbox.act_as("operator", "Operators")
    text = (await sandbox.command("/status")).text
    assert re.search(r"Gateway: 2 servers, 1 shard, latency \d+ ms", text)
    assert "library.db" in text
    assert "1 document, 0 daily posts" in text
    assert "Scheduler's last round" in text


async def test_commands_are_sent_once_and_the_token_never_appears(sandbox: Checked) -> None:
    before = [request.path for request in sandbox.requests if request.method == "PUT"]
    assert len(before) == 2
    await sandbox.restart()
    assert [request.path for request in sandbox.requests if request.method == "PUT"] == before
    assert commons.TOKEN not in sandbox.child.log.read_text(encoding="utf-8")
