"""The library's documents as rows: written all at once, read back as they were parsed."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from datetime import date

import aiosqlite

from bot.model import Correction, Document, Paragraph, Sentence, Structure
from bot.storage.database import Database


async def fingerprint(database: Database) -> str | None:
    """Return what the library was built from; None when it was never built."""
    rows = await database.read("SELECT fingerprint FROM library")
    return rows[0]["fingerprint"] if rows else None


async def replace_all(database: Database, documents: Sequence[Document], made_from: str) -> None:
    """Put these documents in place of all others, with their index, in one transaction."""
    async with database.write() as connection:
        for table in ("library", "documents"):  # what belongs to a document goes with it
            await connection.execute(f"DELETE FROM {table}")  # noqa: S608 - two names from above
        for document in documents:
            await _insert(connection, document)
        await connection.execute("INSERT INTO paragraph_index (paragraph_index) VALUES ('rebuild')")
        await connection.execute("INSERT INTO library VALUES (?)", (made_from,))


async def _insert(connection: aiosqlite.Connection, document: Document) -> None:
    cursor = await connection.execute(
        "INSERT INTO documents (slug, title, short_title, sha256, structure, issuer, date, date_in_file,"
        " language, source, edition, edition_note, is_default) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            document.slug,
            document.title,
            document.short_title,
            document.sha256,
            document.structure,
            document.issuer,
            _iso(document.date),
            _iso(document.date_in_file),
            document.language,
            document.source,
            document.edition,
            document.edition_note,
            document.default,
        ),
    )
    document_id = cursor.lastrowid
    rows = await connection.execute_fetchall("SELECT ifnull(max(id), 0) FROM paragraphs")
    numbered = list(enumerate(document.paragraphs, next(iter(rows))[0] + 1))
    await connection.executemany(
        "INSERT INTO paragraphs (id, document_id, number, heading, text, supplied) VALUES (?, ?, ?, ?, ?, ?)",
        [(key, document_id, p.number, p.heading, p.text, p.supplied) for key, p in numbered],
    )
    await connection.executemany(
        "INSERT INTO sentences (paragraph_id, number, text, strength, digest) VALUES (?, ?, ?, ?, ?)",
        [(key, s.number, s.text, s.strength, s.digest) for key, p in numbered for s in p.sentences],
    )
    await connection.executemany(
        "INSERT INTO corrections VALUES (?, ?, ?, ?, ?, ?)",
        [
            (document_id, index, c.paragraph, c.find, c.replace, c.reason)
            for index, c in enumerate(document.corrections, 1)
        ],
    )


async def read_all(database: Database) -> tuple[Document, ...]:
    """Return every document, in order of slug."""
    sentences: dict[int, list[Sentence]] = defaultdict(list)
    for row in await database.read("SELECT * FROM sentences ORDER BY paragraph_id, number"):
        found = Sentence(row["number"], row["text"], row["strength"], row["digest"])
        sentences[row["paragraph_id"]].append(found)
    paragraphs: dict[int, list[Paragraph]] = defaultdict(list)
    for row in await database.read("SELECT * FROM paragraphs ORDER BY document_id, number"):
        own = tuple(sentences[row["id"]])
        paragraph = Paragraph(row["number"], row["text"], own, row["heading"], row["supplied"])
        paragraphs[row["document_id"]].append(paragraph)
    corrections: dict[int, list[Correction]] = defaultdict(list)
    for row in await database.read("SELECT * FROM corrections ORDER BY document_id, number"):
        made = Correction(row["find"], row["replacement"], row["reason"], row["paragraph"])
        corrections[row["document_id"]].append(made)
    rows = await database.read("SELECT * FROM documents ORDER BY slug")
    return tuple(_document(row, paragraphs[row["id"]], corrections[row["id"]]) for row in rows)


def _document(row: sqlite3.Row, paragraphs: list[Paragraph], corrections: list[Correction]) -> Document:
    return Document(
        slug=row["slug"],
        title=row["title"],
        short_title=row["short_title"],
        sha256=row["sha256"],
        structure=Structure(row["structure"]),
        paragraphs=tuple(paragraphs),
        issuer=row["issuer"],
        date=_date(row["date"]),
        date_in_file=_date(row["date_in_file"]),
        language=row["language"],
        source=row["source"],
        edition=row["edition"],
        edition_note=row["edition_note"],
        corrections=tuple(corrections),
        default=bool(row["is_default"]),
    )


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _date(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
