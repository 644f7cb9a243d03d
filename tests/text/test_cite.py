"""Citations to paste: exact for the declaration, clean where facts are missing, harmless whatever the facts are."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import Citation, Document
from bot.text import cite
from bot.text.seed import parse, slug_of

SEEDS = Path(__file__).parents[2] / "seeds"
DECLARATION = parse(
    "nato-ukraine-2023.txt",
    (SEEDS / "nato-ukraine-2023.txt").read_bytes(),
    (SEEDS / "nato-ukraine-2023.toml").read_bytes(),
)
TITLE = "Statement by the North Atlantic Council marking one year of Russia's war of aggression against Ukraine"
SOURCE = "nato.int, official_texts_212268 (the official text, from which this copy was reworded)"
SOURCE_ESCAPED = r"nato.int, official\_texts\_212268 (the official text, from which this copy was reworded)"
EDITION = "As supplied: a reworded copy, not the official text"
BARE = parse("bare.txt", b"One here.\n\nTwo here.", None)
BLOCK = parse("block.txt", b"One block. Of text.", None)
FORMS: list[Callable[[Document, Citation], str]] = [cite.plain, cite.markdown, cite.footnote, cite.bibtex]
LINES = FORMS[:3]
FIRST = Citation(1, 1)
UNESCAPE = re.compile(r"\\([^0-9A-Za-z\s])")

FACTS = (
    (
        st.text(alphabet=st.sampled_from("ab1 .,:;?!…\\*_~`|<>[](){}#-+@&$%^/\"'“”’é約😀"), max_size=60)
        | st.text(max_size=60)
    )
    .map(lambda text: " ".join(text.split()))  # as a sidecar's texts are read
    .filter(bool)
)
DOCUMENTS = st.builds(
    replace,
    st.sampled_from([BARE, BLOCK]),
    slug=FACTS.map(lambda text: slug_of(f"a{text.replace('/', '')}")),
    title=FACTS,
    short_title=FACTS,
    issuer=st.none() | FACTS,
    date=st.none() | st.dates(),
    source=st.none() | FACTS | FACTS.map(lambda text: f"https://{text}"),
    edition=FACTS,
)
CITATIONS = st.builds(Citation, st.integers(0, 9), st.integers(10, 99)) | st.integers(0, 9).flatmap(
    lambda n: st.builds(Citation, st.just(n), st.just(n), st.none() | st.integers(1, 9))
)


def test_the_declaration_in_four_forms() -> None:
    place = Citation(3, 3, 2)
    assert cite.plain(DECLARATION, place) == (
        f"North Atlantic Council, {TITLE}, 24 February 2023, paragraph 3, sentence 2. {EDITION}. Source: {SOURCE}."
    )
    assert cite.markdown(DECLARATION, place) == (
        f"North Atlantic Council, *{TITLE}*, 24 February 2023, paragraph 3, sentence 2. {EDITION}. "
        f"Source: {SOURCE_ESCAPED}."
    )
    assert cite.footnote(DECLARATION, place) == (
        f"North Atlantic Council, “{TITLE},” February 24, 2023, para. 3, sentence 2. {EDITION}."
    )
    assert cite.bibtex(DECLARATION, place).splitlines() == [
        "@misc{nato-ukraine-2023-p3s2,",
        "  author = {{North Atlantic Council}},",
        f"  title = {{{{{TITLE}}}}},",
        "  shorttitle = {{NAC statement, Feb 2023}},",
        "  year = {2023},",
        "  month = feb,",
        "  day = {24},",
        f"  howpublished = {{{SOURCE_ESCAPED}}},",
        f"  note = {{{EDITION}; paragraph 3, sentence 2}},",
        "}",
    ]


@pytest.mark.parametrize(
    ("place", "words", "pinpoint", "key"),
    [
        (Citation(0, 0), "preamble", "preamble", "p0"),
        (Citation(0, 0, 1), "preamble, sentence 1", "preamble, sentence 1", "p0s1"),
        (Citation(3, 3), "paragraph 3", "para. 3", "p3"),
        (Citation(3, 5), "paragraphs 3 to 5", "paras. 3–5", "p3-5"),
        (Citation(0, 5), "preamble to paragraph 5", "preamble to para. 5", "p0-5"),
    ],
)
def test_every_kind_of_place(place: Citation, words: str, pinpoint: str, key: str) -> None:
    assert f"24 February 2023, {words}. {EDITION}." in cite.plain(DECLARATION, place)
    assert f"24 February 2023, {words}. {EDITION}." in cite.markdown(DECLARATION, place)
    assert f"February 24, 2023, {pinpoint}. {EDITION}." in cite.footnote(DECLARATION, place)
    assert f"note = {{{EDITION}; {words}}}" in cite.bibtex(DECLARATION, place)
    assert cite.bibtex(DECLARATION, place).startswith(f"@misc{{nato-ukraine-2023-{key},\n")


def test_nothing_but_a_title() -> None:
    assert cite.plain(BARE, FIRST) == "Bare, paragraph 1. As supplied."
    assert cite.markdown(BARE, FIRST) == "*Bare*, paragraph 1. As supplied."
    assert cite.footnote(BARE, FIRST) == "“Bare,” para. 1. As supplied."
    assert cite.bibtex(BARE, FIRST) == "@misc{bare-p1,\n  title = {{Bare}},\n  note = {As supplied; paragraph 1},\n}"


def test_a_text_without_paragraphs_has_no_place() -> None:
    assert cite.plain(BLOCK, FIRST) == "Block. As supplied."
    assert cite.markdown(BLOCK, FIRST) == "*Block*. As supplied."
    assert cite.footnote(BLOCK, FIRST) == "“Block.” As supplied."
    assert cite.bibtex(BLOCK, FIRST) == "@misc{block,\n  title = {{Block}},\n  note = {As supplied},\n}"


@pytest.mark.parametrize(
    ("issuer", "dated", "source", "made"),
    [*product([None, "We, Inc."], [None, date(2023, 5, 1)], [None, "A note.", "https://a.b/c"], [BARE, BLOCK])],
)
def test_what_is_missing_leaves_no_trace(
    issuer: str | None, dated: date | None, source: str | None, made: Document
) -> None:
    facts = replace(made, issuer=issuer, date=dated, source=source, edition="As supplied!")
    for form in FORMS:
        text = form(facts, FIRST)
        assert not re.search(r"None|,\s*,|\.\s*[,.]|[^\n] {2}|^[, ]|[{]{2}[}]{2}| = [{][}]", text), text
        assert "As supplied!" in text
        assert ("We, Inc" in text) == (issuer is not None)
        assert ("2023" in text) == (dated is not None)
        assert ("https://a.b/c" in text) == (source == "https://a.b/c")
        assert ("1" in text.replace("May 1,", "").replace("1 May", "").replace("{1}", "")) == (made is BARE)


@pytest.mark.parametrize(
    ("source", "is_url"),
    [
        ("https://www.nato.int/a_b/c%20d.htm?x=1&y=(2)#z", True),
        ("HTTP://example.org", True),
        ("https://example.org/Декларация", True),
        ("https://example.org, as reworded", False),
        ("see https://example.org", False),
        ("ftp://example.org", False),
        ("https://", False),
        ("https://example.org/}{", False),
        ("https://example.org/`x`", False),
        ("https://example.org/<b>", False),
    ],
)
def test_only_what_is_one_address_is_taken_for_one(source: str, is_url: bool) -> None:
    made = replace(BARE, source=source)
    assert cite.plain(made, FIRST).endswith(f" {source}" if is_url else f" Source: {source}.")
    assert (f"“Bare,” para. 1, {source}. As supplied." in cite.footnote(made, FIRST)) == is_url
    assert (f"  url = {{{source}}},\n" in cite.bibtex(made, FIRST)) == is_url
    assert ("howpublished" in cite.bibtex(made, FIRST)) != is_url
    linked = f"*[Bare]({source.replace('(', '%28').replace(')', '%29')})*, paragraph 1. As supplied."
    assert (cite.markdown(made, FIRST) == linked) == is_url


@pytest.mark.parametrize(
    ("title", "noted"),
    [
        ("On “Peace”", "“On ‘Peace’,” para. 1."),
        ('"Peace" and "War"', "“‘Peace’ and ‘War’,” para. 1."),
        ('6" of rain', '“6" of rain,” para. 1.'),
        ("A Statement.", "“A Statement,” para. 1."),
        ("Made in the U.S.", "“Made in the U.S.,” para. 1."),
        ("And so on...", "“And so on...,” para. 1."),
        ("What now?", "“What now?,” para. 1."),
        (".", "“.,” para. 1."),
    ],
)
def test_a_title_in_quotation_marks(title: str, noted: str) -> None:
    assert cite.footnote(replace(BARE, title=title), FIRST) == f"{noted} As supplied."


def test_a_short_title_that_only_begins_the_title_says_nothing_new() -> None:
    for short, told in (("Bare", False), ("Ba…", False), ("Naked", True)):
        assert ("shorttitle" in cite.bibtex(replace(BARE, short_title=short), FIRST)) == told


@pytest.mark.parametrize(
    ("issuer", "escaped"),
    [
        ("**bold** `code` ||spoiler||", r"\*\*bold\*\* \`code\` \|\|spoiler\|\|"),
        ("[text](https://a.b) <b>", r"\[text\](https\://a.b) \<b\>"),
        ("@everyone &amp; :smile: $x$", r"\@everyone \&amp; \:smile: \$x\$"),
        ("# heading", r"\# heading"),
        ("- item", r"\- item"),
        ("1. item", r"1\. item"),
        ("> quoted", r"\> quoted"),
        ("Council: no. 3 (a)", "Council: no. 3 (a)"),
    ],
)
def test_markdown_means_nothing_but_its_text(issuer: str, escaped: str) -> None:
    assert cite.markdown(replace(BARE, issuer=issuer), FIRST).startswith(f"{escaped}, *Bare*, ")


@pytest.mark.parametrize(
    ("title", "escaped"),
    [
        ("50% of $1 & #2_3", r"50\% of \$1 \& \#2\_3"),
        ("a~b^c", r"a\textasciitilde{}b\textasciicircum{}c"),
        ("}{ \\end", r"\textbraceright{}\textbraceleft{} \textbackslash{}end"),
        ('“Été” @misc "x"', '“Été” @misc "x"'),
    ],
)
def test_bibtex_prints_what_the_title_says(title: str, escaped: str) -> None:
    assert f"  title = {{{{{escaped}}}}},\n" in cite.bibtex(replace(BARE, title=title), FIRST)


def test_keys_are_ascii_and_differ_where_slugs_do() -> None:
    slugs = ("cafe", "café", "cafè", "北約", "北大西洋", "straße", "strasse", "½")
    keys = [
        re.findall(r"^@misc[{](.*),$", cite.bibtex(replace(BLOCK, slug=slug), FIRST), re.MULTILINE) for slug in slugs
    ]
    assert keys[0] == ["cafe"]
    assert keys[1][0].startswith("cafe-")
    assert all(re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9-]*", key) for (key,) in keys)
    assert len({key for (key,) in keys}) == len(slugs)


@given(DOCUMENTS, CITATIONS)
def test_every_form_is_whole_and_names_the_edition(made: Document, place: Citation) -> None:
    for form in LINES:
        text = form(made, place)
        assert len(text.splitlines()) == 1
        assert made.edition in (UNESCAPE.sub(r"\1", text) if form is cite.markdown else text)
    assert cite._tex(made.edition) in cite.bibtex(made, place)


@given(DOCUMENTS, CITATIONS)
def test_markdown_has_no_mark_but_ours(made: Document, place: Citation) -> None:
    pasted = cite.markdown(made, place)
    assert not re.match(r"\d*[#+.)>-]|[*] ", pasted)
    text = UNESCAPE.sub("", pasted)
    text = re.sub(r"\[([^\[\]]*)\]\([^()\s]*\)", r"\1", text, count=1)
    assert text.count("*") == 2
    assert not re.search(r"[\\`_~|<>\[\]@&$^]|://", text)


@given(DOCUMENTS, CITATIONS)
def test_the_braces_of_an_entry_close_where_it_ends(made: Document, place: Citation) -> None:
    entry = cite.bibtex(made, place)
    depth, depths = 0, []
    for mark in re.findall(r"[{}]", entry):
        depth += 1 if mark == "{" else -1
        depths.append(depth)
    assert depths[-1] == 0
    assert all(depths[:-1])
    head, *fields, end = entry.split("\n")
    assert re.fullmatch(r"@misc[{][A-Za-z0-9-]+,", head)
    assert all(re.fullmatch(r"  [a-z]+ = (?:[{].*[}]|[a-z]{3}),", field) for field in fields)
    assert end == "}"
