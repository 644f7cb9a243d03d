"""Zones come from the pinned tzdata alone and are found as people name them."""

from __future__ import annotations

import zoneinfo

import pytest

from bot.daily import zones
from bot.errors import BadZone


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Europe/Kyiv", "Europe/Kyiv"),
        ("europe/kyiv", "Europe/Kyiv"),
        ("Europe/Kiev", "Europe/Kyiv"),
        ("Asia/Calcutta", "Asia/Kolkata"),
        ("America/New York", "America/New_York"),
        ("america/new_york", "America/New_York"),
        # Merged with Brussels and Berlin in the data, yet a zone of its own to the people who live there.
        ("Europe/Amsterdam", "Europe/Amsterdam"),
        ("Europe/Oslo", "Europe/Oslo"),
        ("UTC", "UTC"),
        ("utc", "UTC"),
        (" UTC ", "UTC"),
    ],
)
def test_found_under_todays_name(typed: str, name: str) -> None:
    assert zones.find(typed) == name


@pytest.mark.parametrize(
    ("typed", "nearest"),
    [
        ("Kiev", "Europe/Kyiv"),
        ("Kyjiv", "Europe/Kyiv"),
        ("New York", "America/New_York"),
        ("Ukraine", "Europe/Kyiv"),
        ("Tokio", "Asia/Tokyo"),
        ("EST", None),
        ("Etc/GMT+5", None),
        ("GMT", None),
        ("CET", None),
        ("Mars/Base", None),
        ("", None),
        ("x" * 300, None),
        ("../../etc/passwd", None),
    ],
)
def test_refused_with_the_nearest_names(typed: str, nearest: str | None) -> None:
    with pytest.raises(BadZone) as caught:
        zones.find(typed)
    assert caught.value.given == typed
    if nearest:
        assert nearest in caught.value.nearest
    for offered in caught.value.nearest:
        assert zones.find(offered) == offered


@pytest.mark.parametrize(
    ("typed", "first"),
    [("kyi", "Europe/Kyiv"), ("new y", "America/New_York"), ("london", "Europe/London"), ("ukr", "Europe/Kyiv")],
)
def test_completed_by_city_and_country(typed: str, first: str) -> None:
    assert zones.suggest(typed, 25)[0] == first


def test_completion_is_bounded_and_offers_only_what_can_be_set() -> None:
    for typed in ("", "a", "america", "zzzz", "/", "é"):
        offered = zones.suggest(typed, 25)
        assert len(offered) <= 25
        assert len(set(offered)) == len(offered)
        assert [zones.find(name) for name in offered] == offered


def test_the_machines_own_zone_files_are_not_used() -> None:
    assert zones.zone("UTC").key == "UTC"
    assert zoneinfo.TZPATH == ()
