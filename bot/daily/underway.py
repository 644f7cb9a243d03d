"""The deliveries under way: so many at a time, each apart from the others; the admins told when theirs are done."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from bot.daily.delivery import After, Deliverer
from bot.model import Delivery, Subscription

AT_A_TIME: Final = 100
"""A server has at most 20 daily posts, so one that hangs leaves room for the others."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Begun:
    """An attempt at a claim, `fresh` where it was claimed for it."""

    subscription: Subscription
    row: Delivery
    fresh: bool


class Underway:
    """Runs attempts as tasks. `reopened` is called when a claim stays open, `failed` with what an attempt raised."""

    def __init__(
        self, deliverer: Deliverer, reopened: Callable[[], None], failed: Callable[[Exception], None]
    ) -> None:
        self._deliverer = deliverer
        self._reopened = reopened
        self._failed = failed
        self._slots = asyncio.Semaphore(AT_A_TIME)
        # By task, because a day that is claimed again may have its last attempt still under way.
        self._tasks: dict[asyncio.Task[None], Begun] = {}
        self._untold: set[int] = set()  # servers to be told of suspensions
        self._tellings: set[asyncio.Task[None]] = set()
        self._beginning = False

    def has(self, row: Delivery) -> bool:
        """Tell whether an attempt at this local day is under way."""
        return any(begun.row.key == row.key for begun in self._tasks.values())

    @contextmanager
    def batch(self) -> Iterator[None]:
        """Begin many in the block, in which nobody is told: more of the same server may follow."""
        self._beginning = True
        try:
            yield
        finally:
            self._beginning = False
            self._tell()

    async def begin(self, find: Callable[[], Awaitable[Begun | None]]) -> asyncio.Task[None] | None:
        """Start the attempt that `find` comes back with, if any, once there is room for it.

        So what is looked at is what stands then, not what stood when it was found to be due.
        """
        await self._slots.acquire()
        found: Begun | None = None
        try:
            found = await find()
        finally:
            if found is None:
                self._slots.release()
        if found is None:
            return None
        task = asyncio.create_task(self._attempt(found))
        self._tasks[task] = found
        task.add_done_callback(self._tasks.pop)
        return task

    async def _attempt(self, begun: Begun) -> None:
        after = After.ENDED
        try:
            after = await self._deliverer.deliver(begun.subscription, begun.row, fresh=begun.fresh)
        except Exception as error:  # noqa: BLE001 - the claim stays open and is looked at again after its lease
            _log.exception("subscription %d, %s: an attempt failed", begun.subscription.id, begun.row.local_date)
            self._failed(error)
        finally:
            self._slots.release()
            if after is After.OPEN:
                self._reopened()  # its next attempt may come before anything else
        if after is After.SUSPENDED:
            self._untold.add(begun.subscription.guild_id)
        self._tell()

    def _tell(self) -> None:
        """Tell the servers whose last attempt is done, so that one lost permission is one message."""
        if self._beginning:
            return
        current = asyncio.current_task()
        running = [begun for task, begun in self._tasks.items() if not task.done() and task is not current]
        for guild_id in self._untold - {begun.subscription.guild_id for begun in running}:
            self._untold.discard(guild_id)
            task = asyncio.create_task(self._tell_one(guild_id))
            self._tellings.add(task)
            task.add_done_callback(self._tellings.discard)

    async def _tell_one(self, guild_id: int) -> None:
        try:
            await self._deliverer.tell(guild_id)
        except Exception as error:  # noqa: BLE001 - as above; the next /daily tells what was not noted as told
            _log.exception("server %d could not be told", guild_id)
            self._failed(error)

    async def drain(self) -> None:
        """Wait for what is under way."""
        while waits := {*self._tasks, *self._tellings}:
            await asyncio.wait(waits)
