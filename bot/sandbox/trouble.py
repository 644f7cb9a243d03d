"""Lines that make trouble for the bot, or end it: permissions, channels, servers, and requests that fail."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from http import HTTPStatus
from typing import Final, Literal

from discord import Permissions

from .entities import Channel, Guild, Overwrite, bits
from .lines import LineError
from .ratelimit import too_many
from .refusal import Json
from .rest import Mishap
from .sandbox import Sandbox

_METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")
_PERMISSIONS: Final = (
    "view_channel",
    "send_messages",
    "read_message_history",
    "create_public_threads",
    "send_messages_in_threads",
    "mention_everyone",
)


class Trouble:
    """What its lines do, by their first word; each returns the sentence to print. Raises LineError."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.verbs: dict[str, Callable[[str], Awaitable[str]]] = {
            "deny": self._deny,
            "allow": self._allow,
            "delete": self._delete,
            "kick": self._kick,
            "invite": self._invite,
            "outage": self._outage,
            "fail": self._fail,
        }

    async def make(self, verb: str, rest: str) -> str:
        """Act out a line, and wait until the bot has done what follows from it."""
        said = await self.verbs[verb](rest.strip())
        await self.sandbox.settle()
        return said

    async def _deny(self, rest: str) -> str:
        channel, name = await self._overwrite("deny", rest)
        return f"#{channel.name} denies {name} to {self._bot}'s role."

    async def _allow(self, rest: str) -> str:
        channel, name = await self._overwrite("allow", rest)
        return f"#{channel.name} allows {name} to {self._bot}'s role."

    async def _overwrite(self, verb: Literal["deny", "allow"], rest: str) -> tuple[Channel, str]:
        words = rest.split()
        if len(words) != 2:
            raise LineError(f"write it like {verb} #general send_messages")
        guild = self._guild()
        channel, name = _channel(guild, words[0]), words[1]
        if name not in Permissions.VALID_FLAGS:
            raise LineError(f"{name!r} is no permission; there are, among others: {', '.join(_PERMISSIONS)}")
        role = next(role.id for role in guild.roles.values() if role.managed)
        old = next((each for each in channel.overwrites if each.target == role), Overwrite(role))
        bit = bits(name)
        cleared = replace(old, allow=old.allow & ~bit, deny=old.deny & ~bit)
        changed = replace(cleared, **{verb: getattr(cleared, verb) | bit})
        await self.sandbox.events.overwrite(channel.id, changed)
        return channel, name

    async def _delete(self, rest: str) -> str:
        channel = _channel(self._guild(), rest)
        await self.sandbox.events.delete_channel(channel)
        return f"#{channel.name} is deleted."

    async def _kick(self, rest: str) -> str:
        guild = self._guild_alone("kick", rest)
        if not self.sandbox.world.has_bot(guild):
            raise LineError(f"{self._bot} is not in {guild.name}; invite adds it")
        await self.sandbox.events.remove_bot(guild.id)
        return f"{self._bot} is no longer in {guild.name}."

    async def _invite(self, rest: str) -> str:
        guild = self._guild_alone("invite", rest)
        if self.sandbox.world.has_bot(guild):
            raise LineError(f"{self._bot} is in {guild.name} already; kick removes it")
        await self.sandbox.events.add_bot(guild.id)
        return f"{self._bot} is in {guild.name}."

    async def _outage(self, rest: str) -> str:
        if rest not in {"on", "off"}:
            raise LineError("write it like outage on, or outage off")
        guild, on = self._guild(), rest == "on"
        if guild.unavailable is on:
            raise LineError(f"{guild.name} is {'unavailable' if on else 'available'} already")
        await self.sandbox.events.outage(guild.id, on=on)
        return f"{guild.name} is {'unavailable' if on else 'available again'}."

    async def _fail(self, rest: str) -> str:
        made = mishap(rest)
        self.sandbox.mishaps.append(made)
        count = "The next request" if made.times == 1 else f"Each of the next {made.times} requests"
        work = "does its work and " if made.after else ""
        end = f"is answered with {made.status}" if made.what == "answer" else _ENDS[made.what]
        return f"{count} {made.method} {made.path} {work}{end}."

    @property
    def _bot(self) -> str:
        return self.sandbox.world.bot.name

    def _guild(self) -> Guild:
        guild = self.sandbox.world.guilds.get(self.sandbox.channel.guild_id or 0)
        if guild is None:
            raise LineError("you are in direct messages; go to a server first, like: in commons")
        return guild

    def _guild_alone(self, verb: str, rest: str) -> Guild:
        if rest:
            raise LineError(f"write {verb} alone: it is about the server that you are in")
        return self._guild()


def _channel(guild: Guild, name: str) -> Channel:
    for channel in guild.channels.values():
        if channel.name == name.removeprefix("#"):
            return channel
    names = ", ".join(f"#{channel.name}" for channel in guild.channels.values()) or "none"
    raise LineError(f"{guild.name} has no channel {name!r}; there is: {names}")


_ENDS: Final = {"cut": "has its connection cut", "hang": "is never answered"}
_FORM: Final = "fail POST /channels/*/messages 503 after x2"


def mishap(text: str) -> Mishap:
    """Return what befalls requests after `POST /channels/*/messages 503 after x2`. Raises LineError."""
    words = text.split()
    if len(words) < 3:
        raise LineError(f"write it like {_FORM}")
    method, path, end, *more = words
    if method not in _METHODS:
        raise LineError(f"{method!r} is no method; there are: {', '.join(_METHODS)}")
    if not path.startswith("/"):
        raise LineError(f"{path!r} is no path; write it like /channels/*/messages")
    made = Mishap(method, path)
    if end == "cut":
        made.what = "cut"
    elif end == "hang":
        made.what = "hang"
    elif re.fullmatch(r"[45]\d\d", end):
        made.status, made.body = int(end), _body(int(end))
    else:
        raise LineError(f"{end!r} is no end of a request; write a status from 400 to 599, cut or hang")
    for word in more:
        if word == "after":
            made.after = True
        elif re.fullmatch(r"x[1-9]\d{0,5}", word):
            made.times = int(word[1:])
        else:
            raise LineError(f"{word!r} is not known here; write it like {_FORM}")
    return made


def _body(status: int) -> Json:
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return too_many(1.0, overall=False).body
    known = {each.value: each.phrase for each in HTTPStatus}
    return {"code": 0, "message": f"{status}: {known.get(status, 'Unknown')}"}
