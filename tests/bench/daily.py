"""What the daily post costs: an idle minute, a due batch, over the wire too, and memory."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bot.app import SWITCH_INTERVAL
from bot.traffic import RATE
from tests.bench import batch, idle, memory, wire
from tests.bench.commands import percentile

KEPT = 46
"""Characters of a label."""


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is measured. `sizes` are numbers of subscriptions, with the days in each one's ledger.

    Growth counts from the second size to the last, in whose database one of a hundred is due at a time for memory.
    """

    sizes: Mapping[int, int]
    wakes: int
    rounds: int
    due: int
    guilds: int
    channels: int
    wire_rounds: int
    quiet: float
    memory_rounds: int


FULL = Scale(
    sizes={0: 0, 1_000: 30, 100_000: 5, 1_000_000: 1},
    wakes=300,
    rounds=5,
    due=1_000,
    guilds=50,
    channels=20,
    wire_rounds=3,
    quiet=3.0,
    memory_rounds=3,
)


async def main(scale: Scale = FULL) -> int:
    """Measure and print; return 0. A post that is not delivered where nothing hinders it ends it with an error."""
    with tempfile.TemporaryDirectory(prefix="herald-bench-") as folder:
        root = Path(folder)
        with _threads_as_in_the_bot():
            _print_idle(scale, await idle.measure(root, scale.sizes, scale.rounds, scale.wakes))
            _print_batch(scale, *await batch.measure(root, scale.due, scale.rounds))
        data = root / "wire"
        data.mkdir()
        over_the_wire = await wire.measure(data, scale.guilds, scale.channels, scale.wire_rounds, scale.quiet)
        _print_wire(scale, over_the_wire)
        size = max(scale.sizes)
        found = await memory.measure(idle.path_of(root, size), size // 100, scale.memory_rounds)
        _print_memory(scale, over_the_wire, found)
    return 0


@contextmanager
def _threads_as_in_the_bot() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_INTERVAL)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


def _print_idle(scale: Scale, found: Mapping[int, idle.Minutes]) -> None:
    _, small, *_, large = scale.sizes
    title(f"an idle minute, median of {scale.rounds} rounds", *map(str, scale.sizes), "growth")
    row("days in the ledger of each", *scale.sizes.values())
    figures: dict[str, Callable[[idle.Cost], float]] = {
        "processor, ms": lambda cost: cost.processor,
        "wall, ms": lambda cost: cost.wall,
    }
    for what, figure in figures.items():
        herald = {size: [figure(cost) for cost in minutes.herald] for size, minutes in found.items()}
        scan = {size: [figure(cost) for cost in minutes.scan] for size, minutes in found.items()}
        row(f"Herald, {what}", *map(median, herald.values()), _ratio(herald[large], herald[small]), goal="at most 2")
        row(f"scan of all rows in Python, {what}", *map(median, scan.values()), _ratio(scan[large], scan[small]))
        row(f"  scan / Herald, {what.partition(',')[0]}", *(_ratio(scan[size], herald[size]) for size in scale.sizes))


def _print_batch(scale: Scale, herald: batch.Rounds, bare: batch.Rounds) -> None:
    title(f"{scale.due} due, answered at once, median of {scale.rounds} rounds", "Herald", "bare SQL", "ratio")
    _row_of_two("subscriptions a second", herald.rate, bare.rate)
    _row_of_two("processor, ms each", herald.processor, bare.processor)
    row("times the pace of Herald on the wire", median(herald.rate) / RATE, median(bare.rate) / RATE)


def _print_wire(scale: Scale, found: Sequence[wire.Batch]) -> None:
    due = scale.guilds * scale.channels
    title(f"{due} due over the wire, {scale.wire_rounds} rounds", "median", "worst")
    limits = f"{wire.LIMIT} requests a second, {wire.LATENCY * 1000:.0f} ms"
    print(f"({limits}; meanwhile /quote every {wire.BETWEEN_QUESTIONS * 1000:.0f} ms)")
    _row_of_rounds("delivered", [each.delivered for each in found], min, str(due))
    _row_of_rounds("posted twice", [each.twice for each in found], max, "0")
    _row_of_rounds("answers of 429", [each.limited for each in found], max, "0")
    _row_of_rounds("posts a second", [each.rate for each in found], min, "at least 45")
    _row_of_rounds("requests in the fullest second", [each.most_in_a_second for each in found], max, "at most 48")
    _row_of_rounds("longest stall of the sandbox itself, ms", [each.stall * 1000 for each in found], max)
    _row_of_rounds("processor, ms a post, questions included", [each.processor * 1000 / due for each in found], max)
    title(f"/quote from frame to answer, {scale.wire_rounds} rounds", "meanwhile", "in quiet", "ratio")
    for label, share in (("p50, ms", 0.5), ("p95, ms", 0.95)):
        posting = [percentile(each.asked, share) * 1000 for each in found]
        quiet = [percentile(each.asked_in_quiet, share) * 1000 for each in found]
        _row_of_two(label, posting, quiet, "under 50 ms")
    slowest = max(max(each.asked) for each in found), max(max(each.asked_in_quiet) for each in found)
    row("slowest, ms", *(time * 1000 for time in slowest), goal="under 50 ms")  # no ratio: fewer were asked in quiet


def _print_memory(scale: Scale, over_the_wire: Sequence[wire.Batch], found: Mapping[str, memory.Rounds]) -> None:
    size = max(scale.sizes)
    title("resident memory, MiB", "before", "after", "ratio")
    for label, of in (("the first", over_the_wire[0]), ("the last", over_the_wire[-1])):
        before, after = of.memory
        row(f"the bot over the wire, {label} batch", before, after, after / before)
    streamed, whole = found["streamed"], found["whole"]
    title(f"{size // 100} of {size} due, median of {scale.memory_rounds} rounds", "streamed", "whole", "ratio")
    _row_of_two("before, MiB", streamed.before, whole.before)
    _row_of_two("more at most while it is delivered, MiB", streamed.more, whole.more)


def _row_of_two(label: str, ones: Sequence[float], others: Sequence[float], goal: str = "") -> None:
    row(label, median(ones), median(others), _ratio(ones, others), goal=goal)


def _row_of_rounds(
    label: str, figures: Sequence[float], worst: Callable[[Sequence[float]], float], goal: str = ""
) -> None:
    row(label, median(figures), worst(figures), goal=goal)


def _ratio(ones: Sequence[float], others: Sequence[float]) -> float:
    """Return the median of the ratios of each round."""
    return median(one / other if other else float("nan") for one, other in zip(ones, others, strict=True))


def title(text: str, *columns: str) -> None:
    print(f"\n{text:<{KEPT + 2}}" + "".join(f"{column:>11}" for column in columns))


def row(label: str, *figures: float, goal: str = "") -> None:
    shown = (f"{figure:>11}" if isinstance(figure, int) else f"{figure:>11.2f}" for figure in figures)
    print(f"  {label:<{KEPT}}" + "".join(shown) + (f"   goal {goal}" if goal else ""))
