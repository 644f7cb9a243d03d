"""Who and where in the sandbox's Discord: users, roles, channels and servers, and how Discord writes them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from typing import Final

from discord import Permissions

from .refusal import Json

ALL: Final = Permissions.all().value


def bits(*names: str) -> int:
    """Return the permissions of these names (discord.py's) as Discord's number."""
    return Permissions(**dict.fromkeys(names, True)).value


VIEW: Final = bits("view_channel")
SEND: Final = bits("send_messages")
HISTORY: Final = bits("read_message_history")
USE_COMMANDS: Final = bits("use_application_commands")
MENTION_EVERYONE: Final = bits("mention_everyone")


class Kind(IntEnum):
    """The types of channels that the sandbox has."""

    TEXT = 0
    DM = 1
    VOICE = 2
    NEWS = 5
    NEWS_THREAD = 10
    PUBLIC_THREAD = 11


@dataclass(frozen=True, slots=True)
class User:
    id: int
    name: str
    bot: bool = False

    def payload(self) -> Json:
        return {
            "id": str(self.id),
            "username": self.name,
            "discriminator": "0",
            "global_name": self.name.title(),
            "avatar": None,
            "bot": self.bot,
            "public_flags": 0,
        }


@dataclass(frozen=True, slots=True)
class Role:
    id: int
    name: str
    permissions: int
    mentionable: bool = False
    managed: bool = False
    position: int = 1

    def payload(self) -> Json:
        return {
            "id": str(self.id),
            "name": self.name,
            "permissions": str(self.permissions),
            "mentionable": self.mentionable,
            "managed": self.managed,
            "position": self.position,
            "color": 0,
        }


@dataclass(frozen=True, slots=True)
class Overwrite:
    """What a role (or a member) may do in one channel, other than elsewhere."""

    target: int
    allow: int = 0
    deny: int = 0
    member: bool = False


@dataclass(frozen=True, slots=True)
class Channel:
    """A place for messages; a thread has a `parent`, a DM has a `recipient` and no guild."""

    id: int
    name: str
    kind: Kind
    guild_id: int | None = None
    overwrites: tuple[Overwrite, ...] = ()
    parent: int | None = None
    recipient: User | None = None
    archive_minutes: int = 1440

    @property
    def is_thread(self) -> bool:
        return self.kind in {Kind.NEWS_THREAD, Kind.PUBLIC_THREAD}

    def payload(self, now: datetime, owner: int = 0) -> Json:
        base: Json = {"id": str(self.id), "type": int(self.kind), "last_message_id": None, "flags": 0}
        if self.recipient is not None:
            return base | {"recipients": [self.recipient.payload()]}
        base |= {
            "guild_id": str(self.guild_id),
            "name": self.name,
            "parent_id": None if self.parent is None else str(self.parent),
        }
        if self.is_thread:
            return base | {
                "owner_id": str(owner),
                "message_count": 0,
                "member_count": 1,
                "total_message_sent": 0,
                "rate_limit_per_user": 0,
                "thread_metadata": {
                    "archived": False,
                    "auto_archive_duration": self.archive_minutes,
                    "archive_timestamp": now.isoformat(),
                    "locked": False,
                },
            }
        overwrites = [
            {"id": str(o.target), "type": int(o.member), "allow": str(o.allow), "deny": str(o.deny)}
            for o in self.overwrites
        ]
        base |= {"position": 0, "permission_overwrites": overwrites, "nsfw": False, "topic": None}
        if self.kind is Kind.VOICE:
            base |= {"bitrate": 64000, "user_limit": 0}
        return base


@dataclass(slots=True)
class Guild:
    """A server; its parts are replaced as Discord's events replace them."""

    id: int
    name: str
    owner_id: int
    roles: dict[int, Role] = field(default_factory=dict)
    channels: dict[int, Channel] = field(default_factory=dict)
    members: dict[int, tuple[int, ...]] = field(default_factory=dict)
    public_updates_channel_id: int | None = None
    unavailable: bool = False

    def summary(self) -> Json:
        updates = self.public_updates_channel_id
        return {
            "id": str(self.id),
            "name": self.name,
            "owner_id": str(self.owner_id),
            "roles": [role.payload() for role in self.roles.values()],
            "emojis": [],
            "stickers": [],
            "features": ["COMMUNITY", "NEWS"],
            "preferred_locale": "en-US",
            "public_updates_channel_id": None if updates is None else str(updates),
        }
