"""How long /quote and /search take, beside a bare bot that answers the same bytes, in one run."""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from pathlib import Path
from time import monotonic
from typing import Any

from bot.sandbox.client import command as as_typed
from bot.sandbox.entities import User
from bot.sandbox.interactions import COMMAND
from bot.sandbox.sandbox import CHILD, Sandbox
from tests.bench.process import memory, processor

ROOT = Path(__file__).parents[2]
LINES = {"quote": "/quote paragraph:3", "search": "/search query:sovereignty"}
GOALS = {"quote": 1.3, "search": 1.5}
IN_FLIGHT = 50
_USERS = count(7_000_000_000_000_000_000)


@dataclass
class Round:
    """What one bot did in one round with one command; times in seconds."""

    alone: list[float] = field(default_factory=list)
    together: list[float] = field(default_factory=list)
    rate: float = 0.0
    processor: float = 0.0


def percentile(times: list[float], share: float) -> float:
    return sorted(times)[min(len(times) - 1, int(len(times) * share))]


class Bot:
    """A bot on a sandbox of its own, asked by a new person each time, because a person has a cooldown."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.member_of = sandbox.world.guilds[sandbox.channel.guild_id or 0]
        self.data = {
            name: as_typed(sandbox.world, sandbox.user, sandbox.channel, line) for name, line in LINES.items()
        }

    async def ask(self, name: str, *, keep: bool = False) -> float:
        """Return the time from the interaction's frame to the request that answers it.

        `keep` what the sandbox remembers of requests and messages; otherwise it grows with every question.
        """
        user = User(next(_USERS), "user")
        # One person a second, as on a big bot: discord.py's cooldown looks at all of its last 20 seconds each time.
        self.sandbox.world.now += timedelta(seconds=1)
        self.member_of.members[user.id] = ()
        interaction = await self.sandbox.send(COMMAND, self.data[name], user=user)
        await asyncio.wait_for(interaction.answered.wait(), 30)
        del self.member_of.members[user.id]
        if interaction.received is None or interaction.original is None or interaction.original.seen_by is not None:
            raise SystemExit(f"{name}: a wrong answer: {self.sandbox.requests[-1].body}")
        del self.sandbox.interactions.by_token[interaction.token]
        if not keep:
            self.sandbox.requests.clear()
            self.sandbox.world.messages.clear()
        return interaction.received - interaction.sent

    async def measure(self, name: str, times: int) -> Round:
        found = Round(alone=[await self.ask(name) for _ in range(times)])
        before, start = processor(self.pid), monotonic()
        waiting = iter(range(times * 2))

        async def work() -> None:
            for _ in waiting:
                found.together.append(await self.ask(name))

        await asyncio.gather(*(work() for _ in range(IN_FLIGHT)))
        found.rate = times * 2 / (monotonic() - start)
        found.processor = (processor(self.pid) - before) / (times * 2)
        return found

    @property
    def pid(self) -> int:
        process = self.sandbox.child._process
        return process.pid if process else 0


async def reply_of(bot: Bot, name: str) -> list[dict[str, Any]]:
    reply = await bot.sandbox.command(LINES[name])
    components: list[dict[str, Any]] = reply.interaction.messages[0].body["components"]
    return components


async def main(rounds: int = 7, times: int = 150) -> int:
    """Measure and print; return 0. An interaction that is not answered, or wrongly, ends it with an error."""
    async with Sandbox(seeds=ROOT / "seeds", child=CHILD) as sandbox:
        herald = Bot(sandbox)
        at_start = memory(herald.pid)
        replies = json.dumps({name: await reply_of(herald, name) for name in LINES})
        async with Sandbox(child=(sys.executable, "-m", "tests.bench.bare", replies)) as other:
            bare = Bot(other)
            bare_at_start = memory(bare.pid)
            found: dict[tuple[str, str], list[Round]] = defaultdict(list)
            for number in range(rounds + 1):
                for name in LINES:
                    # In turns, so that a busy moment of the machine meets both.
                    for who, bot in (("Herald", herald), ("bare", bare)):
                        measured = await bot.measure(name, times)
                        if number:  # the first round warms up
                            found[who, name].append(measured)
    for name in LINES:
        report(name, found["Herald", name], found["bare", name])
    row("memory at start, MiB", at_start, bare_at_start, at_start / bare_at_start)
    return 0


def report(name: str, ours: list[Round], theirs: list[Round]) -> None:
    print(f"\n/{name}, median of {len(ours)} rounds{'':>14}Herald      bare     ratio   goal {GOALS[name]}")
    figures: dict[str, Callable[[Round], float]] = {
        "one at a time, p50, ms": lambda found: percentile(found.alone, 0.5) * 1000,
        "one at a time, p99, ms": lambda found: percentile(found.alone, 0.99) * 1000,
        "50 in flight, p50, ms": lambda found: percentile(found.together, 0.5) * 1000,
        "50 in flight, p99, ms": lambda found: percentile(found.together, 0.99) * 1000,
        "interactions a second": lambda found: found.rate,
        "processor, ms each": lambda found: (found.processor or float("nan")) * 1000,
    }
    for label, figure in figures.items():
        one, other = [figure(found) for found in ours], [figure(found) for found in theirs]
        ratio = statistics.median(a / b for a, b in zip(one, other, strict=True))
        row(label, statistics.median(one), statistics.median(other), ratio)


def row(label: str, ours: float, theirs: float, ratio: float) -> None:
    print(f"  {label:<32}{ours:>10.2f}{theirs:>10.2f}{ratio:>10.2f}")
