"""What a new set of documents changes in an old one, paragraph by paragraph."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from bot.model import Document


@dataclass(frozen=True, slots=True)
class Changes:
    """What a reload does to one document: numbers of its paragraphs, in order."""

    slug: str
    title: str
    added: tuple[int, ...] = ()
    changed: tuple[int, ...] = ()
    removed: tuple[int, ...] = ()
    facts_changed: bool = False

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed or self.facts_changed)


def compare(old: Sequence[Document], new: Sequence[Document]) -> tuple[Changes, ...]:
    """Return the documents that differ, in order of slug; a paragraph that only moved is not a change.

    `added` and `changed` are numbers in the new text, `removed` in the old one.
    """
    before = {document.slug: document for document in old}
    after = {document.slug: document for document in new}
    found = (_changes(before.get(slug), after.get(slug)) for slug in sorted(before.keys() | after.keys()))
    return tuple(filter(None, found))


def _changes(old: Document | None, new: Document | None) -> Changes | None:
    document = new or old
    if document is None or old == new:
        return None
    before = old.paragraphs if old else ()
    after = new.paragraphs if new else ()
    added: list[int] = []
    changed: list[int] = []
    removed: list[int] = []
    matcher = SequenceMatcher(None, [p.text for p in before], [p.text for p in after])
    for _, a1, a2, b1, b2 in (code for code in matcher.get_opcodes() if code[0] != "equal"):
        both = min(a2 - a1, b2 - b1)
        changed += [p.number for p in after[b1 : b1 + both]]
        added += [p.number for p in after[b1 + both : b2]]
        removed += [p.number for p in before[a1 + both : a2]]
    facts = old is not None and new is not None and _facts(old) != _facts(new)
    return Changes(document.slug, document.title, tuple(added), tuple(changed), tuple(removed), facts)


def _facts(document: Document) -> tuple[object, ...]:
    """Everything but the wording: the sidecar's statements, numbers, headings and strengths."""
    places = [(p.number, p.heading, [sentence.strength for sentence in p.sentences]) for p in document.paragraphs]
    return replace(document, paragraphs=(), sha256=""), places
