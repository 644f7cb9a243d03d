"""The real bot on the sandbox; every request that it makes is checked against Discord's own description."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.sandbox.sandbox import Sandbox
from tests.wire import spec

ROOT = Path(__file__).parents[2]
AT = datetime(2026, 3, 29, 5, 59, 50, tzinfo=UTC)
UNCHECKED = pytest.StashKey[int]()


class Checked(Sandbox):
    """A sandbox that keeps what the bot's log said aloud, and whose requests are judged at the end."""

    def __init__(self, **options: Any) -> None:
        self.notices: list[str] = []
        super().__init__(notice=self.notices.append, **options)

    def judge(self) -> int:
        """Assert that every request was Discord's; return how many could not be checked."""
        assert not self.unexpected
        if not spec.FILE.exists():
            return len(self.requests)
        found = [fault for request in self.requests for fault in spec.faults(request)]
        assert not found, "\n".join(found[:10])
        return 0


@asynccontextmanager
async def opened(config: pytest.Config, **options: Any) -> AsyncIterator[Checked]:
    async with Checked(**({"at": AT, "seeds": ROOT / "seeds"} | options)) as sandbox:
        yield sandbox
    config.stash[UNCHECKED] = config.stash.get(UNCHECKED, 0) + sandbox.judge()


@pytest.fixture
async def sandbox(pytestconfig: pytest.Config) -> AsyncIterator[Checked]:
    async with opened(pytestconfig) as found:
        yield found


@pytest.hookimpl(wrapper=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> Iterator[None]:
    if unchecked := config.stash.get(UNCHECKED, 0):
        terminalreporter.write_line(
            f"SKIPPED: {unchecked} requests were not checked, because there is no {spec.FILE.name}"
        )
    yield
