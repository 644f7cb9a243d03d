"""The small bot, with the real discord.py, over the real wire."""

import asyncio
import signal
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.sandbox import commons
from bot.sandbox.interactions import COMMAND, COMPONENT
from bot.sandbox.lines import ClientError
from bot.sandbox.process import BotError
from bot.sandbox.rest import Mishap
from bot.sandbox.sandbox import Sandbox

from .conftest import AT, SMALL_BOT


def posts(sandbox: Sandbox) -> list[tuple[str, int]]:
    return [(message.body["content"].split(" <")[0], message.channel.id) for message in sandbox.world.posted]


def statuses(sandbox: Sandbox, ending: str) -> list[int]:
    return [request.status for request in sandbox.requests if (request.template or "").endswith(ending)]


async def test_replies_are_for_all_or_for_the_asker(sandbox: Sandbox) -> None:
    reply = await sandbox.command("/say text:hello **you**")
    assert (reply.text, reply.ephemeral) == ("hello you", False)
    hidden = await sandbox.command("/say text:psst hidden:true")
    assert (hidden.text, hidden.ephemeral) == ("(only you see this)\npsst", True)
    assert hidden.interaction.received is not None
    assert 0 < hidden.interaction.received - hidden.interaction.sent < 3
    seen = {name: len(sandbox.world.visible(user, sandbox.channel)) for name, user in sandbox.world.users.items()}
    assert seen == {"admin": 2, "member": 1, "operator": 1}


async def test_buttons_answer_after_a_restart_and_are_disabled_at_the_end(sandbox: Sandbox) -> None:
    await sandbox.command("/pages")
    assert "page 1 of *all*" in (await sandbox.press("next")).text
    await sandbox.restart()
    assert "page 2 of *all*" in (await sandbox.press("NEXT")).text
    with pytest.raises(ClientError, match="disabled"):
        await sandbox.press("Next")
    assert len(sandbox.world.visible(sandbox.user, sandbox.channel)) == 1


async def test_a_deferral_keeps_its_visibility_and_the_rest_follows(sandbox: Sandbox) -> None:
    reply = await sandbox.command("/think")
    assert "page 0" in reply.text
    assert reply.ephemeral
    assert sandbox.unexpected == []
    while len(reply.interaction.messages) < 2:  # noqa: ASYNC110 - the bot's second answer, bounded by pytest's patience
        await asyncio.sleep(0.001)
    assert reply.interaction.messages[1].body["content"] == "and one more thing"
    assert reply.interaction.messages[1].seen_by is None


async def test_completion_and_its_limit(sandbox: Sandbox) -> None:
    assert await sandbox.complete("/say text:so") == [{"name": "so 0", "value": "0"}, {"name": "so 1", "value": "1"}]
    sandbox.interactions.patience = 0.3
    with pytest.raises(BotError, match="did not respond"):
        await sandbox.complete("/say text:many")
    assert statuses(sandbox, "callback") == [200, 400]


async def test_who_does_not_answer_in_time_or_sends_too_much(sandbox: Sandbox) -> None:
    sandbox.interactions.patience = 0.3
    with pytest.raises(BotError, match=r"The application did not respond within 0\.3 s"):
        await sandbox.command("/silent")
    with pytest.raises(BotError, match="did not respond"):
        await sandbox.command("/say text:12345 times:500")
    assert statuses(sandbox, "callback") == [400]


async def test_an_answer_after_the_deadline_is_unknown(sandbox: Sandbox) -> None:
    sandbox.interactions.patience = 0.0
    interaction = await sandbox.send(COMMAND, {"id": "1", "name": "pages", "type": 1})
    while not statuses(sandbox, "callback"):  # noqa: ASYNC110 - the request that is refused
        await asyncio.sleep(0.001)
    assert interaction.kind is None
    assert statuses(sandbox, "callback") == [404]


async def test_cooldowns_follow_the_sandboxs_clock(sandbox: Sandbox) -> None:
    sandbox.interactions.patience = 0.5
    for _ in range(2):
        await sandbox.command("/pages")
    with pytest.raises(BotError):
        await sandbox.command("/pages")
    sandbox.act_as("member")
    await sandbox.command("/pages")
    sandbox.act_as("admin")
    await sandbox.wait(timedelta(seconds=21))
    await sandbox.command("/pages")


async def test_time_is_stepped_from_due_to_due(sandbox: Sandbox) -> None:
    start = sandbox.now
    for seconds in (30, 10, 20):
        await sandbox.command(f"/daily set channel:#general seconds:{seconds}")
    await sandbox.wait(timedelta(seconds=25))
    assert [text for text, _ in posts(sandbox)] == ["posted after 10", "posted after 20"]
    assert [message.at - start for message in sandbox.world.posted] == [timedelta(seconds=10), timedelta(seconds=20)]
    assert sandbox.now == start + timedelta(seconds=25)
    await sandbox.wait_until(start + timedelta(seconds=30))
    assert len(posts(sandbox)) == 3


async def test_a_jump_wakes_late(sandbox: Sandbox) -> None:
    start = sandbox.now
    await sandbox.command("/daily set channel:#news seconds:10")
    await sandbox.jump(timedelta(hours=7))
    assert [message.at - start for message in sandbox.world.posted] == [timedelta(hours=7)]


async def test_killed_it_stays_down_until_it_is_needed(sandbox: Sandbox) -> None:
    await sandbox.kill()
    start = sandbox.now
    await sandbox.jump(timedelta(hours=7))
    assert (sandbox.child.runs, sandbox.now - start) == (False, timedelta(hours=7))
    assert (await sandbox.command("/say text:back")).text == "back"


async def test_a_bot_that_dies_fails_at_once_with_its_log_and_comes_back(sandbox: Sandbox) -> None:
    with pytest.raises(BotError, match=r"ended unexpectedly \(exit code 3\)[\s\S]*about to die"):
        await sandbox.command("/die")
    assert (await sandbox.command("/say text:back")).text == "back"


async def test_a_bot_that_dies_unseen_fails_the_next_line(sandbox: Sandbox) -> None:
    await sandbox.send(COMMAND, {"id": "1", "name": "die", "type": 1})
    await asyncio.wait_for(sandbox.child._ended.wait(), 5)
    with pytest.raises(BotError, match="exit code 3"):
        await sandbox.command("/say text:x")
    assert (await sandbox.command("/say text:back")).text == "back"


async def test_a_program_that_is_no_bot_is_reported(tmp_path: Path) -> None:
    sandbox = Sandbox(data=tmp_path, child=[sys.executable, "-c", "raise SystemExit('no bot')"])
    with pytest.raises(BotError, match=r"exit code 1\)\n  \| no bot"):
        await sandbox.__aenter__()


async def test_places_and_people(sandbox: Sandbox) -> None:
    sandbox.act_as("member")
    with pytest.raises(ClientError, match="no /daily"):
        await sandbox.command("/daily set channel:#general seconds:1")
    for name, guild, channel in (("member", "Operators", "general"), ("member", "Commons", "#hidden")):
        with pytest.raises(ClientError):
            sandbox.act_as(name, guild, channel)
    sandbox.act_as("member", "commons", "#news")
    assert (await sandbox.command("/say text:x")).messages[0].channel.name == "news"
    sandbox.act_as("member", None)
    assert (await sandbox.command("/say text:x hidden:true")).messages[0].channel.recipient == commons.MEMBER
    sandbox.act_as("operator", "operators")
    assert (await sandbox.command("/say text:x")).messages[0].channel.id == commons.OPERATORS + 10


async def test_forged_interactions_reach_the_bot(sandbox: Sandbox) -> None:
    """What no client would send: a command that this user is not offered, a button that was never sent."""
    options: list[dict[str, Any]] = [
        {"name": "channel", "type": 7, "value": str(commons.COMMONS + 10)},
        {"name": "seconds", "type": 4, "value": 1},
    ]
    channel = sandbox.channel.payload(sandbox.now) | {"permissions": "0"}
    data = {
        "id": "1",
        "name": "daily",
        "type": 1,
        "options": [{"type": 1, "name": "set", "options": options}],
        "resolved": {"channels": {str(sandbox.channel.id): channel}},
    }
    interaction = await sandbox.send(COMMAND, data, user=commons.MEMBER)
    assert "will post" in (await sandbox.reply(interaction)).text
    message = (await sandbox.command("/pages")).messages[0]
    forged = {"custom_id": "page:9", "component_type": 2, "id": 3}
    pressed = await sandbox.send(COMPONENT, forged, user=commons.MEMBER, source=message)
    sandbox.interactions.patience = 0.3
    with pytest.raises(BotError):
        await sandbox.reply(pressed)


async def test_the_user_is_in_the_channel_as_it_is_now(sandbox: Sandbox) -> None:
    await sandbox.events.change_channel(replace(sandbox.channel, name="renamed"))
    assert sandbox.channel.name == "renamed"
    with pytest.raises(ClientError, match="#renamed"):
        await sandbox.command("/daily set channel:#general seconds:1")
    await sandbox.command("/pages")
    await sandbox.events.delete_channel(sandbox.channel)
    assert sandbox.channel.name == "renamed"
    for act in (sandbox.command("/say text:x"), sandbox.complete("/say text:x"), sandbox.press("Next")):
        with pytest.raises(ClientError, match="#renamed was deleted"):
            await act
    sandbox.act_as("admin", "Commons", "news")
    await sandbox.events.remove_bot(commons.COMMONS)
    with pytest.raises(ClientError, match="Herald is not in Commons"):
        await sandbox.command("/say text:x")
    sandbox.act_as("operator", "Operators")
    assert (await sandbox.command("/say text:alive")).text == "alive"


@pytest.mark.parametrize("pass_by", ["settle", "wait", "jump"])
async def test_the_bot_hears_what_was_sent_before_time_passes(sandbox: Sandbox, pass_by: str) -> None:
    await sandbox.events.outage(commons.OPERATORS, on=True)
    if pass_by == "settle":
        assert await sandbox.settle() == sandbox.now + timedelta(days=1), "when the bot wants to be woken"
    else:
        await getattr(sandbox, pass_by)(timedelta(seconds=1))
    assert f"guild_unavailable {commons.OPERATORS}" in (await sandbox.command("/heard")).text


async def test_a_bot_that_does_not_listen_is_reported(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.sandbox.sandbox.PATIENCE", 0.2)
    process = sandbox.child._process
    assert process is not None
    process.send_signal(signal.SIGSTOP)
    with pytest.raises(BotError, match=r"did not read what the gateway sent within 0\.2 s"):
        await sandbox.settle()
    process.send_signal(signal.SIGCONT)


async def test_waiting_ends_when_all_of_a_moments_posts_are_made(tmp_path: Path) -> None:
    """Sixty at once, with latency: discord.py tries those again that were too many for one second."""
    sandbox = Sandbox(at=AT, data=tmp_path, child=SMALL_BOT, latency=0.05)
    channels = commons.crowd(sandbox.world, 10, 6)
    async with sandbox:
        for channel in channels:
            sandbox.act_as("admin", sandbox.world.guilds[channel.guild_id or 0].name, channel.name)
            await sandbox.command(f"/daily set channel:{channel.name} seconds:60")
        await sandbox.wait(timedelta(seconds=60))
        assert sorted(channel for _, channel in posts(sandbox)) == [channel.id for channel in channels]
        assert {message.at for message in sandbox.world.posted} == {AT + timedelta(seconds=60)}
        assert 429 in statuses(sandbox, "/messages")


async def test_discord_py_tries_again_and_the_nonce_keeps_it_one_message(sandbox: Sandbox) -> None:
    sandbox.mishaps.append(Mishap("POST", "/channels/*/messages", after=True))
    await sandbox.command("/daily set channel:#general seconds:1")
    await sandbox.wait(timedelta(seconds=1))
    assert statuses(sandbox, "/messages") == [500, 200]
    assert len(posts(sandbox)) == 1


async def test_commands_are_not_sent_again_after_a_restart(sandbox: Sandbox) -> None:
    await sandbox.restart()
    assert statuses(sandbox, "/commands") == [200]
