"""Full-text search over the paragraphs: ranked rows for FTS5 expressions made by `bot.text.query`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from bot.model import MATCH_END, MATCH_START
from bot.storage.database import Database

_RANK: Final = "bm25(2.0, 1.0)"
"""A match in the heading counts twice."""

# One statement, because a second hop to the reader's thread costs more than all of this on a small library.
# `highlight` works only where the index is matched, hence the inner SELECT, run for the wanted rows alone.
_SQL: Final = """
WITH ranked AS MATERIALIZED (
    SELECT rowid AS id, rank AS score FROM paragraph_index
    WHERE paragraph_index MATCH :expression AND rank MATCH :rank
        AND (:slug IS NULL OR rowid IN (
            SELECT p.id FROM paragraphs AS p JOIN documents AS d ON d.id = p.document_id WHERE d.slug = :slug))
    ORDER BY rank LIMIT :limit
), numbered AS (
    SELECT id, row_number() OVER (ORDER BY score, id) - 1 AS place FROM ranked
)
SELECT n.id, d.slug, p.number, (
    SELECT highlight(paragraph_index, 1, :start, :end) FROM paragraph_index
    WHERE paragraph_index MATCH :marked AND rowid = n.id
)
FROM numbered AS n
LEFT JOIN paragraphs AS p ON p.id = n.id AND n.place BETWEEN :first AND :last
LEFT JOIN documents AS d ON d.id = p.document_id
ORDER BY n.place
"""


@dataclass(frozen=True, slots=True)
class Found:
    """A matching row; its place and its text with the matches marked are there for the wanted rows only."""

    row_id: int
    slug: str | None
    number: int | None
    marked: str | None


async def find(
    database: Database, expression: str, marked: str, slug: str | None, limit: int, wanted: range
) -> list[Found]:
    """Return the paragraphs that match `expression`, best first, at most `limit`.

    Those at the places `wanted` come with what `marked`, another expression, matches in them.
    """
    rows = await database.read(
        _SQL,
        {
            "expression": expression,
            "rank": _RANK,
            "slug": slug,
            "limit": limit,
            "marked": marked,
            "start": MATCH_START,
            "end": MATCH_END,
            "first": wanted.start,
            "last": wanted.stop - 1,
        },
    )
    return [Found(*row) for row in rows]
