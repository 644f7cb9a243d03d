"""The world that the sandbox starts with: the servers Commons and Operators, and three people; more on request."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from .entities import (
    ALL,
    HISTORY,
    SEND,
    USE_COMMANDS,
    VIEW,
    Channel,
    Guild,
    Kind,
    Overwrite,
    Role,
    User,
    bits,
)
from .world import World

TOKEN: Final = "sandbox.token.of-no-worth"  # noqa: S105 - it opens this sandbox and nothing else
_BASE: Final = 1_000_000_000_000_000_000
APPLICATION: Final = _BASE + 1
BOT: Final = User(APPLICATION, "Herald", bot=True)
FOUNDER: Final = User(_BASE + 10, "founder")
ADMIN: Final = User(_BASE + 11, "admin")
MEMBER: Final = User(_BASE + 12, "member")
OPERATOR: Final = User(_BASE + 13, "operator")
COMMONS: Final = _BASE + 100
OPERATORS: Final = _BASE + 200
CROWD: Final = _BASE + (1 << 40)
_TALK: Final = VIEW | SEND | HISTORY


def build(now: datetime) -> World:
    """Return the first state of the sandbox's Discord at a moment (aware, UTC)."""
    return World(
        now=now,
        bot=BOT,
        application_id=APPLICATION,
        operator=OPERATOR,
        users={user.name: user for user in (ADMIN, MEMBER, OPERATOR)},
        guilds={COMMONS: _commons(), OPERATORS: _operators()},
    )


def crowd(world: World, guilds: int, channels: int) -> list[Channel]:
    """Add servers with so many text channels each, and return the channels; a bot that runs is not told.

    They have the bot and `admin`, are called "Crowd 1" with "channel-1" and so on, and have the same ids each time.
    """
    made = []
    for number in range(guilds):
        # Far enough apart that the servers belong to shards in turn.
        guild_id = CROWD + (number << 22)
        texts = [
            Channel(guild_id + 10 + index, f"channel-{index + 1}", Kind.TEXT, guild_id) for index in range(channels)
        ]
        members = {FOUNDER.id: (), ADMIN.id: (guild_id + 1,), BOT.id: (guild_id + 2,)}
        name, by_id = f"Crowd {number + 1}", {channel.id: channel for channel in texts}
        world.guilds[guild_id] = Guild(guild_id, name, FOUNDER.id, _roles(guild_id), by_id, members)
        made += texts
    return made


def _roles(guild_id: int, *others: Role) -> dict[int, Role]:
    roles = (
        Role(guild_id, "@everyone", _TALK | USE_COMMANDS | bits("connect"), position=0),
        Role(guild_id + 1, "Admins", bits("manage_guild")),
        Role(guild_id + 2, "Herald", _TALK, managed=True),
        *others,
    )
    return {role.id: role for role in roles}


def _commons() -> Guild:
    admins = COMMONS + 1
    read_only = (Overwrite(COMMONS, deny=SEND), Overwrite(admins, allow=SEND))
    hidden = (Overwrite(COMMONS, deny=VIEW), Overwrite(admins, allow=VIEW))
    channels = (
        Channel(COMMONS + 10, "general", Kind.TEXT, COMMONS),
        Channel(COMMONS + 11, "news", Kind.NEWS, COMMONS),
        Channel(COMMONS + 12, "read-only", Kind.TEXT, COMMONS, read_only),
        Channel(COMMONS + 13, "hidden", Kind.TEXT, COMMONS, hidden),
        Channel(COMMONS + 14, "Voice", Kind.VOICE, COMMONS),
    )
    roles = _roles(COMMONS, Role(COMMONS + 3, "Readers", 0), Role(COMMONS + 4, "Alerts", 0, mentionable=True))
    members = {FOUNDER.id: (), ADMIN.id: (admins,), MEMBER.id: (), OPERATOR.id: (), BOT.id: (COMMONS + 2,)}
    return Guild(COMMONS, "Commons", FOUNDER.id, roles, {c.id: c for c in channels}, members)


def _operators() -> Guild:
    owners = OPERATORS + 3
    general = Channel(OPERATORS + 10, "general", Kind.TEXT, OPERATORS)
    roles = _roles(OPERATORS, Role(owners, "Administrators", ALL))
    members = {FOUNDER.id: (), ADMIN.id: (OPERATORS + 1,), OPERATOR.id: (owners,), BOT.id: (OPERATORS + 2,)}
    return Guild(OPERATORS, "Operators", FOUNDER.id, roles, {general.id: general}, members)
