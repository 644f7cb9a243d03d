"""Databases: migrated in one transaction, one writer at a time, never harmed by what is refused."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import pytest

from bot.storage import database as module
from bot.storage.database import DatabaseError, inspect, migrations, open_database


@pytest.mark.parametrize("kind", ["library", "state"])
async def test_made_migrated_and_opened_again(tmp_path: Path, kind: str) -> None:
    for _ in range(2):
        async with open_database(tmp_path / "a.db", kind) as database:
            assert (await database.read("PRAGMA user_version"))[0][0] == len(migrations(kind))
            assert (await database.read("PRAGMA journal_mode"))[0][0] == "wal"
            assert (await database.read("PRAGMA foreign_keys"))[0][0] == 1
    inspect(tmp_path / "a.db", kind)


async def test_a_migration_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    second = "CREATE TABLE two (x INTEGER) STRICT;\nINSERT INTO absent VALUES (1);"
    monkeypatch.setattr(module, "migrations", lambda _: ["CREATE TABLE one (x INTEGER) STRICT;", second])
    with pytest.raises(DatabaseError, match="absent"):
        async with open_database(tmp_path / "a.db", "state"):
            pass
    with sqlite3.connect(tmp_path / "a.db") as connection:
        assert connection.execute("SELECT count(*) FROM sqlite_schema").fetchone() == (0,)
        assert connection.execute("PRAGMA user_version").fetchone() == (0,)
    connection.close()


async def test_a_database_of_a_newer_herald_is_refused_untouched(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.execute("CREATE TABLE future (x)")
    connection.commit()
    connection.close()
    before = path.read_bytes()
    with pytest.raises(DatabaseError, match="version 99, made by a newer Herald"):
        async with open_database(path, "state"):
            pass
    with pytest.raises(DatabaseError, match="newer"):
        inspect(path, "state")
    assert path.read_bytes() == before


async def test_a_damaged_database_is_refused_untouched(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    path.write_bytes(b"this is no database at all" * 100)
    before = path.read_bytes()
    with pytest.raises(DatabaseError, match="cannot be opened"):
        async with open_database(path, "state"):
            pass
    with pytest.raises(DatabaseError):
        inspect(path, "state")
    assert path.read_bytes() == before


async def test_two_that_open_a_new_database_at_once(tmp_path: Path) -> None:
    async def opened() -> int:
        async with open_database(tmp_path / "a.db", "state") as database:
            return int((await database.read("PRAGMA user_version"))[0][0])

    assert set(await asyncio.gather(opened(), opened())) == {len(migrations("state"))}


async def test_writers_take_turns_and_a_fault_undoes_its_own_work_alone(tmp_path: Path) -> None:
    async with open_database(tmp_path / "a.db", "state") as database:
        sql = "INSERT INTO command_scopes VALUES (?, 0, 'd', '{}')"
        inside = asyncio.Event()

        async def fails() -> None:
            async with database.write() as connection:
                await connection.execute(sql, (1,))
                inside.set()
                await asyncio.sleep(0)
                raise RuntimeError

        async def works() -> None:
            await inside.wait()
            async with database.write() as connection:
                await connection.execute(sql, (2,))

        first, second = await asyncio.gather(fails(), works(), return_exceptions=True)
        assert isinstance(first, RuntimeError)
        assert second is None
        rows = await database.read("SELECT application_id FROM command_scopes")
        assert [row[0] for row in rows] == [2]


async def test_a_cancelled_write_is_undone_and_the_next_goes_on(tmp_path: Path) -> None:
    async with open_database(tmp_path / "a.db", "state") as database:
        inside = asyncio.Event()

        async def hangs() -> None:
            async with database.write() as connection:
                await connection.execute("INSERT INTO command_scopes VALUES (1, 0, 'd', '{}')")
                inside.set()
                await asyncio.Event().wait()

        task = asyncio.create_task(hangs())
        await inside.wait()
        task.cancel()
        await asyncio.wait({task})
        async with database.write() as connection:
            await connection.execute("INSERT INTO command_scopes VALUES (2, 0, 'd', '{}')")
        assert [row[0] for row in await database.read("SELECT application_id FROM command_scopes")] == [2]


@pytest.mark.parametrize("turns", range(5))
@pytest.mark.parametrize("cancels", [1, 2, 3])
async def test_one_that_is_cancelled_while_it_begins_or_is_rolled_back_leaves_no_transaction_open(
    tmp_path: Path, turns: int, cancels: int
) -> None:
    """The thread begins all the same, when the other process that holds the lock is done."""
    async with open_database(tmp_path / "a.db", "state") as database:
        other = sqlite3.connect(tmp_path / "a.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")

        async def begins() -> None:
            async with database.write() as connection:
                await connection.execute("INSERT INTO command_scopes VALUES (1, 0, 'd', '{}')")

        task = asyncio.create_task(begins())
        for _ in range(cancels):
            for _ in range(turns):
                await asyncio.sleep(0)
            task.cancel()
        other.execute("COMMIT")
        other.close()
        await asyncio.wait({task})
        assert task.cancelled()
        for application in (2, 3):
            async with database.write() as connection:
                await connection.execute(f"INSERT INTO command_scopes VALUES ({application}, 0, 'd', '{{}}')")
        assert [row[0] for row in await database.read("SELECT application_id FROM command_scopes")] == [2, 3]


async def test_the_reader_cannot_write(tmp_path: Path) -> None:
    async with open_database(tmp_path / "a.db", "state") as database:
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            await database.read("DELETE FROM command_scopes")
