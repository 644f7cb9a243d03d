"""A SQLite database: opened once with one locked writer and one read-only reader, migrated forward only."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, closing
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import aiosqlite

OLDEST_SQLITE: Final = (3, 37, 0)
"""The first version with STRICT tables."""
_PRAGMAS: Final = ("foreign_keys = ON", "busy_timeout = 10000")


class DatabaseError(Exception):
    """A database cannot be used; the message says what to do."""


class Database:
    """One open database. Reads never wait for a write; writes wait for each other."""

    def __init__(self, path: Path, writer: aiosqlite.Connection, reader: aiosqlite.Connection) -> None:
        self.path = path
        self._writer = writer
        self._reader = reader
        self._lock = asyncio.Lock()

    async def read(self, sql: str, parameters: Iterable[Any] | Mapping[str, Any] = ()) -> list[sqlite3.Row]:
        """Run one query on the reader, in one hop to its thread."""
        return list(await self._reader.execute_fetchall(sql, parameters))

    @asynccontextmanager
    async def write(self) -> AsyncIterator[aiosqlite.Connection]:
        """Open a transaction; it is committed at the end of the block, or rolled back on any exception."""
        async with self._lock:
            try:
                # Cancelled here, the thread begins all the same: it must be rolled back too.
                await self._writer.execute("BEGIN IMMEDIATE")
                yield self._writer
                await self._writer.commit()
            except BaseException:
                await asyncio.shield(self._writer.rollback())
                raise


@asynccontextmanager
async def open_database(path: Path, kind: str) -> AsyncIterator[Database]:
    """Open `path`, made if absent, with the migrations of `kind` ("library" or "state") applied.

    Raises DatabaseError where it cannot be opened, is damaged, or was made by a newer Herald; such a file is
    left as it is.
    """
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        raise DatabaseError(f"SQLite {sqlite3.sqlite_version} is too old: Herald needs 3.37 or newer.")
    async with AsyncExitStack() as stack:
        try:
            writer = await stack.enter_async_context(aiosqlite.connect(path, isolation_level=None))
            _refuse_newer(path, (await _rows(writer, "PRAGMA user_version"))[0][0], kind)
            # A claim must survive a power cut; a library is rebuilt instead.
            synchronous = "FULL" if kind == "state" else "NORMAL"
            for pragma in ("journal_mode = WAL", f"synchronous = {synchronous}", *_PRAGMAS):
                await _rows(writer, f"PRAGMA {pragma}")
            await _migrate(writer, kind)
            uri = f"{path.resolve().as_uri()}?mode=ro"
            reader = await stack.enter_async_context(aiosqlite.connect(uri, uri=True, isolation_level=None))
            for pragma in _PRAGMAS:
                await _rows(reader, f"PRAGMA {pragma}")
        except sqlite3.DatabaseError as error:
            raise DatabaseError(f"{path} cannot be opened: {error}.") from error
        writer.row_factory = reader.row_factory = sqlite3.Row
        yield Database(path, writer, reader)


def inspect(path: Path, kind: str) -> None:
    """Look at a database without changing it. Raises DatabaseError where it could not be used."""
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            _refuse_newer(path, connection.execute("PRAGMA user_version").fetchone()[0], kind)
            found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.Error as error:
        raise DatabaseError(f"{path} cannot be read: {error}.") from error
    if found != "ok":
        raise DatabaseError(f"{path} is damaged: {found}.")


def _refuse_newer(path: Path, version: int, kind: str) -> None:
    """Raise DatabaseError if a newer Herald made this database."""
    known = len(migrations(kind))
    if version > known:
        raise DatabaseError(
            f"{path} has version {version}, made by a newer Herald; this one knows up to {known}. "
            "Install the newer Herald again, or restore a backup made by this one."
        )


def migrations(kind: str) -> list[str]:
    """Return the migrations of a kind of database, as SQL, in order; version N is after the first N."""
    folder = files("bot.storage") / "migrations" / kind
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".sql"))
    return [(folder / name).read_text(encoding="utf-8") for name in names]


async def _migrate(writer: aiosqlite.Connection, kind: str) -> None:
    await writer.execute("BEGIN IMMEDIATE")
    try:
        done = (await _rows(writer, "PRAGMA user_version"))[0][0]
        for version, sql in enumerate(migrations(kind)[done:], done + 1):
            # Statement by statement: executescript would commit the open transaction first.
            for statement in _statements(sql):
                await writer.execute(statement)
            await writer.execute(f"PRAGMA user_version = {version}")
        await writer.commit()
    except BaseException:
        await writer.rollback()
        raise


def _statements(sql: str) -> list[str]:
    statements: list[str] = []
    pending = ""
    for line in sql.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            statements.append(pending)
            pending = ""
    return statements


async def _rows(connection: aiosqlite.Connection, sql: str) -> list[Any]:
    return list(await connection.execute_fetchall(sql))
