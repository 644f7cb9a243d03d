"""What is read back of a channel, and what becomes of requests that are not made: without a connection."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import aiohttp
import discord
import pytest

from bot.daily.posting import Absent, Sent, Unreached, Unreadable
from bot.traffic import Held, TooLate
from cogs.poster import CLOCKS_DIFFER, MOST_READ, PAGE, ChannelPoster

GUILD, CHANNEL, ME = 100, 200, 7
SINCE = datetime(2026, 3, 1, 9, tzinfo=UTC)
READS = discord.Permissions(view_channel=True, read_message_history=True)


def message(number: int, author: int = ME, mark: str = "") -> dict[str, Any]:
    return {"id": str(number), "author": {"id": str(author)}, "components": [{"custom_id": f"h1:{mark}"}]}


@dataclass
class Channel:
    """A channel as the gateway and the REST interface tell of it."""

    messages: list[dict[str, Any]] = field(default_factory=list)
    allowed: discord.Permissions = READS
    received: bool = True
    asked: list[int] = field(default_factory=list)

    async def logs_from(self, channel_id: int, limit: int, *, after: int) -> list[dict[str, Any]]:
        assert (channel_id, limit) == (CHANNEL, PAGE)
        self.asked.append(after)
        return [each for each in self.messages if int(each["id"]) > after][:limit]

    def poster(self) -> ChannelPoster:
        channel = SimpleNamespace(permissions_for=lambda _: self.allowed)
        guild = SimpleNamespace(unavailable=not self.received, get_channel=lambda _: channel, me=None)
        client: Any = SimpleNamespace(
            get_guild=lambda _: guild, http=self, user=SimpleNamespace(id=ME), application_id=ME
        )
        return ChannelPoster(client)


def after(moment: datetime) -> int:
    return discord.utils.time_snowflake(moment)


@pytest.mark.parametrize(
    ("fast", "found"),
    [
        (timedelta(), True),
        (timedelta(minutes=2), True),
        (CLOCKS_DIFFER - timedelta(seconds=1), True),
        (CLOCKS_DIFFER + timedelta(seconds=1), False),
        (-timedelta(hours=1), True),
    ],
)
async def test_a_post_is_found_though_the_machines_clock_is_fast(fast: timedelta, found: bool) -> None:
    there = after(SINCE - fast) + 1
    channel = Channel([message(there, mark="nonce")])
    assert await channel.poster().find(GUILD, CHANNEL, "nonce", SINCE) == (Sent(there) if found else Absent())
    assert channel.asked == [after(SINCE - CLOCKS_DIFFER)]


@pytest.mark.parametrize(
    ("others", "expected"),
    [
        (0, None),
        (PAGE - 1, None),
        (PAGE, None),
        (MOST_READ - 1, None),
        (MOST_READ, Unreadable("too much")),
    ],
)
async def test_so_many_messages_are_read_and_no_more(others: int, expected: Unreadable | None) -> None:
    first = after(SINCE)
    written = [message(first + n, author=1, mark="nonce") for n in range(1, others + 1)]
    channel = Channel([*written, message(first + 10_000, mark="nonce")])
    wanted = expected or Sent(first + 10_000)
    assert await channel.poster().find(GUILD, CHANNEL, "nonce", SINCE) == wanted
    assert len(channel.asked) <= MOST_READ // PAGE


@pytest.mark.parametrize("allowed", [discord.Permissions(view_channel=True), discord.Permissions.none()])
async def test_without_the_permission_nothing_is_taken_for_absent(allowed: discord.Permissions) -> None:
    channel = Channel(allowed=allowed)
    assert await channel.poster().find(GUILD, CHANNEL, "nonce", SINCE) == Unreadable("unreadable")
    assert not channel.asked


async def test_a_server_that_was_not_received_is_waited_for() -> None:
    channel = Channel(received=False)
    assert await channel.poster().find(GUILD, CHANNEL, "nonce", SINCE) == Unreached("not ready")


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (Held("stopped", timedelta(minutes=1)), Unreached("stopped", timedelta(minutes=1))),
        (Held("HTTP 429", timedelta(hours=1)), Unreached("HTTP 429", timedelta(hours=1))),
        (TooLate(), Unreached("late")),
        (discord.RateLimited(90), Unreached("HTTP 429", timedelta(seconds=90))),
        (TimeoutError(), Unreached("timeout")),
        (aiohttp.ServerDisconnectedError(), Unreached("ServerDisconnectedError")),
        (OSError(), Unreached("OSError")),
    ],
    ids=str,
)
async def test_what_was_not_asked_is_not_in_doubt_and_is_tried_when_it_may(
    error: Exception, expected: Unreached
) -> None:
    async def asked() -> None:
        raise error

    work: Awaitable[None] = asked()
    assert await Channel().poster()._reach(work) == expected
