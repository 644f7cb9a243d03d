"""How many due posts a second go through claim, send and record where Discord answers at once."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter, process_time

from bot.daily.claims import Claims
from bot.daily.delivery import Deliverer
from bot.daily.posting import Absent, Post, Result, Sent
from bot.daily.scheduler import Scheduler
from bot.library import Library
from bot.model import Subscription
from bot.storage.database import open_database
from tests.bench import states

ROOT = Path(__file__).parents[2]
DUE = datetime(2026, 6, 15, 6, tzinfo=UTC)
GRACE = timedelta(hours=6)
_DAY = timedelta(days=1)


@dataclass(slots=True)
class SetClock:
    """A clock that stands where it was set."""

    moment: datetime

    def now(self) -> datetime:
        return self.moment

    async def sleep_until(self, moment: datetime) -> None:
        self.moment = max(self.moment, moment)


@dataclass(slots=True)
class Instant:
    """A Discord that takes every post at once."""

    sent: int = 0

    def writable(self, guild_id: int, channel_id: int) -> bool | None:
        return True

    async def send(self, post: Post) -> Result:
        self.sent += 1
        return Sent(self.sent)

    async def find(self, guild_id: int, channel_id: int, nonce: str, since: datetime) -> Sent | Absent:
        return Absent()

    async def decorate(self, subscription: Subscription, post: Post, message_id: int) -> str | None:
        return None

    async def tell(self, guild_id: int, untold: Sequence[Subscription]) -> bool:
        return False


@dataclass(frozen=True, slots=True)
class Daily:
    """A scheduler as `bot.app` makes it, but for its clock and its Discord."""

    scheduler: Scheduler
    clock: SetClock
    discord: Instant

    async def deliver(self, due: datetime) -> int:
        """Deliver what is due at a moment; return how much of it was posted."""
        before, self.clock.moment = self.discord.sent, due
        await self.scheduler.deliver_due(due)
        await self.scheduler.drain()
        return self.discord.sent - before


@asynccontextmanager
async def opened(state: Path, now: datetime) -> AsyncIterator[Daily]:
    """Open a state database as a bot does; the library is made beside it where there is none."""
    async with (
        open_database(state.with_name("library.db"), "library") as library_database,
        open_database(state, "state") as database,
    ):
        library = Library(library_database, ROOT / "seeds")
        await library.start()
        clock, discord = SetClock(now), Instant()
        claims = Claims(database, library, clock)
        deliverer = Deliverer(database, library, claims, discord, clock, GRACE)
        yield Daily(Scheduler(database, claims, deliverer, discord, clock, GRACE), clock, discord)


@dataclass(slots=True)
class Rounds:
    """Of each round: deliveries a second, and milliseconds of processor time of each."""

    rate: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)

    def add(self, count: int, wall: float, processor: float) -> None:
        self.rate.append(count / wall)
        self.processor.append(processor * 1000 / count)


async def measure(folder: Path, count: int, rounds: int) -> tuple[Rounds, Rounds]:
    """Deliver a due batch day after day; return Herald's rounds and those of the bare statements."""
    state, other = folder / "state-due.db", folder / "state-bare.db"
    places = [(10**18 + (index // 20 << 22), 2 * 10**18 + index) for index in range(count)]
    for path in (state, other):
        await states.write(path, states.together(places, DUE))
    herald, bare = Rounds(), Rounds()
    async with opened(state, DUE) as daily:
        with closing(sqlite3.connect(other, isolation_level=None)) as connection:
            connection.execute("PRAGMA synchronous = FULL")  # as Herald's
            for number in range(rounds + 1):
                due = DUE + number * _DAY
                wall, processor = perf_counter(), process_time()
                posted = await daily.deliver(due)
                between, between_processor = perf_counter(), process_time()
                done = _bare(connection, int(due.timestamp()))
                if {posted, done} != {count}:
                    raise SystemExit(f"of {count} due posts {posted} were delivered, and {done} by bare statements")
                if number:  # the first round warms up
                    herald.add(count, between - wall, between_processor - processor)
                    bare.add(count, perf_counter() - between, process_time() - between_processor)
    return herald, bare


def _bare(connection: sqlite3.Connection, due: int) -> int:
    """Do the least that a ledger needs for each due row: two transactions, in one thread, without any judgement."""
    rows = connection.execute("SELECT * FROM subscriptions WHERE next_due_at <= ?", (due,)).fetchall()
    for id_, *_ in rows:
        day = str(due)
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("UPDATE subscriptions SET next_due_at = ? WHERE id = ?", (due + 86_400, id_))
        connection.execute(
            "INSERT INTO deliveries (subscription_id, local_date, due_at, claimed_at, digest, next_attempt_at)"
            " VALUES (?, date(?, 'unixepoch'), ?, ?, ?, ?)",
            (id_, due, due, due, day, due),
        )
        connection.execute("COMMIT")
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(
            "UPDATE deliveries SET outcome = 'sent', message_id = ?, ended_at = ?, next_attempt_at = NULL"
            " WHERE subscription_id = ? AND local_date = date(?, 'unixepoch')",
            (id_, due, id_, due),
        )
        connection.execute("COMMIT")
    return len(rows)
