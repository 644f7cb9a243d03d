"""The sandbox's command line: where the lines come from, and how time passes between them."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.text import Text

from . import lines
from .acting import HELP, Shell
from .lines import LineError
from .process import BotError
from .sandbox import Sandbox

TYPING: Final = timedelta(seconds=2)
"""How long a person takes between two lines of a script; without it every cooldown would strike."""


async def script(shell: Shell, given: AsyncIterator[str]) -> None:
    """Act out lines as fast as the bot answers, while its own clock sees a person type."""
    first = True
    async for raw in given:
        # A byte that is no UTF-8 came as a lone surrogate, which Discord would never send.
        line = raw.encode(errors="replace").decode().rstrip("\r\n").lstrip()
        if not line or line.startswith("#"):
            continue
        if not first:
            await _pass(shell, TYPING)
        first = False
        shell.console.print(Text(shell.prompt + line, style="dim"), soft_wrap=True)
        await shell.act(line)


async def typed(shell: Shell) -> None:
    """Act out what is typed at a terminal, while the clock ticks with real time."""
    loop, typed_lines = asyncio.get_running_loop(), asyncio.Queue[str]()
    loop.add_reader(sys.stdin, lambda: typed_lines.put_nowait(sys.stdin.readline()))
    shell.console.print("Type help for a list of lines, Ctrl-D to end.")
    shell.console.print(shell.prompt, end="", markup=False)
    try:
        while True:
            with suppress(TimeoutError):
                raw = await asyncio.wait_for(typed_lines.get(), 1)
                if not raw:
                    return
                line = raw.strip("\r\n").lstrip()
                if line and not line.startswith("#"):
                    await shell.act(line)
                shell.console.print(shell.prompt, end="")
                continue
            before = len(shell.sandbox.world.posted)
            await _pass(shell, timedelta(seconds=1))
            if len(shell.sandbox.world.posted) > before:
                shell.console.print()
                shell.news()
                shell.console.print(shell.prompt, end="")
    finally:
        loop.remove_reader(sys.stdin)


async def _pass(shell: Shell, span: timedelta) -> None:
    try:
        await (shell.sandbox.wait(span) if shell.sandbox.child.runs else shell.sandbox.jump(span))
    except BotError as error:
        shell.failed = True
        shell.console.print(Text(f"sandbox: {error}", style="red"))


async def _given(texts: Sequence[str]) -> AsyncIterator[str]:
    for text in texts:
        yield text


async def _piped() -> AsyncIterator[str]:
    while line := await asyncio.to_thread(sys.stdin.readline):
        yield line


async def run(arguments: argparse.Namespace) -> int:
    console = Console(highlight=False, markup=False, emoji=False)
    errors = Console(stderr=True, highlight=False, markup=False, emoji=False, soft_wrap=True)
    try:
        async with Sandbox(
            at=arguments.at, data=arguments.data, seeds=arguments.seeds, notice=errors.print
        ) as sandbox:
            shell = Shell(sandbox, console)
            if arguments.exec is None and sys.stdin.isatty():
                await typed(shell)
                return 0
            await script(shell, _piped() if arguments.exec is None else _given(arguments.exec))
            return int(shell.failed)
    except BotError as error:
        errors.print(f"sandbox: {error}")
        return 1


def _moment(text: str) -> datetime:
    try:
        return lines.moment(text)
    except LineError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def main(args: Sequence[str]) -> int:
    """Run the sandbox with the arguments after `sandbox`; returns 0, or 1 if a line failed."""
    parser = argparse.ArgumentParser(
        prog="python -m bot sandbox",
        description="Try Herald on a Discord of its own, without an account.",
        epilog=HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--exec", action="append", metavar="LINE", help="act out this line and end (repeatable)")
    parser.add_argument("--at", type=_moment, metavar="TIME", help="start the clock here, like 2026-03-29T05:59:50Z")
    parser.add_argument("--data", type=Path, metavar="DIR", help="keep the bot's databases here")
    parser.add_argument("--seeds", type=Path, metavar="DIR", default=Path("seeds"), help="the documents (seeds)")
    try:
        return asyncio.run(run(parser.parse_args(args)))
    except KeyboardInterrupt:
        return 130
