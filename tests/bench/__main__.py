"""`python -m tests.bench [PART]`: measurements, side by side in one run; absolute figures are never asserted."""

from __future__ import annotations

import asyncio
import sys

from tests.bench import commands

PARTS = {"commands": commands.main}


def main(part: str) -> int:
    if part not in {"all", *PARTS}:
        print(f"there is no part {part!r}; there are: all, {', '.join(PARTS)}", file=sys.stderr)
        return 2
    for name, measure in PARTS.items():
        if part in {"all", name}:
            print(f"== {name}")
            asyncio.run(measure())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "all"))
