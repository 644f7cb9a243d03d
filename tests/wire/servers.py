"""A server of its own for every test that shares a bot: like Commons, so that nothing of one test meets another's."""

from __future__ import annotations

import asyncio
import itertools
import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from bot.sandbox import commons, render
from bot.sandbox.entities import Channel, Guild, Kind, Overwrite, Role, bits
from bot.sandbox.process import PATIENCE
from bot.sandbox.rest import Mishap, Request
from bot.sandbox.world import Message

if TYPE_CHECKING:
    from bot.sandbox.sandbox import Reply
    from tests.wire.conftest import Checked

DAY: Final = timedelta(days=1)
MINUTE: Final = timedelta(minutes=1)
VIEW, SEND, HISTORY = bits("view_channel"), bits("send_messages"), bits("read_message_history")
THREADS, EVERYONE = bits("create_public_threads"), bits("mention_everyone")
TWELVE: Final = ("1.1", "2.1", "2.2", "2.3", "2.4", "3.4", "4.3", "5.2", "5.3", "5.5", "5.6", "5.7")
"""Where the key commitments of the one document stand, in its order."""
_APART: Final = 1 << 23
_number = itertools.count(1)


def like_commons(now: datetime) -> Guild:
    """Return a server with the roles and channels of Commons, and #mods, where the admins and the bot are alone."""
    model, number = commons.build(now).guilds[commons.COMMONS], next(_number)
    by = number * _APART

    def moved(overwrites: tuple[Overwrite, ...]) -> tuple[Overwrite, ...]:
        return tuple(replace(each, target=each.target + by) for each in overwrites)

    own = model.id + by
    private = (Overwrite(own, deny=VIEW), *(Overwrite(own + role, allow=VIEW | SEND) for role in (1, 2)))
    channels = [
        *(
            replace(each, id=each.id + by, guild_id=own, overwrites=moved(each.overwrites))
            for each in model.channels.values()
        ),
        Channel(own + 20, "mods", Kind.TEXT, own, private),
    ]
    roles = [replace(role, id=role.id + by) for role in model.roles.values()]
    members = {user: tuple(role + by for role in held) for user, held in model.members.items()}
    by_id = {each.id: each for each in channels}
    return Guild(own, f"Town {number}", model.owner_id, {role.id: role for role in roles}, by_id, members)


@dataclass(frozen=True)
class Server:
    """What a test does in its server, and sees there."""

    sandbox: Checked
    guild: Guild

    def channel(self, name: str = "general") -> Channel:
        return next(each for each in self.guild.channels.values() if each.name == name)

    def role(self, name: str) -> Role:
        return next(each for each in self.guild.roles.values() if each.name == name)

    def go(self, who: str = "admin", channel: str = "general") -> None:
        self.sandbox.act_as(who, self.guild.name, channel)

    async def ask(self, line: str) -> Reply:
        return await self.sandbox.ask(line)

    async def said(self, line: str) -> str:
        """Return what a command answers to who asked alone, without the frame, so that a sentence is one."""
        reply = await self.ask(line)
        assert reply.ephemeral, line
        return unframed(reply.text)

    async def set(self, rest: str = "", channel: str = "general") -> str:
        """Set a daily post at nine in UTC."""
        told = await self.said(f"/daily set channel:#{channel} time:09:00 timezone:UTC {rest}".strip())
        assert f"Set: #{channel} " in told
        return told

    # Time

    async def until(self, clock: str = "09:01", *, days: int = 0) -> None:
        """Let time pass until the next such moment in UTC, and then some days."""
        hour, minute = map(int, clock.split(":"))
        moment = self.sandbox.now.replace(hour=hour, minute=minute, second=0)
        moment += DAY * (days + (moment <= self.sandbox.now))
        await self.sandbox.wait_until(moment)

    async def start(self) -> None:
        """Start the bot, and wait for what it posts at once: to the sandbox's clock that is no work yet."""
        await self.sandbox.start()
        async with asyncio.timeout(PATIENCE):
            while "being sent" in await self.said("/daily show"):
                pass

    @property
    def today(self) -> str:
        """The date as it stands in the history."""
        return f"{self.sandbox.now.day} {self.sandbox.now:%B %Y}"

    # What befalls it

    async def permit(self, channel: str = "general", *, allow: int = 0, deny: int = 0) -> None:
        """Say in a channel what the bot may do there, other than elsewhere."""
        overwrite = Overwrite(self.role("Herald").id, allow=allow, deny=deny)
        await self.sandbox.events.overwrite(self.channel(channel).id, overwrite)
        await self.sandbox.settle()

    def befall(self, channel: str = "general", times: int = 1, path: str = "", **how: Any) -> Mishap:
        """Let something happen to posts of a channel, or to what follows them (`path`)."""
        mishap = Mishap("POST", f"/channels/{self.channel(channel).id}/messages{path}", times, **how)
        self.sandbox.mishaps.append(mishap)
        return mishap

    # What is seen

    def posts(self, channel: str = "general") -> list[Message]:
        """Return what the bot said in a channel by itself, in order."""
        return [post for post in self.sandbox.world.posted if post.channel.id == self._id(channel)]

    def texts(self, channel: str = "general") -> list[str]:
        return [unframed(render.plain(self.sandbox.world, post)) for post in self.posts(channel)]

    def places(self, channel: str = "general") -> list[str]:
        """Return where the commitments that were posted stand."""
        return places(self.texts(channel))

    def attempts(self, channel: str = "general") -> list[Request]:
        path = f"/channels/{self._id(channel)}/messages"
        return [request for request in self.sandbox.requests if (request.method, request.path) == ("POST", path)]

    def _id(self, name: str) -> int:
        """Return a channel's id, also where the channel was deleted."""
        order = ("general", "news", "read-only", "hidden", "Voice")
        return self.guild.id + (20 if name == "mods" else 10 + order.index(name))


def unframed(text: str) -> str:
    return text.replace("│ ", "")


def places(texts: list[str]) -> list[str]:
    """Return where the commitments of the declaration stand that are shown, in order."""
    return [
        f"{place[1]}.{place[2]}" for text in texts for place in re.finditer(r"paragraph (\d), sentence (\d+)", text)
    ]
