"""What the operator is told of the scheduler: its last round, and the last one that did not go well."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.daily.scheduler import Round
from cogs.ui.info import Status, status
from tests.cogs.ui.conftest import texts

NINE = datetime(2026, 3, 1, 9, tzinfo=UTC)
WELL, FAILED = Round(NINE, 3), Round(NINE, 0, "OSError('*disk*')")


@pytest.mark.parametrize(
    ("last", "fault", "stopped", "told", "untold"),
    [
        (None, None, False, ["no round yet"], ["Last fault", "stopped"]),
        (WELL, None, False, ["3 due, well"], ["Last fault"]),
        (FAILED, FAILED, False, ["failed: OSError('\\*disk\\*')", "Last fault:"], []),
        (WELL, FAILED, False, ["3 due, well", "Last fault:", "OSError('\\*disk\\*')"], []),
        (WELL, None, True, ["Sending has stopped"], []),
    ],
)
def test_the_state_of_the_scheduler(
    last: Round | None, fault: Round | None, stopped: bool, told: list[str], untold: list[str]
) -> None:
    shown = texts(status(Status(1, 1, 20.0, 1, 1, {"state.db": 2048}, last, fault, stopped)))
    assert all(words in shown for words in told)
    assert not any(words in shown for words in untold)
