"""The documents as a service: list, quote, search, suggest, commitments, and a reload that is all or nothing."""

from __future__ import annotations

import asyncio
import logging
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Final, Self

from bot.errors import NoCommitments, NoSuchDocument, ReloadRunning, SeedErrors
from bot.model import (
    KEY_STRENGTH,
    Citation,
    Commitment,
    Document,
    Hit,
    Passage,
    Results,
)
from bot.seeds import fingerprint, parse_folder, read_folder
from bot.storage import documents as stored
from bot.storage import search as index
from bot.storage.database import Database
from bot.text import citation, query, suggest
from bot.text.changes import Changes, compare
from bot.text.excerpt import best_sentence
from bot.text.words import words

HIT_CAP: Final = 200
"""At most this many hits are counted and paged through; nobody reads further."""
PAGE_SIZE: Final = 3
FILL_TO: Final = 10
"""Where fewer paragraphs have every word, those with any of them follow, up to this many hits."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Reloaded:
    """The outcome of a reload or of its preview; `ignored` are names in the folder that are not seeds."""

    changes: tuple[Changes, ...]
    documents: int
    ignored: tuple[str, ...]
    preview: bool


@dataclass(frozen=True, slots=True)
class _Served:
    """What is in service, made off the event loop and replaced as a whole."""

    documents: tuple[Document, ...]
    by_slug: dict[str, Document]
    commitments: dict[str, tuple[Commitment, ...]]
    by_words: dict[tuple[str, str], Commitment]  # slug and digest -> the first with these words
    vocabulary: tuple[str, ...]  # for completion, the most frequent first

    @property
    def default(self) -> Document:
        """The document that is meant where none is named."""
        return next((document for document in self.documents if document.default), self.documents[0])

    @classmethod
    def of(cls, documents: tuple[Document, ...]) -> Self:
        texts = (paragraph.text for document in documents for paragraph in document.paragraphs)
        counts = Counter(word for text in texts for word in words(text))
        commitments = {document.slug: _key_commitments(document) for document in documents}
        return cls(
            documents,
            {document.slug: document for document in documents},
            commitments,
            {(slug, c.sentence.digest): c for slug, found in commitments.items() for c in reversed(found)},
            tuple(word for word, _ in counts.most_common() if len(word) > 3 and word not in query.STOP_WORDS),
        )


class Library:
    """All documents in service, held in memory and searched in SQLite."""

    def __init__(self, database: Database, seeds_dir: Path) -> None:
        self._database = database
        self._seeds_dir = seeds_dir
        self._served = _Served.of(())
        self._reloading = asyncio.Lock()

    async def start(self) -> None:
        """Load what was built, and build anew where seeds or parser changed.

        A broken seed keeps the old library in service with a warning. Raises SeedErrors where there is none.
        """
        folder = await asyncio.to_thread(read_folder, self._seeds_dir)
        current = await stored.fingerprint(self._database)
        if current != fingerprint(folder) or folder.faults:
            try:
                documents = await asyncio.to_thread(parse_folder, folder)
            except SeedErrors as error:
                if current is None:
                    raise
                _log.warning("the seeds have faults, the last good library stays in service:\n%s", error)
            else:
                await stored.replace_all(self._database, documents, fingerprint(folder))
                _log.info("library built: %d documents", len(documents))
        documents = await stored.read_all(self._database)
        self._served = await asyncio.to_thread(_Served.of, documents)

    async def reload(self, *, preview: bool) -> Reloaded:
        """Parse every seed and put the result in service at once, or only tell what it would change.

        Raises SeedErrors with every fault (nothing was changed), ReloadRunning while another is under way.
        """
        if self._reloading.locked():
            raise ReloadRunning
        async with self._reloading:
            folder = await asyncio.to_thread(read_folder, self._seeds_dir)
            documents = await asyncio.to_thread(parse_folder, folder)
            changes = await asyncio.to_thread(compare, self._served.documents, documents)
            if not preview:
                served = await asyncio.to_thread(_Served.of, documents)
                await stored.replace_all(self._database, documents, fingerprint(folder))
                self._served = served
            return Reloaded(changes, len(documents), folder.ignored, preview)

    def documents(self) -> tuple[Document, ...]:
        """Return every document, in order of slug."""
        return self._served.documents

    def document(self, name: str | None) -> Document:
        """Return the document named by slug or title, the default one for None or a blank. Raises NoSuchDocument."""
        if name is None or not name.strip():
            return self._served.default
        wanted = name.strip().casefold()
        for document in self._served.documents:
            if wanted in (document.slug, document.title.casefold(), document.short_title.casefold()):
                return document
        raise NoSuchDocument(name, tuple(self._served.by_slug))

    def quote(self, text: str, document: str | None) -> Passage:
        """Return what a citation names. Raises the errors of `document` and of `bot.text.citation`."""
        return citation.find(self.document(document), citation.parse(text))

    def commitments(self, document: str | None) -> tuple[Commitment, ...]:
        """Return a document's key commitments in its order. Raises NoSuchDocument, NoCommitments."""
        found = self.document(document)
        if not self._served.commitments[found.slug]:
            raise NoCommitments(found.short_title)
        return self._served.commitments[found.slug]

    def commitments_of(self, slugs: Sequence[str]) -> tuple[Commitment, ...]:
        """Return the key commitments of these documents, of all for none, document after document.

        One that is gone is passed over while another is there. Raises NoSuchDocument, NoCommitments.
        """
        there = [slug for slug in slugs or self._served.by_slug if slug in self._served.by_slug]
        found = sum((self._served.commitments[slug] for slug in there), ())
        if not found:
            return self.commitments(slugs[0] if slugs else None)  # which says what is wrong
        return found

    def find_commitment(self, slug: str | None, digest: str | None) -> Commitment | None:
        """Return a commitment by its words, if its document has it still."""
        return self._served.by_words.get((slug or "", digest or ""))

    def commitment_of(self, day: date, document: str | None) -> Commitment:
        """Return the commitment of a date: one a day in order, the same for everyone."""
        commitments = self.commitments(document)
        return commitments[day.toordinal() % len(commitments)]

    def random_sentence(self, document: str | None) -> Passage:
        """Return a sentence by chance, from the numbered paragraphs where there are any."""
        found = self.document(document)
        numbered = [paragraph for paragraph in found.paragraphs if paragraph.number] or found.paragraphs
        places = [(paragraph, sentence) for paragraph in numbered for sentence in paragraph.sentences]
        paragraph, sentence = random.choice(places)  # noqa: S311 - which quotation comes up guards nothing
        return citation.find(found, Citation(paragraph.number, paragraph.number, sentence.number))

    def suggest(self, typed: str, document: str | None) -> list[tuple[str, str]]:
        """Return citations and their opening words for what was typed so far, at most 25.

        The document may be missing or wrong: completion never refuses, it then uses the default one.
        """
        try:
            found = self.document(document)
        except NoSuchDocument:
            found = self._served.default
        return suggest.citations(found, typed)

    def suggest_words(self, typed: str) -> list[str]:
        """Complete the last word of what was typed, from the words of the library, the most frequent first."""
        *before, last = typed.casefold().split(" ")
        fitting = islice((word for word in self._served.vocabulary if word.startswith(last)), suggest.LIMIT)
        return [" ".join([*before, word]) for word in fitting]

    async def search(self, text: str, document: str | None, page: int = 0) -> Results:
        """Find paragraphs: those with every word first, then those with any, best first.

        `page` counts from 0; one past the end gives the last. Raises EmptyQuery, NoSuchDocument.
        """
        terms = query.parse(text)
        slug = self.document(document).slug if document else None
        every, some = query.match_all(terms), query.match_any(terms)
        wanted = range(page * PAGE_SIZE, (page + 1) * PAGE_SIZE)
        found = await index.find(self._database, every, some or every, slug, HIT_CAP, wanted)
        if len(terms) > 1 and some and len(found) < FILL_TO:
            have = {row.row_id for row in found}
            more = await index.find(self._database, some, some, slug, FILL_TO, range(FILL_TO))
            found += [row for row in more if row.row_id not in have][: FILL_TO - len(found)]
        pages = max(1, -(-len(found) // PAGE_SIZE))
        if not 0 <= page < pages:
            return await self.search(text, document, max(0, min(page, pages - 1)))
        hits = [self._hit(row) for row in found[wanted.start : wanted.stop]]
        return Results(text, tuple(filter(None, hits)), len(found), page, pages)

    def _hit(self, row: index.Found) -> Hit | None:
        # A reload between the query and this line may have taken the paragraph away.
        document = self._served.by_slug.get(row.slug or "")
        paragraph = next((p for p in document.paragraphs if p.number == row.number), None) if document else None
        if document is None or paragraph is None or row.marked is None:
            return None
        sentence, excerpt = best_sentence(row.marked, paragraph)
        return Hit(document, paragraph, excerpt, sentence)


def _key_commitments(document: Document) -> tuple[Commitment, ...]:
    places = [
        (paragraph.number, sentence)
        for paragraph in document.paragraphs
        for sentence in paragraph.sentences
        if sentence.strength >= KEY_STRENGTH
    ]
    return tuple(
        Commitment(document, number, sentence, position, len(places))
        for position, (number, sentence) in enumerate(places, 1)
    )
