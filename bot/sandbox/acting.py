"""A user's lines acted out one by one in the sandbox, and what the user then sees."""

from __future__ import annotations

from typing import Final

from rich.console import Console
from rich.text import Text

from . import lines, render
from .lines import ClientError, LineError
from .process import BotError
from .sandbox import Reply, Sandbox
from .trouble import Trouble
from .world import Message

HELP: Final = """\
/command option:value …        a slash command; a value runs to the next option or the line's end
complete /command option:text  what completion offers for the last option
press <label>                  presses a button of the last message that has it
as admin | member | operator   who you are
in commons | operators | dm    where you are; a channel may follow: in commons #news
wait 20s | wait until 2026-03-30T09:00Z   lets time pass, step by step
jump 3d                        moves the clock at once, like a machine that slept
restart | kill                 ends the bot; after kill the next line that needs it starts it
deny #general send_messages    takes a right (discord.py's name) from the bot's role there; allow … gives it
delete #general                deletes a channel of the server that you are in
kick | invite                  removes the bot from that server, or adds it again
outage on | off                makes that server unavailable, or available again
fail POST /channels/*/messages 503 after x2
                               how requests will end: a status, cut or hang; after: their work is done; x2: two
help                           this list; empty lines and # comments are ignored"""


class Shell:
    """Acts out lines in a sandbox and prints to a console; `failed` is set once a line failed."""

    def __init__(self, sandbox: Sandbox, console: Console) -> None:
        self.sandbox = sandbox
        self.console = console
        self.failed = False
        self._posts = 0
        self._last: Reply | None = None
        self._trouble = Trouble(sandbox)
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
            elif verb in self._trouble.verbs:
                self._print(await self._trouble.make(verb, rest))
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
                self._print(line if self.console.is_terminal else render.with_bold_marks(line))

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
