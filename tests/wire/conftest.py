"""The real bot on the sandbox; every request that it makes is checked against Discord's own description."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
import pytest_asyncio

from bot.sandbox.client import buttons
from bot.sandbox.client import command as as_typed
from bot.sandbox.interactions import COMMAND, COMPONENT
from bot.sandbox.limits import components_of
from bot.sandbox.refusal import Json
from bot.sandbox.rest import Request
from bot.sandbox.sandbox import Reply, Sandbox
from bot.sandbox.world import Message
from tests.wire import openapi
from tests.wire.servers import Server, like_commons

ROOT: Final = Path(__file__).parents[2]
AT: Final = datetime(2026, 3, 29, 5, 59, 50, tzinfo=UTC)
TYPING: Final = timedelta(seconds=3)
"""What a person takes to type; ten commands so far apart never meet the cooldown."""
UNCHECKED = pytest.StashKey[int]()
_LOUD: Final = re.compile(r"\b(ERROR|CRITICAL)\b|Traceback|sandbox: (refused|unexpected|the gateway closed)")


class Checked(Sandbox):
    """A sandbox that keeps what the bot's log said aloud, and whose requests are judged at the end.

    `excused` are words of loud lines that a test expects.
    """

    def __init__(self, **options: Any) -> None:
        self.notices: list[str] = []
        self.excused: list[str] = []
        super().__init__(notice=self.notices.append, **options)

    async def ask(self, line: str) -> Reply:
        """Send a command as fast as a person types."""
        await self.jump(TYPING)
        return await self.command(line)

    async def forge(self, line: str, options: Json | None = None, **where: Any) -> Reply:
        """Send a command that no client would: `options` replace values of it, `where` says who and where."""
        found = as_typed(self.world, self.user, self.channel, line)
        below = found["options"]
        while below and "options" in below[0]:
            below = below[0]["options"]
        for option in below:
            option["value"] = (options or {}).get(option["name"], option["value"])
        return await self.raw(found, **where)

    async def raw(self, data: Json, **where: Any) -> Reply:
        """Send the data of a command just as they are."""
        await self.jump(TYPING)
        return await self.reply(await self.send(COMMAND, data, **where))

    async def push(self, message: Message, label: str, custom_id: str | None = None) -> Reply:
        """Press a button of a message, also of one that is not the last; `custom_id` forges the button's."""
        button = button_of(message, label)
        button["custom_id"] = custom_id or button["custom_id"]
        data = {"custom_id": button["custom_id"], "component_type": 2, "id": button["id"]}
        return await self.reply(await self.send(COMPONENT, data, source=message))

    def named(self, name: str) -> Json:
        """Return a command of any scope."""
        return next(found for scope in self.world.commands.values() for found in scope if found["name"] == name)

    def judge(self, since: int = 0) -> int:
        """Assert that all was Discord's way and nothing failed; return how many requests could not be checked."""
        assert not self.unexpected
        loud = [n for n in self.notices if _LOUD.search(n) and not any(words in n for words in self.excused)]
        assert not loud, "\n".join(loud[:20])
        requests = self.requests[since:]
        able_to_ping = [request for request in requests if _says_something(request) and not _silent(request)]
        assert not able_to_ping, able_to_ping[0].body
        if not openapi.FILE.exists():
            return len(requests)
        found = [fault for request in requests for fault in openapi.faults(request)]
        assert not found, "\n".join(found[:10])
        return 0


def _says_something(request: Request) -> bool:
    body = request.fields.get("data") or request.fields
    return "components" in body or "content" in body


def _silent(request: Request) -> bool:
    """Tell whether a message pings nobody but, in a daily post, the one role that it begins with.

    An edit pings nobody either, whatever it allows.
    """
    body = request.fields.get("data") or request.fields
    edit = request.method == "PATCH" or request.fields.get("type") == 7
    allowed = body.get("allowed_mentions", {"parse": []} if edit else None)
    return allowed == {"parse": []} or (allowed is not None and allowed == _mention_of(request))


def _mention_of(request: Request) -> Json | None:
    """Return what a daily post may mention: the role that stands above all of it."""
    if not (request.method == "POST" and re.fullmatch(r"/channels/\d+/messages", request.path)):
        return None
    parts = (part for _, part in components_of(request.fields))
    first = next((part["content"] for part in parts if "content" in part), "")
    role = re.match(r"<@&(\d+)>\n", first)
    return {"parse": [], "roles": [int(role[1])]} if role else None


def snapshot(message: Message) -> Message:
    """Return a message as it is now, to press its buttons after it was turned."""
    return replace(message, body=deepcopy(message.body))


def button_of(message: Message, label: str) -> Json:
    return next(found for found in buttons(message.body["components"]) if found["label"] == label)


def labels(reply: Reply) -> list[str]:
    """Return the buttons that can be pressed under the last message of a reply."""
    shown = buttons(reply.messages[-1].body["components"])
    return [found["label"] for found in shown if not found.get("disabled") and not found.get("url")]


def page(reply: Reply) -> tuple[int, int]:
    """Return which page of how many a reply shows; (1, 1) where it says nothing of pages."""
    told = re.search(r"Page (\d+) of (\d+)", reply.text)
    return (int(told[1]), int(told[2])) if told else (1, 1)


async def walk(sandbox: Checked, first: Reply) -> list[Reply]:
    """Press Next to the end; return every page."""
    pages = [first]
    while "Next" in labels(pages[-1]):
        pages.append(await sandbox.press("Next"))
    assert [page(reply) for reply in pages] == [(n, len(pages)) for n in range(1, len(pages) + 1)]
    return pages


@asynccontextmanager
async def opened(config: pytest.Config, kind: type[Checked] = Checked, **options: Any) -> AsyncIterator[Checked]:
    """Run the bot, and judge all that it did at the end."""
    async with kind(**({"at": AT, "seeds": ROOT / "seeds"} | options)) as sandbox:
        yield sandbox
    config.stash[UNCHECKED] = config.stash.get(UNCHECKED, 0) + sandbox.judge()


@pytest.fixture
async def sandbox(pytestconfig: pytest.Config) -> AsyncIterator[Checked]:
    """A bot of the test's own, for what changes its state."""
    async with opened(pytestconfig) as found:
        yield found


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def standing(pytestconfig: pytest.Config) -> AsyncIterator[Checked]:
    async with opened(pytestconfig) as found:
        yield found


@pytest_asyncio.fixture(loop_scope="module")
async def shared(standing: Checked) -> AsyncIterator[Checked]:
    """The module's bot, for what changes nothing; a module that uses it runs its tests in one event loop."""
    standing.act_as("admin")
    await standing.jump(timedelta(minutes=1))
    since = len(standing.requests)
    yield standing
    try:
        standing.judge(since)
    finally:
        standing.notices.clear()


@pytest_asyncio.fixture(loop_scope="module")
async def server(standing: Checked) -> AsyncIterator[Server]:
    """A server of the test's own on the module's bot, with `admin` in its #general, at six in the morning."""
    guild = like_commons(standing.now)
    standing.world.guilds[guild.id] = guild
    await standing.events.add_bot(guild.id)
    await standing.settle()
    found = Server(standing, guild)
    found.go()
    six = standing.now.replace(hour=6, minute=0, second=0)
    await standing.jump(six + timedelta(days=six <= standing.now) - standing.now)
    since = len(standing.requests)
    yield found
    standing.mishaps.clear()
    if standing.world.has_bot(guild):
        await standing.events.remove_bot(guild.id)
        await standing.settle()
    try:
        standing.judge(since)
    finally:
        standing.notices.clear()
        standing.excused.clear()


@pytest.hookimpl(wrapper=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> Iterator[None]:
    if line := unchecked_line(config.stash.get(UNCHECKED, 0)):
        terminalreporter.write_line(line)
    yield


def unchecked_line(count: int) -> str | None:
    """Return what the summary says of requests that were not checked; None where all were."""
    return f"SKIPPED: {count} request(s) were not checked, because there is no {openapi.FILE}" if count else None
