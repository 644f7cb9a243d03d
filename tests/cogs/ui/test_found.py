"""Hits: marked, cited, and within what Discord takes, however long the sentence."""

from __future__ import annotations

import pytest

from bot.library import HIT_CAP, PAGE_SIZE
from bot.model import MATCH_END, MATCH_START, Hit, Results
from cogs.ui.found import EXCERPT_LIMIT, results
from cogs.ui.screens import ANY, QUERY_LIMIT, SearchScreen
from tests.cogs.ui.conftest import document, labels, sendable, texts

MADE = document("Lead here.\n\n1. One.\n\n2. Two.", f'short_title = "{"*" * 100}"\nedition = "{"_" * 120}"')


def shown(excerpt: str, *, total: int = 1, hits: int = 1, page: int = 0) -> str:
    marked = excerpt.replace("[", MATCH_START).replace("]", MATCH_END)
    found = tuple(Hit(MADE, MADE.paragraphs[n % 3], marked, 1) for n in range(hits))
    pages = -(-total // PAGE_SIZE)
    view = results(Results("*query*", found, total, page, pages), SearchScreen(ANY, "q" * QUERY_LIMIT, page))
    sendable(view)
    assert labels(view)[: min(hits, 3)] == ["Preamble", "Paragraph 1", "Paragraph 2"][: min(hits, 3)]
    assert labels(view)[hits:] == (["Previous", "Next"] if pages > 1 else [])
    return texts(view)


@pytest.mark.parametrize(
    ("total", "words"),
    [(1, "**1 passage for"), (7, "**7 passages for"), (HIT_CAP, f"**At least {HIT_CAP} passages for")],
)
def test_the_count(total: int, words: str) -> None:
    assert words in shown("A [match] here.", total=total, hits=min(total, PAGE_SIZE))


def test_matches_are_bold_and_text_is_escaped() -> None:
    assert "A **match**, \\*not\\* bold" in shown("A [match], *not* bold")
    assert "“\\*query\\*”" in shown("A [match].")


@pytest.mark.parametrize("before", [0, 500, 5000])
def test_a_long_sentence_shows_the_piece_with_the_match(before: int) -> None:
    text = shown("*word* " * before + "[match]" + " and_more" * 5000, hits=PAGE_SIZE, total=9)
    assert "**match**" in text
    assert text.count("… ") >= (before > EXCERPT_LIMIT // 9)
    assert " …" in text


def test_a_phrase_broken_by_the_piece_stays_bold_to_its_end() -> None:
    text = shown("[" + "long phrase " * 400 + "]")
    assert text.count("**") % 2 == 0
