"""Seeds and sidecars: what is understood, and what is refused with file, place and reason."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import SeedError
from bot.model import KEY_STRENGTH, Document, Structure
from bot.text.seed import parse, slug_of

SEEDS = Path(__file__).parents[2] / "seeds"
NAME = "nato-ukraine-2023"
ORIGINAL = SEEDS.parents[1] / "shared" / "seeds" / "000_29e46a868576b1e3.txt"


def made(text: str | bytes, sidecar: str | None = None, name: str = "a.txt") -> Document:
    data = text if isinstance(text, bytes) else text.encode()
    return parse(name, data, None if sidecar is None else sidecar.encode())


def texts(document: Document) -> list[str]:
    return [paragraph.text for paragraph in document.paragraphs]


@pytest.fixture(scope="module")
def declaration() -> Document:
    return parse(f"{NAME}.txt", (SEEDS / f"{NAME}.txt").read_bytes(), (SEEDS / f"{NAME}.toml").read_bytes())


def test_the_declaration_byte_for_byte(declaration: Document) -> None:
    data = (SEEDS / f"{NAME}.txt").read_bytes()
    assert hashlib.sha256(data).hexdigest() == "5019c1961732424e1c02f4f085dca8f362107fd2342516c28b9c26f664ff75bb"
    if ORIGINAL.exists():
        assert data == ORIGINAL.read_bytes()
    assert declaration.sha256 == hashlib.sha256(data).hexdigest()


def test_the_declarations_facts(declaration: Document) -> None:
    assert declaration.slug == NAME
    assert declaration.short_title == "NAC statement, Feb 2023"
    assert declaration.issuer == "North Atlantic Council"
    assert (declaration.date, declaration.date_in_file) == (date(2023, 2, 24), date(2023, 2, 25))
    assert declaration.edition == "As supplied: a reworded copy, not the official text"
    assert declaration.title == (
        "Statement by the North Atlantic Council marking one year of Russia's war of aggression against Ukraine"
    )
    assert declaration.structure is Structure.SIDECAR
    assert declaration.default


def test_the_declarations_paragraphs(declaration: Document) -> None:
    begins = [
        (0, "NATO guests are bound", 1),
        (1, "As we solemnly mark", 2),
        (2, "We are further increasing", 5),
        (3, "Russia bears full responsibility", 8),
        (4, "The Russian war also threatens", 3),
        (5, "NATO is a defensive alliance", 7),
        (6, "Russia’s efforts to break", 3),
    ]
    for paragraph, (number, words, sentences) in zip(declaration.paragraphs, begins, strict=True):
        assert paragraph.number == number
        assert paragraph.text.startswith(words)
        assert len(paragraph.sentences) == sentences
    assert declaration.paragraphs[4].sentences[2].text.startswith("We will continue to strive")


def test_the_declarations_corrections(declaration: Document) -> None:
    everything = " ".join(texts(declaration))
    assert "their land, and our" in everything
    assert "the world. the world." not in everything
    supplied = {p.number: p.supplied for p in declaration.paragraphs if p.supplied}
    assert set(supplied) == {1, 4}
    assert "their land , and our" in str(supplied[1])
    assert "around the world. the world. We" in str(supplied[4])
    assert [correction.paragraph for correction in declaration.corrections] == [1, 4]


def test_the_declarations_commitments(declaration: Document) -> None:
    strong = {
        f"{p.number}.{s.number}": s.strength
        for p in declaration.paragraphs
        for s in p.sentences
        if s.strength >= KEY_STRENGTH
    }
    assert strong == {
        "1.1": 2,
        "2.1": 3,
        "2.2": 2,
        "2.3": 3,
        "2.4": 2,
        "3.4": 2,
        "4.3": 2,
        "5.2": 3,
        "5.3": 3,
        "5.5": 2,
        "5.6": 3,
        "5.7": 2,
    }


def test_nothing_of_the_declaration_is_lost(declaration: Document) -> None:
    body = (SEEDS / f"{NAME}.txt").read_text(encoding="utf-8").split("\n", 1)[1]
    assert " ".join(p.supplied or p.text for p in declaration.paragraphs).split() == body.split()


@pytest.mark.parametrize(
    ("text", "structure", "paragraphs"),
    [
        ("One.\n\nTwo\nlines.\n\n\nThree.", Structure.BLANK_LINES, {1: "One.", 2: "Two lines.", 3: "Three."}),
        ("One.\r\n\r\nTwo.", Structure.BLANK_LINES, {1: "One.", 2: "Two."}),
        ("One.\r\rTwo.", Structure.BLANK_LINES, {1: "One.", 2: "Two."}),
        ("\ufeffOne.\n \t\nTwo.", Structure.BLANK_LINES, {1: "One.", 2: "Two."}),
        ("1. One.\n2. Two.\n3. Three.", Structure.NUMBERING, {1: "One.", 2: "Two.", 3: "Three."}),
        ("Lead.\n\n1. One.\n\n2. Two.", Structure.NUMBERING, {0: "Lead.", 1: "One.", 2: "Two."}),
        ("(1) One.\n(2) Two\nlines.", Structure.NUMBERING, {1: "One.", 2: "Two lines."}),
        ("§ 1 One.\n§ 2 Two.", Structure.NUMBERING, {1: "One.", 2: "Two."}),
        (
            "1. One:\n\n(a) first;\n\n(b) second.\n\n2. Two.",
            Structure.NUMBERING,
            {1: "One:\n\n(a) first;\n\n(b) second.", 2: "Two."},
        ),
        ("Article 1\n\nOne.\n\nMore.\n\nArticle 2\n\nTwo.", Structure.NUMBERING, {1: "One.\n\nMore.", 2: "Two."}),
        (
            "Lead.\nArticle 1 – Peace\nOne.\nArticle 2 – War\nTwo.",
            Structure.NUMBERING,
            {0: "Lead.", 1: "One.", 2: "Two."},
        ),
        (
            "Article 1. The Parties agree to meet.\nArticle 2. They meet.",
            Structure.NUMBERING,
            {1: "The Parties agree to meet.", 2: "They meet."},
        ),
        ("## Article 1\n\nOne.\n\n## Article 2\n\nTwo.", Structure.NUMBERING, {1: "One.", 2: "Two."}),
        ("1. One.\n\n3. Three.", Structure.BLANK_LINES, {1: "1. One.", 2: "3. Three."}),
        (
            "We will:\n1. act;\n2. wait.\n\nThe end.",
            Structure.BLANK_LINES,
            {1: "We will:\n1. act;\n2. wait.", 2: "The end."},
        ),
        ("It was in\n2023. We met.\n\nTwo.", Structure.BLANK_LINES, {1: "It was in 2023. We met.", 2: "Two."}),
        ("# Title\n\nOne.\n\n## Part\n\nTwo.", Structure.BLANK_LINES, {1: "One.", 2: "Two."}),
        ("One block. Of text.", Structure.AUTOMATIC, {1: "One block. Of text."}),
    ],
)
def test_what_a_text_shows_by_itself(text: str, structure: Structure, paragraphs: dict[int, str]) -> None:
    document = made(text)
    assert document.structure is structure
    assert {paragraph.number: paragraph.text for paragraph in document.paragraphs} == paragraphs


def test_headings_and_titles() -> None:
    document = made("# The *title*\n\nOne.\n\n## A part\n\nTwo.\n\nThree.")
    assert document.title == document.short_title == "The *title*"
    assert [paragraph.heading for paragraph in document.paragraphs] == [None, "A part", None]
    assert [p.heading for p in made("Article 1 – Peace\nOne.\nArticle 2\nTwo.").paragraphs] == [
        "Article 1 – Peace",
        "Article 2",
    ]
    long = made("# " + "word " * 200 + "\n\nOne.\n\nTwo.")
    assert len(long.title) <= 300
    assert len(long.short_title) <= 100


def test_decomposed_text_is_composed_and_a_date_is_read() -> None:
    document = made(unicodedata.normalize("NFD", "date 2024-01-02\n\nEstá così.\n\nZwei für."))
    assert texts(document) == ["Está così.", "Zwei für."]
    assert document.date == document.date_in_file == date(2024, 1, 2)


def test_a_long_block_is_split_for_reading_only() -> None:
    document = made("We met in the capital today. " * 60)
    assert document.structure is Structure.AUTOMATIC
    assert len(document.paragraphs) > 3


SIDECAR = '[[paragraphs]]\nbegins = "One"\n[[paragraphs]]\nbegins = "Two"\n'
TEXT = "One is here. Two's there."


@pytest.mark.parametrize(
    ("text", "sidecar", "place", "reason"),
    [
        (b"", None, "", "holds no text"),
        (b" \n\n\t", None, "", "holds no text"),
        (b" \n\xef\xbb\xbf", None, "", "holds no text"),
        (b"--- ***", None, "", "holds no text"),
        (b"date 2023-02-25", None, "", "holds no text"),
        (b"# Only a title", None, "", "headings but no paragraph"),
        (b"date 2023-99-99\nx", None, "line 1", "not like 2023-02-25"),
        (b"One\n\xff", None, "line 2", "not UTF-8"),
        (b"One\nTwo\n\x00", None, "line 3", "U+0000"),
        ("One \ue000".encode(), None, "line 1", "U+E000"),
        (TEXT, "x", "", "not valid TOML"),
        (TEXT, "a = " + "[" * 5000, "", "not valid TOML"),
        (TEXT, b"\xff", "byte 1", "not UTF-8"),
        (TEXT, "titel = 'x'", "titel", "not a known key"),
        (TEXT, "title = 5", "title", "must be text"),
        (TEXT, "title = ' '", "title", "must be text"),
        (TEXT, f"short_title = '{'x' * 101}'", "short_title", "more than the 100 allowed"),
        (TEXT, "date = '2023-01-01'", "date", "must be a date"),
        (TEXT, "date = 2023-01-01T00:00:00", "date", "must be a date"),
        (TEXT, "default = 1", "default", "true or false"),
        (TEXT, "sha256 = 'abc'", "sha256", "64 hexadecimal"),
        (TEXT, f"sha256 = '{'0' * 64}'", "", "but a.toml describes 000"),
        (TEXT, "paragraphs = 5", "paragraphs", "[[paragraphs]]"),
        (TEXT, "[[paragraphs]]\nbegin = 'One'", "paragraphs 1 begin", "not a known key"),
        (TEXT, "[[paragraphs]]\npreamble = true", "paragraphs 1", "lacks begins"),
        (TEXT, "[[paragraphs]]\nbegins = 'Nine'", "paragraphs 1", "is not in the text"),
        ("One. One.", "[[paragraphs]]\nbegins = 'One'", "paragraphs 1", "occurs 2 times"),
        (TEXT, "[[paragraphs]]\nbegins = 'Two'", "paragraphs 1", "text stands before it"),
        (TEXT, "[[paragraphs]]\nbegins='One'\n[[paragraphs]]\nbegins='is here'\n[[paragraphs]]\nbegins='One is'",
         "paragraphs 3", "stands before"),
        (TEXT, SIDECAR + "preamble = true", "paragraphs 2", "only the first"),
        (TEXT, "[[corrections]]\nfind='x'\nreplace='y'\nreason='z'", "corrections 1", "is in no paragraph"),
        ("a b. a b.", "[[corrections]]\nfind='a b'\nreplace='y'\nreason='z'", "corrections 1", "occurs 2 times"),
        (TEXT, "[[corrections]]\nfind='x'", "corrections 1", "lacks replace, reason"),
        (TEXT, "commitments = 5", "commitments", "must be a table"),
        (TEXT, "[commitments]\npin = {'9.9' = 2}", "commitments 9.9", "no such sentence"),
        (TEXT, "[commitments]\npin = {'1' = 2}", "commitments 1", "must name a sentence"),
        (TEXT, "[commitments]\npin = {'1.1' = 4}", "commitments 1.1", "0, 1, 2 or 3"),
        (TEXT, "[commitments]\npin = {'1.1' = true}", "commitments 1.1", "0, 1, 2 or 3"),
        (TEXT, "[commitments]\npin = {'1.1' = 2}\nexclude = ['1.1']", "commitments 1.1", "both pinned and excluded"),
        (TEXT, "[commitments]\nexclude = 'x'", "commitments", "exclude like"),
    ],
)  # fmt: skip
def test_faults(text: str | bytes, sidecar: str | bytes | None, place: str, reason: str) -> None:
    data = text if isinstance(text, bytes) else text.encode()
    facts = sidecar.encode() if isinstance(sidecar, str) else sidecar
    with pytest.raises(SeedError) as caught:
        parse("a.txt", data, facts)
    assert caught.value.place == place
    assert reason in caught.value.reason
    assert caught.value.file in {"a.txt", "a.toml"}


def test_a_sidecar_without_paragraphs_keeps_the_texts_own() -> None:
    document = made("One.\n\nTwo two.", "title = 'T'\n[[corrections]]\nfind='two'\nreplace='2'\nreason='r'")
    assert texts(document) == ["One.", "Two 2."]
    assert document.structure is Structure.BLANK_LINES


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("a.txt", "a"),
        ("NATO Declaration (2023).txt", "nato-declaration-2023"),
        ("Déclaration.md", "déclaration"),
        ("x" * 90 + ".txt", "x" * 40),
        ("宣言.txt", "宣言"),
    ],
)
def test_the_name_in_citations(name: str, slug: str) -> None:
    assert slug_of(name) == slug


def test_a_name_without_a_letter_is_refused() -> None:
    with pytest.raises(SeedError, match="letter or a digit"):
        slug_of("---.txt")


BODY = st.text(alphabet=st.sampled_from("ab1. \n\t-(#)’é😀Article"), min_size=1)


@given(BODY)
def test_every_word_is_served_whatever_the_structure(text: str) -> None:
    """Markers and headings leave the text, nothing else does."""
    try:
        document = made("Begin. " + text + " end.")
    except SeedError:
        return
    served = " ".join(f"{p.number}{p.heading or ''} {p.text}" for p in document.paragraphs)
    words = re.findall(r"[a-z’é😀]+", text)
    assert [word for word in words if word not in served and word not in document.title] == []
