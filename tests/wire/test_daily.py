"""The daily post over the wire, on the sandbox's clock: once a day, or a reason."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from bot.sandbox import commons, render
from bot.sandbox.entities import Channel, Kind, Overwrite
from bot.sandbox.rest import Mishap, Request
from tests.wire.conftest import Checked

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
GENERAL = commons.COMMONS + 10
MESSAGES = "/channels/*/messages"
TWELVE = ["1.1", "2.1", "2.2", "2.3", "2.4", "3.4", "4.3", "5.2", "5.3", "5.5", "5.6", "5.7"]


def posts(sandbox: Checked, channel: int = GENERAL) -> list[str]:
    """Return the texts of the bot's posts in a channel, in order (replies to commands are not posts)."""
    return [render.plain(sandbox.world, post) for post in sandbox.world.posted if post.channel.id == channel]


def places(texts: list[str]) -> list[str]:
    found = [re.search(r"paragraph (\d), sentence (\d+), 24 February 2023", text) for text in texts]
    return [f"{place[1]}.{place[2]}" for place in found if place]


def attempts(sandbox: Checked, channel: int = GENERAL) -> list[Request]:
    return [r for r in sandbox.requests if r.method == "POST" and r.path == f"/channels/{channel}/messages"]


async def set_daily(sandbox: Checked) -> None:
    reply = await sandbox.command("/daily set channel:#general time:09:00 timezone:Europe/Kyiv")
    assert "Set: #general every day at 09:00 Europe/Kyiv" in reply.text
    assert reply.ephemeral


async def shown(sandbox: Checked) -> str:
    return (await sandbox.ask("/daily show")).text


async def test_one_post_at_the_minute(sandbox: Checked) -> None:
    await set_daily(sandbox)
    await sandbox.wait(timedelta(seconds=9))
    assert posts(sandbox) == []
    await sandbox.wait(timedelta(seconds=11))
    (post,) = posts(sandbox)
    assert "Commitment 1 of 12" in post
    assert places([post]) == ["1.1"]
    assert "As supplied: a reworded copy, not the official text" in post
    assert sandbox.world.posted[0].at == datetime(2026, 3, 29, 6, tzinfo=UTC)
    today = (await sandbox.command("/today")).text
    assert f"/{commons.COMMONS}/{GENERAL}/{sandbox.world.posted[0].id}" in today
    await sandbox.restart()
    sandbox.act_as("member")
    opened = await sandbox.press("In context")
    assert "We pay tribute" in opened.text
    assert opened.ephemeral


async def test_twelve_days_through_restart_and_kill(sandbox: Checked) -> None:
    await set_daily(sandbox)
    for day in range(12):
        if day == 4:
            await sandbox.restart()
        if day == 8:
            await sandbox.kill()
        await sandbox.wait(DAY)
    assert places(posts(sandbox)) == TWELVE
    assert not any("NATO guests are bound" in text for text in posts(sandbox))
    at = [post.at for post in sandbox.world.posted]
    assert at == [datetime(2026, 3, 29, 6, tzinfo=UTC) + n * DAY for n in range(12)]
    sent = attempts(sandbox)
    assert len(sent) == 12
    assert len({request.body["nonce"] for request in sent}) == 12
    for request in sent:
        assert request.body["enforce_nonce"] is True
        assert 1 <= len(request.body["nonce"]) <= 25
        assert request.body["allowed_mentions"] == {"parse": []}
    await sandbox.restart()
    await sandbox.wait(timedelta(seconds=5))
    assert len(posts(sandbox)) == 12
    await sandbox.wait(MINUTE)
    assert places(posts(sandbox)[12:]) == ["1.1"], "after all were posted, the first again"


async def test_two_channels_go_their_own_ways(sandbox: Checked) -> None:
    await set_daily(sandbox)
    await sandbox.wait(DAY)
    await sandbox.command("/daily set channel:#news time:09:00 timezone:Europe/Kyiv")
    await sandbox.wait(2 * DAY)
    news = commons.COMMONS + 11
    assert places(posts(sandbox)) == TWELVE[:3]
    assert places(posts(sandbox, news)) == TWELVE[:2]
    assert len({request.body["nonce"] for request in attempts(sandbox) + attempts(sandbox, news)}) == 5


@pytest.mark.parametrize(
    ("down", "told"),
    [(timedelta(minutes=10), "29 March 2026, sent"), (timedelta(hours=7), "29 March 2026, missed (down)")],
    ids=["ten minutes", "seven hours"],
)
async def test_down_across_the_slot(sandbox: Checked, down: timedelta, told: str) -> None:
    await set_daily(sandbox)
    await sandbox.kill()
    await sandbox.jump(down)
    await sandbox.restart()
    await sandbox.wait(MINUTE)
    late = 1 if "sent" in told else 0
    assert len(posts(sandbox)) == late
    assert told in await shown(sandbox)
    await sandbox.wait(DAY)
    assert places(posts(sandbox)) == TWELVE[: late + 1], "a missed day keeps its commitment for the next"
    assert "30 March 2026, sent" in await shown(sandbox)


async def test_down_for_days_is_no_flood(sandbox: Checked) -> None:
    await set_daily(sandbox)
    await sandbox.wait(MINUTE)
    await sandbox.kill()
    await sandbox.jump(timedelta(days=5, hours=1))
    await sandbox.wait(MINUTE)
    assert places(posts(sandbox)) == TWELVE[:2]
    await sandbox.wait(DAY)
    assert places(posts(sandbox)) == TWELVE[:3]


LOST = [
    ("the connection was cut", Mishap("POST", MESSAGES, what="cut", after=True)),
    ("an error came", Mishap("POST", MESSAGES, status=503, after=True)),
    ("an error came, which discord.py tries again by itself", Mishap("POST", MESSAGES, status=500, after=True)),
    ("the connection was cut before", Mishap("POST", MESSAGES, what="cut")),
    ("an error came before", Mishap("POST", MESSAGES, status=503)),
    ("it was too much", Mishap("POST", MESSAGES, status=429, body={"retry_after": 0.05, "global": False})),
]


@pytest.mark.parametrize("mishap", [row[1] for row in LOST], ids=[row[0] for row in LOST])
async def test_an_answer_lost_is_never_a_second_post(sandbox: Checked, mishap: Mishap) -> None:
    await set_daily(sandbox)
    # Not the row's own: it counts down.
    sandbox.mishaps.append(Mishap("POST", MESSAGES, 1, mishap.what, mishap.after, mishap.status, mishap.body))
    await sandbox.wait(timedelta(minutes=10))
    assert places(posts(sandbox)) == ["1.1"]
    assert len(attempts(sandbox)) == 2
    assert len({request.body["nonce"] for request in attempts(sandbox)}) == 1
    assert "29 March 2026, sent" in await shown(sandbox)
    await sandbox.wait(DAY)
    assert places(posts(sandbox)) == TWELVE[:2]


@pytest.mark.parametrize("away", [timedelta(seconds=30), timedelta(minutes=10)], ids=["soon", "late"])
async def test_killed_between_the_post_and_its_record(sandbox: Checked, away: timedelta) -> None:
    await set_daily(sandbox)
    sandbox.mishaps.append(Mishap("POST", MESSAGES, what="cut", after=True))
    await sandbox.wait(timedelta(seconds=20))
    await sandbox.kill()
    await sandbox.jump(away)
    await sandbox.restart()
    await sandbox.wait(timedelta(minutes=20))
    assert places(posts(sandbox)) == ["1.1"]
    assert "29 March 2026, " in await shown(sandbox)
    await sandbox.wait(DAY)
    assert places(posts(sandbox)) == TWELVE[:2]


async def test_a_refusal_is_told_and_the_next_day_goes_on(sandbox: Checked) -> None:
    await set_daily(sandbox)
    body = {"code": 50013, "message": "Missing Permissions"}
    sandbox.mishaps.append(Mishap("POST", MESSAGES, status=403, body=body))
    await sandbox.wait(timedelta(minutes=10))
    assert posts(sandbox) == []
    assert "29 March 2026, failed (50013)" in await shown(sandbox)
    await sandbox.wait(DAY)
    assert places(posts(sandbox)) == ["1.1"]
    assert "30 March 2026, sent" in await shown(sandbox)


async def test_one_channel_that_refuses_does_not_hold_up_another(sandbox: Checked) -> None:
    await set_daily(sandbox)
    await sandbox.command("/daily set channel:#news time:09:00 timezone:Europe/Kyiv")
    general = sandbox.world.channel(GENERAL)
    closed = Channel(
        GENERAL, general.name, general.kind, general.guild_id, (Overwrite(commons.COMMONS + 2, deny=1 << 11),)
    )
    await sandbox.change_channel(closed)
    await sandbox.wait(MINUTE)
    assert posts(sandbox) == []
    assert places(posts(sandbox, commons.COMMONS + 11)) == ["1.1"]
    assert "failed (50013)" in await shown(sandbox)


async def test_set_again_show_and_remove(sandbox: Checked) -> None:
    assert "no daily post on this server yet" in await shown(sandbox)
    await set_daily(sandbox)
    await sandbox.ask("/daily set channel:#general time:18.30 timezone:America/New York document:nato-ukraine-2023")
    assert "1 daily post" in await shown(sandbox)
    assert "#general every day at 18:30 America/New_York, from nato-ukraine-2023" in await shown(sandbox)
    assert "Next: 2026-03-29 22:30 UTC" in await shown(sandbox)
    await sandbox.ask("/daily set channel:#news time:7am timezone:UTC")
    assert "2 daily posts" in await shown(sandbox)
    assert "name its channel" in (await sandbox.ask("/daily remove")).text
    assert "Removed" in (await sandbox.ask("/daily remove channel:#news")).text
    assert "There is no daily post in #news" in (await sandbox.ask("/daily remove channel:#news")).text
    assert "Removed" in (await sandbox.ask("/daily remove")).text
    assert "none: name its channel" in (await sandbox.ask("/daily remove")).text
    await sandbox.wait(2 * DAY)
    assert sandbox.world.posted == []


async def test_set_again_after_todays_post_counts_from_tomorrow(sandbox: Checked) -> None:
    await set_daily(sandbox)
    await sandbox.wait(MINUTE)
    await sandbox.command("/daily set channel:#general time:10:00 timezone:Europe/Kyiv")
    await sandbox.wait(timedelta(hours=20))
    assert len(posts(sandbox)) == 1
    await sandbox.wait(timedelta(hours=6))
    assert places(posts(sandbox)) == TWELVE[:2]


WELL = "channel:#general time:09:00 timezone:UTC"


async def test_what_cannot_be_set_is_explained_and_nothing_is_set(sandbox: Checked) -> None:
    for changed, words in (
        ("channel:#general time:25:30 timezone:UTC", "“25:30” is not a time of day. Try 09:00, 21.30 or 9am."),
        ("channel:#general time:13pm timezone:UTC", "is not a time of day"),
        ("channel:#general time:<@&1> timezone:UTC", "“<@&1>” is not a time of day"),
        ("channel:#general time:09:00 timezone:Kiev", "Did you mean Europe/Kyiv?"),
        ("channel:#general time:09:00 timezone:EST", "is not a time zone"),
        ("channel:#general time:09:00 timezone:@everyone", "“@everyone” is not a time zone"),
        (f"{WELL} document:none", "There is: nato-ukraine-2023"),
        ("channel:#read-only time:09:00 timezone:UTC", "Give me Send Messages there"),
        ("channel:#hidden time:09:00 timezone:UTC", "Give me View Channel"),
    ):
        reply = await sandbox.ask(f"/daily set {changed}")
        assert words in reply.text, changed
        assert reply.ephemeral
    assert "no daily post on this server yet" in await shown(sandbox)


async def test_a_channel_that_no_client_would_offer(sandbox: Checked) -> None:
    """A hidden, a voice, a deleted channel, a thread: whatever is sent is answered with a sentence."""
    thread = Channel(commons.COMMONS + 99, "thread", Kind.PUBLIC_THREAD, commons.COMMONS, parent=GENERAL)
    for channel, resolved in (
        (sandbox.world.channel(commons.COMMONS + 13), True),
        (sandbox.world.channel(commons.COMMONS + 13), False),
        (sandbox.world.channel(commons.COMMONS + 14), True),
        (sandbox.world.channel(commons.COMMONS + 14), False),
        (thread, True),
        (Channel(12345, "elsewhere", Kind.TEXT, commons.COMMONS), True),
        (Channel(12345, "elsewhere", Kind.TEXT, commons.COMMONS), False),
    ):
        payload = channel.payload(sandbox.now) | {"permissions": "0"}
        options = [
            {"type": 7, "name": "channel", "value": str(channel.id)},
            {"type": 3, "name": "time", "value": "09:00"},
            {"type": 3, "name": "timezone", "value": "UTC"},
        ]
        reply = await sandbox.raw(
            {
                "id": sandbox.named("daily")["id"],
                "name": "daily",
                "type": 1,
                "options": [{"type": 1, "name": "set", "options": options}],
                "resolved": {"channels": {str(channel.id): payload}} if resolved else {},
            },
            user=commons.MEMBER,
        )
        assert "View Channel" in reply.text or "choose a text or an announcement channel" in reply.text, channel
        assert reply.ephemeral
    assert "no daily post on this server yet" in await shown(sandbox)
