"""The bot as the sandbox runs it, but it ends itself by SIGKILL at a step of its first delivery, or is hasty."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

from bot import app
from bot.sandbox import child
from bot.storage import deliveries
from cogs.poster import ChannelPoster


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def dying(work: Callable[..., Any], *, before: bool) -> Callable[..., Any]:
    async def dies(*arguments: Any, **named: Any) -> Any:
        if before:
            die()
        await work(*arguments, **named)
        die()

    return dies


def main(step: str) -> int:
    """`step` is "before claim", "after claim", "before end" or "after end"; "hasty" waits a second for an answer."""
    if step == "hasty":
        vars(app)["ChannelPoster"] = partial(ChannelPoster, timeout=1.0)
    else:
        when, name = step.split()
        setattr(deliveries, name, dying(getattr(deliveries, name), before=when == "before"))
    return asyncio.run(child.main())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
