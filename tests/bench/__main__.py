"""`python -m tests.bench [PART]`: measurements, side by side in one run; absolute figures are never asserted."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable, Coroutine
from typing import Any

from tests.bench import commands, daily

PARTS: dict[str, Callable[[], Coroutine[Any, Any, int]]] = {"commands": commands.main, "daily": daily.main}


def main(part: str) -> int:
    if part not in {"all", *PARTS}:
        print(f"there is no part {part!r}; there are: all, {', '.join(PARTS)}", file=sys.stderr)
        return 2
    for name, measure in PARTS.items():
        if part in {"all", name}:
            print(f"== {name}")
            before = os.getloadavg()[0]
            asyncio.run(measure())
            print(
                f"\n{os.cpu_count()} processors, load average {before:.2f} before and {os.getloadavg()[0]:.2f} after"
            )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "all"))
