"""What the gateway has shown of a channel: who may do what there, without a request."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Final

import discord

from bot.client import PERMISSIONS
from bot.errors import MissingPermissions, NotAnnouncements, RoleIsEveryone, RoleNotMentionable, WrongChannel
from bot.model import Plan

THREADS: Final = {"Create Public Threads": "create_public_threads"}


class Mention(Enum):
    """What a daily post's mention of its role would do."""

    NONE = auto()
    NOTIFIES = auto()
    SILENT = auto()
    GONE = auto()


@dataclass(frozen=True, slots=True)
class Place:
    """A channel as far as a plan needs it; `allowed` are the permissions by the names that Discord shows."""

    allowed: dict[str, bool]
    announcements: bool
    mention: Mention

    @property
    def missing(self) -> tuple[str, ...]:
        return tuple(name for name, has in self.allowed.items() if not has)


def look(guild: discord.Guild, channel_id: int, plan: Plan | None) -> Place | None:
    """Look at a channel; None where the server has no such text or announcement channel."""
    channel = guild.get_channel(channel_id)
    if not isinstance(channel, discord.TextChannel):
        return None
    held = channel.permissions_for(guild.me)
    needed = PERMISSIONS | (THREADS if plan is not None and plan.thread else {})
    allowed = {name: getattr(held, flag) for name, flag in needed.items()}
    return Place(allowed, channel.is_news(), _mention(guild, held, plan.role_id if plan else None))


def exists(guild: discord.Guild, channel_id: int) -> bool:
    """Tell whether a server has such a text or announcement channel."""
    return look(guild, channel_id, None) is not None


def _mention(guild: discord.Guild, held: discord.Permissions, role_id: int | None) -> Mention:
    if role_id is None:
        return Mention.NONE
    role = guild.get_role(role_id)
    if role is None:
        return Mention.GONE
    return Mention.NOTIFIES if role.mentionable or held.mention_everyone else Mention.SILENT


def require(guild: discord.Guild, channel_id: int, plan: Plan | None) -> None:
    """Raise what a channel lacks: WrongChannel, MissingPermissions, NotAnnouncements or a fault of the role."""
    place = look(guild, channel_id, plan)
    if place is None:
        raise WrongChannel(channel_id)
    if place.missing:
        raise MissingPermissions(channel_id, place.missing)
    if plan is None:
        return
    if plan.publish and not place.announcements:
        raise NotAnnouncements(channel_id)
    if plan.role_id == guild.id:
        raise RoleIsEveryone
    # A deleted one holds up no other change: posts go without it, and /daily show says what to do.
    if plan.role_id is not None and place.mention is Mention.SILENT:
        raise RoleNotMentionable(plan.role_id, channel_id)


def visible(interaction: discord.Interaction[Any], channel_id: int) -> bool:
    """Tell whether who asks may see a channel of the server where they ask."""
    channel = interaction.guild.get_channel(channel_id) if interaction.guild else None
    if channel is None or not isinstance(interaction.user, discord.Member):
        return False
    return channel.permissions_for(interaction.user).view_channel


def writable(guild: discord.Guild | None, channel_id: int) -> bool | None:
    """Tell whether the bot may post in a channel; None while its server has not been received."""
    if guild is None or guild.unavailable:
        return None
    channel = guild.get_channel(channel_id)
    if channel is None:
        return False
    held = channel.permissions_for(guild.me)
    return held.view_channel and held.send_messages


def private_updates(guild: discord.Guild) -> discord.TextChannel | None:
    """Return the channel where a server's moderators are told things, if the bot may write there.

    None where everyone can read it: what is told there names channels that are not everyone's to know of.
    """
    channel = guild.public_updates_channel
    if channel is None or channel.permissions_for(guild.default_role).view_channel:
        return None
    return channel if writable(guild, channel.id) else None
