"""Citations, queries, pages, completions, excerpts, changes and words."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import BadCitation, EmptyQuery, NoSuchParagraph, NoSuchSentence, ReversedRange
from bot.model import MATCH_END, MATCH_START, Citation, Document
from bot.text import citation, fit, query, suggest
from bot.text.changes import compare
from bot.text.excerpt import best_sentence
from bot.text.seed import parse
from bot.text.words import cut, digest, opening, utf16, words
from cogs.ui.markdown import size


def document(text: str, sidecar: str | None = None, name: str = "a.txt") -> Document:
    return parse(name, text.encode(), sidecar.encode() if sidecar else None)


# Citations


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("3", "3"),
        (" 3 ", "3"),
        ("3-5", "3-5"),
        ("3 – 5", "3-5"),
        ("3—3", "3"),
        ("3.2", "3.2"),
        ("3 . 2", "3.2"),
        ("0", "0"),
        ("preamble", "0"),
        ("Preamble", "0"),
        ("preamble.1", "0.1"),
        ("preamble-2", "0-2"),
        ("¶3", "3"),
        ("§ 3", "3"),
        ("para 3", "3"),
        ("para. 3.1", "3.1"),
        ("Paragraphs 3-4", "3-4"),
        ("007", "7"),
    ],
)
def test_citations_as_typed(typed: str, read: str) -> None:
    assert str(citation.parse(typed)) == read


@pytest.mark.parametrize(
    "typed", ["", " ", "abc", "3.", ".3", "-1", "3-", "3.2.1", "3.2-4", "１", "٣", "3,5", "1e3", "9" * 7, "x" * 300]
)
def test_what_is_no_citation(typed: str) -> None:
    with pytest.raises(BadCitation) as caught:
        citation.parse(typed)
    assert caught.value.given == typed


def test_a_range_that_ends_before_it_begins() -> None:
    with pytest.raises(ReversedRange):
        citation.parse("3-1")


@given(st.integers(0, 999_999), st.integers(0, 999_999), st.integers(1, 999_999))
def test_citations_round_trip(first: int, more: int, sentence: int) -> None:
    for made in (
        Citation(first, first),
        Citation(first, min(first + more, 999_999)),
        Citation(first, first, sentence),
    ):
        assert citation.parse(str(made)) == made


def test_citations_are_found_or_what_there_is_is_told() -> None:
    made = document("Lead.\n\n1. One. Two.\n\n2. Three.")
    assert [p.number for p in citation.find(made, Citation(0, 2)).paragraphs] == [0, 1, 2]
    found = citation.find(made, Citation(1, 1, 2))
    assert found.sentence is not None
    assert found.sentence.text == "Two."
    with pytest.raises(NoSuchParagraph) as paragraph:
        citation.find(made, Citation(1, 9))
    assert (paragraph.value.given, paragraph.value.first, paragraph.value.last) == (9, 0, 2)
    for number in (0, 3):
        with pytest.raises(NoSuchSentence) as sentence:
            citation.find(made, Citation(1, 1, number))
        assert sentence.value.count == 2


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (Citation(0, 0), "preamble"),
        (Citation(3, 3), "paragraph 3"),
        (Citation(3, 5), "paragraphs 3 to 5"),
        (Citation(0, 5), "preamble to paragraph 5"),
        (Citation(3, 3, 2), "paragraph 3, sentence 2"),
        (Citation(0, 0, 1), "preamble, sentence 1"),
    ],
)
def test_citations_in_words(made: Citation, said: str) -> None:
    assert citation.label(made) == said


# Queries


@pytest.fixture(scope="module")
def fts() -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE VIRTUAL TABLE t USING fts5 (x, tokenize = 'porter unicode61 remove_diacritics 2')")
    yield connection
    connection.close()


@pytest.mark.parametrize(
    ("typed", "every", "some"),
    [
        ("open door", '"open" AND "door"', '"open" OR "door"'),
        ('"open door" policy', '"open door" AND "policy"', '"open door" OR "policy"'),
        ("“open door”", '"open door"', '"open door"'),
        ("open-door", '"open door"', '"open door"'),
        ("sover*", '"sover"*', '"sover"*'),
        ("Russia's", '"russia"', '"russia"'),
        ("Russia’s", '"russia"', '"russia"'),
        ("the war of", '"the" AND "war" AND "of"', '"war"'),
        ("the of", '"the" AND "of"', None),
        ("NOT", '"not"', None),
        ("body:x NEAR(a)", '"body" AND "x" AND "near" AND "a"', '"body" OR "x" OR "near"'),
        ("war war WAR", '"war"', '"war"'),
        ('"war', '"war"', '"war"'),
        ("ＷＡＲ", '"war"', '"war"'),
        ("北約", '"北約"', '"北約"'),
    ],
)
def test_queries(typed: str, every: str, some: str | None) -> None:
    terms = query.parse(typed)
    assert query.match_all(terms) == every
    assert query.match_any(terms) == some


@pytest.mark.parametrize("typed", ["", " ", '"', '""', "*", "(", "^", "'", "🕊", "-", "\x00", '"*"'])
def test_queries_without_a_word(typed: str) -> None:
    with pytest.raises(EmptyQuery):
        query.parse(typed)


def test_queries_are_bounded() -> None:
    assert len(query.parse(" ".join(f"word{n}" for n in range(100)))) == query.MAX_TERMS


@given(st.text(max_size=200) | st.text(alphabet=st.sampled_from("ab \"*'’-()^:{}+NEAR"), max_size=60))
def test_no_text_is_a_fault_of_fts5(fts: sqlite3.Connection, typed: str) -> None:
    try:
        terms = query.parse(typed)
    except EmptyQuery:
        return
    for expression in (query.match_all(terms), query.match_any(terms)):
        if expression is not None:
            fts.execute("SELECT rowid FROM t WHERE t MATCH ?", (expression,)).fetchall()


# Pages


@given(
    st.text(alphabet=st.sampled_from("ab. \n😀*_<é"), max_size=400).map(lambda text: text * 3),
    st.integers(4, 60),
    st.sampled_from([utf16, size]),
)
def test_pages_hold_every_word_and_keep_their_limit(text: str, limit: int, measure: object) -> None:
    assert callable(measure)
    pieces = fit.split(text, limit, measure)
    assert "".join("".join(pieces).split()) == "".join(text.split())
    assert all(measure(piece) <= limit for piece in pieces)
    whole = [word for word in text.split() if measure(word) <= limit]
    kept = [word for piece in pieces for word in piece.split()]
    assert all(word in kept for word in whole)


@pytest.mark.parametrize(
    ("text", "limit", "pieces"),
    [
        ("", 10, [""]),
        ("One.", 10, ["One."]),
        ("One two. Three four.", 12, ["One two.", "Three four."]),
        ("One.\n\nTwo.\n\nThree.", 12, ["One.\n\nTwo.", "Three."]),
        ("One two three", 7, ["One two", "three"]),
        ("abcdefghij", 4, ["abcd", "efgh", "ij"]),
        ("😀😀😀", 4, ["😀😀", "😀"]),
    ],
)
def test_pages_break_at_the_gentlest_place(text: str, limit: int, pieces: list[str]) -> None:
    assert fit.split(text, limit, utf16) == pieces


def test_two_megabytes_of_one_paragraph_are_split_in_time_to_answer() -> None:
    """Quadratic splitting would not come to an end here."""
    text = "We will act together, today and tomorrow. " * 48_000
    assert sum(len(piece.split()) for piece in fit.split(text, 2000, size)) == 48_000 * 7


# Words


@given(st.text(), st.integers(1, 50))
def test_cut_and_opening_keep_the_limit(text: str, limit: int) -> None:
    assert utf16(cut(text, limit)) <= limit
    assert text.startswith(cut(text, limit))
    assert utf16(opening(text, limit)) <= limit
    shown = opening(text, limit)
    assert shown == " ".join(text.split()) or shown.endswith("…")


@given(st.text())
def test_lengths_are_those_of_utf_16(text: str) -> None:
    assert utf16(text) == sum(2 if ord(character) > 0xFFFF else 1 for character in text)


def test_words_and_digests() -> None:
    assert words("Ukraine’s LONG-term, free_dom (2023)!") == ["ukraine's", "long", "term", "free", "dom", "2023"]
    assert digest("We will act.") == digest("we  will act")
    assert digest("We will act.") != digest("We will not act.")
    assert len(digest("")) == 16


# Completion of citations


def test_suggestions() -> None:
    made = document("Preface here.\n\n1. One solemn day. Two sovereign states.\n\n2. Peace.\n\n" + "\n\n".join(
        f"{n}. Item {n}." for n in range(3, 40)
    ))  # fmt: skip

    def values(typed: str) -> list[str]:
        found = suggest.citations(made, typed)
        assert len(found) <= suggest.LIMIT
        assert all(0 < utf16(label) <= suggest.LABEL_LIMIT and label.startswith(value) for value, label in found)
        return [value for value, _ in found]

    assert values("")[:3] == ["preamble", "1", "2"]
    assert len(values("")) == suggest.LIMIT
    assert values("1")[:3] == ["1", "10", "11"]
    assert values("1.") == ["1.1", "1.2"]
    assert values("1.2") == ["1.2"]
    assert values("37-") == ["37-38", "37-39"]
    assert values("37-39") == ["37-39"]
    assert values("prea") == ["preamble"]
    assert values("preamble") == ["preamble"]
    assert values("so") == ["1", "1.1", "1.2"]
    assert values("two sov") == ["1", "1.2"]
    assert values("zzz") == values("99.") == []


@given(st.text(max_size=50))
def test_suggestions_for_anything(typed: str) -> None:
    for value, label in suggest.citations(document("One. Two.\n\nThree."), typed):
        assert 1 <= utf16(label) <= suggest.LABEL_LIMIT
        citation.parse(value)


# Excerpts


def mark(text: str) -> str:
    return text.replace("[", MATCH_START).replace("]", MATCH_END)


@pytest.mark.parametrize(
    ("marked", "number", "shown"),
    [
        ("One [war]. Two [peace] and [war]. Three.", 2, "Two [peace] and [war]."),
        ("One [war] [war] [war]. Two [peace] and [war].", 2, "Two [peace] and [war]."),
        ("One. Two [peace].", 2, "Two [peace]."),
        ("One. Two.", None, "One. Two."),
        ("One [two. Three] four.", None, "One [two. Three] four."),
        ("[One]. [One].", 1, "[One]."),
    ],
)
def test_the_sentence_that_shows_most(marked: str, number: int | None, shown: str) -> None:
    paragraph = document(marked.replace("[", "").replace("]", "") + "\n\nEnd.").paragraphs[0]
    assert best_sentence(mark(marked), paragraph) == (number, mark(shown))


# Changes


@pytest.mark.parametrize(
    ("old", "new", "added", "changed", "removed"),
    [
        ("A.\n\nB.", "A.\n\nC.", (), (2,), ()),
        ("A.\n\nB.", "A.\n\nB.\n\nC.", (3,), (), ()),
        ("A.\n\nB.", "X.\n\nA.\n\nB.", (1,), (), ()),
        ("A.\n\nB.\n\nC.", "A.\n\nC.", (), (), (2,)),
        ("A.\n\nB.\n\nC.", "A.\n\nX.\n\nY.\n\nC.", (3,), (2,), ()),
    ],
)
def test_changes(
    old: str, new: str, added: tuple[int, ...], changed: tuple[int, ...], removed: tuple[int, ...]
) -> None:
    (found,) = compare([document(old)], [document(new)])
    assert (found.added, found.changed, found.removed) == (added, changed, removed)


def test_changes_of_whole_documents_and_of_facts() -> None:
    one, other = document("A.\n\nB."), document("C.\n\nD.", name="b.txt")
    assert compare([one], [one]) == ()
    assert [(c.slug, c.added) for c in compare([one], [one, other])] == [("b", (1, 2))]
    assert [(c.slug, c.removed) for c in compare([one, other], [one])] == [("b", (1, 2))]
    (facts,) = compare([one], [document("A.\n\nB.", "title = 'T'")])
    assert facts.facts_changed
    assert not facts.changed
    (strength,) = compare([one], [document("A.\n\nB.", "[commitments]\npin = {'1.1' = 3}")])
    assert strength.facts_changed
