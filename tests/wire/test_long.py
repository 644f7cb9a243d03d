"""A document of 12,000 words: every word of what was asked for stands on the pages, in order, once."""

from __future__ import annotations

import re
import shutil
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from bot.sandbox.limits import TEXT, units
from tests.wire.conftest import ROOT, Checked, labels, opened, page, walk

pytestmark = pytest.mark.asyncio(loop_scope="module")

SENTENCES = 30
"""In an ordinary paragraph, of 10 words each."""
UNBROKEN, MARKED = 39, 40
"""A paragraph that is one sentence of 2,000 words, and one that is full of Markdown, mentions and emoji."""
NUMBER = re.compile(r"w\d{5}")


def ordinary(words: Iterator[str]) -> str:
    def sentence() -> str:
        return f"We will together maintain {' '.join(next(words) for _ in range(5))} peace."

    return "Teh opening. " + " ".join(sentence() for _ in range(SENTENCES))


def written() -> str:
    words = iter(f"w{number:05}" for number in range(100_000))
    paragraphs = [ordinary(words) for _ in range(38)]
    paragraphs.append(" ".join(next(words) for _ in range(2000)))
    marks = (
        "**{}**",
        "`{}`",
        "||{}||",
        "<@&{}>",
        "@everyone-{}",
        "🕊{}🕊",
        "# {}",
        "[{}](https://example.org)",
        "__{}__",
    )
    paragraphs.append(" ".join(marks[n % len(marks)].format(next(words)) for n in range(600)))
    return "\n\n".join(paragraphs)


TEXT_OF_IT = written()
PARAGRAPHS = TEXT_OF_IT.split("\n\n")
CORRECTED = "\n".join(
    f'[[corrections]]\nfind = "Teh opening. We will together maintain {NUMBER.findall(paragraph)[0]}"\n'
    f'replace = "The opening. We will together maintain {NUMBER.findall(paragraph)[0]}"\nreason = "a slip"'
    for paragraph in PARAGRAPHS[:38:10]
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def library(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> AsyncIterator[Checked]:
    seeds = Path(shutil.copytree(ROOT / "seeds", tmp_path_factory.mktemp("long") / "seeds"))
    (seeds / "long.txt").write_text(TEXT_OF_IT, encoding="utf-8")
    (seeds / "long.toml").write_text(f'edition = "As written"\n{CORRECTED}\n', encoding="utf-8")
    async with opened(pytestconfig, seeds=seeds) as sandbox:
        yield sandbox


@pytest_asyncio.fixture(loop_scope="module")
async def long(library: Checked) -> Checked:
    library.act_as("admin")
    await library.jump(timedelta(minutes=1))
    return library


def numbers(replies: list[str]) -> list[str]:
    """Return the numbered words that pages show above their source lines."""
    return [word for text in replies for word in NUMBER.findall(text.split("─" * 24)[0])]


async def test_the_document_is_as_long_as_it_says() -> None:
    assert len(TEXT_OF_IT.split()) > 12_000


@pytest.mark.parametrize("typed", ["1-40", "5-7", "39", "40", "39-40"])
async def test_every_word_of_a_range_is_on_its_pages(long: Checked, typed: str) -> None:
    first, _, last = typed.partition("-")
    asked_for = " ".join(PARAGRAPHS[int(first) - 1 : int(last or first)])
    pages = await walk(long, await long.ask(f"/quote paragraph:{typed} document:long"))
    assert len(pages) > 1
    assert numbers([reply.text for reply in pages]) == NUMBER.findall(asked_for)
    assert all("As written" in reply.text for reply in pages)
    assert "Next" not in labels(pages[-1])


async def test_marks_are_shown_as_they_were_written(long: Checked) -> None:
    pages = await walk(long, await long.ask("/quote paragraph:40 document:long"))
    bodies = "\n".join(reply.text.split("─" * 24)[0] for reply in pages)
    lines = [line.removeprefix("│ ") for line in bodies.splitlines()]
    shown = [line for line in lines if not re.fullmatch(r"40(?: \(continued\))?", line)]
    assert " ".join(shown).split() == PARAGRAPHS[MARKED - 1].split()


async def test_no_message_is_near_the_limit_by_luck(long: Checked) -> None:
    """The sandbox refuses what is too long; here also nothing is wasted: pages are at least half full."""
    pages = await walk(long, await long.ask("/quote paragraph:1-38 document:long"))
    sizes = [units(reply.text) for reply in pages[:-1]]
    assert max(sizes) <= TEXT
    assert min(sizes) >= TEXT / 4


async def test_back_again(long: Checked) -> None:
    pages = await walk(long, await long.ask("/quote paragraph:1-9 document:long"))
    for expected in reversed(pages[:-1]):
        assert (await long.press("Previous")).text == expected.text
    assert "Previous" not in labels(await long.press("As supplied"))


async def test_the_wording_as_supplied_is_whole_too(long: Checked) -> None:
    corrected = await walk(long, await long.ask("/quote paragraph:1-21 document:long"))
    supplied = await walk(long, await long.press("As supplied"))
    bodies = [" ".join(reply.text.split("─" * 24)[0] for reply in pages) for pages in (corrected, supplied)]
    assert [body.count("The opening.") for body in bodies] == [3, 0]
    assert [body.count("Teh opening.") for body in bodies] == [18, 21]
    assert numbers([bodies[0]]) == numbers([bodies[1]]) == NUMBER.findall(" ".join(PARAGRAPHS[:21]))
    assert "As corrected" in labels(supplied[-1])


async def test_a_sentence_leads_to_a_context_of_several_pages(long: Checked) -> None:
    """An ordinary sentence is small, its paragraph of 2,000 words has pages of its own, private to who opened it."""
    await long.ask("/quote paragraph:39.1 document:long")
    opened_ = await long.press("In context")
    assert opened_.ephemeral
    pages = await walk(long, opened_)
    assert all(reply.ephemeral for reply in pages)
    assert numbers([reply.text for reply in pages]) == NUMBER.findall(PARAGRAPHS[UNBROKEN - 1])


async def test_every_commitment_is_on_its_pages(long: Checked) -> None:
    pages = await walk(long, await long.ask("/commitments document:long"))
    shown = "\n".join(reply.text for reply in pages)
    count = 38 * SENTENCES
    assert f"{count} key commitments" in shown
    assert re.findall(r"│ \*{0,2}(\d+)\.", shown) == [str(n) for n in range(1, count + 1)]
    assert set(NUMBER.findall(" ".join(PARAGRAPHS[:38]))) == set(numbers([reply.text for reply in pages]))
    assert shown.count("paragraph 38, sentence") == SENTENCES


async def test_a_search_is_paged_to_its_end(long: Checked) -> None:
    pages = await walk(long, await long.ask("/search query:peace document:long"))
    cited = [number for reply in pages for number in re.findall(r"\[ Paragraph (\d+) \]", reply.text)]
    assert sorted(map(int, cited)) == list(range(1, 39))
    assert len(pages) == 13
    for reply in pages:
        assert "38 passages" in reply.text
        assert reply.text.count("As written") == reply.text.count("[ Paragraph ")


@pytest.mark.parametrize(("typed", "values"), [("w01", 0), ("4", 2), ("3.", 25), ("", 25), ("1-", 25)])
async def test_completion_offers_at_most_25(long: Checked, typed: str, values: int) -> None:
    offered = await long.complete(f"/quote document:long paragraph:{typed}")
    assert len(offered) >= values
    assert len(offered) <= 25


async def test_the_document_that_was_typed_so_far_is_the_one_completed(long: Checked) -> None:
    (choice, *_) = await long.complete("/quote document:long paragraph:40")
    assert choice["value"] == "40"
    assert await long.complete("/quote paragraph:40") == []


async def test_a_number_past_the_end(long: Checked) -> None:
    reply = await long.ask("/quote paragraph:41 document:long")
    assert "it has 1 to 40" in reply.text
    assert page(reply) == (1, 1)
