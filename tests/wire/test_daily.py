"""The daily post over the wire, on the sandbox's clock."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.sandbox import commons, render
from bot.sandbox.entities import Channel
from bot.sandbox.interactions import COMMAND
from bot.sandbox.rest import Mishap
from tests.wire.conftest import Checked

DAY = timedelta(days=1)
GENERAL = commons.COMMONS + 10
MESSAGES = "/channels/*/messages"


def posts(sandbox: Checked) -> list[str]:
    """Return the texts of the bot's posts in #general, in order (replies to commands are not posts)."""
    found = sandbox.world.messages[GENERAL].values() if GENERAL in sandbox.world.messages else ()
    shown = [render.plain(sandbox.world, message) for message in found if message.seen_by is None]
    return [text for text in shown if "Commitment " in text]


async def set_daily(sandbox: Checked) -> None:
    reply = await sandbox.command("/daily set channel:#general time:09:00 timezone:Europe/Kyiv")
    assert "Set: #general every day at 09:00 Europe/Kyiv" in reply.text
    assert reply.ephemeral


async def test_one_post_at_the_minute(sandbox: Checked) -> None:
    await set_daily(sandbox)
    await sandbox.wait(timedelta(seconds=20))
    (post,) = posts(sandbox)
    assert "Commitment 1 of 12" in post
    assert "paragraph 1, sentence 1" in post
    assert "As supplied: a reworded copy, not the official text" in post
    sent = next(r for r in sandbox.requests if r.method == "POST" and r.path == f"/channels/{GENERAL}/messages")
    assert sent.body["enforce_nonce"] is True
    assert 1 <= len(sent.body["nonce"]) <= 25
    assert sent.body["allowed_mentions"]["parse"] == []
    assert "Posted today" in (await sandbox.command("/today")).text
    assert "We pay tribute" in (await sandbox.press("In context")).text


async def test_twelve_days_through_restart_and_kill(sandbox: Checked) -> None:
    await set_daily(sandbox)
    for day in range(12):
        if day == 4:
            await sandbox.restart()
        if day == 8:
            await sandbox.kill()
        await sandbox.wait(DAY)
    shown = posts(sandbox)
    assert [text.split(" of 12")[0].split()[-1] for text in shown] == [str(n) for n in range(1, 13)]
    assert not any("NATO guests are bound" in text for text in shown)
    await sandbox.restart()
    await sandbox.wait(timedelta(seconds=5))
    assert len(posts(sandbox)) == 12


@pytest.mark.parametrize(
    ("down", "count", "shown"), [(timedelta(minutes=10), 1, "sent"), (timedelta(hours=7), 0, "missed (down)")]
)
async def test_down_across_the_slot(sandbox: Checked, down: timedelta, count: int, shown: str) -> None:
    await set_daily(sandbox)
    await sandbox.kill()
    await sandbox.jump(down)
    await sandbox.restart()
    await sandbox.wait(timedelta(minutes=1))
    assert len(posts(sandbox)) == count
    assert f"29 March 2026, {shown}" in (await sandbox.command("/daily show")).text
    await sandbox.wait(DAY)
    assert len(posts(sandbox)) == count + 1


@pytest.mark.parametrize("what", ["cut", "answer"])
async def test_an_answer_lost_after_the_post_never_posts_twice(sandbox: Checked, what: str) -> None:
    await set_daily(sandbox)
    sandbox.mishaps.append(Mishap("POST", MESSAGES, what=what, after=True, status=503))  # type: ignore[arg-type]
    await sandbox.wait(timedelta(minutes=10))
    assert len(posts(sandbox)) == 1
    assert "29 March 2026, sent" in (await sandbox.command("/daily show")).text


async def test_a_refusal_is_told_and_the_next_day_goes_on(sandbox: Checked) -> None:
    await set_daily(sandbox)
    body = {"code": 50013, "message": "Missing Permissions"}
    sandbox.mishaps.append(Mishap("POST", MESSAGES, status=403, body=body))
    await sandbox.wait(timedelta(minutes=10))
    assert posts(sandbox) == []
    assert "29 March 2026, failed (50013)" in (await sandbox.command("/daily show")).text
    await sandbox.wait(DAY)
    assert "Commitment 1 of 12" in posts(sandbox)[0]


async def test_what_cannot_be_set_is_explained(sandbox: Checked) -> None:
    for line, words in (
        ("channel:#general time:25:30 timezone:UTC", "“25:30” is not a time of day"),
        ("channel:#general time:09:00 timezone:Kiev", "Did you mean Europe/Kyiv?"),
        ("channel:#general time:09:00 timezone:EST", "is not a time zone"),
        ("channel:#general time:09:00 timezone:UTC document:none", "There is: nato-ukraine-2023"),
        ("channel:#read-only time:09:00 timezone:UTC", "Give me Send Messages there"),
    ):
        reply = await sandbox.command(f"/daily set {line}")
        assert words in reply.text, line
        assert reply.ephemeral
    assert "no daily post on this server yet" in (await sandbox.command("/daily show")).text
    assert "more than one daily post, or none" in (await sandbox.command("/daily remove")).text


def channel_named(sandbox: Checked, name: str) -> Channel:
    return next(c for c in sandbox.world.guilds[commons.COMMONS].channels.values() if c.name == name)


async def test_a_channel_that_the_bot_cannot_see(sandbox: Checked) -> None:
    hidden = channel_named(sandbox, "hidden")
    reply = await sandbox.command(f"/daily set channel:#{hidden.name} time:09:00 timezone:UTC")
    assert "View Channel" in reply.text
    assert reply.ephemeral


async def test_set_again_show_and_remove(sandbox: Checked) -> None:
    await set_daily(sandbox)
    await sandbox.command("/daily set channel:#general time:18.30 timezone:America/New York")
    shown = (await sandbox.command("/daily show")).text
    assert "18:30 America/New_York" in shown
    assert "1 daily post" in shown
    await sandbox.command("/daily set channel:#news time:7am timezone:UTC")
    assert "2 daily posts" in (await sandbox.command("/daily show")).text
    assert "Removed" in (await sandbox.command("/daily remove channel:#news")).text
    assert "There is no daily post in #news" in (await sandbox.command("/daily remove channel:#news")).text
    assert "Removed" in (await sandbox.command("/daily remove")).text
    await sandbox.wait(2 * DAY)
    assert posts(sandbox) == []


async def test_a_server_without_the_command_is_not_obeyed_in_direct_messages(sandbox: Checked) -> None:
    command = next(found for scope in sandbox.world.commands.values() for found in scope if found["name"] == "daily")
    sandbox.act_as("member", None)
    option = {"name": "show", "type": 1, "options": []}
    sent = await sandbox.send(COMMAND, {"id": command["id"], "name": "daily", "type": 1, "options": [option]})
    reply = await sandbox.reply(sent)
    assert "works on a server" in reply.text
