"""The sandbox's command line: lines, typed or given, acted out one after another, and what a user then sees."""

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

from . import lines, render
from .lines import ClientError, LineError
from .process import BotError
from .sandbox import Reply, Sandbox
from .world import Message

TYPING: Final = timedelta(seconds=2)
"""How long a person takes between two lines of a script; without it every cooldown would strike."""
HELP: Final = """\
/command option:value …        a slash command; a value runs to the next option or the line's end
complete /command option:text  what completion offers for the last option
press <label>                  presses a button of the last message that has it
as admin | member | operator   who you are
in commons | operators | dm    where you are; a channel may follow: in commons #news
wait 20s | wait until 2026-03-30T09:00Z   lets time pass, step by step
jump 3d                        moves the clock at once, like a machine that slept
restart | kill                 ends the bot; after kill the next line that needs it starts it
help                           this list; empty lines and # comments are ignored"""


class Shell:
    """Acts out lines in a sandbox and prints to a console; `failed` is set once a line failed."""

    def __init__(self, sandbox: Sandbox, console: Console) -> None:
        self.sandbox = sandbox
        self.console = console
        self.failed = False
        self._posts = 0
        self._last: Reply | None = None
        self._verbs = {
            "as": self._as,
            "in": self._in,
            "complete": self._complete,
            "press": self._press,
            "wait": self._wait,
            "jump": self._jump,
            "restart": self._restart,
            "kill": self._kill,
            "help": self._help,
        }

    @property
    def prompt(self) -> str:
        sandbox = self.sandbox
        guild = sandbox.world.guilds.get(sandbox.channel.guild_id or 0)
        place = f"{guild.name} #{sandbox.channel.name}" if guild else "direct messages"
        return f"{sandbox.now:%Y-%m-%d %H:%M:%S} {sandbox.user.name} in {place} > "

    async def act(self, line: str) -> None:
        """Act out one line, and print what it leads to."""
        verb, _, rest = line.partition(" ")
        try:
            if line.startswith("/"):
                self._show(await self.sandbox.command(line))
            else:
                await self._verbs.get(verb, self._unknown)(rest)
        except ClientError as error:
            self._fail(f"client: {error}")
        except (LineError, BotError) as error:
            self._fail(f"sandbox: {error}")
        self.news()

    def news(self) -> None:
        """Print what has come up without being asked for: posts, and more answers to the last command."""
        if self._last is not None:
            known = len(self._last.messages)
            for message in self._last.interaction.messages[known:]:
                self._message("Herald", message)
            self._last = None
        for message in self.sandbox.world.posted[self._posts :]:
            self._message(f"#{message.channel.name} · Herald · {message.at:%Y-%m-%d %H:%M:%S} UTC", message)
        self._posts = len(self.sandbox.world.posted)

    def _fail(self, text: str) -> None:
        self.failed = True
        self._print(Text(text, style="red"))

    def _print(self, text: Text | str) -> None:
        # Not at a terminal a line is never broken, so that whole sentences can be searched for.
        self.console.print(text, soft_wrap=not self.console.is_terminal)

    def _message(self, head: str, message: Message) -> None:
        self._print(Text(head, style="bold"))
        for line in render.message(self.sandbox.world, message):
            if self.console.is_terminal and line.plain.startswith(render.BAR):
                for part in line[len(render.BAR) :].wrap(self.console, self.console.width - len(render.BAR)):
                    self._print(render.barred(part))
            else:
                self._print(line)

    def _show(self, reply: Reply) -> None:
        for message in reply.messages:
            self._message("Herald", message)
        self._last = reply

    async def _as(self, rest: str) -> None:
        if rest not in self.sandbox.world.users:
            raise LineError(f"nobody is called {rest!r}; there are: {', '.join(self.sandbox.world.users)}")
        self.sandbox.act_as(rest, "Operators" if rest == "operator" else "Commons")
        self._where()

    async def _in(self, rest: str) -> None:
        place, _, channel = rest.partition(" ")
        self.sandbox.act_as(self.sandbox.user.name, None if place == "dm" else place, channel or "general")
        self._where()

    def _where(self) -> None:
        self._print(f"You are {self.prompt[20:-3]}.")

    async def _complete(self, rest: str) -> None:
        choices = await self.sandbox.complete(rest)
        for choice in choices:
            value = "" if str(choice["value"]) == choice["name"] else f"  → {choice['value']}"
            self._print(f"  {choice['name']}{value}")
        if not choices:
            self._print("  (nothing is offered)")

    async def _press(self, rest: str) -> None:
        self._show(await self.sandbox.press(rest))

    async def _wait(self, rest: str) -> None:
        if rest.startswith("until "):
            moment = lines.moment(rest.removeprefix("until ").strip())
            if moment < self.sandbox.now:
                raise LineError(f"{rest.removeprefix('until ')} is past; it is {self.sandbox.now:%Y-%m-%dT%H:%M:%SZ}")
            await self.sandbox.wait_until(moment)
        else:
            await self.sandbox.wait(lines.duration(rest))

    async def _jump(self, rest: str) -> None:
        await self.sandbox.jump(lines.duration(rest))

    async def _restart(self, _: str) -> None:
        await self.sandbox.restart()

    async def _kill(self, _: str) -> None:
        await self.sandbox.kill()
        self._print("The bot is down.")

    async def _unknown(self, _: str) -> None:
        raise LineError("this is no line that is known here; type help for a list")

    async def _help(self, _: str) -> None:
        self._print(HELP)


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
