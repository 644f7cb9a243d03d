"""Completion while typing. It never refuses: what is missing or wrong in other options is ignored."""

from __future__ import annotations

from typing import Any, Final

import discord
from discord.app_commands import Choice

from bot.daily import zones
from bot.daily.plan import ALL
from bot.daily.schedule import name_days, parse_days, parse_time
from bot.errors import BadDays, BadTime
from bot.text.words import opening
from cogs.ui.screens import QUERY_LIMIT

LIMIT: Final = 25
TIMES: Final = ("07:00", "08:00", "09:00", "10:00", "12:00", "15:00", "18:00", "20:00")
DAYS: Final = ("every day", "weekdays", "weekends", "Mon, Wed, Fri")
Interaction = discord.Interaction[Any]


async def paragraphs(interaction: Interaction, typed: str) -> list[Choice[str]]:
    found = interaction.client.services.library.suggest(typed, _document(interaction))
    return [Choice(name=label, value=value) for value, label in found]


async def documents(interaction: Interaction, typed: str) -> list[Choice[str]]:
    wanted = typed.strip().casefold()
    return [
        Choice(name=opening(f"{document.short_title} · {document.title}", 100), value=document.slug)
        for document in interaction.client.services.library.documents()
        if wanted in f"{document.slug} {document.short_title} {document.title}".casefold()
    ][:LIMIT]


async def queries(interaction: Interaction, typed: str) -> list[Choice[str]]:
    found = interaction.client.services.library.suggest_words(typed)
    return [Choice(name=query, value=query) for query in found if len(query) <= QUERY_LIMIT]


async def zone_names(_interaction: Interaction, typed: str) -> list[Choice[str]]:
    return [Choice(name=name, value=name) for name in zones.suggest(typed, LIMIT)]


async def times(_interaction: Interaction, typed: str) -> list[Choice[str]]:
    typed = typed.strip()
    try:
        read = [f"{parse_time(typed):%H:%M}"]
    except BadTime:
        read = []
    fitting = [time for time in TIMES if time.lstrip("0").startswith(typed.lstrip("0"))]
    return [Choice(name=time, value=time) for time in dict.fromkeys([*read, *fitting])]


async def daily_documents(interaction: Interaction, typed: str) -> list[Choice[str]]:
    """Offer documents for a daily post, after the last comma of what was typed, and all of them."""
    before, comma, last = typed.rpartition(",")
    found = await documents(interaction, last)
    if comma:
        given = f"{before},"
        found = [Choice(name=opening(f"{given} {c.name}", 100), value=f"{given}{c.value}") for c in found]
        return [choice for choice in found if len(choice.value) <= 100]
    every = [Choice(name="all documents", value=ALL)] if ALL.startswith(typed.strip().casefold()) else []
    return [*every, *found][:LIMIT]


async def days(_interaction: Interaction, typed: str) -> list[Choice[str]]:
    try:
        read = [name_days(parse_days(typed)).removeprefix("on ").replace(" and ", ", ")]
    except BadDays:
        read = []
    wanted = typed.strip().casefold()
    fitting = [name for name in DAYS if name.casefold().startswith(wanted)]
    return [Choice(name=name, value=name) for name in dict.fromkeys([*read, *fitting])]


async def daily_channels(interaction: Interaction, typed: str) -> list[Choice[str]]:
    """Offer the channels of this server that have a daily post, deleted ones included."""
    if interaction.guild is None:
        return []
    choices = []
    for found in await interaction.client.services.outlook.of_guild(interaction.guild.id):
        subscription = found.subscription
        channel = interaction.guild.get_channel(subscription.channel_id)
        name = f"#{channel.name}" if channel else f"deleted channel {subscription.channel_id}"
        label = f"{name} · {subscription.plan.at:%H:%M} {subscription.plan.zone}"
        if typed.strip().casefold() in label.casefold():
            choices.append(Choice(name=opening(label, 100), value=str(subscription.channel_id)))
    return choices[:LIMIT]


def _document(interaction: Interaction) -> str | None:
    given = getattr(interaction.namespace, "document", None)
    return given if isinstance(given, str) else None
