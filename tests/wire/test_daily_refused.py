"""What cannot be set over the wire: one sentence that helps, for whoever asked alone, and nothing is set."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.sandbox import commons
from bot.sandbox.entities import Channel, Kind
from bot.sandbox.lines import ClientError
from tests.wire.servers import Server

pytestmark = pytest.mark.asyncio(loop_scope="module")

NONE_YET = "There is no daily post on this server yet."
WELL = "channel:#general time:09:00 timezone:UTC"
NO_TIME = "is not a time of day. Try 09:00, 21.30 or 9am."
NO_DAYS = "are no days of the week. Try weekdays, mon-fri or mon,thu."

REFUSED: list[tuple[str, str]] = [
    ("channel:#general time:25:30 timezone:UTC", f"“25:30” {NO_TIME}"),
    ("channel:#general time:24:00 timezone:UTC", f"“24:00” {NO_TIME}"),
    ("channel:#general time:13pm timezone:UTC", f"“13pm” {NO_TIME}"),
    ("channel:#general time:9:60 timezone:UTC", f"“9:60” {NO_TIME}"),
    ("channel:#general time:noon timezone:UTC", f"“noon” {NO_TIME}"),
    ("channel:#general time:<@&1> timezone:UTC", f"“<@&1>” {NO_TIME}"),
    (
        "channel:#general time:9 timezone:EST",
        "“EST” is not a time zone that I know. Did you mean America/New_York, America/Panama?",
    ),
    ("channel:#general time:9 timezone:Kiev", "“Kiev” is not a time zone that I know. Did you mean Europe/Kyiv?"),
    (
        "channel:#general time:9 timezone:Mars/Base",
        "“Mars/Base” is not a time zone that I know. Did you mean Antarctica/Casey, America/Boise, Africa/Maseru?",
    ),
    ("channel:#general time:9 timezone:Londn", "Did you mean Europe/London"),
    ("channel:#general time:9 timezone:Etc/GMT+3", "is not a time zone that I know"),
    ("channel:#general time:9 timezone:@everyone", "“@everyone” is not a time zone that I know."),
    (
        "channel:#general time:9",
        "That channel has no daily post yet: give a time and a timezone (09:00, Europe/Kyiv).",
    ),
    ("channel:#general timezone:UTC", "That channel has no daily post yet: give a time and a timezone"),
    (f"{WELL} days:someday", f"“someday” {NO_DAYS}"),
    (f"{WELL} days:m", f"“m” {NO_DAYS}"),
    (f"{WELL} days:mon-", f"“mon-” {NO_DAYS}"),
    (f"{WELL} days:mon,xyz", f"“mon,xyz” {NO_DAYS}"),
    (f"{WELL} days:,", f"“,” {NO_DAYS}"),
    (f"{WELL} days:0", f"“0” {NO_DAYS}"),
    (f"{WELL} document:none", "There is no document “none”. There is: nato-ukraine-2023."),
    (f"{WELL} document:nato-ukraine-2023,none", "There is no document “none”. There is: nato-ukraine-2023."),
    (f"{WELL} document:,", "There is no document “,”. There is: nato-ukraine-2023."),
    ("channel:#read-only time:9 timezone:UTC", "I cannot post in #read-only yet. Give me Send Messages there"),
    (
        "channel:#hidden time:9 timezone:UTC",
        "I cannot post in #hidden yet. Give me View Channel, Send Messages, Read Message History there (channel",
    ),
    (
        f"{WELL} role:Readers",
        "A mention of @Readers would notify nobody in #general. Let anyone mention the role (Server Settings,",
    ),
    (f"{WELL} role:everyone", "I never mention everyone. Choose a role that people take because they want"),
    (
        f"{WELL} publish:true",
        "#general is no announcement channel, so nothing is published there: leave publish out.",
    ),
    (f"{WELL} thread:true", "I cannot post in #general yet. Give me Create Public Threads there"),
]


@pytest.mark.parametrize(("options", "words"), REFUSED, ids=[row[0] for row in REFUSED])
async def test_one_sentence_says_what_to_do_and_nothing_is_set(server: Server, options: str, words: str) -> None:
    told = await server.said(f"/daily set {options}")
    assert words in told
    assert told.count("\n") == 1, "one sentence, or two, beneath the note that nobody else sees it"
    assert NONE_YET in await server.said("/daily show")


async def test_a_client_does_not_even_offer_a_voice_channel(server: Server) -> None:
    with pytest.raises(ClientError, match="is a channel of another kind; to choose from: #general, #news"):
        await server.ask("/daily set channel:Voice time:09:00 timezone:UTC")


THREAD = Channel(commons.COMMONS + 99, "thread", Kind.PUBLIC_THREAD, parent=commons.COMMONS + 10)
ELSEWHERE = Channel(12345, "elsewhere", Kind.TEXT)


@pytest.mark.parametrize("resolved", [True, False])
@pytest.mark.parametrize("name", ["hidden", "Voice", "thread", "elsewhere"])
async def test_a_channel_that_no_client_would_offer(server: Server, name: str, resolved: bool) -> None:
    """A hidden, a voice, a deleted channel, a thread: whatever is sent is answered with a sentence."""
    others = {each.name: replace(each, guild_id=server.guild.id) for each in (THREAD, ELSEWHERE)}
    channel = others.get(name) or server.channel(name)
    payload = channel.payload(server.sandbox.now) | {"permissions": "0"}
    options = [
        {"type": 7, "name": "channel", "value": str(channel.id)},
        {"type": 3, "name": "time", "value": "09:00"},
        {"type": 3, "name": "timezone", "value": "UTC"},
    ]
    reply = await server.sandbox.raw(
        {
            "id": server.sandbox.named("daily")["id"],
            "name": "daily",
            "type": 1,
            "options": [{"type": 1, "name": "set", "options": options}],
            "resolved": {"channels": {str(channel.id): payload}} if resolved else {},
        },
        user=commons.MEMBER,
    )
    assert "View Channel" in reply.text or "choose a text or an announcement channel" in reply.text
    assert reply.ephemeral
    assert NONE_YET in await server.said("/daily show")


AMONG_MANY = "There is more than one daily post, or none: name its channel. /daily show lists them."


@pytest.mark.parametrize("command", ["preview", "history", "skip", "pause", "resume", "remove", "test"])
async def test_a_daily_post_is_named_by_its_channel_where_there_are_several_or_none(
    server: Server, command: str
) -> None:
    assert AMONG_MANY in await server.said(f"/daily {command}")
    await server.set()
    assert AMONG_MANY not in await server.said(f"/daily {command}")
    await server.set(channel="news")
    await server.sandbox.jump(timedelta(seconds=7))
    assert AMONG_MANY in await server.said(f"/daily {command}")
    for given, words in (
        (
            server.channel("read-only").id,
            "There is no daily post in #read-only. /daily show lists those of this server.",
        ),
        ("#nowhere", "I see no channel “#nowhere”. /daily show lists the daily posts of this server."),
        ("9" * 30, "I see no channel “999999999999999999999999999999”."),
    ):
        await server.sandbox.jump(timedelta(seconds=7))  # test posts are three in twenty seconds
        assert words in await server.said(f"/daily {command} channel:{given}")
    await server.sandbox.jump(timedelta(seconds=7))
    named = await server.said(f"/daily {command} channel:#news")
    assert "#news" in named or "left out" in named
