"""The daily post's own fixture, for those who show it."""

from __future__ import annotations

from tests.daily.conftest import daily

__all__ = ["daily"]
