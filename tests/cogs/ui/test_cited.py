"""Citations to copy: four blocks that no text can leave, within what Discord takes, the edition always whole."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import Citation, Document, Passage
from bot.text import cite, sidecar
from bot.text.seed import SLUG_LIMIT
from cogs.ui.cited import FORMS, cited
from tests.cogs.ui.conftest import components, document, labels, passage, sendable, texts

MADE = document("One here.\n\nTwo here.", "title = 'A title'\nissuer = 'We'\ndate = 2023-12-28")
LAST = Citation(999_998, 999_999)
"""The longest place that there can be."""
FACTS = ("title", "short_title", "issuer", "source", "edition")


def blocks(shown: Passage) -> list[str]:
    """Return what stands in the blocks of a citation that can be sent."""
    view = cited(shown)
    sendable(view)
    assert labels(view) == []
    contents = [component["content"] for component in components(view) if "content" in component]
    found = [re.fullmatch(r"\*\*[^*\n]+\*\*\n```\n([^\n].*)\n```", content, re.DOTALL) for content in contents[:4]]
    inside = [match[1] for match in found if match]
    assert len(inside) == len(FORMS)
    assert not any("```" in block for block in inside)
    return inside


def longest(letters: str) -> Document:
    facts: dict[str, Any] = {name: (letters * 300)[: sidecar._LIMITS[name]] for name in FACTS}
    return replace(MADE, slug="é" * SLUG_LIMIT, date=date(2023, 12, 28), **facts)


def test_every_form_in_a_block_of_its_own() -> None:
    place = Citation(1, 1, 1)
    assert blocks(Passage(MADE, place, ())) == [form(MADE, place) for _, form in FORMS]
    assert [name for name, _ in FORMS] == re.findall(
        r"^\*\*(.*)\*\*$", texts(cited(Passage(MADE, place, ()))), re.MULTILINE
    )


@pytest.mark.parametrize(
    "title", ["```", "a```b", "`````` x", "` `` ``` ````", "x ```\n@everyone", "```js", "\\```", "`"]
)
def test_no_text_leaves_its_block(title: str) -> None:
    made = replace(MADE, title=title, issuer=title, source=title, edition=title)
    for block in blocks(Passage(made, Citation(1, 1), ())):
        assert "'''" in block or "\\`" in block or "```" not in title


@given(*[st.text(st.sampled_from("`a'\\{*😀 "), max_size=99).map(lambda text: f"x{text}") for _ in range(3)])
def test_whatever_the_facts_are(title: str, issuer: str, edition: str) -> None:
    blocks(Passage(replace(MADE, title=title, issuer=issuer, edition=edition), LAST, ()))


@pytest.mark.parametrize("letters", ["}", "\\", "^", "_", "*", "`", "😀", "a", "word ", "{ "], ids=ascii)
@pytest.mark.parametrize("address", [False, True])
def test_the_longest_facts_fit_and_the_edition_stays_whole(letters: str, address: bool) -> None:
    made = longest(letters)
    if address:
        made = replace(made, source=f"https://{'a' * (sidecar._LIMITS['source'] - 8)}")
    shown = blocks(Passage(made, LAST, ()))
    edition = made.edition.replace("```", "'''")
    assert edition in shown[0]
    assert edition in shown[2]
    assert (
        cite.bibtex(replace(MADE, edition=made.edition), LAST).splitlines()[-2]
        in shown[3].replace("'''", "```") + "\n"
    )
    assert ("shortened where … stands" in texts(cited(Passage(made, LAST, ())))) == ("…" in shown[0])


def test_what_fits_is_not_shortened() -> None:
    """All facts at their limits fit, as long as they are words and hardly a mark; a source alone may not."""
    made = replace(longest("word "), slug="a" * SLUG_LIMIT, source=None)
    assert "…" not in texts(cited(Passage(made, LAST, ())))


def test_a_text_without_paragraphs_says_why_no_place_is_cited() -> None:
    view = cited(passage("A block. Of text.", Citation(1, 1, 2)))
    sendable(view)
    assert "so there is no place in it to cite" in texts(view)
    assert "sentence" not in texts(view)
