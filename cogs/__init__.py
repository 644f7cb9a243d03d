"""Commands of Discord: each module reads input, calls one service, sends one rendering."""

from __future__ import annotations

from typing import Final

EXTENSIONS: Final = (
    "cogs.ui",
    "cogs.quote",
    "cogs.search",
    "cogs.commitments",
    "cogs.daily",
    "cogs.servers",
    "cogs.about",
    "cogs.admin",
)
"""Loaded in this order; one that fails stops the start."""
