"""State databases as bots of any size have them, written at once and not through commands."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.daily.schedule import first_due
from bot.model import EVERY_DAY
from bot.storage.database import open_database

DOCUMENT = "nato-ukraine-2023"
ZONES = (
    "America/Los_Angeles", "America/New_York", "America/Sao_Paulo", "Asia/Kolkata", "Asia/Tokyo", "Australia/Sydney",
    "Europe/Berlin", "Europe/Kyiv", "Europe/London", "Europe/Warsaw", "Pacific/Auckland", "UTC",
)  # fmt: skip
IN_GUILD = 3
"""Daily posts of a server."""
OF_A_HUNDRED = 100
"""Of so many subscriptions one is paused and one belongs to a server that the bot left."""
PAUSED, LEFT = 98, 99
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Row:
    """A subscription as it is written."""

    guild_id: int
    channel_id: int
    minute: int
    zone: str
    days: int
    due_date: date
    due_at: datetime
    paused: bool = False
    left_at: datetime | None = None


async def write(path: Path, rows: Iterable[Row], days: int = 0) -> None:
    """Make a state database of these subscriptions, each with this many days in its ledger, all of them sent."""
    async with open_database(path, "state"):
        pass  # it has its tables now
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA synchronous = OFF")  # nobody needs it after a power cut
        counted = enumerate(rows, 1)
        while batch := tuple(islice(counted, 10_000)):
            connection.executemany(
                "INSERT INTO subscriptions (id, guild_id, channel_id, minute, zone, document, days, due_date,"
                " next_due_at, paused, left_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (_subscription(number, row) for number, row in batch),
            )
            connection.executemany(
                "INSERT INTO deliveries (subscription_id, local_date, due_at, claimed_at, document, citation, digest,"
                " attempts, tried_at, outcome, message_id, ended_at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, 1, ?, 'sent', ?, ?)",
                (_delivery(number, row, ago) for number, row in batch for ago in range(days, 0, -1)),
            )


def spread(count: int, now: datetime) -> Iterator[Row]:
    """Return so many subscriptions over zones and minutes, full hours more often; none is due before `now`."""
    chance = random.Random(count)
    for index in range(count):
        hour, minute = chance.choice((chance.randrange(24), 7, 8, 9, 12, 18)), chance.choice((0, 0, 30))
        zone = chance.choice(ZONES)
        days = chance.choice((EVERY_DAY, EVERY_DAY, EVERY_DAY, 0b0011111))
        minute = chance.randrange(60) if chance.random() < 0.3 else minute
        day, due = _first_due(now, hour, minute, zone, days)
        left_at = now - _DAY if index % OF_A_HUNDRED == LEFT else None
        guild_id, channel_id = 10**18 + (index // IN_GUILD << 22), 2 * 10**18 + (index << 22)
        paused = index % OF_A_HUNDRED == PAUSED
        yield Row(guild_id, channel_id, hour * 60 + minute, zone, days, day, due, paused, left_at)


@cache
def _first_due(now: datetime, hour: int, minute: int, zone: str, days: int) -> tuple[date, datetime]:
    return first_due(now, time(hour, minute), zone, days=days)


def together(places: Iterable[tuple[int, int]], due: datetime) -> Iterator[Row]:
    """Return the subscriptions of these servers and channels, in many zones, every day at one moment."""
    for index, (guild_id, channel_id) in enumerate(places):
        zone = ZONES[index % len(ZONES)]
        here = due.astimezone(ZoneInfo(zone))
        yield Row(guild_id, channel_id, here.hour * 60 + here.minute, zone, EVERY_DAY, here.date(), due)


def bring_together(path: Path, remainder: int, due: datetime) -> int:
    """Let one of a hundred subscriptions be due at a moment, those with this remainder; return how many that are.

    Their ledgers begin anew: that moment may be of a day that is in them.
    """
    moment = due.astimezone(UTC)
    plan = "UTC", moment.hour * 60 + moment.minute, EVERY_DAY, moment.date().isoformat(), int(moment.timestamp())
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DELETE FROM deliveries WHERE (subscription_id - 1) % ? = ?", (OF_A_HUNDRED, remainder))
        return connection.execute(
            "UPDATE subscriptions SET zone = ?, minute = ?, days = ?, due_date = ?, next_due_at = ?"
            " WHERE (id - 1) % ? = ?",
            (*plan, OF_A_HUNDRED, remainder),
        ).rowcount


def _subscription(number: int, row: Row) -> tuple[object, ...]:
    left_at = None if row.left_at is None else int(row.left_at.timestamp())
    place = number, row.guild_id, row.channel_id, row.minute, row.zone, DOCUMENT, row.days
    return *place, row.due_date.isoformat(), int(row.due_at.timestamp()), row.paused, left_at


def _delivery(number: int, row: Row, ago: int) -> tuple[object, ...]:
    day, at = row.due_date - ago * _DAY, int((row.due_at - ago * _DAY).timestamp())
    digest = f"{day.toordinal() % 12:016x}"
    return number, day.isoformat(), at, at, DOCUMENT, "3.2", digest, at, number * 1000 + ago, at + 1
