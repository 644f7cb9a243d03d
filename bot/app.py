"""The composition root: opens the databases, builds the services, runs the client; has the one real clock."""

from __future__ import annotations

import asyncio
import gc
import logging
import signal
import sys
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from typing import Final

from bot.client import Herald, Services, why_stopped
from bot.config import Settings
from bot.daily import new_rules
from bot.daily.claims import Claims
from bot.daily.delivery import Deliverer
from bot.daily.membership import Membership
from bot.daily.outlook import Outlook
from bot.daily.scheduler import Scheduler
from bot.daily.subscriptions import Subscriptions
from bot.errors import SeedErrors
from bot.library import Library
from bot.model import Clock
from bot.storage.database import Database, DatabaseError, open_database
from bot.traffic import Traffic
from cogs import EXTENSIONS
from cogs.poster import ChannelPoster

LIBRARY_FILE: Final = "library.db"
STATE_FILE: Final = "state.db"
OK: Final = 0
FAILED: Final = 1
UNUSABLE: Final = 2
SWITCH_INTERVAL: Final = 0.0005
ON_TIME: Final = timedelta(minutes=2)
"""The least grace: a post is never due and sent at the very same instant."""
LAST_ANSWERS: Final = 5.0
"""Seconds that deliveries under way have when the bot is told to stop."""
_LONGEST_SLEEP: Final = 30.0
_log = logging.getLogger(__name__)


class SystemClock:
    """The machine's time."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    async def sleep_until(self, moment: datetime) -> None:
        # In short steps, because a machine that slept, or whose clock was set, must notice soon.
        while (left := (moment - self.now()).total_seconds()) > 0:  # noqa: ASYNC110 - it waits for the clock
            await asyncio.sleep(min(left, _LONGEST_SLEEP))


async def run(settings: Settings, clock: Clock, *, sync: bool = False) -> int:
    """Run the bot until it is told to stop (SIGTERM, Ctrl-C) or cannot go on; return the exit code."""
    # A database's thread has its answer within microseconds, then waits for the interpreter's lock: by
    # default up to 5 ms while the event loop is busy, for each of its steps.
    sys.setswitchinterval(SWITCH_INTERVAL)
    if settings.token is None:
        _log.error("DISCORD_TOKEN is not set")
        return UNUSABLE
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        async with AsyncExitStack() as stack:
            library_path, state_path = settings.data_dir / LIBRARY_FILE, settings.data_dir / STATE_FILE
            library_database = await stack.enter_async_context(open_database(library_path, "library"))
            state = await stack.enter_async_context(open_database(state_path, "state"))
            library = Library(library_database, settings.seeds_dir)
            await library.start()
            await new_rules.apply(state)
            traffic = Traffic(clock)
            client = await stack.enter_async_context(Herald(settings, state, traffic, EXTENSIONS, sync=sync))
            services = _services(settings, clock, library, state, client, traffic)
            client.services = services
            return await _serve(client, services.scheduler, settings.token)
    except (DatabaseError, SeedErrors) as error:
        _log.error("%s", error)
    except OSError as error:
        _log.error("%s: %s", error.filename or settings.data_dir, error.strerror or error)
    return FAILED


def _services(
    settings: Settings, clock: Clock, library: Library, state: Database, client: Herald, traffic: Traffic
) -> Services:
    poster, grace = ChannelPoster(client), max(settings.daily_grace, ON_TIME)
    claims = Claims(state, library, clock)
    deliverer = Deliverer(state, library, claims, poster, clock, grace)
    scheduler = Scheduler(state, claims, deliverer, poster, clock, grace)
    return Services(
        settings=settings,
        library=library,
        subscriptions=Subscriptions(state, library, scheduler, clock),
        outlook=Outlook(state, library, clock),
        membership=Membership(state, scheduler, clock),
        scheduler=scheduler,
        deliverer=deliverer,
        traffic=traffic,
        clock=clock,
        databases=(settings.data_dir / LIBRARY_FILE, settings.data_dir / STATE_FILE),
    )


async def _serve(client: Herald, scheduler: Scheduler, token: str) -> int:
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    delivering = asyncio.create_task(_deliver(client, scheduler))
    tasks = {asyncio.create_task(client.start(token)), delivering, asyncio.create_task(stopped.wait())}
    done, running = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    scheduler.stop()
    if client.is_ready():
        # What is being posted may have its answer first; what has none soon is settled at the next start.
        await asyncio.wait({delivering}, timeout=LAST_ANSWERS)
    await client.close()  # by which its own task ends
    stopped.set()
    delivering.cancel()
    await asyncio.wait(running)
    for task in done:
        error = task.exception()
        if error is not None:
            sentence = why_stopped(error)
            _log.error("%s", sentence or "Herald stops", exc_info=None if sentence else error)
            return FAILED
    return OK


async def _deliver(client: Herald, scheduler: Scheduler) -> None:
    await client.wait_until_ready()
    # The servers are here to stay. A full collection that looks at them all would hold up every command meanwhile.
    gc.collect()
    gc.freeze()
    await scheduler.run()
