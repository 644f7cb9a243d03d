"""The sandbox's Discord as it stands: what was said and which commands exist, and the clock it runs on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from discord.utils import DISCORD_EPOCH

from .entities import ALL, HISTORY, SEND, USE_COMMANDS, VIEW, Channel, Guild, Kind, User, bits
from .refusal import Json, unknown

EPHEMERAL: Final = 1 << 6
LOADING: Final = 1 << 7
COMPONENTS_V2: Final = 1 << 15
_DEFAULTS: Final[dict[int, Json]] = {
    14: {"divider": True, "spacing": 1},
    17: {"accent_color": None, "spoiler": False},
}


@dataclass(slots=True, eq=False)
class Message:
    """A message; `body` is what Discord answers for it, `seen_by` the one user who sees it (None: all)."""

    id: int
    channel: Channel
    body: Json
    at: datetime
    seen_by: int | None = None
    nonce: str | None = None

    @property
    def flags(self) -> int:
        return int(self.body["flags"])


@dataclass(slots=True)
class World:
    """All of the sandbox's Discord, and its clock: `now` moves only when the sandbox moves it."""

    now: datetime
    bot: User
    application_id: int
    operator: User
    users: dict[str, User]
    guilds: dict[int, Guild]
    threads: dict[int, Channel] = field(default_factory=dict)
    dms: dict[int, Channel] = field(default_factory=dict)
    messages: dict[int, dict[int, Message]] = field(default_factory=dict)
    commands: dict[int | None, list[Json]] = field(default_factory=dict)
    posted: list[Message] = field(default_factory=list)
    _made: int = 0
    _homes: dict[int, int] = field(default_factory=dict)

    def snowflake(self) -> int:
        """Return a new id, which carries the sandbox's time: discord.py's cooldowns read it from there."""
        self._made += 1
        milliseconds = (self.now - datetime.fromtimestamp(0, self.now.tzinfo)) // timedelta(milliseconds=1)
        return (milliseconds - DISCORD_EPOCH) << 22 | (self._made & 0x3FFFFF)

    def channel(self, channel_id: int) -> Channel:
        """Return a channel, thread or DM. Raises a refusal for one that does not exist."""
        if found := self.threads.get(channel_id):
            return found
        home = self.guilds.get(self._homes.get(channel_id, 0))
        if home is not None and channel_id in home.channels:
            return home.channels[channel_id]
        for guild in self.guilds.values():
            if found := guild.channels.get(channel_id):
                self._homes[channel_id] = guild.id
                return found
        for found in self.dms.values():
            if found.id == channel_id:
                return found
        raise unknown("Channel")

    def dm(self, user: User) -> Channel:
        if user.id not in self.dms:
            self.dms[user.id] = Channel(self.snowflake(), f"DM with {user.name}", Kind.DM, recipient=user)
        return self.dms[user.id]

    def has_bot(self, guild: Guild) -> bool:
        return self.bot.id in guild.members

    def permissions(self, user_id: int, channel: Channel) -> int:
        """Return what a user may do in a channel: roles, then the channel's overwrites."""
        if channel.guild_id is None:
            return VIEW | SEND | HISTORY | USE_COMMANDS
        guild = self.guilds.get(channel.guild_id)
        if guild is None or user_id not in guild.members:
            return 0
        held = guild.members[user_id]
        base = guild.roles[guild.id].permissions
        for role_id in held:
            base |= guild.roles[role_id].permissions
        if user_id == guild.owner_id or base & bits("administrator"):
            return ALL
        home = guild.channels[channel.parent] if channel.is_thread and channel.parent else channel
        everyone = [o for o in home.overwrites if o.target == guild.id]
        roles = [o for o in home.overwrites if o.target in held and not o.member]
        member = [o for o in home.overwrites if o.target == user_id and o.member]
        for layer in (everyone, roles, member):
            for overwrite in layer:
                base &= ~overwrite.deny
            for overwrite in layer:
                base |= overwrite.allow
        if channel.is_thread:
            may_send = base & bits("send_messages_in_threads")
            base = base | SEND if may_send else base & ~SEND
        return base if base & VIEW else 0

    def guild_payload(self, guild: Guild) -> Json:
        """Return a server as GUILD_CREATE tells it of a join: of the members, the bot alone (no members intent)."""
        return guild.summary() | {
            "large": False,
            "joined_at": self.now.isoformat(),
            "member_count": len(guild.members),
            "channels": [channel.payload(self.now) for channel in guild.channels.values()],
            "threads": [
                thread.payload(self.now, self.bot.id)
                for thread in self.threads.values()
                if thread.guild_id == guild.id
            ],
            "members": [self.member(self.bot, guild)],
        }

    def member(self, user: User, guild: Guild) -> Json:
        return {
            "user": user.payload(),
            "roles": [str(role) for role in guild.members[user.id]],
            "joined_at": self.now.isoformat(),
            "deaf": False,
            "mute": False,
            "flags": 0,
        }

    def find(self, channel: Channel, message_id: int) -> Message:
        message = self.messages.get(channel.id, {}).get(message_id)
        if message is None:
            raise unknown("Message")
        return message

    def visible(self, user: User, channel: Channel) -> list[Message]:
        """Return what a user sees in a channel, oldest first."""
        return [m for m in self.messages.get(channel.id, {}).values() if m.seen_by in {None, user.id}]

    def say(self, channel: Channel, body: Json, *, seen_by: int | None = None, **facts: Any) -> Message:
        """Add a message of the bot with what it sent (`body`, already checked) and further facts."""
        message_id = self.snowflake()
        answer: Json = {
            "id": str(message_id),
            "channel_id": str(channel.id),
            "type": 0,
            "content": "",
            "author": self.bot.payload(),
            "embeds": [],
            "attachments": [],
            "components": [],
            "timestamp": self.now.isoformat(),
            "edited_timestamp": None,
            "tts": False,
            "mention_everyone": False,
            "mentions": [],
            "mention_roles": [],
            "pinned": False,
            "flags": 0,
        }
        message = Message(message_id, channel, answer, self.now, seen_by)
        fill(message.body, body)
        message.body |= facts
        self.messages.setdefault(channel.id, {})[message_id] = message
        return message

    def amend(self, message: Message, body: Json) -> None:
        """Change a message by what was sent; a visibility once chosen stays, and nobody is thinking any more."""
        standing = message.flags & ~LOADING
        fill(message.body, body)
        message.body["flags"] = standing | ((body.get("flags") or 0) & ~EPHEMERAL)
        message.body["edited_timestamp"] = self.now.isoformat()


def fill(answer: Json, body: Json) -> None:
    """Put what was sent into a message's answer, with the ids and defaults that Discord adds."""
    for key in ("content", "flags"):
        if body.get(key) is not None:
            answer[key] = body[key]
    if body.get("components") is not None:
        numbers = iter(range(1, 1000))
        answer["components"] = [numbered(component, numbers) for component in body["components"]]


def numbered(component: Json, numbers: Iterator[int]) -> Json:
    answer = _DEFAULTS.get(component["type"], {}) | {k: v for k, v in component.items() if v is not None}
    answer["id"] = component.get("id") or next(numbers)
    if "components" in component:
        answer["components"] = [numbered(child, numbers) for child in component["components"]]
    if "accessory" in component:
        answer["accessory"] = numbered(component["accessory"], numbers)
    return answer
