"""/search over the wire: what it finds, what it refuses, its pages and where they lead."""

from __future__ import annotations

import re

import pytest

from bot.sandbox.lines import ClientError
from tests.wire.conftest import Checked, labels, walk

pytestmark = pytest.mark.asyncio(loop_scope="module")

EDITION = "As supplied: a reworded copy, not the official text"

FOUND: list[tuple[str, str]] = [
    # (query, what the reply says in Markdown)
    ('"rules-based order"', "international **rules-based order**"),
    ("“rules-based order”", "international **rules-based order**"),
    ("sovereignty", "independence, **sovereignty** and"),
    ("SOVEREIGNTY", "independence, **sovereignty** and"),
    ("Russia's", "**Russia"),
    ("Russia’s", "**Russia"),
    ("NOT", "has **not** shown"),
    ("open-door", "**open door** policy"),
    ('"open door', "**door** policy"),
    ("sover*", "**sovereignty**"),
    ("sovereignty OR nothing", "**sovereignty**"),
    ("text:sovereignty", "**sovereignty**"),
    ("sovereignty)", "**sovereignty**"),
    ("^sovereignty", "**sovereignty**"),
    ("sovereignty xyzzy", "**sovereignty**"),
    ("sovereignty -Russia", "**sovereignty**"),
    ("sovereignty'; DROP TABLE x; --", "**sovereignty**"),
]


@pytest.mark.parametrize(("query", "words"), FOUND, ids=[row[0] for row in FOUND])
async def test_what_is_found_has_its_matches_in_bold_and_a_citation_on_every_hit(
    shared: Checked, query: str, words: str
) -> None:
    for line in (f"/search query:{query}", f"/search query:{query} document:nato-ukraine-2023 hidden:true"):
        reply = await shared.ask(line)
        assert words in str(shared.requests[-1].body), reply.text
        hits = len(re.findall(r"\[ (?:Paragraph \d|Preamble) \]", reply.text))
        assert 1 <= hits <= 3
        assert len(re.findall(r"NAC statement, Feb 2023, (?:paragraph|preamble)", reply.text)) == hits
        assert reply.text.count(EDITION) == hits
        assert reply.ephemeral == line.endswith("true")


NO_WORD = "has no word to search for. Try a word of the text, like sovereignty."
NOTHING = "Try fewer or other words."
REFUSED: list[tuple[str, str]] = [
    ('"', NO_WORD),
    ('""', NO_WORD),
    ("*", NO_WORD),
    ("(", NO_WORD),
    ("^", NO_WORD),
    (" ", NO_WORD),
    ("🕊", NO_WORD),
    ("_", NO_WORD),
    ("**", NO_WORD),
    ("xyzzy", NOTHING),
    ("<@&1> plugh", NOTHING),
    ("@everyone", NOTHING),
    ("{xyzzy}", NOTHING),
    ("xyzzy" * 14, NOTHING),
]


@pytest.mark.parametrize(("query", "words"), REFUSED, ids=[row[0][:20] for row in REFUSED])
async def test_a_friendly_refusal(shared: Checked, query: str, words: str) -> None:
    reply = await shared.ask(f"/search query:{query}")
    assert words in reply.text
    assert reply.ephemeral
    assert len(reply.text.splitlines()) == 2
    assert labels(reply) == []


async def test_a_query_has_seventy_characters_at_most(shared: Checked) -> None:
    with pytest.raises(ClientError):
        await shared.ask(f"/search query:{'x' * 71}")
    for query in ("x" * 300, "🕊" * 50):
        reply = await shared.forge("/search query:x", {"query": query})
        assert "Use at most 70 characters" in reply.text
        assert reply.ephemeral


async def test_pages_lead_to_their_paragraphs(shared: Checked) -> None:
    pages = await walk(shared, await shared.ask("/search query:Ukraine"))
    assert len(pages) >= 2
    assert len({reply.text for reply in pages}) == len(pages)
    assert "Next" not in labels(pages[-1])
    cited = [label for reply in pages for label in re.findall(r"\[ ((?:Paragraph \d)|Preamble) \]", reply.text)]
    assert len(cited) == len(set(cited))
    label = re.findall(r"\[ (Paragraph \d) \]", pages[-1].text)[0]
    opened = await shared.press(label)
    assert opened.ephemeral
    assert f"{label.lower()}, 24 February 2023" in opened.text
    assert (await shared.press("Previous")).text == pages[-2].text


async def test_a_query_with_colons_survives_its_buttons(shared: Checked) -> None:
    first = await shared.ask("/search query:Ukraine: peace: security:x")
    assert "Ukraine: peace: security:x" in (await shared.press("Next")).text
    assert (await shared.press("Previous")).text == first.text


async def test_the_longest_query_survives_its_buttons(shared: Checked) -> None:
    query = "Ukraine " + "é" * 62
    first = await shared.ask(f"/search query:{query} document:nato-ukraine-2023")
    second = await shared.press("Next")
    assert second.text != first.text
    assert (await shared.press("Previous")).text == first.text


COMPLETED: list[tuple[str, set[str]]] = [
    ("sov", {"sovereignty"}),
    ("open do", {"open door"}),
    ("SOV", {"sovereignty"}),
    ("zzz", set()),
    ("", {"ukraine", "russia"}),
]


@pytest.mark.parametrize(("typed", "values"), COMPLETED)
async def test_completion(shared: Checked, typed: str, values: set[str]) -> None:
    offered = {choice["value"] for choice in await shared.complete(f"/search query:{typed}")}
    assert values <= offered
    assert bool(values) == bool(offered)
    documents = await shared.complete("/search query:x document:na")
    assert [choice["value"] for choice in documents] == ["nato-ukraine-2023"]
