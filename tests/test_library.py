"""The library on the real declaration and on documents of its own, in a real database."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import library as module
from bot.errors import EmptyQuery, NoCommitments, NoSuchDocument, ReloadRunning, SeedErrors
from bot.library import FILL_TO, PAGE_SIZE, Library
from bot.model import MATCH_END, MATCH_START
from bot.storage import documents as stored
from bot.storage.database import Database, open_database

SEEDS = Path(__file__).parents[1] / "seeds"


@asynccontextmanager
async def opened(folder: Path, seeds: Path = SEEDS) -> AsyncIterator[tuple[Library, Database]]:
    async with open_database(folder / "library.db", "library") as database:
        library = Library(database, seeds)
        await library.start()
        yield library, database


@pytest.fixture
async def library(tmp_path: Path) -> AsyncIterator[Library]:
    async with opened(tmp_path) as (found, _):
        yield found


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    folder = tmp_path / "seeds"
    folder.mkdir()
    (folder / "a.txt").write_text("We will act together now. It rains.\n\nThe end of it.", encoding="utf-8")
    return folder


def shown(excerpt: str) -> str:
    return excerpt.replace(MATCH_START, "[").replace(MATCH_END, "]")


async def found(library: Library, query: str, document: str | None = None) -> list[tuple[int, str]]:
    results = await library.search(query, document)
    return [(hit.paragraph.number, shown(hit.excerpt)) for hit in results.hits]


async def test_what_was_built_is_what_was_parsed(tmp_path: Path, seeds: Path) -> None:
    (seeds / "b.txt").write_bytes((SEEDS / "nato-ukraine-2023.txt").read_bytes())
    (seeds / "b.toml").write_bytes((SEEDS / "nato-ukraine-2023.toml").read_bytes())
    (seeds / "c.md").write_text("# T\n\n## Part\n\nOne.\n\nTwo.", encoding="utf-8")
    async with opened(tmp_path, seeds) as (_, database):
        from bot.seeds import parse_folder, read_folder  # noqa: PLC0415

        assert await stored.read_all(database) == parse_folder(read_folder(seeds))


async def test_nothing_is_parsed_when_nothing_changed(
    tmp_path: Path, seeds: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(tmp_path, seeds) as (library, _):
        before = library.documents()
    with monkeypatch.context() as patch:
        patch.delattr(module, "parse_folder")
        async with opened(tmp_path, seeds) as (library, _):
            assert library.documents() == before
    (seeds / "a.txt").write_text("Other words.", encoding="utf-8")
    async with opened(tmp_path, seeds) as (library, _):
        assert library.documents()[0].paragraphs[0].text == "Other words."
    monkeypatch.setattr(module, "fingerprint", lambda _: "another parser")
    async with opened(tmp_path, seeds) as (_, database):
        assert await stored.fingerprint(database) == "another parser"


async def test_a_broken_seed_at_the_start(tmp_path: Path, seeds: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with opened(tmp_path, seeds) as (library, _):
        before = library.documents()
    (seeds / "a.txt").write_bytes(b"\xff")
    async with opened(tmp_path, seeds) as (library, _):
        assert library.documents() == before
    assert "a.txt, line 1: is not UTF-8" in caplog.text
    with pytest.raises(SeedErrors):
        async with opened(seeds, seeds):
            pass


async def test_a_reload_is_all_or_nothing(tmp_path: Path, seeds: Path) -> None:
    async with opened(tmp_path, seeds) as (library, database):
        before = library.documents()
        (seeds / "b.txt").write_text("New one.", encoding="utf-8")
        preview = await library.reload(preview=True)
        assert [changes.slug for changes in preview.changes] == ["b"]
        assert library.documents() == await stored.read_all(database) == before
        (seeds / "c.txt").write_bytes(b"")
        with pytest.raises(SeedErrors):
            await library.reload(preview=False)
        assert library.documents() == await stored.read_all(database) == before
        (seeds / "c.txt").unlink()
        assert (await library.reload(preview=False)).documents == 2
        assert len(library.documents()) == len(await stored.read_all(database)) == 2
        assert await found(library, "new") == [(1, "[New] one.")]
        (seeds / "b.txt").unlink()
        await library.reload(preview=False)
        assert await found(library, "new") == []
        assert (await library.reload(preview=False)).changes == ()


async def test_a_fault_while_writing_leaves_the_old_library(
    tmp_path: Path, seeds: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(tmp_path, seeds) as (library, database):
        before = library.documents()
        (seeds / "b.txt").write_text("New one.", encoding="utf-8")
        insert = stored._insert

        async def fail_at_b(connection: object, document: object) -> None:
            await insert(connection, document)  # type: ignore[arg-type]
            if getattr(document, "slug", "") == "b":
                raise sqlite3.OperationalError("disk full")

        monkeypatch.setattr(stored, "_insert", fail_at_b)
        with pytest.raises(sqlite3.OperationalError):
            await library.reload(preview=False)
        assert library.documents() == await stored.read_all(database) == before
        assert await found(library, "rains") == [(1, "It [rains].")]


async def test_one_reload_at_a_time(tmp_path: Path, seeds: Path) -> None:
    async with opened(tmp_path, seeds) as (library, _):
        outcomes = await asyncio.gather(*(library.reload(preview=True) for _ in range(3)), return_exceptions=True)
        assert sum(isinstance(outcome, ReloadRunning) for outcome in outcomes) == 2


async def test_documents_by_name(tmp_path: Path, seeds: Path) -> None:
    (seeds / "b.txt").write_text("Second.", encoding="utf-8")
    async with opened(tmp_path, seeds) as (library, _):
        assert library.document(None).slug == library.document(" ").slug == "a"
        assert library.document("B").slug == library.document(" b ").slug == "b"
        with pytest.raises(NoSuchDocument) as caught:
            library.document("c")
        assert caught.value.slugs == ("a", "b")
        (seeds / "b.toml").write_text("default = true\ntitle = 'The Second'", encoding="utf-8")
        await library.reload(preview=False)
        assert library.document(None).slug == library.document("the second").slug == "b"
        with pytest.raises(NoCommitments):
            library.commitments("b")
        assert library.suggest("", "nonsense") == library.suggest("", "b")


async def test_commitments_of_days(library: Library) -> None:
    start = date(2026, 1, 1)
    days = [library.commitment_of(start + timedelta(days=day), None).position for day in range(24)]
    assert sorted(days[:12]) == list(range(1, 13))
    assert days[12:] == days[:12]


async def test_a_random_sentence_is_never_the_preambles(library: Library) -> None:
    assert {library.random_sentence(None).citation.first for _ in range(300)} == {1, 2, 3, 4, 5, 6}


@pytest.mark.parametrize(
    ("query", "number", "excerpt"),
    [
        ("sovereignty", 2, "[sovereignty]"),
        ("SOVEREIGNTY", 2, "[sovereignty]"),
        ("sovereign*", 2, "[sovereignty]"),
        ('"rules-based order"', 3, "international [rules-based order]."),
        ("rules-based", 3, "[rules-based] order"),
        ('"open door"', 5, "[open door] policy"),
        ("Belarus", 3, "including [Belarus],"),
        ("“energy blackmail”", 4, "[energy blackmail]"),
        ("every inch", 5, "[every] [inch]"),
        ("organizations", 2, "international [organizations]"),
        ("the children", 3, "of [children]"),
        ("Washington Treaty Article 5", 5, "[Washington] [Treaty], including [Article] [5],"),
        ("bravely", 6, "of the [brave] people"),
    ],
)
async def test_the_right_paragraph_first(library: Library, query: str, number: int, excerpt: str) -> None:
    first = (await found(library, query))[0]
    assert first[0] == number
    assert excerpt in first[1]


@pytest.mark.parametrize("query", ["Україна", "xyzzy", "365", '"door open"', "北約"])
async def test_nothing_is_nothing(library: Library, query: str) -> None:
    results = await library.search(query, None)
    assert (results.hits, results.total, results.pages) == ((), 0, 1)


async def test_all_words_come_first_then_any_but_no_stop_word(library: Library) -> None:
    results = await library.search("the support of Ukraine", None)
    numbers = [hit.paragraph.number for hit in results.hits]
    assert numbers[0] in {1, 2}
    everywhere = [hit.paragraph.number for page in range(results.pages) for hit in
                  (await library.search("the support of Ukraine", None, page)).hits]  # fmt: skip
    assert len(everywhere) == len(set(everywhere)) == results.total <= FILL_TO
    assert 4 not in everywhere, "paragraph 4 has only the stop words"


async def test_pages_of_hits(tmp_path: Path, seeds: Path) -> None:
    paragraphs = [f"Word number {n}{' word' * (n % 3)}." for n in range(1, 21)]
    (seeds / "b.txt").write_text("\n\n".join(paragraphs), encoding="utf-8")
    async with opened(tmp_path, seeds) as (library, _):
        first = await library.search("word", "b")
        assert (first.total, first.pages) == (20, 7)
        seen = [hit.paragraph.number for page in range(7) for hit in (await library.search("word", "b", page)).hits]
        assert sorted(seen) == list(range(1, 21))
        assert (await library.search("word", "b", 99)).page == 6
        assert (await library.search("word", "b", -1)).page == 0
        assert len(first.hits) == PAGE_SIZE
        assert (await library.search("word", "a")).total == 0


@given(typed=st.text(max_size=80))
async def test_no_text_is_a_fault(typed: str) -> None:
    try:
        await SHARED[0].search(typed, None)
    except EmptyQuery:
        return


SHARED: list[Library] = []


@pytest.fixture(autouse=True)
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[None]:
    """Hold a library open for the property test, which cannot take a fixture of its own for each example."""
    async with opened(tmp_path_factory.mktemp("shared")) as (library, _):
        SHARED[:] = [library]
        yield


async def test_completion_of_words(library: Library) -> None:
    assert library.suggest_words("sov") == ["sovereignty"]
    assert library.suggest_words("open do")[0].startswith("open do")
    assert "the" not in library.suggest_words("the")
    assert library.suggest_words("zzz") == []
    assert len(library.suggest_words("")) == 25
