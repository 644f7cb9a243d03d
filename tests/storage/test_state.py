"""The state's schema: what cannot be is refused, and what an older Herald kept is kept."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot.daily import new_rules
from bot.model import Order, Outcome, Plan
from bot.storage import database as module
from bot.storage import deliveries, subscriptions
from bot.storage.database import inspect, migrations, open_database

SUBSCRIPTION = {
    "id": 1,
    "guild_id": 1,
    "channel_id": 2,
    "minute": 540,
    "zone": "UTC",
    "document": "d",
    "due_date": "2026-01-01",
    "next_due_at": 0,
}
CLAIM = {
    "subscription_id": 1,
    "local_date": "2026-01-01",
    "due_at": 0,
    "claimed_at": 1,
    "digest": "d",
    "next_attempt_at": 1,
}
SENT = CLAIM | {"next_attempt_at": None, "outcome": "sent", "message_id": 5, "ended_at": 2}
MISSED = {"subscription_id": 1, "local_date": "2026-01-01", "due_at": 0, "outcome": "missed", "ended_at": 2}
Row = dict[str, object]


def insert(connection: sqlite3.Connection, table: str, row: Row) -> None:
    names = ", ".join(row)
    connection.execute(f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(row))})", tuple(row.values()))


@pytest.fixture
def state() -> Iterator[sqlite3.Connection]:
    """A state with the migrations applied by SQLite alone."""
    with closing(sqlite3.connect(":memory:")) as connection:
        for sql in migrations("state"):
            connection.executescript(sql)
        connection.execute("PRAGMA foreign_keys = ON")
        yield connection


@pytest.mark.parametrize(
    "wrong",
    [
        {"minute": 1440},
        {"minute": -1},
        {"minute": "nine"},
        {"minute": None},
        {"zone": ""},
        {"document": ""},
        {"due_date": "tomorrow"},
        {"due_date": None},
        {"next_due_at": "soon"},
        {"guild_id": None},
        {"channel_id": None},
        {"days": 0},
        {"days": 128},
        {"ordering": "random"},
        {"thread": 2},
        {"publish": 2},
        {"paused": 2},
        {"role_id": "everyone"},
        {"suspended": "50035"},
        {"suspended": ""},
        {"notice": "hello"},
        {"left_at": "now"},
    ],
    ids=str,
)
def test_a_subscription_that_cannot_be_is_refused(state: sqlite3.Connection, wrong: Row) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        insert(state, "subscriptions", SUBSCRIPTION | wrong)


def test_a_channel_has_one_subscription(state: sqlite3.Connection) -> None:
    insert(state, "subscriptions", SUBSCRIPTION)
    with pytest.raises(sqlite3.IntegrityError, match="channel_id"):
        insert(state, "subscriptions", SUBSCRIPTION | {"id": 2, "guild_id": 9})


@pytest.mark.parametrize(
    "row", [CLAIM, SENT, MISSED, CLAIM | {"tried_at": 1, "attempts": 3, "reason": "cut"}], ids=str
)
def test_a_delivery_that_can_be_is_kept_once(state: sqlite3.Connection, row: Row) -> None:
    insert(state, "subscriptions", SUBSCRIPTION)
    insert(state, "deliveries", row)
    with pytest.raises(sqlite3.IntegrityError, match="UNIQUE"):
        insert(state, "deliveries", row)


@pytest.mark.parametrize(
    "row",
    [
        CLAIM | {"subscription_id": 9},
        CLAIM | {"local_date": "tomorrow"},
        CLAIM | {"claimed_at": None},
        CLAIM | {"digest": None},
        CLAIM | {"next_attempt_at": None},
        CLAIM | {"ended_at": 2},
        CLAIM | {"due_at": "soon"},
        CLAIM | {"attempts": None},
        SENT | {"next_attempt_at": 3},
        SENT | {"message_id": None},
        SENT | {"ended_at": None},
        SENT | {"outcome": "lost"},
        MISSED | {"next_attempt_at": 3},
        MISSED | {"ended_at": None},
    ],
    ids=str,
)
def test_a_delivery_that_cannot_be_is_refused(state: sqlite3.Connection, row: Row) -> None:
    insert(state, "subscriptions", SUBSCRIPTION)
    with pytest.raises(sqlite3.IntegrityError):
        insert(state, "deliveries", row)


def test_a_history_goes_with_its_subscription(state: sqlite3.Connection) -> None:
    insert(state, "subscriptions", SUBSCRIPTION)
    insert(state, "deliveries", SENT)
    state.execute("DELETE FROM subscriptions")
    assert state.execute("SELECT count(*) FROM deliveries").fetchone() == (0,)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT min(next_due_at) FROM subscriptions",
        "SELECT min(next_attempt_at) FROM deliveries WHERE outcome IS NULL",
        "SELECT min(left_at) FROM subscriptions WHERE left_at IS NOT NULL",
        "SELECT * FROM subscriptions WHERE next_due_at <= 9 AND (next_due_at, id) > (0, 0) ORDER BY next_due_at, id",
        (
            "SELECT * FROM deliveries WHERE outcome IS NULL AND next_attempt_at <= 9"
            " AND (next_attempt_at, subscription_id) > (0, 0) ORDER BY next_attempt_at, subscription_id"
        ),
        "SELECT * FROM deliveries WHERE subscription_id = 1 ORDER BY local_date DESC LIMIT 1",
    ],
)
def test_what_every_wake_asks_is_answered_by_an_index(state: sqlite3.Connection, sql: str) -> None:
    plan = [row[3] for row in state.execute(f"EXPLAIN QUERY PLAN {sql}")]
    assert all(step.startswith("SEARCH") for step in plan), plan


async def test_what_the_first_herald_kept_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "state.db"
    monkeypatch.setattr(module, "migrations", lambda kind: migrations(kind)[:1])
    async with open_database(path, "state"):
        pass
    monkeypatch.undo()
    old = sqlite3.connect(path)
    for number in (1, 2):
        insert(old, "subscriptions", SUBSCRIPTION | {"id": number, "channel_id": number, "document": f"d{number}"})
    claimed = {"claimed_at": 100, "document": "d1", "citation": "1.1", "digest": "x"}
    base = {"subscription_id": 1, "due_at": 90}
    ended = [("02", "sent", None, 7), ("03", "failed", "50013", None), ("04", "unknown", "unsettled", None)]
    for day, outcome, reason, message_id in ended:
        row = {"local_date": f"2026-01-{day}", "outcome": outcome, "reason": reason, "message_id": message_id}
        insert(old, "deliveries", base | claimed | row)
    insert(old, "deliveries", base | claimed | {"local_date": "2026-01-05"})
    insert(old, "deliveries", base | {"local_date": "2026-01-01", "outcome": "missed", "reason": "down"})
    old.execute("INSERT INTO command_scopes VALUES (1, 0, 'd', '{}')")
    old.commit()
    old.close()

    async with open_database(path, "state") as state:
        first = await subscriptions.get(state, 1)
        assert first is not None
        assert first.plan == Plan(datetime(2026, 1, 1, 9, tzinfo=UTC).time(), "UTC", ("d1",), 127, Order.SEQUENCE)
        assert (first.due_date, first.paused, first.suspended) == (date(2026, 1, 1), False, None)
        rows = await deliveries.latest(state, 1, 9)
        assert [(row.local_date.day, row.outcome, row.reason, row.message_id) for row in rows] == [
            (5, None, None, None),
            (4, Outcome.UNKNOWN, "unsettled", None),
            (3, Outcome.FAILED, "50013", None),
            (2, Outcome.SENT, None, 7),
            (1, Outcome.MISSED, "down", None),
        ]
        # The open one may have been posted: it is looked at when the new Herald starts.
        (open_,) = await deliveries.open_claims(state, datetime(2026, 1, 6, tzinfo=UTC), None, 9)
        assert open_ == rows[0]
        assert (open_.tried_at, open_.attempts, open_.digest) == (open_.claimed_at, 1, "x")
        assert all(row.ended_at is not None for row in rows[1:])
        assert (await state.read("SELECT count(*) FROM command_scopes"))[0][0] == 1
        assert await deliveries.posted(state, first.id) == ("x", "x", "x")
        await new_rules.apply(state)
    inspect(path, "state")
