"""The memory of a process that delivers a due batch: `python -m tests.bench.memory DATABASE MOMENT HOW`."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import sys
from asyncio.subprocess import PIPE
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from bot import app
from bot.daily import scheduler
from tests.bench import process, states
from tests.bench.batch import DUE, ROOT, opened

HOW = ("streamed", "whole")
WHOLE = 1_000_000_000


@dataclass(slots=True)
class Rounds:
    """Of each round: MiB before the batch, and how many more there were at most while it was delivered."""

    before: list[float] = field(default_factory=list)
    more: list[float] = field(default_factory=list)


async def measure(path: Path, due: int, rounds: int) -> dict[str, Rounds]:
    """Have processes of their own deliver batches of `due`, as Herald does and loaded whole."""
    found = {how: Rounds() for how in HOW}
    for number in range(rounds):
        for index, how in enumerate(HOW):
            remainder = number * len(HOW) + index
            moment = DUE + timedelta(minutes=remainder)
            if states.bring_together(path, remainder, moment) != due:
                raise SystemExit(f"not {due} due posts")
            argv = (sys.executable, "-m", "tests.bench.memory", str(path), moment.isoformat(), how)
            child = await asyncio.create_subprocess_exec(*argv, cwd=ROOT, stdout=PIPE)
            told = json.loads((await child.communicate())[0])
            if told["posted"] != due:
                raise SystemExit(f"of {due} due posts {told['posted']} were delivered")
            found[how].before.append(told["before"])
            found[how].more.append(told["most"] - told["before"])
    return found


async def main(path: Path, due: datetime, how: str) -> None:
    sys.setswitchinterval(app.SWITCH_INTERVAL)
    if how == "whole":
        scheduler.BATCH = WHOLE  # type: ignore[misc]
    async with opened(path, due) as daily:
        await daily.deliver(due - timedelta(seconds=1))  # warms up; nothing is due
        gc.collect()
        process.forget_most_memory()
        before = process.memory(os.getpid())
        posted = await daily.deliver(due)
        print(json.dumps({"posted": posted, "before": before, "most": process.most_memory(os.getpid())}))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), datetime.fromisoformat(sys.argv[2]), sys.argv[3]))
