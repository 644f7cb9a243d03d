"""What a person typed into a search -> words and phrases; never FTS5 syntax of their own."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from bot.errors import EmptyQuery

MAX_TERMS: Final = 12
_TERM: Final = re.compile(r'"([^"]*)"|([^\W_]+(?:[\'’-][^\W_]+)*\*?)')
_WORD: Final = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_POSSESSIVE: Final = re.compile(r"(?<=\w)'s?$")
_STOP_WORDS: Final = """
a all also an and any are as at be been but by can did do does for from had has have he her his how i if in into is
it its may more most must no not of on or our shall she should so such than that the their them then there these they
this those to us was we were what when where which who will with would you your
"""
STOP_WORDS: Final = frozenset(_STOP_WORDS.split())


@dataclass(frozen=True, slots=True)
class Term:
    """A word, or the words of a phrase in order; `prefix` finds every word that begins so."""

    words: tuple[str, ...]
    prefix: bool = False

    @property
    def is_stop_word(self) -> bool:
        return len(self.words) == 1 and not self.prefix and self.words[0] in STOP_WORDS


def parse(text: str) -> tuple[Term, ...]:
    """Return at most MAX_TERMS different terms in the order typed. Raises EmptyQuery where there is no word."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    plain = plain.translate({ord(quote): '"' for quote in "“”„«»"} | {ord("’"): "'"})
    if plain.count('"') % 2:
        plain = "".join(plain.rsplit('"', 1))  # a quotation mark that was never closed opens nothing
    terms: dict[Term, None] = {}
    for match in _TERM.finditer(plain):
        source = match[1] if match[1] is not None else match[2]
        found = tuple(_POSSESSIVE.sub("", word) for word in _WORD.findall(source))
        if found:
            terms[Term(found, prefix=match[1] is None and source.endswith("*"))] = None
    if not terms:
        raise EmptyQuery(text)
    return tuple(terms)[:MAX_TERMS]


def match_all(terms: tuple[Term, ...]) -> str:
    """Return the FTS5 expression for paragraphs that have every term."""
    return " AND ".join(_quoted(term) for term in terms)


def match_any(terms: tuple[Term, ...]) -> str | None:
    """Return the FTS5 expression for paragraphs that have one of the terms, a stop word never alone."""
    wanted = [term for term in terms if not term.is_stop_word]
    return " OR ".join(_quoted(term) for term in wanted) if wanted else None


def _quoted(term: Term) -> str:
    # Only word characters and apostrophes reach this place, so nothing in the quotes needs escaping.
    return '"' + " ".join(term.words) + '"' + ("*" if term.prefix else "")
