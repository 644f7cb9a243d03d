"""What suspends a daily post over the wire, and what does not; nothing of its settings is lost."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.wire.servers import SEND, THREADS, VIEW, Server

pytestmark = pytest.mark.asyncio(loop_scope="module")

FULL = "days:mon-sun document:nato-ukraine-2023 order:shuffle role:Alerts thread:true"
SET = "every day at 09:00 UTC, from nato-ukraine-2023, shuffled, mentioning @Alerts, with a thread"
NO_ACCESS = "I cannot see the channel (Missing Access). Give me View Channel there; posts then go on by themselves."
NO_PERMISSION = "I may not post there (Missing Permissions). Give me Send Messages; posts then go on by themselves."
NO_CHANNEL = "the channel was deleted. /daily set with another channel goes on there."


async def delete(server: Server) -> None:
    await server.sandbox.events.delete_channel(server.channel())
    server.go(channel="news")


CAUSES: list[tuple[str, Callable[[Server], Awaitable[None]], str]] = [
    ("50001", lambda server: server.permit(deny=VIEW), NO_ACCESS),
    ("50013", lambda server: server.permit(allow=THREADS, deny=SEND), NO_PERMISSION),
    ("10003", delete, NO_CHANNEL),
]


@pytest.mark.parametrize(("code", "befall", "words"), CAUSES, ids=[row[0] for row in CAUSES])
async def test_three_codes_suspend_with_one_request_and_one_notice_over_days(
    server: Server, code: str, befall: Callable[[Server], Awaitable[None]], words: str
) -> None:
    await server.permit(allow=THREADS)
    await server.set(FULL)
    await befall(server)
    await server.until(days=3)
    assert server.posts() == []
    assert len(server.attempts()) == 1, "from the second day on nothing is asked of Discord"
    told = await server.said("/daily show")
    assert told.count("is suspended: ") == 1
    assert f"is suspended: {words} Its settings are kept." in told
    assert f"{SET}\nSuspended: {words}" in told
    assert "is suspended" not in await server.said("/daily show")
    history = await server.said("/daily history")
    assert history.count(f"missed (suspended {code}): suspended: ") == 3
    assert f"failed ({code}): " in history
    await server.until(days=2)
    assert "is suspended" not in await server.said("/daily show")
    if code == "10003":
        await server.sandbox.restart()
        await server.until()
        assert len(server.attempts()) == 1
        await server.permit("news", allow=THREADS)
        assert f"Set: #news {SET}" in await server.said("/daily set channel:#news")
    else:
        await server.permit(allow=THREADS)
    await server.until()
    assert len(server.posts() + server.posts("news")) == 1
    assert "Suspended" not in await server.said("/daily show")


def answer(status: int, code: int) -> dict[str, Any]:
    return {"status": status, "body": {"code": code, "message": "No"}}


OTHERS: list[tuple[str, dict[str, Any]]] = [
    ("50035", answer(400, 50035)),
    ("50006", answer(400, 50006)),
    ("20028", answer(403, 20028)),
    ("50009", answer(403, 50009)),
    ("403", answer(403, 0)),
    ("10008", answer(404, 10008)),
    ("10004", answer(404, 10004)),
    ("404", {"status": 404}),
    ("405", {"status": 405}),
]


@pytest.mark.parametrize(("code", "how"), OTHERS, ids=[row[0] for row in OTHERS])
async def test_no_other_refusal_suspends(server: Server, code: str, how: dict[str, Any]) -> None:
    await server.set("role:Alerts")
    server.befall(**how)
    await server.until()
    told = await server.said("/daily show")
    assert "uspended" not in told
    assert f"Last: {server.today}, failed ({code})" in told
    await server.until()
    assert server.places() == ["1.1"]


PASSING: list[tuple[str, dict[str, Any]]] = [
    ("503", {"status": 503}),
    ("cut", {"what": "cut"}),
    ("401", answer(401, 0)),
    ("429", {"status": 429, "body": {"retry_after": 40, "global": False, "message": ""}}),
]


@pytest.mark.parametrize("how", [row[1] for row in PASSING], ids=[row[0] for row in PASSING])
async def test_what_passes_neither_suspends_nor_ends_the_day(server: Server, how: dict[str, Any]) -> None:
    await server.set()
    server.befall(**how)
    await server.until("09:00")
    assert "uspended" not in await server.said("/daily show")
    await server.until()
    assert server.places() == ["1.1"]
    assert "sent, https" in await server.said("/daily show")


async def test_lost_twice_it_is_told_twice(server: Server) -> None:
    await server.set()
    for _ in range(2):
        await server.permit(deny=SEND)
        await server.until()
        assert (await server.said("/daily show")).count("is suspended") == 1
        await server.permit()
        await server.until()
    assert server.places() == ["1.1", "2.1"]


async def test_refused_day_after_day_though_the_permissions_look_well_is_told_once(server: Server) -> None:
    """Discord refuses for reasons of its own, too; every day is tried, since nothing says that it is in vain."""
    await server.set()
    server.befall(times=4, **answer(403, 50013))
    await server.until(days=3)
    assert len(server.attempts()) == 4
    assert (await server.said("/daily show")).count("is suspended") == 1
    server.befall(times=2, **answer(403, 50013))
    await server.until(days=1)
    assert "is suspended" not in await server.said("/daily show")
    await server.until()
    assert server.places() == ["1.1"]
    assert "uspended" not in await server.said("/daily show")
    assert re.findall(r"\((\d+)\)", await server.said("/daily history")) == ["50013"] * 6
