"""/quote and /random over the wire: every form of a place, word for word, and every refusal helpful."""

from __future__ import annotations

import re

import pytest

from bot.sandbox.lines import ClientError
from tests.wire.conftest import Checked, labels, walk

pytestmark = pytest.mark.asyncio(loop_scope="module")

THIRD_BEGINS = "Russia bears full responsibility"
THIRD_ENDS = "other relevant UN General Assembly Resolutions."
EDITION = "As supplied: a reworded copy, not the official text"
SLUG = "nato-ukraine-2023"

QUOTED: list[tuple[str, tuple[str, ...], str]] = [
    # (what was typed, what must be in the reply, what must not)
    ("3", (THIRD_BEGINS, THIRD_ENDS, "paragraph 3, 24 February 2023"), "We are further"),
    (" 3 ", (THIRD_BEGINS, THIRD_ENDS), "We are further"),
    ("0", ("NATO guests are bound by this Declaration.", "Feb 2023, preamble, 24"), "As we solemnly"),
    ("preamble", ("NATO guests are bound by this Declaration.", "Feb 2023, preamble, 24"), "As we solemnly"),
    ("PREAMBLE", ("NATO guests are bound by this Declaration.",), "As we solemnly"),
    ("0.1", ("NATO guests are bound by this Declaration.", "preamble, sentence 1"), "As we solemnly"),
    ("4", ("people around the world. We will continue", "Corrected here"), "world. the world. We"),
    ("1", ("their land, and our", "Corrected here: “their land , and”"), "NATO guests"),
    ("3.2", ("the OSCE and seriously", "paragraph 3, sentence 2"), THIRD_BEGINS),
    ("3.8", (THIRD_ENDS, "paragraph 3, sentence 8"), THIRD_BEGINS),
    ("2-2", ("We are further increasing", "paragraph 2, 24"), THIRD_BEGINS),
    ("5-6", ("NATO is a defensive", "We stand with them.", "paragraphs 5 to 6"), "The Russian war"),
    ("5–6", ("NATO is a defensive", "We stand with them."), "The Russian war"),
    ("preamble-1", ("NATO guests are bound", "As we solemnly", "preamble to paragraph 1"), "We are further"),
    ("¶ 6", ("We stand with them.", "paragraph 6"), "NATO is a defensive"),
    ("para 6", ("We stand with them.",), "NATO is a defensive"),
]


@pytest.mark.parametrize(("typed", "words", "missing"), QUOTED, ids=[row[0] for row in QUOTED])
async def test_a_quotation(shared: Checked, typed: str, words: tuple[str, ...], missing: str) -> None:
    for line in (f"/quote paragraph:{typed}", f"/quote paragraph:{typed} document:{SLUG}"):
        reply = await shared.ask(line)
        assert all(word in reply.text for word in (*words, EDITION)), reply.text
        assert missing not in reply.text
        assert not reply.ephemeral
    assert (await shared.ask(f"/quote paragraph:{typed} hidden:true")).ephemeral


async def test_a_document_by_its_title(shared: Checked) -> None:
    for name in ("NAC statement, Feb 2023", "nato-UKRAINE-2023"):
        assert THIRD_BEGINS in (await shared.ask(f"/quote paragraph:3 document:{name}")).text


REFUSED: list[tuple[str, str]] = [
    ("99", "There is no paragraph 99 in NAC statement, Feb 2023: it has the preamble (0) to 6."),
    ("3-99", "There is no paragraph 99"),
    ("abc", "“abc” is not a place in a document. Try 3, 3-5"),
    ("3-1", "3-1 ends before it begins. Did you mean 1-3?"),
    (" ", "A blank is not a place in a document."),
    ("x" * 300, "is not a place in a document."),
    ("3.99", "Paragraph 3 has 8 sentences, so there is no 3.99. Try 3.8."),
    ("3.0", "so there is no 3.0."),
    ("0.9", "The preamble has one sentence, so there is no 0.9. Try 0.1."),
    ("@everyone", "“@everyone” is not a place"),
    ("<@&1>", "“<@&1>” is not a place"),
    ("</quote:1>", "“</quote:1>” is not a place"),
    ("**x**", "“**x**” is not a place"),
    ("-# x", "“-# x” is not a place"),
    ("[x](https://example.org)", "“[x](https://example.org)” is not a place"),
    ("`x` ~~x~~ ||x||", "“`x` ~~x~~ ||x||” is not a place"),
    ("9" * 300, "is not a place in a document."),
    ("٣", "“٣” is not a place"),
    ("'; DROP TABLE paragraphs", "is not a place in a document."),
]


@pytest.mark.parametrize(("typed", "words"), REFUSED, ids=[row[0][:30] for row in REFUSED])
async def test_a_refusal_is_one_helpful_sentence_for_the_asker_alone(shared: Checked, typed: str, words: str) -> None:
    reply = await shared.ask(f"/quote paragraph:{typed}")
    assert words in reply.text
    assert reply.ephemeral
    (message,) = reply.messages
    (frame,) = message.body["components"]
    assert len(frame["components"]) == 1, "a sentence, nothing else"
    assert len(reply.text) < 300
    assert re.search(r"[.?]$", reply.text)
    assert shared.requests[-1].body["data"]["allowed_mentions"] == {"parse": []}


async def test_a_document_that_is_not_there(shared: Checked) -> None:
    for command in ("/quote paragraph:3", "/search query:peace", "/commitments", "/random"):
        reply = await shared.ask(f"{command} document:<@&1> none")
        assert "There is no document “<@&1> none”. There is: nato-ukraine-2023." in reply.text
        assert reply.ephemeral


async def test_an_empty_option_is_the_clients_to_refuse(shared: Checked) -> None:
    with pytest.raises(ClientError):
        await shared.ask("/quote paragraph:")


async def test_a_range_is_paged_in_both_wordings(shared: Checked) -> None:
    pages = await walk(shared, await shared.ask("/quote paragraph:0-6"))
    begins = ("NATO guests", "As we solemnly", "further increasing", THIRD_BEGINS, THIRD_ENDS, "The Russian war also")
    for words in (*begins, "NATO is a defensive", "We stand with them."):
        assert [words in reply.text for reply in pages].count(True) == 1
    assert labels(pages[-1]) == ["Previous", "As supplied", "Cite"]
    for before in reversed(pages[:-1]):
        assert (await shared.press("Previous")).text == before.text
    assert labels(pages[0]) == ["Next", "As supplied", "Cite"]
    first = pages[0]

    supplied = await shared.press("As supplied")
    assert "their land , and our" in supplied.text
    assert "Shown as supplied, without the corrections" in supplied.text
    turned = await walk(shared, supplied)
    assert [("around the world. the world. We" in reply.text) for reply in turned].count(True) == 1
    corrected = await shared.press("As corrected")
    assert corrected.text == first.text


async def test_nothing_is_offered_where_both_wordings_are_one(shared: Checked) -> None:
    assert labels(await shared.ask("/quote paragraph:3")) == ["Cite"]


async def test_a_sentence_leads_to_its_paragraph(shared: Checked) -> None:
    reply = await shared.ask("/quote paragraph:4.3")
    assert labels(reply) == ["In context", "Cite"]
    opened = await shared.press("In context")
    assert "The Russian war also" in opened.text
    assert "paragraph 4, 24 February 2023" in opened.text
    assert opened.ephemeral
    assert "We will continue" in reply.text, "the message asked for stays as it is"
    assert "around the world. the world." in (await shared.press("As supplied")).text, "the private copy has its own"


async def test_a_sentence_by_chance(shared: Checked) -> None:
    seen = set()
    for _ in range(8):
        reply = await shared.ask("/random")
        place = re.search(r"paragraph (\d), sentence (\d+), 24 February 2023", reply.text)
        assert place is not None
        assert labels(reply) == ["In context", "Cite"]
        seen.add(place[0])
        again = await shared.ask(f"/quote paragraph:{place[1]}.{place[2]}")
        assert again.text == reply.text
    assert len(seen) > 1
    assert (await shared.ask("/random hidden:true")).ephemeral
    assert (await shared.ask(f"/random document:{SLUG}")).text


COMPLETED: list[tuple[str, list[str]]] = [
    ("paragraph:", ["preamble", "1", "2", "3", "4", "5", "6"]),
    ("paragraph:3", ["3"]),
    ("paragraph:0", ["preamble"]),
    ("paragraph:pre", ["preamble"]),
    ("paragraph:3.", [f"3.{n}" for n in range(1, 9)]),
    ("paragraph:preamble.", ["0.1"]),
    ("paragraph:4-", ["4-5", "4-6"]),
    ("paragraph:4-6", ["4-6"]),
    ("paragraph:russia BEARS", ["3", "3.1"]),
    ("document:nonsense paragraph:Russia bears", ["3", "3.1"]),
    (f"document:{SLUG} paragraph:Russia bears", ["3", "3.1"]),
    ("paragraph:xyzzy", []),
    ("paragraph:(", ["preamble", "1"]),
    ("paragraph:99", []),
    ("paragraph:3 document:", [SLUG]),
    ("paragraph:3 document:nato", [SLUG]),
    ("paragraph:3 document:zzz", []),
]


@pytest.mark.parametrize(("typed", "values"), COMPLETED, ids=[row[0] for row in COMPLETED])
async def test_completion(shared: Checked, typed: str, values: list[str]) -> None:
    offered = await shared.complete(f"/quote {typed}")
    assert [choice["value"] for choice in offered][: len(values) or 1] == values
    # Whatever is offered works.
    for choice in offered[:3] if "document:" not in typed else ():
        assert not (await shared.ask(f"/quote paragraph:{choice['value']}")).ephemeral


async def test_completion_shows_number_and_opening_words(shared: Checked) -> None:
    names = [choice["name"] for choice in await shared.complete("/quote paragraph:")]
    assert names[0].startswith("preamble · NATO guests are bound")
    assert names[3].startswith("3 · Russia bears full responsibility")
    assert all(len(name) <= 100 for name in names)
    assert "2" in [choice["value"] for choice in await shared.complete("/quote paragraph:so")]
