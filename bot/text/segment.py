"""Sentences by rules, and a split into paragraphs that is for reading only.

The rules are those measured best for statements of this kind; no library was better (pysbd, syntok, spaCy).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

# A candidate: the marks, what closes with them, white space. The look-behind keeps the search linear: a run
# of a hundred thousand full stops is tried once, not once for each.
_CANDIDATE: Final = re.compile(r"(?<![.!?…])[.!?…]+[\"'”’»)\]]*\s+")
# Ends whatever stands before: a blank line, and a line that begins a list item.
_HARD_BREAK: Final = re.compile(
    r"[ \t]*\n[ \t]*(?:\n\s*|(?=(?:[-*•–]|\([a-z0-9]{1,4}\)|[a-z0-9]{1,3}[.)])[ \t]))", re.IGNORECASE
)

_OPENING: Final = "\"'“‘«(["


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_TITLES: Final = _set("mr mrs ms dr gen lt col prof st h.e h.m e.g i.e cf vs")
_NUMBERED: Final = _set("art arts no nos res para paras sec p pp vol ch")
_ABBREVIATIONS: Final = _set("u.s u.k u.n e.u d.c a.m p.m inc ltd jan feb mar apr jun jul aug sep sept oct nov dec")
# Not ordinary words, though they look like some: a lower-case word after them goes on with the sentence.
_SHORTENED: Final = _set("approx assn dept excl govt incl intl natl resp univ")
_OPENERS: Final = _set("""
    a after all also an and any as at because both but by each every finally first for from furthermore he her
    here his however i if in it its last many moreover most my no nor not now of on once one only or other our
    second several she should since so some such that the their them then there therefore these they third this
    those though through thus to today together tomorrow under until we what when where while who with without
    yesterday yet you your
""")
_NOT_ORDINARY: Final = _TITLES | _NUMBERED | _ABBREVIATIONS | _SHORTENED
_NUMBER: Final = re.compile(r"(?:\d|[ivxlcdm]+\b)", re.IGNORECASE)
_ENUMERATOR: Final = re.compile(r"\(?(?:\d{1,3}|[ivxlc]{1,6}|[a-z])[.)]+", re.IGNORECASE)
_INITIAL: Final = re.compile(r"[^\W\d_]")

SHORTEST, LONGEST = 60, 80
"""How many words an automatic paragraph aims at."""
_NEVER_FIRST: Final = re.compile(r"(?:this|these|that|they|it|in this context|we also)\b", re.IGNORECASE)


def sentences(text: str) -> list[str]:
    """Split a text into sentences, stripped, in order; every character but white space is in one of them."""
    found: list[str] = []
    for block in _HARD_BREAK.split(text):
        start = 0
        for match in _CANDIDATE.finditer(block):
            if match.end() < len(block) and not _vetoed(block, start, match):
                found.append(block[start : match.end()].strip())
                start = match.end()
        found.append(block[start:].strip())
    return [sentence for sentence in found if sentence]


def _vetoed(text: str, start: int, match: re.Match[str]) -> bool:
    """Tell whether what looks like a sentence's end is none; `start` is where the sentence begins."""
    mark = match[0].rstrip()
    word = _word_before(text, start, match.start())
    following = text[match.end() : match.end() + 40].lstrip(_OPENING)
    if not following:
        return False
    if mark.startswith(".") and not mark.startswith("..") and _abbreviated(text, start, match, word, following):
        return True
    # Rule 6: before a lower-case word, unless an ordinary word stands before ("the world. the world.").
    return following[0].islower() and not _ordinary(word)


def _abbreviated(text: str, start: int, match: re.Match[str], word: str, following: str) -> bool:
    bare = word.lstrip(_OPENING).casefold()
    if bare in _TITLES:  # rule 1
        return True
    if bare in _NUMBERED:  # rule 2
        return _NUMBER.match(following) is not None
    if bare in _ABBREVIATIONS or _is_dotted(bare):  # rule 3
        next_word = re.match(r"[\w'’-]*", following)
        return next_word is None or next_word[0].casefold() not in _OPENERS
    if _INITIAL.fullmatch(bare) and word[-1].isupper() and bare != "i":  # rule 4
        return True
    # Rule 5: an enumerator that is all there is of the sentence so far.
    return _ENUMERATOR.fullmatch(text[start : match.end()].strip()) is not None


def _word_before(text: str, start: int, end: int) -> str:
    begin = end
    while begin > start and not text[begin - 1].isspace() and end - begin < 40:
        begin -= 1
    return text[begin:end]


def _is_dotted(word: str) -> bool:
    """Tell whether a word is like "u.s": single letters with full stops between."""
    parts = word.split(".")
    return len(parts) > 1 and all(len(part) == 1 and part.isalpha() for part in parts)


def _ordinary(word: str) -> bool:
    return len(word) > 3 and word.isalpha() and word.casefold() not in _NOT_ORDINARY


def automatic_paragraphs(found: Sequence[str]) -> list[list[str]]:
    """Group sentences into paragraphs of about SHORTEST to LONGEST words: a reading aid, not to be cited."""
    paragraphs: list[list[str]] = []
    count = 0
    for sentence in found:
        length = len(sentence.split())
        full = count >= SHORTEST or (count > 0 and count + length > LONGEST)
        if not paragraphs or (full and not _NEVER_FIRST.match(sentence.lstrip(_OPENING))):
            paragraphs.append([])
            count = 0
        paragraphs[-1].append(sentence)
        count += length
    return paragraphs
