"""The bot as the sandbox runs it, in a process of its own: the real one, but for the clock it is given."""

from __future__ import annotations

import asyncio
import sys

from bot import app, config, logs

from .pipe import connect, listen


async def main() -> int:
    clock, lines, first = connect()
    asyncio.get_running_loop().set_task_factory(clock.start)
    listening = asyncio.create_task(listen(clock, lines))
    settings = config.load(None)
    logs.set_up(settings.log_level, settings.log_format)
    try:
        return await app.run(settings, clock, sync=first["sync"])
    finally:
        listening.cancel()


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
