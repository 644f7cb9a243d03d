"""Which commitment is next; pure."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence

from bot.model import Commitment, Order


def choose(commitments: Sequence[Commitment], posted: Sequence[str], order: Order, seed: str) -> Commitment:
    """Return the next of `commitments`, of which there is one at least.

    `posted` are the digests of all that was posted, in order. Within a round, which is complete when each of those
    present now was posted in it, none comes twice, also where some were added, removed or out of service meanwhile.
    A shuffle draws by `seed`, so that a preview tells what will come, and does not begin a round with what ended
    the last.
    """
    done = _round(posted, {commitment.sentence.digest for commitment in commitments})
    left = [commitment for commitment in commitments if commitment.sentence.digest not in done]
    if order is Order.SEQUENCE:
        return left[0]
    if not done and posted:
        left = [commitment for commitment in left if commitment.sentence.digest != posted[-1]] or left
    return random.Random(seed).choice(left)  # noqa: S311 - which one comes up guards nothing


def _round(posted: Iterable[str], present: set[str]) -> set[str]:
    """Return which of those present were posted in the current round; a round ends when all of them were."""
    done: set[str] = set()
    for digest in posted:
        if digest in done:  # others were present then, and it was the turn of this one again
            done.clear()
        if digest in present:
            done.add(digest)
        if done == present:
            done.clear()
    return done
