"""How often a person may ask."""

from __future__ import annotations

from typing import Final

from discord import app_commands

ordinary: Final = app_commands.checks.cooldown(10, 20.0)
"""10 in 20 seconds for each user, over all commands that have it."""
rare: Final = app_commands.checks.cooldown(3, 20.0)
"""3 in 20 seconds, for what costs more than an answer."""
