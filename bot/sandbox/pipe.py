"""The bot's side of the sandbox's clock: a clock that stands still until a line on the pipe moves it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from types import CodeType
from typing import Any, BinaryIO, Final
from weakref import WeakKeyDictionary, WeakSet

from discord import Client

from .refusal import Json


@dataclass(slots=True, eq=False)
class _Sleeper:
    owner: asyncio.Task[Any]
    moment: datetime
    woken: asyncio.Future[None]


class PipeClock:
    """Herald's clock in the sandbox: says when it is idle, that is when whoever was woken sleeps again.

    A task counts as busy from the end of its `sleep_until` until it sleeps again or is done, and so do the tasks that
    it starts meanwhile, whatever they wait for. A task that does nothing but sleep stands for the task that started
    it, so that waiting for "the time or an event" counts too. What handles an event of the gateway is busy as well.
    """

    def __init__(self, now: datetime, report: Callable[[Json], None]) -> None:
        self._now = now
        self._report = report
        self._sleepers: set[_Sleeper] = set()
        self._busy: set[asyncio.Task[Any]] = set()
        self._starters: WeakKeyDictionary[asyncio.Task[Any], asyncio.Task[Any] | None] = WeakKeyDictionary()
        self._asked: int | None = None
        self._owners: WeakSet[asyncio.Task[Any]] = WeakSet()
        self._has_slept = False
        self._turns = 0

    def now(self) -> datetime:
        return self._now

    async def sleep_until(self, moment: datetime) -> None:
        if moment <= self._now:
            await asyncio.sleep(0)
            return
        owner = self._owner()
        self._count_what_it_started(owner)
        sleeper = _Sleeper(owner, moment, asyncio.get_running_loop().create_future())
        self._sleepers.add(sleeper)
        self._busy.discard(owner)
        owner.remove_done_callback(self._finished)
        self._has_slept = True
        self._settle()
        try:
            await sleeper.woken
        finally:
            self._sleepers.discard(sleeper)
            self._mark(owner)
            self._settle()

    def _count_what_it_started(self, owner: asyncio.Task[Any]) -> None:
        """Before its first sleep nobody knows that a task goes by this clock: what it started then is busy too."""
        if owner not in self._owners:
            self._owners.add(owner)
            for task, starter in list(self._starters.items()):
                if starter is owner and not _only_waits(task.get_coro()):
                    self._mark(task)

    def told(self, line: Json) -> None:
        """Take a line of the sandbox: the time, if it moves, and the number to answer when idle."""
        self._asked = line["ask"]
        if "now" in line:
            self._now = datetime.fromisoformat(line["now"])
            for sleeper in sorted(self._sleepers, key=lambda each: each.moment):
                if sleeper.moment <= self._now and not sleeper.woken.done():
                    sleeper.woken.set_result(None)
        self._settle()

    def start(self, loop: asyncio.AbstractEventLoop, work: Any, **options: Any) -> asyncio.Task[Any]:
        """Make a task, as the loop's task factory, and remember who started it."""
        starter = asyncio.current_task(loop)
        task = asyncio.Task(work, loop=loop, **options)
        self._starters[task] = starter
        if _code(work) is _EVENT or (self._is_awake(starter) and not _only_waits(work)):
            self._mark(task)
        return task

    def _is_awake(self, task: asyncio.Task[Any] | None) -> bool:
        """Tell whether a task is busy, or has its sleep behind it: woken, or cancelled by the task itself."""
        return task in self._busy or any(s.owner is task and s.woken.done() for s in self._sleepers)

    def _owner(self) -> asyncio.Task[Any]:
        task = asyncio.current_task()
        assert task is not None
        return (self._starters.get(task) if _code(task.get_coro()) is _SLEEP else None) or task

    def _mark(self, task: asyncio.Task[Any]) -> None:
        if not task.done() and task not in self._busy:
            self._busy.add(task)
            task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[Any]) -> None:
        self._busy.discard(task)
        self._settle()

    def _settle(self) -> None:
        """Answer the sandbox, if it asked, once nobody has been busy for some turns of the loop."""
        if not self._turns:
            asyncio.get_running_loop().call_soon(self._turn)
        self._turns = _TURNS

    def _turn(self) -> None:
        self._turns -= 1
        woken = any(sleeper.woken.done() for sleeper in self._sleepers)
        if self._asked is None or self._busy or woken or not self._has_slept:
            self._turns = 0
        elif self._turns:
            asyncio.get_running_loop().call_soon(self._turn)
        else:
            self._answer()

    def _answer(self) -> None:
        following = min((sleeper.moment for sleeper in self._sleepers), default=None)
        self._report({"idle": self._asked, "next": following.isoformat() if following else None})
        self._asked = None


_TURNS: Final = 10
"""Three are between the setting of an event and the waking of who waits for "the time or the event"."""
_EVENT: Final = Client._run_event.__code__  # noqa: SLF001 - every listener of discord.py's events runs in it
_SLEEP: Final = PipeClock.sleep_until.__code__
_WAITS: Final = {_SLEEP, asyncio.Event.wait.__code__, asyncio.Queue.get.__code__}


def _code(work: Any) -> CodeType | None:
    return getattr(work, "cr_code", None)


def _only_waits(work: Any) -> bool:
    """Tell whether a task's whole work is to wait: for the time, an event, or an entry of a queue."""
    return _code(work) in _WAITS


async def listen(clock: PipeClock, lines: BinaryIO) -> None:
    """Give the sandbox's lines to the clock; their end means that the sandbox is gone, and so ends the bot."""
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), lines)
    while line := await reader.readline():
        clock.told(json.loads(line))
    os.kill(os.getpid(), signal.SIGTERM)


def connect() -> tuple[PipeClock, BinaryIO, Json]:
    """Return the clock, where its lines come from, and the first of them; from now on prints go to stderr."""
    lines, answers = os.fdopen(os.dup(0), "rb", buffering=0), os.dup(1)
    os.dup2(2, 1)
    first: Json = json.loads(lines.readline())

    def report(line: Json) -> None:
        os.write(answers, json.dumps(line).encode() + b"\n")

    report({"clock": "herald"})
    return PipeClock(datetime.fromisoformat(first["now"]), report), lines, first
