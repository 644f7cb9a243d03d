"""What the bot may ask of the sandbox besides answering interactions: itself, commands, channels, messages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from .commands import replace_all
from .entities import HISTORY, MENTION_EVERYONE, SEND, VIEW, Channel, Guild, Kind, bits
from .gateway import Gateway
from .limits import SHOWN, check_message, components_of, too_long
from .refusal import Fault, Json, RefusalError, bad_form, missing_access, missing_permissions, unknown
from .rest import Request, Route
from .world import Message, World

NONCE_LIFE: Final = timedelta(minutes=2)
_CHANNEL: Final = "/channels/{channel_id}"
_MESSAGE: Final = "/channels/{channel_id}/messages/{message_id}"
_CROSSPOSTED: Final = 1 << 0
_HAS_THREAD: Final = 1 << 5


@dataclass(slots=True)
class Routes:
    """The answers, from the world as it stands."""

    world: World
    gateway: Gateway

    def routes(self) -> list[Route]:
        commands = "/applications/{application_id}/commands"
        scoped = "/applications/{application_id}/guilds/{guild_id}/commands"
        return [
            Route("GET", "/gateway", lambda _: {"url": self.gateway.url}),
            Route("GET", "/gateway/bot", self._gateway),
            Route("GET", "/users/@me", lambda _: self.world.bot.payload()),
            Route("GET", "/oauth2/applications/@me", self._application),
            *(Route("GET", path, self._commands) for path in (commands, scoped)),
            *(Route("PUT", path, self._sync) for path in (commands, scoped)),
            Route("GET", "/guilds/{guild_id}", lambda r: self._guild(r).summary()),
            Route("GET", "/guilds/{guild_id}/roles", lambda r: self._guild(r).summary()["roles"]),
            Route("GET", _CHANNEL, lambda r: self._channel(r).payload(self.world.now, self.world.bot.id)),
            Route("GET", f"{_CHANNEL}/messages", self._history),
            Route("POST", f"{_CHANNEL}/messages", self._post),
            Route("GET", _MESSAGE, self._one),
            Route("PATCH", _MESSAGE, self._edit),
            Route("DELETE", _MESSAGE, self._delete, 204),
            Route("POST", f"{_MESSAGE}/crosspost", self._publish),
            Route("POST", f"{_MESSAGE}/threads", self._thread, 201),
        ]

    def _gateway(self, _: Request) -> Json:
        start = {"total": 1000, "remaining": 999, "reset_after": 14400000, "max_concurrency": 1}
        return {"url": self.gateway.url, "shards": self.gateway.shards, "session_start_limit": start}

    def _application(self, _: Request) -> Json:
        return {
            "id": str(self.world.application_id),
            "name": self.world.bot.name,
            "icon": None,
            "description": "",
            "bot_public": True,
            "bot_require_code_grant": False,
            "verify_key": "00",
            "flags": 0,
            "owner": self.world.operator.payload(),
            "team": None,
        }

    def _scope(self, request: Request) -> int | None:
        if request.number("application_id") != self.world.application_id:
            raise unknown("Application")
        return self._guild(request).id if "guild_id" in request.params else None

    def _commands(self, request: Request) -> list[Json]:
        return self.world.commands.get(self._scope(request), [])

    def _sync(self, request: Request) -> list[Json]:
        return replace_all(self.world, self._scope(request), request.body)

    def _guild(self, request: Request) -> Guild:
        guild = self.world.guilds.get(request.number("guild_id"))
        if guild is None or self.world.bot.id not in guild.members:
            raise unknown("Guild")
        return guild

    def _channel(self, request: Request, needed: int = 0) -> Channel:
        channel = self.world.channel(request.number("channel_id"))
        held = self.world.permissions(self.world.bot.id, channel)
        if not held & VIEW:
            raise missing_access()
        if held & needed != needed:
            raise missing_permissions()
        return channel

    def _history(self, request: Request) -> list[Json]:
        channel, query = self._channel(request), request.query
        if not self.world.permissions(self.world.bot.id, channel) & HISTORY:
            return []  # not an error: what Discord really does
        limit = int(query.get("limit", 50))
        if not 1 <= limit <= 100:
            raise bad_form([Fault("limit", "NUMBER_TYPE_MAX", "int value should be between 1 and 100.")])
        after, before = int(query.get("after", 0)), int(query.get("before", 1 << 63))
        everyones = [m for m in self.world.messages.get(channel.id, {}).values() if m.seen_by is None]
        found = [message for message in everyones if after < message.id < before]
        # From `after` on the oldest come first to the page, else the newest; a page is newest first.
        page = found[:limit] if "after" in query else found[-limit:]
        return [message.body for message in reversed(page)]

    def _post(self, request: Request) -> Json:
        channel, body = self._channel(request, SEND), request.fields
        check_message(body)
        nonce = None if body.get("nonce") is None else str(body["nonce"])
        if nonce is not None and body.get("enforce_nonce"):
            for old in reversed(self.world.posted):
                if self.world.now - old.at >= NONCE_LIFE:
                    break
                if old.nonce == nonce:
                    return old.body
        message = self.world.say(channel, body)
        message.nonce = nonce
        if nonce is not None:
            message.body["nonce"] = nonce
        message.body["mention_roles"] = self._pinged(channel, body)
        self.world.posted.append(message)
        return message.body

    def _pinged(self, channel: Channel, body: Json) -> list[str]:
        """Return the roles that a message notifies: named in it, allowed by it, and theirs to mention."""
        guild = self.world.guilds.get(channel.guild_id or 0)
        allowed = body.get("allowed_mentions") or {"parse": ["roles"]}
        everyone = self.world.permissions(self.world.bot.id, channel) & MENTION_EVERYONE
        pinged = []
        shown = [component for _, component in components_of(body) if component.get("type") == SHOWN]
        text = " ".join(str(part.get("content")) for part in (body, *shown))
        for name in re.findall(r"<@&(\d+)>", text):
            role = guild.roles.get(int(name)) if guild else None
            named = "roles" in allowed.get("parse", []) or name in map(str, allowed.get("roles", []))
            if role is not None and named and (role.mentionable or everyone) and name not in pinged:
                pinged.append(name)
        return pinged

    def _one(self, request: Request) -> Json:
        return self._found(request, HISTORY).body

    def _found(self, request: Request, needed: int = 0) -> Message:
        message = self.world.find(self._channel(request, needed), request.number("message_id"))
        if message.seen_by is not None:
            raise unknown("Message")
        return message

    def _edit(self, request: Request) -> Json:
        message = self._found(request)
        check_message(request.fields, standing=message.flags, partial=True)
        self.world.amend(message, request.fields)
        return message.body

    def _delete(self, request: Request) -> None:
        message = self._found(request)
        del self.world.messages[message.channel.id][message.id]

    def _publish(self, request: Request) -> Json:
        message = self._found(request, SEND)
        if message.channel.kind is not Kind.NEWS:
            raise RefusalError(400, 50024, "Cannot execute action on this channel type")
        if message.flags & _CROSSPOSTED:
            raise RefusalError(400, 40033, "This message has already been crossposted")
        message.body["flags"] |= _CROSSPOSTED
        return message.body

    def _thread(self, request: Request) -> Any:
        message = self._found(request, bits("create_public_threads"))
        if message.channel.kind not in {Kind.TEXT, Kind.NEWS}:
            raise RefusalError(400, 50024, "Cannot execute action on this channel type")
        name, minutes = request.fields.get("name"), request.fields.get("auto_archive_duration") or 1440
        faults = list(too_long("name", name, 100, 1))
        if minutes not in {60, 1440, 4320, 10080}:
            faults.append(Fault("auto_archive_duration", "BASE_TYPE_CHOICES", "Not one of 60, 1440, 4320, 10080."))
        if faults:
            raise bad_form(faults)
        if message.flags & _HAS_THREAD:
            raise RefusalError(400, 160004, "A thread has already been created for this message")
        message.body["flags"] |= _HAS_THREAD
        home = message.channel
        kind = Kind.NEWS_THREAD if home.kind is Kind.NEWS else Kind.PUBLIC_THREAD
        thread = Channel(message.id, str(name), kind, home.guild_id, parent=home.id, archive_minutes=minutes)
        self.world.threads[thread.id] = thread
        return thread.payload(self.world.now, self.world.bot.id)
