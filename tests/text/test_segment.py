"""Sentences: hard cases for every rule, and what must hold for any text."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.text.segment import LONGEST, SHORTEST, automatic_paragraphs, sentences

SEED = Path(__file__).parents[2] / "seeds" / "nato-ukraine-2023.txt"

# Each text is written with | where a sentence ends; the splitter sees it with spaces instead.
CASES = {
    "a sentence": [
        "We agree.|They agree.",
        "Will they?|They will!|So be it…|We wait.",
        "He said: “We stand firm.”|Then he left.",
        "It is over (for now).|We go on.",
        "It is over.)|We go on.",
        "Really?!|Yes.",
        "Wait...|No.",
        "One line.|Another\nline of the same.",
        "No mark at the end",
        "One.",
    ],
    "1 titles and Latin": [
        "Mr. Smith met Mrs. Jones.|They spoke.",
        "Gen. Cavoli and Lt. Col. Brown spoke to Prof. Lee and Dr. Ortiz.",
        "Allies (e.g. Poland) agree, i.e. all of them.",
        "H.E. Mr. Zelenskyy and H.M. The King were in St. Petersburg once.",
        "See cf. Hansen vs. Norway.|It is settled.",
        "“Ms. Baerbock agrees.”|So do we.",
    ],
    "2 numbered references": [
        "Under Art. 5 we act.|Under Res. 2334 too.",
        "See No. 7, Nos. 8 and 9, para. 3 and paras. 4 to 6.",
        "See Vol. IV, Ch. 2, pp. 10 to 12, sec. 8.",
        "We said no.|They said yes.",
        "It is modern art.|We like it.",
        "Turn to p. 12 now.",
        "They visited the Res.|Nobody was there.",
    ],
    "3 abbreviations before an opener or not": [
        "The U.S. Government agrees.|So does the U.K. Parliament.",
        "They met in the U.S.|The talks went on.",
        "It began at 9 a.m. Brussels time.|It ended at 5 p.m.|We left.",
        "Washington D.C. Metro is full.",
        "It happened on 24 Feb. 2022.|On 1 Mar. Parliament met.",
        "They trade as Acme Inc. Europe.|We met Acme Ltd.|They agreed.",
        "The E.U. and the U.N. Charter are named.",
        "We left in Sept.|The rest stayed.",
    ],
    "4 initials": [
        "J. Stoltenberg spoke.|F. D. Roosevelt had spoken.",
        "George W. Bush was there.",
        "So did he and I.|We agreed.",
        "R. Smith and A. B. Jones signed.",
    ],
    "5 enumerators": [
        "1. We agree.",
        "1. We agree.|2. We act.",
        "IV. The Parties meet.",
        "(a) We agree.|(b) We act.",
        "a. First we agree.",
        "We count to 3.|Then we go.",
    ],
    "6 before a lower-case word": [
        "The co. kg is small.",
        "It was approx. three days.",
        "People around the world.|the world.|We go on.",
        "“Will you?” he asked.",
        "It costs ca. five euros.",
        "We act in Ukraine.|and we go on.",
    ],
    "numbers and names": [
        "It rose by 3.5 percent.|It fell by 2.1.|We saw it.",
        "Visit nato.int for more.|Then come back.",
        "We met on 3.4.2023 in Kyiv.",
        "Version 2.0 is out.|We use it.",
    ],
    "typography": [
        "«We stand.»|They sit.",
        "She said, ‘We agree.’|‘We do,’ he said.",
        "We stand. “We” means all.".replace(". “", ".|“"),
        "Ми єдині.|Ми разом.",
    ],
}


@pytest.mark.parametrize(("rule", "marked"), [(rule, case) for rule, cases in CASES.items() for case in cases])
def test_hard_cases(rule: str, marked: str) -> None:
    assert sentences(marked.replace("|", " ")) == marked.split("|"), rule


def test_there_are_two_cases_for_each_rule_and_forty_in_all() -> None:
    assert min(len(cases) for cases in CASES.values()) >= 2
    assert sum(len(cases) for cases in CASES.values()) >= 40


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A heading without a mark\n\nWe agree.", ["A heading without a mark", "We agree."]),
        ("We will:\n- build trust;\n- keep it.", ["We will:", "- build trust;", "- keep it."]),
        ("We will:\n(a) meet;\n(b) act.", ["We will:", "(a) meet;", "(b) act."]),
        ("Mr.\n\nSmith", ["Mr.", "Smith"]),
        ("One line\nbroken in two.", ["One line\nbroken in two."]),
        ("", []),
        (" \n\n ", []),
    ],
)
def test_lines_that_end_a_sentence(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


def test_the_declaration_has_its_thirty() -> None:
    body = SEED.read_text(encoding="utf-8").split("\n", 1)[1]
    found = sentences(body)
    assert len(found) == 30
    assert found[0] == "NATO guests are bound by this Declaration."
    assert found[18] == "the world."
    assert found[29] == "We stand with them."
    corrected = body.replace("their land , and", "their land, and").replace("world. the world.", "world.")
    assert len(sentences(corrected)) == 29


@given(st.text(alphabet=st.sampled_from("aBz .!?…\"'”’)(\n-1ivU“«é")) | st.text())
def test_nothing_is_lost_and_nothing_is_empty(text: str) -> None:
    found = sentences(text)
    assert re.sub(r"\s", "", "".join(found)) == re.sub(r"\s", "", text)
    assert all(sentence and sentence == sentence.strip() for sentence in found)


@pytest.mark.parametrize("piece", [".", "(a ", '" ', ". ", '."', "\n", "\n ", "a.b", "I. ", "U.S. ", "…”)"])
def test_a_hundred_thousand_of_anything_lose_nothing(piece: str) -> None:
    """Before the look-behind in _CANDIDATE, the first of these took over a minute."""
    text = piece * (100_000 // len(piece))
    assert "".join("".join(sentences(text)).split()) == "".join(text.split())


def test_automatic_paragraphs_keep_every_sentence_and_aim_at_their_length() -> None:
    body = SEED.read_text(encoding="utf-8").split("\n", 1)[1]
    paragraphs = automatic_paragraphs(sentences(body))
    assert [sentence for paragraph in paragraphs for sentence in paragraph] == sentences(body)
    lengths = [sum(len(sentence.split()) for sentence in paragraph) for paragraph in paragraphs]
    assert SHORTEST <= sum(lengths) / len(lengths) <= LONGEST + 20


@pytest.mark.parametrize("opener", ["This", "These", "That", "They", "It", "In this context,", "We also"])
def test_an_automatic_paragraph_never_begins_with_a_reference_back(opener: str) -> None:
    long = " ".join(["word"] * SHORTEST) + "."
    assert automatic_paragraphs([long, f"{opener} goes on.", "We go."]) == [[long, f"{opener} goes on."], ["We go."]]


@given(st.lists(st.text(alphabet="ab ", min_size=1), max_size=30))
def test_automatic_paragraphs_of_anything(found: list[str]) -> None:
    paragraphs = automatic_paragraphs(found)
    assert [sentence for paragraph in paragraphs for sentence in paragraph] == found
    assert all(paragraphs)
