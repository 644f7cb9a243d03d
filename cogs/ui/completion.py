"""Completion while typing. It never refuses: what is missing or wrong in other options is ignored."""

from __future__ import annotations

from typing import Any, Final

import discord
from discord.app_commands import Choice

from bot.daily import zones
from bot.daily.schedule import parse_time
from bot.errors import BadTime
from bot.text.words import opening
from cogs.ui.screens import QUERY_LIMIT

LIMIT: Final = 25
TIMES: Final = ("07:00", "08:00", "09:00", "10:00", "12:00", "15:00", "18:00", "20:00")
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


def _document(interaction: Interaction) -> str | None:
    given = getattr(interaction.namespace, "document", None)
    return given if isinstance(given, str) else None
