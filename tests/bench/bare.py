"""A bare bot beside which Herald is measured: the same intents and caches, a constant reply built per call."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from typing import Any

import discord
import yarl
from discord import app_commands, ui
from discord.ext import commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot import config
from bot.sandbox.pipe import connect, listen

Interaction = discord.Interaction[Any]


def build(component: dict[str, Any]) -> Any:
    """Make the item of a component as Herald sent it."""
    inner = [build(child) for child in component.get("components", [])]
    match component["type"]:
        case 1:
            return ui.ActionRow(*inner)
        case 2:
            disabled = component.get("disabled", False)
            return ui.Button(label=component["label"], custom_id=component["custom_id"], disabled=disabled)
        case 9:
            return ui.Section(*inner, accessory=build(component["accessory"]))
        case 10:
            return ui.TextDisplay(component["content"])
        case 14:
            return ui.Separator()
        case 17:
            return ui.Container(*inner, accent_colour=component.get("accent_color"))
    raise ValueError(component["type"])


def view(components: list[dict[str, Any]]) -> ui.LayoutView:
    made = ui.LayoutView(timeout=None)
    for component in components:
        made.add_item(build(component))
    made.stop()
    return made


REPLIES: dict[str, list[dict[str, Any]]] = json.loads(sys.argv[1]) if len(sys.argv) > 1 else {}


@app_commands.command(description="Answers")
async def quote(interaction: Interaction, paragraph: str) -> None:
    await interaction.response.send_message(view=view(REPLIES["quote"]))


@app_commands.command(description="Answers")
async def search(interaction: Interaction, query: str) -> None:
    await interaction.response.send_message(view=view(REPLIES["search"]))


class Bare(commands.AutoShardedBot):
    def __init__(self) -> None:
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            intents=discord.Intents(guilds=True),
            allowed_mentions=discord.AllowedMentions.none(),
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            guild_ready_timeout=0.5,
        )

    async def setup_hook(self) -> None:
        answer = await self.http.request(Route("GET", "/gateway"))
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(answer["url"])
        self.tree.add_command(quote)
        self.tree.add_command(search)
        await self.tree.sync()


async def main() -> None:
    settings = config.load(None)
    clock, lines, _ = connect()
    loop = asyncio.get_running_loop()
    loop.set_task_factory(clock.start)  # as Herald's child has it, so that both pay for it
    Route.BASE = settings.api_url
    async with Bare() as bot:
        loop.add_signal_handler(signal.SIGTERM, lambda: asyncio.create_task(bot.close()))
        listening = asyncio.create_task(listen(clock, lines))
        sleeping = asyncio.create_task(rest(clock))
        await bot.start(settings.token or "")
        listening.cancel()
        sleeping.cancel()


async def rest(clock: Any) -> None:
    """Sleep until a moment that never comes: the sandbox waits until its bot sleeps."""
    await clock.sleep_until(clock.now().replace(year=9000))


if __name__ == "__main__":
    asyncio.run(main())
