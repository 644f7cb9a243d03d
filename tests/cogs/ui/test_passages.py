"""Quotations: whole, paged, cited, and within what Discord takes."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from bot.model import Citation, Commitment
from bot.text.citation import find
from cogs.ui.parts import View
from cogs.ui.passages import commitment, commitments, prepare, quotation
from cogs.ui.screens import CiteScreen, CommitmentsScreen, QuoteScreen, decode, key_of
from tests.cogs.ui.conftest import components, document, labels, passage, sendable, texts

UNESCAPE = re.compile(r"\\([^0-9A-Za-z\s])")
SIDECAR = """
short_title = "A *short* title"
edition = "As supplied"
date = 2023-02-24
[[paragraphs]]
begins = "One here"
[[paragraphs]]
begins = "Two here"
[[corrections]]
find = "is is"
replace = "is"
reason = "twice"
"""


def screen(citation: Citation, page: int = 0, *, supplied: bool = False) -> QuoteScreen:
    return QuoteScreen("0a1b2c3d", citation, page, supplied)


def all_pages(text: str, citation: Citation | None = None) -> list[str]:
    """Return what every page shows, turning from the first to the last by its Next button."""
    quoted = passage(text, citation)
    shown = []
    for page in range(1000):
        view = quotation(quoted, screen(quoted.citation, page))
        sendable(view)
        shown.append(texts(view))
        last = re.search(r"-# Page \d+ of (\d+)$", shown[-1])
        if last is None or int(last[1]) == page + 1:
            return shown
    raise AssertionError("no last page")


def test_a_paragraph_with_its_citation_and_edition() -> None:
    view = quotation(passage("One here.\nTwo here is is it.", Citation(1, 1), SIDECAR), screen(Citation(1, 1)))
    sendable(view)
    assert texts(view) == "**1**\nOne here.\n-# A \\*short\\* title, paragraph 1, 24 February 2023\n-# As supplied"
    assert labels(view) == ["Cite"]


def test_a_correction_is_told_and_the_supplied_wording_can_be_seen() -> None:
    quoted = passage("One here.\nTwo here is is it.", Citation(2, 2), SIDECAR)
    corrected = quotation(quoted, screen(Citation(2, 2)))
    assert "Two here is it." in texts(corrected)
    assert "Corrected here: “is is” reads “is” (twice)." in texts(corrected)
    assert labels(corrected) == ["As supplied", "Cite"]
    supplied = quotation(quoted, screen(Citation(2, 2), supplied=True))
    assert "Two here is is it." in texts(supplied)
    assert "Shown as supplied" in texts(supplied)
    assert labels(supplied) == ["As corrected", "Cite"]


def test_a_sentence_leads_to_its_paragraph() -> None:
    view = quotation(passage("One. Two is it.\n\nThree.", Citation(1, 1, 2)), screen(Citation(1, 1, 2)))
    assert texts(view).startswith("**1.2**\nTwo is it.")
    assert "paragraph 1, sentence 2" in texts(view)
    assert labels(view) == ["In context", "Cite"]


@pytest.mark.parametrize("long", [False, True])
@pytest.mark.parametrize("corrected", [False, True])
@pytest.mark.parametrize("citation", [Citation(1, 1), Citation(1, 2), Citation(1, 1, 1), Citation(1, 1, 2)], ids=str)
def test_every_page_can_be_cited_and_no_row_has_more_than_five_buttons(
    citation: Citation, corrected: bool, long: bool
) -> None:
    body = "*word* " * 2000 if long else ""
    text = f"One here. {body}So it is.\nTwo here is is it. {body}"
    quoted = passage(text, citation, SIDECAR if corrected else SIDECAR.partition("[[corrections]]")[0])
    for page in range(30):
        for supplied in (False, True):
            view = quotation(quoted, screen(citation, page, supplied=supplied))
            sendable(view)
            (row,) = [c["components"] for c in components(view) if c["type"] == 1]
            assert 1 <= len(row) <= 5
            assert row[-1]["label"] == "Cite"
            assert decode(row[-1]["custom_id"].split(":", 2)[2]) == CiteScreen("0a1b2c3d", citation)


def test_an_automatic_split_says_so() -> None:
    assert "made automatically" in texts(quotation(passage("A block. Of text."), screen(Citation(1, 1))))


@pytest.mark.parametrize("page", [-5, 99])
def test_a_page_that_is_not_there_is_the_nearest(page: int) -> None:
    sendable(quotation(passage("One.\n\nTwo."), screen(Citation(1, 2), page)))


@settings(max_examples=60, phases=[Phase.generate])
@given(
    st.lists(
        st.text(alphabet=st.sampled_from("ab😀*_<>[]@#-.! 1"), min_size=1, max_size=40),
        min_size=1,
        max_size=40,
    ),
    st.integers(1, 400),
)
def test_every_word_stands_on_a_page(pieces: list[str], repeats: int) -> None:
    """Whatever the text, however long: nothing is cut, and each page can be sent."""
    text = "Begin here.\n\nso " + " ".join(pieces * repeats)[:20_000] + " end."
    quoted = passage(text)
    expected = " ".join(paragraph.text for paragraph in quoted.paragraphs).split()
    bodies = [page.split("\n-# ")[0] for page in all_pages(text)]
    shown = re.sub(r"^\*\*\d+( \(continued\))?\*\*$", "", "\n".join(bodies), flags=re.MULTILINE)
    assert UNESCAPE.sub(r"\1", shown).split() == expected


def test_a_word_longer_than_a_page_is_shown_whole() -> None:
    word = "a" * 9000
    bodies = [page.split("\n-# ")[0] for page in all_pages(f"{word}\n\nEnd.")]
    assert "".join(bodies).count("a") == 9000


def promise(text: str) -> Commitment:
    made = document(text)
    return Commitment(made, 1, made.paragraphs[0].sentences[0], 1, 1)


def post(text: str, **more: Any) -> View:
    found = promise(text)
    return commitment(found, prepare(found), **more)


@pytest.mark.parametrize("length", [3, 30, 300, 3000])
def test_the_daily_post_can_always_be_sent(length: int) -> None:
    view = post("We will " + "*protect* " * length + "it.\n\nEnd.", mark="f" * 24)
    sendable(view)
    assert ("see “In context”" in texts(view)) == (length >= 300)
    assert labels(view) == ["In context", "Cite"]


def test_the_daily_post_carries_its_key_and_citation() -> None:
    view = post("We will act.\n\nEnd.", mark="0123456789abcdef01234567")
    sendable(view)
    assert "0123456789abcdef01234567" in str(components(view))
    assert "paragraph 1, sentence 1" in texts(view)
    assert "Commitment 1 of 1" in texts(view)


@pytest.mark.parametrize("count", [1, 5, 60])
def test_all_commitments_stand_on_the_pages(count: int) -> None:
    made = document("\n\n".join(f"We will do deed {n} for everybody." for n in range(count)) + "\n\nEnd.")
    found = [
        Commitment(made, n, find(made, Citation(n, n)).paragraphs[0].sentences[0], n, count)
        for n in range(1, count + 1)
    ]
    shown = ""
    for page in range(count):
        view = commitments(found, CommitmentsScreen(key_of(made), page))
        sendable(view)
        shown += texts(view)
    assert all(f"deed {n} for" in shown for n in range(count))


def test_the_longest_notes_leave_room_for_the_longest_page() -> None:
    corrections = "".join(
        f"[[corrections]]\nfind = '{letter}{'*' * 90}'\nreplace = '{letter}{'_' * 90}'\nreason = '{'<' * 150}'\n"
        for letter in "abcde"
    )
    sidecar = f"short_title = '{'*' * 100}'\nedition = '{'_' * 120}'\ndate = 2023-12-28\n{corrections}"
    wrong = " ".join(letter + "*" * 90 for letter in "abcde")
    quoted = passage(f"{wrong} {'@x ' * 3000}\n\nEnd.", Citation(1, 1), sidecar)
    view = quotation(quoted, screen(Citation(1, 1)))
    sendable(view)
    assert "And 2 more; /documents lists them." in texts(view)


async def test_a_view_is_sent_stopped_so_that_no_task_waits_for_it() -> None:
    assert post("We will act.\n\nEnd.").is_finished()
