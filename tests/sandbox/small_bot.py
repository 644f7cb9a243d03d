"""A small bot for the sandbox's own tests: each command shows one thing that a bot may do, right or wrong."""

from __future__ import annotations

import asyncio
import logging
import os
import re
import signal
import sys
from datetime import timedelta
from typing import Any, Self

import discord
import yarl
from discord import app_commands, ui
from discord.ext import commands

from bot import config
from bot.sandbox.pipe import PipeClock, connect, listen

HEARD = (
    "guild_join",
    "guild_remove",
    "guild_available",
    "guild_unavailable",
    "guild_update",
    "guild_channel_create",
    "guild_channel_update",
    "guild_role_delete",
)


class Page(ui.DynamicItem[ui.Button[Any]], template=r"page:(?P<number>\d+)"):
    def __init__(self, number: int) -> None:
        label = "Next" if number else "Start"
        super().__init__(ui.Button(label=label, custom_id=f"page:{number}", disabled=number > 2))

    @classmethod
    async def from_custom_id(cls, _: Any, __: Any, match: re.Match[str]) -> Self:
        return cls(int(match["number"]))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        number = int(self.custom_id.partition(":")[2])
        await interaction.response.edit_message(view=page(number))


def page(number: int) -> ui.LayoutView:
    view = ui.LayoutView(timeout=None)
    box: ui.Container[ui.LayoutView] = ui.Container(ui.TextDisplay(f"**page {number}** of \\*all\\*"))
    box.add_item(ui.ActionRow(Page(number + 1)))
    view.add_item(box)
    view.stop()
    return view


class SmallBot(commands.AutoShardedBot):
    def __init__(self, clock: PipeClock, *, sync: bool) -> None:
        super().__init__("!", intents=discord.Intents(guilds=True), guild_ready_timeout=0.02, max_messages=None)
        self.clock = clock
        self.sync = sync
        self.changed = asyncio.Event()
        self.due: list[tuple[Any, int, str]] = []
        self.deliveries: set[asyncio.Task[None]] = set()
        self.heard: list[str] = []
        for event in HEARD:
            self.add_listener(self.hearing(event), f"on_{event}")

    async def setup_hook(self) -> None:
        self.add_dynamic_items(Page)
        for command in COMMANDS:
            self.tree.add_command(command)
        if self.sync:
            await self.tree.sync()
        self.scheduler = asyncio.create_task(self.schedule())

    def hearing(self, event: str) -> Any:
        async def hear(*subject: Any) -> None:
            if self.is_ready():
                await asyncio.sleep(0.02)  # something that takes real time, as a database does
                self.heard.append(f"{event} {subject[-1].id}")

        return hear

    async def deliver(self, moment: Any, channel_id: int, text: str) -> None:
        await asyncio.sleep(0.02)
        await self.get_partial_messageable(channel_id).send(f"{text} <t:{moment.timestamp():.0f}:F>")

    async def schedule(self) -> None:
        """Wait for the time or for a change, whichever comes first, as a scheduler does."""
        await self.wait_until_ready()
        while True:
            self.changed.clear()
            late = [entry for entry in self.due if entry[0] <= self.clock.now()]
            for entry in late:
                self.due.remove(entry)
                self.deliveries.add(task := asyncio.create_task(self.deliver(*entry)))
                task.add_done_callback(self.deliveries.discard)
            until = min((entry[0] for entry in self.due), default=self.clock.now() + timedelta(days=1))
            waits = [asyncio.create_task(self.clock.sleep_until(until)), asyncio.create_task(self.changed.wait())]
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            for wait in waits:
                wait.cancel()


@app_commands.command(description="Says a text")
async def say(interaction: discord.Interaction[Any], text: str, hidden: bool = False, times: int = 1) -> None:
    await interaction.response.send_message(text * times, ephemeral=hidden)


@say.autocomplete("text")
async def _texts(interaction: discord.Interaction[Any], current: str) -> list[app_commands.Choice[str]]:
    count = 26 if current == "many" else 2
    return [app_commands.Choice(name=f"{current} {number}", value=f"{number}") for number in range(count)]


@app_commands.command(description="Shows pages")
@app_commands.checks.cooldown(2, 20)
async def pages(interaction: discord.Interaction[Any]) -> None:
    await interaction.response.send_message(view=page(0))


@app_commands.command(description="Thinks first")
async def think(interaction: discord.Interaction[Any]) -> None:
    await interaction.response.defer(ephemeral=True, thinking=True)
    await interaction.edit_original_response(view=page(0))
    await interaction.followup.send("and one more thing")


@app_commands.command(description="Never answers")
async def silent(interaction: discord.Interaction[Any]) -> None:
    pass


@app_commands.command(description="Tells what was heard since the last time, and in which servers the bot is")
async def heard(interaction: discord.Interaction[SmallBot]) -> None:
    bot = interaction.client
    text = "\n".join([*bot.heard, *(f"in {guild.id}" for guild in bot.guilds if not guild.unavailable)])
    bot.heard.clear()
    await interaction.response.send_message(text)


@app_commands.command(description="Ends the bot")
async def die(interaction: discord.Interaction[Any]) -> None:
    logging.getLogger("small_bot").error("about to die")
    sys.stderr.flush()
    os._exit(3)


daily = app_commands.Group(
    name="daily", description="Posts", default_permissions=discord.Permissions(manage_guild=True)
)


@daily.command(name="set", description="Schedules a post")
@app_commands.guild_only()
async def daily_set(
    interaction: discord.Interaction[SmallBot],
    channel: discord.TextChannel,
    seconds: app_commands.Range[int, 1, 900000],
) -> None:
    bot = interaction.client
    bot.due.append((bot.clock.now() + timedelta(seconds=seconds), channel.id, f"posted after {seconds}"))
    bot.changed.set()
    await interaction.response.send_message(f"will post in {channel.mention}", ephemeral=True)


COMMANDS: tuple[Any, ...] = (say, pages, think, silent, heard, die, daily)


async def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s %(message)s")
    settings = config.load(None)
    clock, lines, first = connect()
    loop = asyncio.get_running_loop()
    loop.set_task_factory(clock.start)
    discord.http.Route.BASE = settings.api_url
    host = yarl.URL(settings.api_url)
    discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(f"ws://{host.host}:{host.port}/")
    async with SmallBot(clock, sync=first["sync"]) as bot:
        loop.add_signal_handler(signal.SIGTERM, lambda: asyncio.create_task(bot.close()))
        listening = asyncio.create_task(listen(clock, lines))
        await bot.start(settings.token or "")
        listening.cancel()


if __name__ == "__main__":
    asyncio.run(main())
