"""Which commitment is next, over years and through changes of the documents."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from string import ascii_lowercase

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.daily.rotation import choose
from bot.model import Commitment, Document, Order, Sentence, Structure

DOCUMENT = Document("d", "D", "D", "0" * 64, Structure.SIDECAR, ())
ORDERS = st.sampled_from(Order)
NAMES = st.lists(st.sampled_from(ascii_lowercase[:7]), min_size=1, unique=True).map("".join)
CHANGES = st.lists(st.tuples(NAMES, st.integers(1, 12)), min_size=1, max_size=8)
"""What there is, and for how many days."""


def commitments(names: str) -> list[Commitment]:
    return [Commitment(DOCUMENT, 1, Sentence(n, name, 2, name), n, len(names)) for n, name in enumerate(names, 1)]


@dataclass
class Posts:
    """A ledger of one subscription: what was posted, and what there was then."""

    order: Order
    all: str = ""
    there: list[str] = field(default_factory=list)

    def post(self, names: str, days: int) -> str:
        """Post for some days and return the names in the order posted."""
        start = len(self.all)
        for _ in range(days):
            found = choose(commitments(names), list(self.all), self.order, f"7/{len(self.all)}")
            self.all += found.sentence.digest
            self.there.append(names)
        return self.all[start:]

    def passed_over(self, times: int) -> set[tuple[str, str]]:
        """Return (name, other) where one came so many times, and another that was there all the time did not."""
        found = set()
        for name in set(self.all):
            days = [day for day, posted in enumerate(self.all) if posted == name]
            for first, last in zip(days, days[times - 1 :], strict=False):
                always = set.intersection(*map(set, self.there[first : last + 1]))
                found |= {(name, other) for other in always - set(self.all[first : last + 1])}
        return found


def test_the_documents_order_again_and_again() -> None:
    assert Posts(Order.SEQUENCE).post("abcde", 12) == "abcdeabcdeab"


def test_one_that_was_added_comes_next_and_none_is_repeated_for_it() -> None:
    posts = Posts(Order.SEQUENCE)
    assert posts.post("abc", 5) == "abcab"
    assert posts.post("axbc", 6) == "xcaxbc"


def test_one_that_was_removed_is_passed_over() -> None:
    posts = Posts(Order.SEQUENCE)
    assert posts.post("abcd", 2) == "ab"
    assert posts.post("abd", 4) == "dabd"


def test_one_that_comes_back_was_posted_in_this_round() -> None:
    posts = Posts(Order.SEQUENCE)
    assert posts.post("abcd", 2) == "ab"
    assert posts.post("acd", 1) == "c"
    assert posts.post("abcd", 3) == "dab"


def test_a_document_that_was_replaced_is_begun_at_its_first() -> None:
    posts = Posts(Order.SEQUENCE)
    posts.post("abc", 2)
    assert posts.post("xyz", 4) == "xyzx"


def test_the_same_words_in_two_documents_are_posted_once_in_a_round() -> None:
    assert Posts(Order.SEQUENCE).post("abca", 6) == "abcabc"


@given(ORDERS, st.integers(1, 15), st.integers(0, 40))
def test_all_are_posted_before_any_comes_again(order: Order, count: int, days: int) -> None:
    shown = Posts(order).post(ascii_lowercase[:count], days + count)
    for start in range(0, days + 1, 1 if order is Order.SEQUENCE else count):
        assert len(set(shown[start : start + count])) == count


@pytest.mark.parametrize(
    ("before", "meanwhile", "after"),
    [
        (("abc", 4), ("ab", 3), "cabcabc"),  # one document out of service for a round, and back
        (("abc", 3), ("ab", 4), "cabcabc"),
        (("abcd", 6), ("cd", 1), "dabcdab"),  # out of service for a moment
        (("abcd", 6), ("xy", 5), "cdabcda"),  # replaced by another, and put back
        (("abc", 30), ("xabc", 5), "abcabc"),
    ],
)
def test_what_was_changed_and_changed_back_goes_on_where_it_was(
    before: tuple[str, int], meanwhile: tuple[str, int], after: str
) -> None:
    posts = Posts(Order.SEQUENCE)
    posts.post(*before)
    posts.post(*meanwhile)
    assert posts.post(before[0], len(after)) == after


@given(ORDERS, CHANGES, NAMES)
def test_after_all_changes_the_round_ends_without_a_repetition_and_then_each_comes_once_a_round(
    order: Order, changes: list[tuple[str, int]], names: str
) -> None:
    posts, count = Posts(order), len(names)
    for change in changes:
        posts.post(*change)
    shown = posts.post(names, 4 * count)
    assert any(
        len(set(shown[:rest])) == rest
        and all(set(shown[n : n + count]) == set(names) for n in range(rest, 3 * count + 1, count))
        for rest in range(1, count + 1)
    )


@given(NAMES, st.integers(1, 40))
def test_in_sequence_none_comes_again_before_each_other_did(names: str, days: int) -> None:
    posts = Posts(Order.SEQUENCE)
    posts.post(names, days)
    assert not posts.passed_over(2)


@given(ORDERS, NAMES, NAMES, st.lists(st.integers(1, 12), min_size=1, max_size=10))
@example(Order.SEQUENCE, "abc", "ab", [4, 3, 7])
@example(Order.SHUFFLE, "abc", "xabc", [4, 1, 7, 2])
def test_out_of_service_and_back_however_often_none_comes_three_times_while_another_waits(
    order: Order, names: str, others: str, days: list[int]
) -> None:
    """At the border of two rounds one may come twice: the last of a round, then early in the next."""
    posts = Posts(order)
    for turn, count in enumerate(days):
        posts.post(others if turn % 2 else names, count)
    assert not posts.passed_over(3)


@given(CHANGES)
def test_a_shuffle_never_posts_the_same_twice_in_a_row(changes: list[tuple[str, int]]) -> None:
    posts = Posts(Order.SHUFFLE)
    for change in changes:
        posts.post(*change)
    for (before, after), names in zip(pairwise(posts.all), posts.there[1:], strict=True):
        assert before != after or names == after


@given(NAMES, st.text(max_size=5), ORDERS, st.data())
def test_what_comes_is_decided_by_the_ledger_and_the_seed_alone(
    names: str, seed: str, order: Order, data: st.DataObject
) -> None:
    """So a preview tells what will come, and a restart changes nothing."""
    posted = data.draw(st.lists(st.sampled_from(ascii_lowercase[:9])))
    first = choose(commitments(names), posted, order, seed)
    assert choose(commitments(names), list(posted), order, seed) == first
    assert first in commitments(names)


@pytest.mark.parametrize("days", [12, 60])
def test_a_shuffle_is_no_sequence(days: int) -> None:
    assert Posts(Order.SHUFFLE).post(ascii_lowercase[:12], days) != Posts(Order.SEQUENCE).post(
        ascii_lowercase[:12], days
    )


def test_a_shuffle_gives_each_its_turn_at_each_place() -> None:
    firsts = {choose(commitments("abcd"), [], Order.SHUFFLE, f"{n}/2026-01-01").position for n in range(50)}
    assert firsts == {1, 2, 3, 4}


def test_one_alone_is_posted_every_day_in_either_order() -> None:
    for order in Order:
        assert Posts(order).post("a", 5) == "aaaaa"


def test_the_draw_of_a_seed_is_the_same_on_every_machine_and_version() -> None:
    drawn = [choose(commitments("abcdefgh"), [], Order.SHUFFLE, f"1/2026-03-{day:02}") for day in range(1, 9)]
    assert "".join(choice.sentence.digest for choice in drawn) == "haabeccf"
