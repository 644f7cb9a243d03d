"""Which commitment is next, over years and through changes of the document."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.daily.rotation import next_commitment
from bot.model import Commitment, Document, Sentence, Structure

DOCUMENT = Document("d", "D", "D", "0" * 64, Structure.SIDECAR, ())


def commitments(names: str) -> list[Commitment]:
    return [Commitment(DOCUMENT, 1, Sentence(n, name, 2, name), n, len(names)) for n, name in enumerate(names, 1)]


def post(names: str, days: int, posted: dict[str, date]) -> str:
    """Post for some days and return the names in the order posted."""
    start = max(posted.values(), default=date(2026, 1, 1))
    order = ""
    for day in range(1, days + 1):
        chosen = next_commitment(commitments(names), posted).sentence.digest
        posted[chosen] = start + timedelta(days=day)
        order += chosen
    return order


def test_the_documents_order_again_and_again() -> None:
    assert post("abcde", 12, {}) == "abcdeabcdeab"


def test_one_that_was_added_comes_next_and_none_is_repeated_for_it() -> None:
    posted: dict[str, date] = {}
    assert post("abc", 5, posted) == "abcab"
    assert post("axbc", 6, posted) == "xcabxc"


def test_one_that_was_removed_is_passed_over() -> None:
    posted: dict[str, date] = {}
    assert post("abcd", 2, posted) == "ab"
    assert post("abd", 4, posted) == "dabd"


@given(st.integers(1, 15), st.integers(0, 40))
def test_all_are_posted_before_any_comes_again(count: int, days: int) -> None:
    order = post("abcdefghijklmno"[:count], days + count, {})
    for start in range(days + 1):
        assert len(set(order[start : start + count])) == count
