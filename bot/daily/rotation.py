"""Which commitment is next; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from bot.model import Commitment


def next_commitment(commitments: Sequence[Commitment], posted: Mapping[str, date]) -> Commitment:
    """Return the commitment that was posted longest ago, the first in order among those never posted.

    `posted` gives the local date of each digest's last post. So the order is the document's, none comes
    again before all were posted, and added or removed commitments disturb nothing: there is no cursor that
    could point at the wrong one.
    """
    return min(commitments, key=lambda c: posted.get(c.sentence.digest, date.min))
