"""A scheduler on a real database, with a clock that is set and a channel that does as it is told."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.daily.claims import Claims
from bot.daily.delivery import Deliverer
from bot.daily.membership import Membership
from bot.daily.outlook import Outlook
from bot.daily.plan import Change
from bot.daily.scheduler import Scheduler
from bot.daily.subscriptions import Subscriptions
from bot.library import Library
from bot.model import Subscription
from bot.storage.database import Database, open_database
from tests.daily.fakes import FakePoster, SetClock

SEEDS = Path(__file__).parents[2] / "seeds"
GUILD, CHANNEL = 100, 200
GRACE = timedelta(hours=6)
MEMORY = Path("/dev/shm") if Path("/dev/shm").is_dir() else None
"""Where a test with thousands of transactions keeps its databases: waiting for a disk would prove nothing."""


@dataclass
class Daily:
    """Everything about the daily post, put together as `bot.app` does it."""

    database: Database
    library: Library
    clock: SetClock
    channel: FakePoster
    claims: Claims
    deliverer: Deliverer
    scheduler: Scheduler
    subscriptions: Subscriptions
    outlook: Outlook
    membership: Membership

    async def put(
        self,
        channel: int = CHANNEL,
        at: str | None = "09:00",
        zone: str | None = "UTC",
        guild: int = GUILD,
        **more: Any,
    ) -> Subscription:
        put = await self.subscriptions.put(guild, channel, Change(at=at, zone=zone, **more))
        return put.subscription

    def scheduler_on(self, database: Database) -> Scheduler:
        """Return another scheduler, as of another process where the database is another connection."""
        claims = Claims(database, self.library, self.clock)
        deliverer = Deliverer(database, self.library, claims, self.channel, self.clock, GRACE)
        return Scheduler(database, claims, deliverer, self.channel, self.clock, GRACE)

    async def change(self, channel: int = CHANNEL, **what: Any) -> Subscription:
        """Change what is named and leave the rest as it is."""
        return await self.put(channel, **({"at": None, "zone": None} | what))

    async def again(self, channel: int = CHANNEL) -> Subscription:
        """Return a channel's subscription as it is now."""
        return await self.subscriptions.one(GUILD, channel)

    async def deliver(self) -> int:
        """Deliver what is due now, to the end of every attempt."""
        looked_at = await self.scheduler.deliver_due(self.clock.moment)
        await self.scheduler.drain()
        return looked_at

    async def at(self, *moment: int) -> int:
        """Deliver what is due at a moment of 2026, given as month, day, hour, minute, second."""
        self.clock.moment = datetime(2026, *moment, tzinfo=UTC)  # type: ignore[arg-type,misc]
        return await self.deliver()

    async def after(self, wait: timedelta) -> int:
        self.clock.moment += wait
        return await self.deliver()

    async def rows(self, columns: str) -> list[tuple[Any, ...]]:
        rows = await self.database.read(f"SELECT {columns} FROM deliveries ORDER BY subscription_id, local_date")
        return [tuple(row) for row in rows]

    async def ledger(self) -> list[tuple[Any, ...]]:
        return await self.rows("local_date, outcome, reason")

    async def execute(self, sql: str, *parameters: object) -> None:
        async with self.database.write() as connection:
            await connection.execute(sql, parameters)


@asynccontextmanager
async def daily_in(
    folder: Path, clock: SetClock, channel: FakePoster, *, seeds: Path = SEEDS, grace: timedelta = GRACE
) -> AsyncIterator[Daily]:
    """Open what a bot opens at its start; the same folder again is a restart."""
    async with (
        open_database(folder / "library.db", "library") as library_database,
        open_database(folder / "state.db", "state") as state,
    ):
        library = Library(library_database, seeds)
        await library.start()
        claims = Claims(state, library, clock)
        deliverer = Deliverer(state, library, claims, channel, clock, grace)
        scheduler = Scheduler(state, claims, deliverer, channel, clock, grace)
        yield Daily(
            state,
            library,
            clock,
            channel,
            claims,
            deliverer,
            scheduler,
            Subscriptions(state, library, scheduler, clock),
            Outlook(state, library, clock),
            Membership(state, scheduler, clock),
        )
        await scheduler.drain()


@pytest.fixture
async def daily(tmp_path: Path) -> AsyncIterator[Daily]:
    clock = SetClock()
    async with daily_in(tmp_path, clock, FakePoster(clock)) as opened:
        yield opened


def seed(folder: Path, slug: str, promises: int, *, title: str | None = None) -> None:
    """Write a seed with so many key commitments."""
    folder.mkdir(exist_ok=True)
    text = "\n\n".join(f"We will keep promise {n} of {slug} for everybody." for n in range(1, promises + 1))
    (folder / f"{slug}.txt").write_text(text or "Nothing is promised here.\n\nNothing at all.", encoding="utf-8")
    if title is not None:
        (folder / f"{slug}.toml").write_text(f"title = '{title}'\nshort_title = '{title}'\n", encoding="utf-8")


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    """Three documents of their own: two with commitments and one without, the first with a comma in its title."""
    folder = tmp_path / "seeds"
    seed(folder, "alpha", 3, title="Alpha, the first")
    seed(folder, "beta", 4)
    seed(folder, "empty", 0)
    return folder


@pytest.fixture
async def several(tmp_path: Path, seeds: Path) -> AsyncIterator[Daily]:
    """The same, with these documents."""
    clock = SetClock()
    async with daily_in(tmp_path, clock, FakePoster(clock), seeds=seeds) as opened:
        yield opened
