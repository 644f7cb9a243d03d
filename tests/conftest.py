"""How property tests run: repeatable and without deadlines, because these machines are shared and noisy."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("herald", deadline=None, derandomize=True)
settings.register_profile("explore", deadline=None, max_examples=2000)
settings.load_profile("herald")
