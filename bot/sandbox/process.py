"""The bot as a child process: started, stopped, its log kept, and its clock moved through a pair of pipes."""

from __future__ import annotations

import asyncio
import json
import re
import signal
from asyncio.subprocess import PIPE, Process
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final, TypeVar

from .refusal import Json

T = TypeVar("T")
PATIENCE: Final = 60.0
"""Seconds of real time that anything but an answer may take before the sandbox gives up."""
_LEVEL: Final = re.compile(r"\b(DEBUG|INFO|WARNING|ERROR|CRITICAL)\b")


class BotError(Exception):
    """The bot did not do what it must: it died, or it did not answer."""


@dataclass(slots=True)
class Child:
    """The bot's process. `died` tells of an end that nobody asked for; one that speaks the clock has `clocked`."""

    argv: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    notice: Callable[[str], None]
    clocked: bool = False
    _process: Process | None = None
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)
    _tail: deque[str] = field(default_factory=lambda: deque(maxlen=30))
    _asked: int = 0
    _idle: dict[int, asyncio.Future[str | None]] = field(default_factory=dict)
    _ended: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def runs(self) -> bool:
        return self._process is not None and not self._ended.is_set()

    @property
    def fell(self) -> bool:
        """Whether it ended unasked, and nobody has been told yet."""
        return self._process is not None and self._ended.is_set()

    async def start(self, now: datetime, *, sync: bool) -> None:
        """Start the program; `sync` asks it to send its commands, since this Discord has none yet."""
        self.clocked = False
        self._ended.clear()
        self._tail.clear()
        # A session of its own, so that Ctrl-C at a terminal is the sandbox's to act upon, not the bot's.
        self._process = await asyncio.create_subprocess_exec(
            *self.argv,
            env=self.environment,
            stdin=PIPE,
            stdout=PIPE,
            stderr=PIPE,
            start_new_session=True,
            limit=1 << 20,
        )
        self._tell({"now": now.isoformat(), "sync": sync})
        self._tasks = [asyncio.create_task(work) for work in (self._listen(), self._keep_log())]

    async def stop(self, number: signal.Signals = signal.SIGTERM, patience: float = 10.0) -> None:
        """End the program with a signal, and wait for it. Raises BotError if it does not go (then it is killed)."""
        if self._process is None:
            return
        late = False
        if self._process.returncode is None:
            self._process.send_signal(number)
            try:
                await asyncio.wait_for(self._process.wait(), patience)
            except TimeoutError:
                late = True
                self._process.kill()
        await self._process.wait()
        await asyncio.gather(*self._tasks)
        self._process = None
        if late:
            raise BotError(f"the bot did not end within {patience:g} s of {number.name}; it was killed")

    async def settled(self, now: datetime | None = None) -> datetime | None:
        """Move the bot's clock (or only ask), wait until it is idle, and return when it wants to be woken next."""
        if not self.clocked:
            return None
        self._asked += 1
        idle = self._idle[self._asked] = asyncio.get_running_loop().create_future()
        self._tell({"ask": self._asked} | ({"now": now.isoformat()} if now else {}))
        moment = await self.outlived(idle, PATIENCE, "the bot did not come to rest")
        return datetime.fromisoformat(moment) if moment else None

    async def outlived(self, work: Awaitable[T], seconds: float, complaint: str) -> T:
        """Wait for something that the bot does. Raises BotError with the end of its log if it dies or dawdles."""
        task, end = asyncio.ensure_future(work), asyncio.create_task(self._ended.wait())
        try:
            await asyncio.wait({task, end}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            if task.done():
                return task.result()
            if end.done():
                raise BotError(await self.obituary())
            raise BotError(f"{complaint} within {seconds:g} s\n{self.tail()}")
        finally:
            task.cancel()
            end.cancel()

    async def obituary(self) -> str:
        """Take note of the process's end and return it in words, with the end of its log."""
        code = None if self._process is None else self._process.returncode
        await asyncio.gather(*self._tasks)
        self._process = None
        return f"the bot ended unexpectedly (exit code {code})\n{self.tail()}"

    def tail(self) -> str:
        return "\n".join(f"  | {line}" for line in self._tail)

    def _tell(self, line: Json) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        with suppress(ConnectionError):
            self._process.stdin.write(json.dumps(line).encode() + b"\n")

    async def _listen(self) -> None:
        """Read what the bot's clock says, until the process is gone."""
        assert self._process is not None
        assert self._process.stdout is not None
        async for text in self._process.stdout:
            line: Json = json.loads(text) if text.startswith(b'{"') else {}
            self.clocked |= "clock" in line
            waiting = self._idle.pop(line.get("idle", 0), None)
            if waiting is not None and not waiting.done():
                waiting.set_result(line["next"])
        await self._process.wait()
        self._idle.clear()
        self._ended.set()

    async def _keep_log(self) -> None:
        """Keep what the bot logs, and pass on warnings, errors and tracebacks."""
        assert self._process is not None
        assert self._process.stderr is not None
        loud = True
        with self.log.open("ab") as log:
            async for raw in self._process.stderr:
                log.write(raw)
                log.flush()
                line = raw.decode(errors="replace").rstrip("\n")
                self._tail.append(line)
                if level := _LEVEL.search(line[:80]):
                    loud = level[1] in {"WARNING", "ERROR", "CRITICAL"}
                if loud or line.startswith("Traceback"):
                    loud = True
                    self.notice(f"bot: {line}")
