"""Full-text search over the paragraphs: ranked rows for FTS5 expressions made by `bot.text.query`."""

from __future__ import annotations

import json
from typing import Final

from bot.model import MATCH_END, MATCH_START
from bot.storage.database import Database

_RANK: Final = "bm25(2.0, 1.0)"
"""A match in the heading counts twice."""


async def rank(database: Database, expression: str, slug: str | None, limit: int) -> list[int]:
    """Return the row ids of matching paragraphs, best first, at most `limit`."""
    if slug is None:
        rows = await database.read(
            "SELECT rowid FROM paragraph_index WHERE paragraph_index MATCH ? AND rank MATCH ? ORDER BY rank LIMIT ?",
            (expression, _RANK, limit),
        )
    else:
        rows = await database.read(
            "SELECT i.rowid FROM paragraph_index AS i JOIN paragraphs AS p ON p.id = i.rowid"
            " JOIN documents AS d ON d.id = p.document_id"
            " WHERE i.paragraph_index MATCH ? AND i.rank MATCH ? AND d.slug = ? ORDER BY i.rank LIMIT ?",
            (expression, _RANK, slug, limit),
        )
    return [row[0] for row in rows]


async def highlight(database: Database, expression: str, row_ids: list[int]) -> dict[int, tuple[str, int, str]]:
    """Return (slug, paragraph, text with its matches marked) for each of a page's row ids."""
    rows = await database.read(
        "SELECT i.rowid, d.slug, p.number, highlight(paragraph_index, 1, ?, ?)"
        " FROM paragraph_index AS i JOIN paragraphs AS p ON p.id = i.rowid"
        " JOIN documents AS d ON d.id = p.document_id"
        " WHERE i.paragraph_index MATCH ? AND i.rowid IN (SELECT value FROM json_each(?))",
        (MATCH_START, MATCH_END, expression, json.dumps(row_ids)),
    )
    return {row[0]: (row[1], row[2], row[3]) for row in rows}
