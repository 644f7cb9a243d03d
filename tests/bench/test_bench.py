"""The measurements run and print every row; what they print is nobody's promise."""

from __future__ import annotations

import re

import pytest

from tests.bench import __main__ as bench
from tests.bench import commands, daily

TINY = daily.Scale(
    sizes={0: 0, 100: 2, 200: 1},
    wakes=2,
    rounds=1,
    due=5,
    guilds=2,
    channels=3,
    wire_rounds=1,
    quiet=0.1,
    memory_rounds=1,
)
DAILY = {
    # label -> how many figures
    "days in the ledger of each": 3,
    "Herald, processor, ms": 4,
    "scan of all rows in Python, processor, ms": 4,
    "scan / Herald, processor": 3,
    "Herald, wall, ms": 4,
    "scan of all rows in Python, wall, ms": 4,
    "scan / Herald, wall": 3,
    "subscriptions a second": 3,
    "processor, ms each": 3,
    "times the pace of Herald on the wire": 2,
    "delivered": 2,
    "posted twice": 2,
    "answers of 429": 2,
    "posts a second": 2,
    "requests in the fullest second": 2,
    "longest stall of the sandbox itself, ms": 2,
    "processor, ms a post, questions included": 2,
    "p50, ms": 3,
    "p95, ms": 3,
    "slowest, ms": 2,
    "the bot over the wire, the first batch": 3,
    "the bot over the wire, the last batch": 3,
    "before, MiB": 3,
    "more at most while it is delivered, MiB": 3,
}


async def test_every_figure_of_commands_is_printed_and_is_a_number(capsys: pytest.CaptureFixture[str]) -> None:
    await commands.main(rounds=1, times=5)
    printed = capsys.readouterr().out
    rows = re.findall(r"^  (\S.+?)  +([\d.]+|nan) +([\d.]+|nan) +([\d.]+|nan)$", printed, re.MULTILINE)
    assert len(rows) == 6 * len(commands.LINES) + 1
    assert all(float(ratio) > 0 for label, *_, ratio in rows if not label.startswith("processor"))


async def test_every_figure_of_the_daily_post_is_printed_and_is_a_number(capsys: pytest.CaptureFixture[str]) -> None:
    await daily.main(TINY)
    printed = capsys.readouterr().out
    rows = re.findall(r"^ +(\S.*?)((?:  +(?:[\d.]+|nan))+)(?: +goal .+)?$", printed, re.MULTILINE)
    assert {label: len(figures.split()) for label, figures in rows} == DAILY
    assert len(rows) == len(DAILY)
    found = {label: figures.split() for label, figures in rows}
    assert found["delivered"] == ["6", "6"]
    assert found["posted twice"] == ["0", "0"]


def test_an_unknown_part_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert bench.main("nothing") == 2
    assert "there are: all, commands, daily" in capsys.readouterr().err
