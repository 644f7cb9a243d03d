"""What befalls the servers: channels, roles and the bot's membership change, and the bot is told if it may know."""

from __future__ import annotations

from dataclasses import dataclass, replace

from .entities import Channel, Guild, Overwrite, Role
from .gateway import Gateway
from .refusal import Json
from .world import World


@dataclass(slots=True)
class Events:
    """Changes to the world and their events; nothing waits for the bot, see `Sandbox.settle`."""

    world: World
    gateway: Gateway

    async def _tell(self, event: str, data: Json, guild: Guild) -> None:
        """Send an event of a server, unless the bot is not in it or the server is unavailable."""
        if self.world.has_bot(guild) and not guild.unavailable:
            await self.gateway.dispatch(event, data, guild.id)

    # Channels

    async def add_channel(self, channel: Channel) -> None:
        await self._put(channel, "CHANNEL_CREATE")

    async def change_channel(self, channel: Channel) -> None:
        """Replace a channel of a server by this one."""
        await self._put(channel, "CHANNEL_UPDATE")

    async def _put(self, channel: Channel, event: str) -> None:
        guild = self.world.guilds[channel.guild_id or 0]
        guild.channels[channel.id] = channel
        await self._tell(event, channel.payload(self.world.now), guild)

    async def overwrite(self, channel_id: int, overwrite: Overwrite) -> None:
        """Replace what a channel says of the overwrite's target."""
        channel = self.world.channel(channel_id)
        others = (each for each in channel.overwrites if each.target != overwrite.target)
        await self.change_channel(replace(channel, overwrites=(*others, overwrite)))

    async def delete_channel(self, channel: Channel) -> None:
        """Delete a channel and its threads."""
        guild = self.world.guilds[channel.guild_id or 0]
        del guild.channels[channel.id]
        for thread in [each for each in self.world.threads.values() if each.parent == channel.id]:
            del self.world.threads[thread.id]
        await self._tell("CHANNEL_DELETE", channel.payload(self.world.now), guild)

    # Roles

    async def change_role(self, guild_id: int, role: Role) -> None:
        guild = self.world.guilds[guild_id]
        guild.roles[role.id] = role
        await self._tell("GUILD_ROLE_UPDATE", {"guild_id": str(guild_id), "role": role.payload()}, guild)

    async def delete_role(self, guild_id: int, role_id: int) -> None:
        """Delete a role, which nobody has any more."""
        guild = self.world.guilds[guild_id]
        del guild.roles[role_id]
        for member, held in guild.members.items():
            guild.members[member] = tuple(role for role in held if role != role_id)
        await self._tell("GUILD_ROLE_DELETE", {"guild_id": str(guild_id), "role_id": str(role_id)}, guild)

    async def give_bot_roles(self, guild_id: int, roles: tuple[int, ...]) -> None:
        guild = self.world.guilds[guild_id]
        guild.members[self.world.bot.id] = roles
        member = self.world.member(self.world.bot, guild) | {"guild_id": str(guild_id)}
        await self._tell("GUILD_MEMBER_UPDATE", member, guild)

    # Servers

    async def set_public_updates(self, guild_id: int, channel_id: int | None) -> None:
        """Choose the channel for Discord's messages to the server's admins, or none."""
        guild = self.world.guilds[guild_id]
        guild.public_updates_channel_id = channel_id
        await self._tell("GUILD_UPDATE", guild.summary(), guild)

    async def remove_bot(self, guild_id: int) -> None:
        """Remove the bot from a server, which stays as it is."""
        del self.world.guilds[guild_id].members[self.world.bot.id]
        await self.gateway.dispatch("GUILD_DELETE", {"id": str(guild_id)}, guild_id)

    async def add_bot(self, guild_id: int) -> None:
        """Add the bot to a server, with the role that is its own."""
        guild = self.world.guilds[guild_id]
        guild.members[self.world.bot.id] = tuple(role.id for role in guild.roles.values() if role.managed)
        await self._tell("GUILD_CREATE", self.world.guild_payload(guild), guild)

    async def outage(self, guild_id: int, on: bool) -> None:
        """Make a server unavailable to the bot, or available again."""
        guild = self.world.guilds[guild_id]
        guild.unavailable = on
        if self.world.has_bot(guild):
            gone = {"id": str(guild_id), "unavailable": True}
            back = self.world.guild_payload(guild) | {"unavailable": False}
            await self.gateway.dispatch("GUILD_DELETE" if on else "GUILD_CREATE", gone if on else back, guild_id)
