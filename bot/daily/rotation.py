"""Which commitment is next; pure."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from bot.model import Commitment, Order


@dataclass(frozen=True, slots=True)
class Choice:
    """The next commitment; it `begins` a round where all had been posted."""

    commitment: Commitment
    begins: bool


def choose(commitments: Sequence[Commitment], posted: Sequence[str], order: Order, seed: str) -> Choice:
    """Return the next of `commitments`, of which there is one at least.

    `posted` are the digests of the current round, the latest last; none comes again before all were posted, also
    when commitments were added or removed meanwhile. A shuffle draws by `seed`, so that a preview tells what will
    come, and does not begin a round with what ended the last.
    """
    done = set(posted)
    left = [commitment for commitment in commitments if commitment.sentence.digest not in done]
    begins = not left
    if begins:
        left = list(commitments)
    if order is Order.SEQUENCE:
        return Choice(left[0], begins)
    if begins:
        left = [commitment for commitment in left if commitment.sentence.digest != posted[-1]] or left
    return Choice(random.Random(seed).choice(left), begins)  # noqa: S311 - which one comes up guards nothing
