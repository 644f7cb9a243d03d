"""What may have become of a request: told by what a server of our own answers, or does not."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
import pytest
from aiohttp import test_utils, web
from yarl import URL

from bot.traffic import INVALID_LIMIT, RATE, Held, TooLate, Traffic, Watch
from tests.daily.fakes import SetClock
from tests.test_traffic import VIA, counted, end, start


@dataclass
class Server:
    """Answers with the status that is asked for, or cuts the connection, or never answers."""

    session: aiohttp.ClientSession
    url: URL
    asked: asyncio.Event

    async def ask(self, *what: str) -> list[int]:
        found = []
        for each in what:
            url = self.url / f"api/v10/channels/1/{each}" if each != "refuse" else URL(f"http://127.0.0.1:{closed()}")
            async with self.session.get(url) as answer:
                found.append(answer.status)
        return found


def closed() -> int:
    """Return a port on which nobody listens."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@asynccontextmanager
async def server_for(traffic: Traffic) -> AsyncIterator[Server]:
    asked = asyncio.Event()

    async def answer(request: web.Request) -> web.StreamResponse:
        asked.set()
        what = request.match_info["what"]
        if what == "hang":
            await asyncio.Event().wait()
        if what == "cut" and request.transport is not None:
            request.transport.close()
        return web.Response(status=int(what) if what.isdigit() else 200, headers=VIA)

    app = web.Application()
    app.router.add_get("/api/v10/channels/1/{what}", answer)
    async with (
        test_utils.TestServer(app) as server,
        aiohttp.ClientSession(trace_configs=[traffic.trace()]) as session,
    ):
        yield Server(session, server.make_url("/"), asked)


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with server_for(Traffic(SetClock(), rate=1e9)) as opened:
        yield opened


@pytest.mark.parametrize(
    ("what", "doubtful"),
    [
        ("400", False),
        ("401", False),
        ("403", False),
        ("404", False),
        ("429", False),
        ("refuse", False),
        ("500", True),
        ("502", True),
        ("503", True),
        ("cut", True),
        # The work was done; what is read of the answer afterwards may still be cut.
        ("200", True),
        ("204", True),
        # A refusal says nothing of the requests before it.
        ("500 404", True),
        ("429 404", False),
        ("cut 403", True),
        ("503 refuse", True),
        ("404 cut", True),
    ],
)
async def test_whether_the_work_may_have_been_done(server: Server, what: str, doubtful: bool) -> None:
    async with Watch(30) as watch:
        for each in what.split():
            try:
                await server.ask(each)
            except aiohttp.ClientError:
                continue
    assert watch.doubtful is doubtful


async def test_a_request_that_is_cancelled_may_have_done_its_work(server: Server) -> None:
    watches: list[Watch] = []

    async def ask() -> None:
        async with Watch(30) as watch:
            watches.append(watch)
            await server.ask("hang")

    task = asyncio.create_task(ask())
    await server.asked.wait()
    task.cancel()
    await asyncio.wait({task})
    assert watches[0].doubtful


async def test_a_request_that_takes_too_long_ends_and_may_have_done_its_work(server: Server) -> None:
    watch = Watch(0)
    with pytest.raises(TimeoutError):
        async with watch:
            await server.ask("hang")
    assert watch.doubtful


async def test_each_watches_its_own_requests_alone(server: Server) -> None:
    async def ask(what: str) -> bool:
        async with Watch(30) as watch:
            await server.ask(what)
        return watch.doubtful

    assert await asyncio.gather(*map(ask, ["500", "404", "503", "403"])) == [True, False, True, False]
    await server.ask("500")


async def test_when_it_has_stopped_nothing_was_asked_and_nothing_is_in_doubt() -> None:
    traffic = Traffic(SetClock(), rate=1e9)
    async with server_for(traffic) as server:
        for _ in range(INVALID_LIMIT):
            await end(traffic, 403)
        watch = Watch(30)
        with pytest.raises(Held):
            async with watch:
                await server.ask("200")
        assert not watch.doubtful
        assert not server.asked.is_set()


def test_what_is_waited_between_requests_is_not_cut_short_after_a_429_alone() -> None:
    async def wait(status: int) -> bool:
        traffic = Traffic(SetClock())
        try:
            async with Watch(30):
                for _ in range(3):
                    await start(traffic)
                    await end(traffic, status, VIA)
                    await asyncio.sleep(1000)
        except TimeoutError:
            return False
        return True

    assert counted(lambda: wait(429))
    assert not counted(lambda: wait(503))


def test_what_waits_for_its_turn_is_not_cut_short() -> None:
    async def wait() -> float:
        traffic = Traffic(SetClock())
        waiting = [asyncio.create_task(start(traffic)) for _ in range(int(RATE) * 100)]
        await asyncio.sleep(0)
        async with Watch(1):
            left = await start(traffic)
        await asyncio.gather(*waiting)
        return left

    assert counted(wait) > 90


def test_no_request_is_started_when_the_time_for_it_is_over() -> None:
    async def wait() -> int:
        traffic, started = Traffic(SetClock()), 0
        watch = Watch(30, within=90)
        try:
            async with watch:
                while True:
                    await start(traffic)
                    started += 1
                    await end(traffic, 429, VIA)
                    await asyncio.sleep(40)
        except TooLate:
            assert not watch.doubtful
        return started

    assert counted(wait) == 3
