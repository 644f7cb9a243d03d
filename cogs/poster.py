"""Sends the daily post, looks for it, opens its thread; every outcome becomes Sent, Refused, Unreached or Unsure."""

from __future__ import annotations

import json
import math
from collections.abc import Awaitable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

import aiohttp
import discord

from bot.client import Herald
from bot.daily.posting import Absent, Post, Refused, Result, Sent, Unreached, Unreadable, Unsure
from bot.model import Commitment, Subscription
from bot.text.words import cut
from bot.traffic import Held, TooLate, Watch, retry_after
from cogs import places
from cogs.ui.daily import suspensions
from cogs.ui.parts import notice
from cogs.ui.passages import Prepared, commitment, prepare

TIMEOUT: Final = 30.0
"""Seconds for one request."""
PAGE: Final = 100
MOST_READ: Final = 500
"""Messages that are read back at most."""
CLOCKS_DIFFER: Final = timedelta(minutes=10)
"""By how much this machine's clock may be ahead of Discord's, so that a post is found all the same."""
PREPARED: Final = 500
"""Commitments whose fitted text is kept."""
TEST: Final = "-# A test, outside the schedule: it pings nobody and does not count as a post."
T = TypeVar("T")


class ChannelPoster:
    """Posts as the bot, so that Discord enforces the nonce."""

    def __init__(self, client: Herald, timeout: float = TIMEOUT) -> None:
        self._client = client
        self._timeout = timeout
        self._prepared: dict[str, tuple[Commitment, Prepared]] = {}

    def writable(self, guild_id: int, channel_id: int) -> bool | None:
        return places.writable(self._client.get_guild(guild_id), channel_id)

    async def send(self, post: Post) -> Result:
        channel = self._client.get_partial_messageable(post.channel_id, guild_id=post.guild_id)
        lead, mentions = None, discord.AllowedMentions.none()
        if post.role_id is not None and self._has_role(post.guild_id, post.role_id):
            lead = f"<@&{post.role_id}>"
            role = discord.Object(post.role_id)
            mentions = discord.AllowedMentions(everyone=False, users=False, roles=[role], replied_user=False)
        if post.is_test:
            lead, mentions = TEST, discord.AllowedMentions.none()
        view = commitment(post.commitment, self._prepare(post.commitment), mark=post.nonce, lead=lead)
        sending = channel.send(view=view, nonce=post.nonce, allowed_mentions=mentions)
        sent = await self._reach(sending, post.within.total_seconds())
        return Sent(sent.id) if isinstance(sent, discord.Message) else sent

    def _has_role(self, guild_id: int, role_id: int) -> bool:
        guild = self._client.get_guild(guild_id)
        return guild is None or guild.unavailable or guild.get_role(role_id) is not None

    def _prepare(self, found: Commitment) -> Prepared:
        """Return a commitment's text, made once for all channels and days, until a reload replaces the commitment."""
        known = self._prepared.get(found.sentence.digest)
        if known is None or known[0] is not found:
            if len(self._prepared) >= PREPARED:
                self._prepared.clear()
            known = self._prepared[found.sentence.digest] = (found, prepare(found))
        return known[1]

    async def find(
        self, guild_id: int, channel_id: int, nonce: str, since: datetime
    ) -> Sent | Absent | Unreadable | Unreached:
        guild = self._client.get_guild(guild_id)
        if guild is None or guild.unavailable:
            return Unreached("not ready")
        channel = guild.get_channel(channel_id)
        held = channel.permissions_for(guild.me) if channel else discord.Permissions.none()
        # Asked first: without the permission Discord answers an empty list, not an error.
        if not (held.view_channel and held.read_message_history):
            return Unreadable("unreadable")
        after = discord.utils.time_snowflake(since - CLOCKS_DIFFER)
        for _ in range(MOST_READ // PAGE):
            page = await self._reach(self._client.http.logs_from(channel_id, PAGE, after=after))
            if isinstance(page, Refused):
                return Unreadable(page.reason)
            if isinstance(page, Unreached | Unsure):
                return page if isinstance(page, Unreached) else Unreached(page.reason)
            if (found := self._own(page, nonce)) is not None:
                return Sent(found)
            if len(page) < PAGE:
                return Absent()
            after = max(int(message["id"]) for message in page)
        return Unreadable("too much")

    def _own(self, page: Sequence[Any], nonce: str) -> int | None:
        """Return the id of this bot's message whose buttons carry a delivery's key."""
        me = self._client.application_id if self._client.user is None else self._client.user.id
        for message in page:
            if int(message["author"]["id"]) == me and nonce in json.dumps(message.get("components")):
                return int(message["id"])
        return None

    async def decorate(self, subscription: Subscription, post: Post, message_id: int) -> str | None:
        channel = self._client.get_partial_messageable(post.channel_id, guild_id=post.guild_id)
        message, found = channel.get_partial_message(message_id), post.commitment
        done: dict[str, object] = {}
        if subscription.plan.thread:
            name = cut(f"{found.document.short_title}, {found.citation}", 100)
            done["thread"] = await self._reach(message.create_thread(name=name))
        if subscription.plan.publish:
            done["publish"] = await self._reach(message.publish())
        failed = [
            f"{what} {outcome.reason}"
            for what, outcome in done.items()
            if isinstance(outcome, Refused | Unreached | Unsure)
        ]
        return ", ".join(failed) or None

    async def tell(self, guild_id: int, untold: Sequence[Subscription]) -> bool:
        guild = self._client.get_guild(guild_id)
        channel = places.private_updates(guild) if guild else None
        if channel is None:
            return False
        told = await self._reach(channel.send(view=notice(suspensions(untold))))
        return not isinstance(told, Refused | Unreached)

    async def _reach(self, work: Awaitable[T], within: float = math.inf) -> T | Refused | Unreached | Unsure:
        """Do something at Discord; what went wrong is unsure where a request before it may have done the work."""
        outcome: Refused | Unreached
        watch = Watch(self._timeout, within)
        try:
            async with watch:
                return await work
        except TooLate:
            outcome = Unreached("late")
        except Held as held:
            outcome = Unreached(held.reason, held.wait)
        except discord.RateLimited as error:
            outcome = Unreached("HTTP 429", timedelta(seconds=error.retry_after))
        except discord.HTTPException as error:
            outcome = _answered(error)
        except TimeoutError:
            outcome = Unreached("timeout")
        except (aiohttp.ClientError, OSError) as error:
            outcome = Unreached(type(error).__name__)
        return Unsure(outcome.reason) if watch.doubtful else outcome


def _answered(error: discord.HTTPException) -> Refused | Unreached:
    if error.status == 429:
        return Unreached("HTTP 429", retry_after(error.response.headers))
    if error.status == 401 or error.status >= 500:
        return Unreached(f"HTTP {error.status}")
    return Refused(str(error.code or error.status))
