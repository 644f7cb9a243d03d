"""/daily set over the wire: a new one, a change that leaves the rest as it is, a move from a deleted channel."""

from __future__ import annotations

import re
import shutil
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.sandbox.entities import Channel, Kind
from tests.wire.conftest import ROOT, Checked, opened
from tests.wire.servers import DAY, THREADS, TWELVE, Server

pytestmark = pytest.mark.asyncio(loop_scope="module")

NATO = "nato-ukraine-2023"
BOTH = f"{NATO}, other"
OTHER = "We will act as one.\n\nIt is well.\n\nWe will always defend them."
COUNTS_LATER = "Today's post is in the history already: this counts from the next date."
MOVED = "It takes the place of the one whose channel was deleted; its history and its order go on."


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def standing(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> AsyncIterator[Checked]:
    """A bot that has a second document, and one without a key commitment."""
    seeds = shutil.copytree(ROOT / "seeds", tmp_path_factory.mktemp("set") / "seeds")
    (seeds / "other.txt").write_text(OTHER, encoding="utf-8")
    (seeds / "empty.txt").write_text("It is well.\n\nIt was well.", encoding="utf-8")
    async with opened(pytestconfig, seeds=seeds) as sandbox:
        yield sandbox


NEW: list[tuple[str, str]] = [
    ("time:9 timezone:UTC", f"every day at 09:00 UTC, from {NATO}"),
    ("time:9.30pm timezone:Europe/Kiev", f"every day at 21:30 Europe/Kyiv, from {NATO}"),
    ("time:00:00 timezone:america/new york", f"every day at 00:00 America/New_York, from {NATO}"),
    ("time:9 timezone:UTC days:weekdays", f"on weekdays at 09:00 UTC, from {NATO}"),
    ("time:9 timezone:UTC days:mon,thu", f"on Mon and Thu at 09:00 UTC, from {NATO}"),
    ("time:9 timezone:UTC days:sat-mon", f"on Mon, Sat and Sun at 09:00 UTC, from {NATO}"),
    ("time:9 timezone:UTC days:every day", f"every day at 09:00 UTC, from {NATO}"),
    ("time:9 timezone:UTC document:other", "every day at 09:00 UTC, from other"),
    (f"time:9 timezone:UTC document:{NATO},other", f"every day at 09:00 UTC, from {BOTH}"),
    (f"time:9 timezone:UTC document:other , {NATO}, other", f"every day at 09:00 UTC, from other, {NATO}"),
    ("time:9 timezone:UTC document:All", "every day at 09:00 UTC, from all documents"),
    ("time:9 timezone:UTC order:shuffle", f"every day at 09:00 UTC, from {NATO}, shuffled"),
    ("time:9 timezone:UTC role:Alerts", f"every day at 09:00 UTC, from {NATO}, mentioning @Alerts"),
    ("time:9 timezone:UTC publish:false thread:false clear:days", f"every day at 09:00 UTC, from {NATO}"),
]


@pytest.mark.parametrize(("options", "set_"), NEW, ids=[row[0] for row in NEW])
async def test_a_new_one(server: Server, options: str, set_: str) -> None:
    told = await server.said(f"/daily set channel:#general {options}")
    assert f"Set: #general {set_}\nNext: 20" in told
    assert COUNTS_LATER not in told
    assert f"1 daily post\n#general {set_}\nNext: 20" in await server.said("/daily show")


FULL = "days:weekdays document:all order:shuffle role:Alerts thread:true publish:true"
BEFORE = "on weekdays at 09:00 UTC, from all documents, shuffled, mentioning @Alerts, with a thread, published"
CHANGED: list[tuple[str, tuple[str, str]]] = [
    ("", ("", "")),
    ("time:10:15", ("09:00 UTC", "10:15 UTC")),
    ("timezone:Asia/Tokyo", ("09:00 UTC", "09:00 Asia/Tokyo")),
    ("days:sat", ("on weekdays", "on Sat")),
    (f"document:{NATO},other", ("all documents", BOTH)),
    ("order:sequence", (", shuffled", "")),
    ("thread:false", (", with a thread", "")),
    ("publish:false", (", published", "")),
    ("clear:role", (", mentioning @Alerts", "")),
    ("clear:thread", (", with a thread", "")),
    ("clear:publish", (", published", "")),
    ("clear:days", ("on weekdays", "every day")),
    ("clear:days days:tue", ("on weekdays", "on Tue")),
    ("clear:role role:Alerts time:8", ("09:00", "08:00")),
]


@pytest.mark.parametrize(("options", "change"), CHANGED, ids=[row[0] or "nothing" for row in CHANGED])
async def test_what_is_left_out_stays_as_it_is(server: Server, options: str, change: tuple[str, str]) -> None:
    await server.permit("news", allow=THREADS)
    assert BEFORE in await server.set(FULL, "news")
    after = BEFORE.replace(*change)
    assert f"Set: #news {after}\n" in await server.said(f"/daily set channel:#news {options}".strip())
    assert f"1 daily post\n#news {after}\n" in await server.said("/daily show")


async def test_a_refused_change_changes_nothing(server: Server) -> None:
    await server.set("days:weekdays")
    before = await server.said("/daily show")
    for options in (
        "time:8 timezone:EST",
        "time:25:00",
        "days:tue publish:true",
        "order:shuffle role:Readers",
        "time:8 thread:true",
        "document:other,none",
        "document:empty",
    ):
        assert "Set: " not in await server.said(f"/daily set channel:#general {options}")
    assert re.sub(r"\(in .*\)", "", await server.said("/daily show")) == re.sub(r"\(in .*\)", "", before)


async def test_a_document_without_a_key_commitment_is_refused(server: Server) -> None:
    for given in ("empty", "other,empty"):
        told = await server.said(f"/daily set channel:#general time:9 timezone:UTC document:{given}")
        assert "Empty has no key commitments; /documents shows which documents have some." in told


async def test_before_todays_post_a_change_counts_today_and_after_it_from_the_next_date(server: Server) -> None:
    await server.set()
    assert COUNTS_LATER not in await server.said("/daily set channel:#general time:08:30 document:other")
    await server.until("08:31")
    assert "We will act as one." in server.texts()[0]
    for options in ("time:09:00", f"document:{NATO}", "timezone:Asia/Tokyo", "days:mon-sun", "clear:role"):
        told = await server.said(f"/daily set channel:#general {options}")
        assert COUNTS_LATER in told
        assert f"Next: {server.sandbox.now + DAY:%Y-%m-%d} 0" in told
    await server.until("00:30")
    assert len(server.texts()) == 2
    assert server.places()[1:] == ["1.1"], "the other document counts from the next date, too"


async def test_the_local_date_counts_not_that_of_utc(server: Server) -> None:
    """At 23:00 UTC it is tomorrow already in Tokyo; its post of tomorrow is to come."""
    await server.until("22:00")
    await server.said("/daily set channel:#general time:07:30 timezone:Asia/Tokyo")
    await server.until("22:45")
    assert len(server.posts()) == 1
    assert COUNTS_LATER in await server.said("/daily set channel:#general time:08:30")
    await server.until("00:30")
    assert len(server.posts()) == 1
    await server.until("00:30")
    assert [post.at.strftime("%H:%M") for post in server.posts()] == ["22:30", "23:30"]


async def test_all_documents_in_order_and_then_the_first_again(server: Server) -> None:
    await server.set("document:all")
    await server.until(days=14)
    assert server.places() == [*TWELVE, "1.1", "3.1", "1.1"]
    assert ["Other, paragraph" in text for text in server.texts()] == [False] * 12 + [True, True, False]


@pytest.mark.parametrize("known", [False, True], ids=["before the next post", "once it is suspended"])
async def test_it_moves_from_a_deleted_channel_with_its_settings_its_order_and_its_history(
    server: Server, known: bool
) -> None:
    await server.set("days:mon-sun order:sequence document:all")
    await server.until()
    await server.sandbox.events.delete_channel(server.channel())
    server.go(channel="news")
    assert "with another channel goes on there" in await server.said("/daily show")
    if known:
        await server.until()
        assert "failed (10003): the channel was deleted" in await server.said("/daily show")
    moved = await server.said("/daily set channel:#news")
    assert "Set: #news every day at 09:00 UTC, from all documents" in moved
    assert MOVED in moved
    shown = await server.said("/daily show")
    assert "1 daily post\n#news" in shown
    assert "goes on there" not in shown
    await server.until()
    assert server.places() == ["1.1"]
    assert server.places("news") == ["2.1"]
    assert len(re.findall("sent|failed", await server.said("/daily history"))) == (3 if known else 2)


async def test_it_does_not_move_into_one_that_is_there_nor_from_a_channel_that_is_there(server: Server) -> None:
    await server.set()
    await server.set("order:shuffle", "news")
    await server.sandbox.events.delete_channel(server.channel())
    server.go(channel="news")
    told = await server.said("/daily set channel:#news time:10:00")
    assert MOVED not in told
    assert "2 daily posts" in await server.said("/daily show")
    await server.sandbox.events.add_channel(Channel(server.guild.id + 30, "new", Kind.TEXT, server.guild.id))
    assert MOVED in await server.said("/daily set channel:#new")
    await server.sandbox.events.add_channel(Channel(server.guild.id + 31, "newer", Kind.TEXT, server.guild.id))
    assert "That channel has no daily post yet" in await server.said("/daily set channel:#newer")


async def test_twenty_at_most(server: Server) -> None:
    for number in range(21):
        channel = Channel(server.guild.id + 30 + number, f"room-{number}", Kind.TEXT, server.guild.id)
        await server.sandbox.events.add_channel(channel)
    for number in range(20):
        await server.set(channel=f"room-{number}")
    told = await server.said("/daily set channel:#room-20 time:09:00 timezone:UTC")
    assert "This server has 20 daily posts, the most there can be. /daily remove makes room." in told
    assert "Set: #room-3 every day at 11:00 UTC" in await server.said("/daily set channel:#room-3 time:11")
    await server.said(f"/daily remove channel:{server.channel('room-7').id}")
    await server.sandbox.press("Remove")
    await server.set(channel="room-20")


async def test_set_again_it_goes_on_where_its_order_was(server: Server) -> None:
    """Changes of time, days and zone neither repeat a commitment nor leave one out."""
    await server.set("order:shuffle")
    await server.until(days=1)
    await server.said("/daily set channel:#general time:09:30")
    await server.until("10:00", days=1)
    await server.said("/daily set channel:#general timezone:Europe/Kyiv days:mon-sun")
    await server.sandbox.wait(9 * DAY)
    assert sorted(server.places()) == sorted(TWELVE)
