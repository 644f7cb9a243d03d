"""Every request to Discord passes here: paced where Discord counts it, and watched for what became of it."""

from __future__ import annotations

import asyncio
import logging
import math
from collections import deque
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import datetime, timedelta
from types import SimpleNamespace, TracebackType
from typing import Final, Self

import aiohttp
from aiolimiter import AsyncLimiter
from yarl import URL

from bot.model import Clock

RATE: Final = 46.0
"""Requests a second, of those that are not answers to interactions; Discord allows 50."""
_AT_ONCE: Final = 2
"""So that one started late is made up for; in any one second there are at most RATE and this."""
INVALID_LIMIT: Final = 5000
"""Invalid requests within INVALID_WINDOW at which sending stops; at twice as many Discord bans the address."""
INVALID_WINDOW: Final = timedelta(minutes=10)
STOPPED_FOR: Final = timedelta(minutes=1)
LONGEST_WAIT: Final = timedelta(seconds=30)
"""What discord.py waits by itself; a longer wait is planned with."""
_INVALID: Final = (401, 403, 429)
_log = logging.getLogger(__name__)


class TooLate(Exception):
    """A request was about to be started when the time for it was over."""


class Held(Exception):
    """A request must not be made before `wait` is over; `reason` is a code."""

    def __init__(self, reason: str, wait: timedelta) -> None:
        super().__init__(reason)
        self.reason = reason
        self.wait = wait


class Watch:
    """Watches the requests that are made in its block, discord.py's own repetitions included.

    `doubtful` where the work of one may have been done: a refusal says nothing of the ones before it. A request that
    takes longer than `seconds` ends the block with TimeoutError, one that would be started later than `within`
    seconds with TooLate. What discord.py waits between requests is not cut short: a task that is cancelled while it
    waits for a global limit would hold up every other request for good.
    """

    def __init__(self, seconds: float, within: float = math.inf) -> None:
        self.doubtful = False
        self._seconds = seconds
        self._latest = asyncio.get_running_loop().time() + within
        self._limit = asyncio.timeout(None)

    async def __aenter__(self) -> Self:
        await self._limit.__aenter__()
        self._token = _watching.set(self)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        _watching.reset(self._token)
        await self._limit.__aexit__(kind, error, traceback)

    def start(self) -> None:
        now = asyncio.get_running_loop().time()
        if now > self._latest:
            raise TooLate
        self._limit.reschedule(now + self._seconds)

    def answer(self, status: int) -> None:
        self.doubtful |= not 400 <= status < 500
        if status == 429:
            self._limit.reschedule(None)


_watching: ContextVar[Watch | None] = ContextVar("watching", default=None)


class Traffic:
    """One pace for all requests but answers to interactions, without bursts, and the count of invalid ones."""

    def __init__(self, clock: Clock, rate: float = RATE) -> None:
        self._clock = clock
        # Not AsyncLimiter(46, 1): it would let 46 leave at once, and as many in the rest of that second.
        self._limiter = AsyncLimiter(_AT_ONCE, _AT_ONCE / rate)
        self._invalid: deque[datetime] = deque()
        self._held_until = clock.now()
        self._told = False

    @property
    def stopped(self) -> bool:
        """Whether sending has stopped because of too many invalid requests."""
        while self._invalid and self._clock.now() - self._invalid[0] > INVALID_WINDOW:
            self._invalid.popleft()
        stopped = len(self._invalid) >= INVALID_LIMIT
        if stopped and not self._told:
            _log.error("%d invalid requests in ten minutes: nothing is posted until they are fewer", INVALID_LIMIT)
        self._told = stopped
        return stopped

    def trace(self) -> aiohttp.TraceConfig:
        """Return what aiohttp asks before and tells after every request, discord.py's own repetitions included."""
        config = aiohttp.TraceConfig()
        config.on_request_start.append(self._start)
        config.on_request_end.append(self._end)
        config.on_request_exception.append(self._fail)
        return config

    async def _start(
        self, _session: aiohttp.ClientSession, _context: SimpleNamespace, asked: aiohttp.TraceRequestStartParams
    ) -> None:
        if not _is_counted(asked.url):
            return
        watch = _watching.get()
        if watch is not None:
            self._hold()
        await self._limiter.acquire()
        if watch is not None:
            self._hold()  # again: it may have begun while this one waited for its turn
            watch.start()

    def _hold(self) -> None:
        """Raise Held while sending has stopped, or Discord wants all requests to wait longer than discord.py does."""
        if self.stopped:
            raise Held("stopped", STOPPED_FOR)
        wait = self._held_until - self._clock.now()
        if wait > timedelta():
            raise Held("HTTP 429", wait)

    async def _end(
        self, _session: aiohttp.ClientSession, _context: SimpleNamespace, answered: aiohttp.TraceRequestEndParams
    ) -> None:
        status = answered.response.status
        if watch := _watching.get():
            watch.answer(status)
        headers = answered.response.headers
        if status in _INVALID and headers.get("X-RateLimit-Scope") != "shared":
            self._invalid.append(self._clock.now())
        if status == 429 and ("X-RateLimit-Global" in headers or "Via" not in headers):
            wait = retry_after(headers)
            if wait > LONGEST_WAIT or "Via" not in headers:
                self._held_until = max(self._held_until, self._clock.now() + wait)

    async def _fail(
        self, _session: aiohttp.ClientSession, _context: SimpleNamespace, failed: aiohttp.TraceRequestExceptionParams
    ) -> None:
        if (watch := _watching.get()) and not isinstance(failed.exception, aiohttp.ClientConnectorError):
            watch.doubtful = True


def retry_after(headers: Mapping[str, str]) -> timedelta:
    """Return how long Discord wants to be left alone; a minute where it does not say."""
    try:
        return timedelta(seconds=min(float(headers["Retry-After"]), 86400))
    except (KeyError, ValueError):
        return timedelta(minutes=1)


def _is_counted(url: URL) -> bool:
    """Tell whether a request counts for Discord's limit of all; interactions have one of their own."""
    return url.scheme.startswith("http") and not {"interactions", "webhooks"} & set(url.parts)
