"""A due batch over the wire: the real bot, Discord's limits and latency, and people who ask meanwhile."""

from __future__ import annotations

import asyncio
import gc
import sqlite3
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from time import monotonic

from bot.app import STATE_FILE
from bot.sandbox.commons import crowd
from bot.sandbox.ratelimit import RateLimits
from bot.sandbox.rest import Request
from bot.sandbox.sandbox import Sandbox
from tests.bench import process, states
from tests.bench.batch import DUE, ROOT
from tests.bench.commands import Bot

LIMIT = 50
"""Requests a second that the sandbox allows."""
LATENCY = 0.05
BETWEEN_QUESTIONS = 0.05
"""Seconds from one /quote to the next, whether it was answered or not."""
_MESSAGES = "/channels/{channel_id}/messages"
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Batch:
    """One round; times in seconds, memory in MiB.

    `stall` is how long this process, which is the Discord, did not get to run at most: then requests pile up and seem
    to have come at once, and answers seem late.
    """

    delivered: int
    twice: int
    limited: int
    rate: float
    most_in_a_second: int
    asked: list[float]
    asked_in_quiet: list[float]
    processor: float
    memory: tuple[float, float]
    stall: float


async def measure(folder: Path, guilds: int, channels: int, rounds: int, quiet: float) -> list[Batch]:
    """Have every channel of so many servers due at one minute, day after day.

    After each batch come `quiet` seconds with questions alone.
    """
    limits = RateLimits(overall=LIMIT)
    sandbox = Sandbox(
        at=DUE - timedelta(minutes=1), data=folder, seeds=ROOT / "seeds", limits=limits, latency=LATENCY
    )
    places = [(channel.guild_id or 0, channel.id) for channel in crowd(sandbox.world, guilds, channels)]
    await states.write(folder / STATE_FILE, states.together(places, DUE))
    async with sandbox:
        bot = Bot(sandbox)
        await bot.ask("quote")
        return [await _round(bot, folder, number, quiet) for number in range(rounds)]


async def _round(bot: Bot, folder: Path, number: int, quiet: float) -> Batch:
    sandbox, due = bot.sandbox, DUE + number * _DAY
    sandbox.requests.clear()
    posted, memory, processor = len(sandbox.world.posted), process.memory(bot.pid), process.processor(bot.pid)
    with _no_garbage_collected():
        delivering = asyncio.create_task(sandbox.wait_until(due))
        stalling = asyncio.create_task(_longest_stall(delivering.done))
        asked = await _ask(bot, delivering.done)
        await delivering
    used, memory_after = process.processor(bot.pid) - processor, process.memory(bot.pid)
    requests = [request for request in sandbox.requests if _is_counted(request)]
    arrived = sorted(r.received for r in requests if r.method == "POST" and r.template == _MESSAGES)
    times = Counter(message.channel.id for message in sandbox.world.posted[posted:])
    until = monotonic() + quiet
    asked_in_quiet = await _ask(bot, lambda: monotonic() > until)
    return Batch(
        delivered=min(len(times), _recorded(folder / STATE_FILE, due.date())),
        twice=sum(count > 1 for count in times.values()),
        limited=sum(request.status == 429 for request in sandbox.requests),
        rate=(len(arrived) - 1) / (arrived[-1] - arrived[0]),
        most_in_a_second=_most_in_a_second(sorted(request.received for request in requests)),
        asked=asked,
        asked_in_quiet=asked_in_quiet,
        processor=used,
        memory=(memory, memory_after),
        stall=await stalling,
    )


@contextmanager
def _no_garbage_collected() -> Iterator[None]:
    """Spare this Discord the stalls that come of it."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


async def _longest_stall(done: Callable[[], bool]) -> float:
    longest, step = 0.0, 0.005
    while not done():
        before = monotonic()
        await asyncio.sleep(step)
        longest = max(longest, monotonic() - before - step)
    return longest


async def _ask(bot: Bot, done: Callable[[], bool]) -> list[float]:
    """Ask for a paragraph again and again, each time as somebody else, and return how long each answer took."""
    questions: list[asyncio.Task[float]] = []
    while not done():
        questions.append(asyncio.create_task(bot.ask("quote", keep=True)))
        await asyncio.sleep(BETWEEN_QUESTIONS)
    return list(await asyncio.gather(*questions))


def _is_counted(request: Request) -> bool:
    """Tell whether a request counts for Discord's limit of all."""
    return not request.path.startswith(("/interactions/", "/webhooks/"))


def _most_in_a_second(arrived: list[float]) -> int:
    """Return how many of these ascending moments lie in the fullest second, wherever it begins."""
    return max(bisect_left(arrived, moment + 1) - index for index, moment in enumerate(arrived))


def _recorded(state: Path, day: date) -> int:
    with closing(sqlite3.connect(f"{state.as_uri()}?mode=ro", uri=True)) as connection:
        found = connection.execute(
            "SELECT count(*) FROM deliveries WHERE date(due_at, 'unixepoch') = ? AND outcome = 'sent'",
            (day.isoformat(),),
        )
        return int(found.fetchone()[0])
