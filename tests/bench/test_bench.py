"""The measurements run and print every row; what they print is nobody's promise."""

from __future__ import annotations

import re

import pytest

from tests.bench import __main__ as bench
from tests.bench.commands import LINES, main


async def test_every_figure_is_printed_and_is_a_number(capsys: pytest.CaptureFixture[str]) -> None:
    await main(rounds=1, times=5)
    printed = capsys.readouterr().out
    rows = re.findall(r"^  (\S.+?)  +([\d.]+|nan) +([\d.]+|nan) +([\d.]+|nan)$", printed, re.MULTILINE)
    assert len(rows) == 6 * len(LINES) + 1
    assert all(float(ratio) > 0 for label, *_, ratio in rows if not label.startswith("processor"))


def test_an_unknown_part_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert bench.main("nothing") == 2
    assert "there are: all, commands" in capsys.readouterr().err
