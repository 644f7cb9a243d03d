"""Which commitment is next, over years and through changes of the documents."""

from __future__ import annotations

from dataclasses import dataclass, field
from string import ascii_lowercase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.daily.rotation import choose
from bot.model import Commitment, Document, Order, Sentence, Structure

DOCUMENT = Document("d", "D", "D", "0" * 64, Structure.SIDECAR, ())
ORDERS = st.sampled_from(Order)
NAMES = st.lists(st.sampled_from(ascii_lowercase[:9]), min_size=1, unique=True).map("".join)


def commitments(names: str) -> list[Commitment]:
    return [Commitment(DOCUMENT, 1, Sentence(n, name, 2, name), n, len(names)) for n, name in enumerate(names, 1)]


@dataclass
class Posts:
    """A ledger of one subscription: what was posted, and where each round began."""

    order: Order
    all: str = ""
    rounds: list[int] = field(default_factory=lambda: [0])

    @property
    def round(self) -> str:
        return self.all[self.rounds[-1] :]

    def post(self, names: str, days: int) -> str:
        """Post for some days and return the names in the order posted."""
        start = len(self.all)
        for _ in range(days):
            choice = choose(commitments(names), list(self.round), self.order, f"7/{len(self.all)}")
            if choice.begins:
                self.rounds.append(len(self.all))
            self.all += choice.commitment.sentence.digest
        return self.all[start:]


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


@given(ORDERS, st.lists(st.tuples(NAMES, st.integers(1, 12)), min_size=1, max_size=8))
def test_none_comes_again_before_all_were_posted_whatever_is_added_and_removed(
    order: Order, changes: list[tuple[str, int]]
) -> None:
    posts = Posts(order)
    for names, days in changes:
        for _ in range(days):
            before, last = posts.round, len(posts.rounds)
            name = posts.post(names, 1)
            assert name in names
            if len(posts.rounds) == last:
                assert name not in before
            else:
                assert set(names) <= set(before), "a round begins when all that there are were posted"


@given(st.lists(st.tuples(NAMES, st.integers(1, 12)), min_size=1, max_size=8))
def test_a_shuffle_never_begins_with_what_ended_the_last(changes: list[tuple[str, int]]) -> None:
    posts = Posts(Order.SHUFFLE)
    for names, days in changes:
        for _ in range(days):
            before, last = posts.all, len(posts.rounds)
            name = posts.post(names, 1)
            if len(posts.rounds) > last and len(names) > 1:
                assert name != before[-1]


@given(NAMES, st.text(max_size=5), ORDERS, st.data())
def test_what_comes_is_decided_by_the_ledger_and_the_seed_alone(
    names: str, seed: str, order: Order, data: st.DataObject
) -> None:
    """So a preview tells what will come, and a restart changes nothing."""
    posted = data.draw(st.lists(st.sampled_from(ascii_lowercase[:9]), unique=True))
    first = choose(commitments(names), posted, order, seed)
    assert choose(commitments(names), list(posted), order, seed) == first
    assert first.commitment in commitments(names)


@pytest.mark.parametrize("days", [12, 60])
def test_a_shuffle_is_no_sequence(days: int) -> None:
    assert Posts(Order.SHUFFLE).post(ascii_lowercase[:12], days) != Posts(Order.SEQUENCE).post(
        ascii_lowercase[:12], days
    )


def test_a_shuffle_gives_each_its_turn_at_each_place() -> None:
    firsts = {
        choose(commitments("abcd"), [], Order.SHUFFLE, f"{n}/2026-01-01").commitment.position for n in range(50)
    }
    assert firsts == {1, 2, 3, 4}


def test_one_alone_is_posted_every_day_in_either_order() -> None:
    for order in Order:
        assert Posts(order).post("a", 5) == "aaaaa"


def test_the_draw_of_a_seed_is_the_same_on_every_machine_and_version() -> None:
    drawn = [choose(commitments("abcdefgh"), [], Order.SHUFFLE, f"1/2026-03-{day:02}") for day in range(1, 9)]
    assert "".join(choice.commitment.sentence.digest for choice in drawn) == "haabeccf"
