"""/daily show, preview, skip, pause, resume, remove and test over the wire, as an admin meets them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from bot.sandbox.entities import Channel, Kind
from bot.sandbox.lines import ClientError
from tests.wire.conftest import labels, walk
from tests.wire.servers import DAY, MINUTE, SEND, TWELVE, VIEW, Server, places

pytestmark = pytest.mark.asyncio(loop_scope="module")

TEST_MARK = "A test, outside the schedule: it pings nobody and does not count as a post."


def moments(text: str) -> list[str]:
    return re.findall(r"^(\d{4}-\d\d-\d\d \d\d:\d\d) UTC, ", text, re.MULTILINE)


def posted(server: Server, channel: str = "general") -> list[str]:
    return [f"{post.at:%Y-%m-%d %H:%M}" for post in server.posts(channel)]


async def test_twenty_on_pages_that_turn_for_who_asked(server: Server) -> None:
    for number in range(20):
        channel = Channel(server.guild.id + 30 + number, f"room-{number}", Kind.TEXT, server.guild.id)
        await server.sandbox.events.add_channel(channel)
        await server.set("days:mon,tue,wed,thu,fri order:shuffle role:Alerts document:all", f"room-{number}")
    await server.until(days=1)
    for command, head in (("show", "20 daily posts"), ("doctor", "Looked at 20 daily posts")):
        pages = await walk(server.sandbox, await server.ask(f"/daily {command}"))
        assert len(pages) > 1
        assert all(head in page.text for page in pages)
        shown = "\n".join(page.text for page in pages)
        assert re.findall(r"^│ #(room-\d+)", shown, re.MULTILINE) == [f"room-{number}" for number in range(20)]
        assert all(page.ephemeral for page in pages)
        back = await server.sandbox.press("Previous")
        assert back.messages == pages[-1].messages, "the same message turns"
    for number in range(0, 20, 2):
        await server.sandbox.events.delete_channel(server.channel(f"room-{number}"))
    doctor = await server.said("/daily doctor")
    assert doctor.index("something is to be changed") < doctor.index("all is well"), "what is to be done comes first"


STATES: list[tuple[str, str, str]] = [
    ("pause", "Paused: /daily resume goes on.", "skipped (paused): paused by an admin"),
    ("skip", "Next: ", "skipped (admin): left out by an admin"),
]


@pytest.mark.parametrize(("command", "state", "last"), STATES, ids=[row[0] for row in STATES])
async def test_a_day_that_an_admin_left_out_keeps_its_commitment_for_the_next(
    server: Server, command: str, state: str, last: str
) -> None:
    await server.set()
    await server.until()
    await server.said(f"/daily {command}")
    shown = await server.said("/daily show")
    assert state in shown
    assert f"Last: {server.today}, sent, https://discord.com/channels/" in shown
    await server.until()
    assert server.places() == ["1.1"]
    assert f"Last: {server.today}, {last}" in await server.said("/daily show")
    assert "Goes on: #general every day at 09:00 UTC" in await server.said("/daily resume")
    await server.until()
    assert server.places() == ["1.1", "2.1"]


@pytest.mark.parametrize("commands", [("skip",), ("skip", "skip", "skip"), ("pause",), ("skip", "pause")])
async def test_resume_takes_all_of_it_back_before_the_day_comes(server: Server, commands: tuple[str, ...]) -> None:
    await server.set()
    first = (await server.said("/daily preview")).splitlines()[2:4]
    for command in commands:
        await server.said(f"/daily {command}")
    await server.said("/daily resume")
    assert (await server.said("/daily preview")).splitlines()[2:4] == first
    await server.until()
    assert server.places() == ["1.1"]
    assert (await server.said("/daily history")).count("\n") == 2, "the head, and one day"


async def test_skip_says_which_day_and_when_the_next_is(server: Server) -> None:
    await server.until("10:00")
    await server.set("days:mon,thu")
    first, second, third = moments(await server.said("/daily preview days:3"))
    for left_out, following in ((first, second), (second, third)):
        told = await server.said("/daily skip")
        assert re.search(
            rf"{int(left_out[8:10])} \w+ {left_out[:4]} is left out; /daily resume takes that back\.", told
        )
        assert f"Next: {following} UTC" in told
    await server.sandbox.wait_until(datetime.strptime(third, "%Y-%m-%d %H:%M").replace(tzinfo=UTC) + MINUTE)
    assert posted(server) == [third]
    assert server.places() == ["1.1"]


async def test_paused_for_days_then_it_goes_on_with_what_was_next(server: Server) -> None:
    await server.set()
    await server.until()
    assert "Paused in #general: /daily resume goes on." in await server.said("/daily pause")
    assert "Paused" in await server.said("/daily preview")
    await server.until(days=3)
    assert (await server.said("/daily history")).count("skipped (paused)") == 4
    resumed = await server.said("/daily resume")
    assert f"Next: {server.sandbox.now + DAY:%Y-%m-%d} 09:00 UTC" in resumed
    await server.until()
    assert server.places() == ["1.1", "2.1"]


ORDERS = [
    ("", 14),
    ("order:shuffle", 14),
    ("days:weekdays order:shuffle", 14),
    ("days:mon,thu", 5),
    ("days:sun document:all", 2),
]


@pytest.mark.parametrize(("options", "count"), ORDERS, ids=[row[0] or "sequence" for row in ORDERS])
async def test_what_is_previewed_is_what_is_posted(server: Server, options: str, count: int) -> None:
    """From the middle of a round on, so that a preview of 14 passes from one round to the next."""
    await server.set(options)
    await server.until(days=2 if count == 14 else 0)
    already = len(server.posts())
    told = await server.said(f"/daily preview days:{count}")
    assert f"The next {count} posts in #general" in told
    assert len(moments(told)) == count
    weeks = 7 if count < 14 else 3
    await server.sandbox.wait(weeks * 7 * DAY if count < 14 else 20 * DAY)
    assert posted(server)[already:][:count] == moments(told)
    assert server.places()[already:][:count] == places([told])
    assert len(set(server.places()[:12])) == min(12, len(server.places()))


PREVIEWED = [("/daily preview", 7), ("/daily preview days:1", 1), ("/daily preview days:14", 14)]


async def test_how_many_are_previewed(server: Server) -> None:
    await server.set()
    for line, count in PREVIEWED:
        assert len(moments(await server.said(line))) == count
    for wrong in ("0", "-1", "15", "many"):
        with pytest.raises(ClientError, match="days: must be"):
            await server.ask(f"/daily preview days:{wrong}")
    for forged, count in ((0, 1), (-5, 1), (15, 14), (300, 14), (2**53, 14)):
        reply = await server.sandbox.forge("/daily preview days:3", {"days": forged})
        assert len(places([reply.text])) == count


@pytest.mark.parametrize("press", ["Remove", "Keep"])
async def test_remove_asks_first(server: Server, press: str) -> None:
    await server.set()
    await server.until()
    asked = await server.ask("/daily remove")
    assert "Remove this daily post, and forget its history?\n│ #general every day at 09:00 UTC" in asked.text
    assert labels(asked) == ["Remove", "Keep"]
    assert "1 daily post" in await server.said("/daily show"), "nothing is gone yet"
    done = await server.sandbox.press(press)
    assert done.messages == asked.messages
    assert done.ephemeral
    assert labels(done) == []
    if press == "Keep":
        assert "Nothing was removed." in done.text
        assert "sent" in await server.said("/daily history")
    else:
        assert "Removed: there is no daily post in #general any more." in done.text
        assert "There is no daily post on this server yet. /daily set makes one." in await server.said("/daily show")
        await server.set()
        assert "Nothing is in the history of #general yet." in await server.said("/daily history")
    await server.until()
    assert server.places() == (["1.1", "2.1"] if press == "Keep" else ["1.1", "1.1"])


async def test_a_test_post_is_marked_and_changes_nothing(server: Server) -> None:
    await server.until("08:00")
    await server.set("role:Alerts")
    reply = await server.ask("/daily test")
    assert reply.ephemeral
    (test,) = server.posts()
    assert "A test was posted in #general." in reply.text
    assert f"[ Show it ] https://discord.com/channels/{server.guild.id}/{test.channel.id}/{test.id}" in reply.text
    assert server.texts()[0].startswith(TEST_MARK)
    assert test.body["mention_roles"] == []
    server.go("member")
    assert "We pay tribute" in (await server.sandbox.push(test, "In context")).text
    server.go()
    assert "Nothing is in the history of #general yet." in await server.said("/daily history")
    assert f"Next: {server.sandbox.now:%Y-%m-%d} 09:00 UTC" in await server.said("/daily show")
    await server.until()
    await server.said("/daily test")
    await server.until()
    assert server.places() == ["1.1", "1.1", "2.1", "2.1"], (
        "a test shows what comes next, and the post comes all the same"
    )
    assert [TEST_MARK in text for text in server.texts()] == [True, False, True, False]
    assert len({post.nonce for post in server.posts()}) == 4
    assert (await server.said("/daily history")).count("sent") == 2


async def test_three_test_posts_in_twenty_seconds(server: Server) -> None:
    await server.set()
    await server.sandbox.jump(timedelta(seconds=30))
    told = [(await server.sandbox.command("/daily test")).text for _ in range(4)]
    assert [("A test was posted" in text) for text in told] == [True, True, True, False]
    assert "That was a lot at once. Try again in 20 seconds." in told[3]
    assert "1 daily post" in await server.said("/daily show"), "other commands have a cooldown of their own"
    await server.sandbox.jump(timedelta(seconds=21))
    assert "A test was posted" in (await server.sandbox.command("/daily test")).text


async def test_a_test_post_that_cannot_be_says_why(server: Server) -> None:
    await server.set()
    await server.sandbox.jump(timedelta(seconds=30))
    await server.permit(deny=SEND)
    assert "I cannot post in #general yet. Give me Send Messages there" in await server.said("/daily test")
    await server.permit(deny=VIEW)
    assert "Give me View Channel" in await server.said("/daily test")
    await server.permit()
    await server.sandbox.jump(timedelta(seconds=21))
    for how, words in (
        ({"status": 403, "body": {"code": 50013}}, "did not reach #general: I was not allowed to post (50013)."),
        ({"status": 400, "body": {"code": 50035}}, "did not reach #general: Discord refused it (50035)."),
        ({"status": 503}, "Look in #general whether the test is there: Discord had an error of its own (HTTP 503)."),
        ({"what": "cut"}, "whether the test is there: Discord could not be reached (ServerDisconnectedError)."),
    ):
        server.befall(**how)
        assert words in await server.said("/daily test")
        await server.sandbox.jump(timedelta(seconds=7))
    await server.until()
    assert server.places() == ["1.1"], "no refusal of a test suspends"


async def test_everything_is_there_after_the_twelfth(server: Server) -> None:
    await server.set()
    await server.until(days=12)
    assert server.places() == [*TWELVE, "1.1"]
