"""Completion: never more than Discord takes, never what could not be set, never a refusal."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from discord.app_commands import Choice
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.daily.plan import Change, changed
from bot.daily.schedule import parse_days, parse_time
from bot.daily.zones import find
from bot.errors import NoCommitments, NoSuchDocument
from bot.model import EVERY_DAY
from bot.text.words import utf16
from cogs.ui import completion
from tests.daily.conftest import GUILD, Daily, daily_in, seed
from tests.daily.fakes import FakePoster, SetClock

TYPED = st.text(max_size=40) | st.text(st.sampled_from("monwedfri,- 0123456789:apkyivall"), max_size=12)


@dataclass
class FakeGuild:
    """A server with the channels that the gateway has shown."""

    id: int = GUILD
    channels: dict[int, str] = field(default_factory=dict)

    def get_channel(self, channel_id: int) -> Any:
        return SimpleNamespace(name=self.channels[channel_id]) if channel_id in self.channels else None


def interaction(daily: Daily | None, guild: FakeGuild | None = None) -> Any:
    services = SimpleNamespace(library=daily and daily.library, outlook=daily and daily.outlook)
    return SimpleNamespace(client=SimpleNamespace(services=services), guild=guild, namespace=SimpleNamespace())


@pytest.fixture
async def many(tmp_path: Path) -> AsyncIterator[Daily]:
    """More documents than a completion offers, with the longest slugs and titles."""
    for number in range(30):
        seed(tmp_path / "seeds", f"{number:02}-{'long' * 10}"[:40], 1, title=f"{number:02} {'A long title ' * 5}")
    seed(tmp_path / "seeds", "alpha", 2, title="Alpha, the first")
    seed(tmp_path / "seeds", "beta", 2)
    clock = SetClock()
    async with daily_in(tmp_path, clock, FakePoster(clock), seeds=tmp_path / "seeds") as opened:
        yield opened


def values(choices: list[Choice[str]]) -> list[str]:
    """Return the values, having checked what Discord demands of the choices."""
    assert len(choices) <= 25
    for choice in choices:
        assert 1 <= utf16(choice.name) <= 100
        assert 1 <= len(choice.value) <= 100
    found = [choice.value for choice in choices]
    assert len(set(found)) == len(found)
    return found


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("", "every day"),
        ("week", "weekdays"),
        ("mon-wed", "Mon, Tue, Wed"),
        ("thu, mon", "Mon, Thu"),
        ("weekdays", "weekdays"),
        ("mon-sun", "every day"),
        ("sun", "Sun"),
        ("xyz", None),
    ],
)
async def test_days(typed: str, first: str | None) -> None:
    assert next(iter(values(await completion.days(interaction(None), typed))), None) == first


@given(TYPED)
async def test_every_offer_of_days_and_times_can_be_set(typed: str) -> None:
    for value in values(await completion.days(interaction(None), typed)):
        assert 1 <= parse_days(value) <= EVERY_DAY
    for value in values(await completion.times(interaction(None), typed)):
        assert f"{parse_time(value):%H:%M}" == value
    for value in values(await completion.zone_names(interaction(None), typed)):
        assert find(value) == value


@pytest.mark.parametrize("days", range(1, EVERY_DAY + 1))
async def test_days_that_were_read_are_offered_back(days: int) -> None:
    names = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    typed = ",".join(name for bit, name in enumerate(names) if days >> bit & 1)
    assert parse_days(values(await completion.days(interaction(None), typed))[0]) == days


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("", ["all"]),
        ("al", ["all", "alpha"]),
        ("ALPHA", ["alpha"]),
        ("first", ["alpha"]),
        ("alpha,", None),
        ("alpha, be", ["alpha,beta"]),
        ("alpha,beta, 03", ["alpha,beta,03-" + ("long" * 10)[:37]]),
        ("nothing", []),
        ("alpha, all", []),
    ],
)
async def test_documents_are_offered_after_the_last_comma(many: Daily, typed: str, offered: list[str] | None) -> None:
    found = values(await completion.daily_documents(interaction(many), typed))
    if offered is None:
        assert found
        assert all(value.startswith("alpha,") for value in found)
    else:
        assert found[: len(offered)] == offered
        assert bool(found) == bool(offered)


async def test_documents_that_would_be_too_long_are_not_offered(many: Daily) -> None:
    slug = f"03-{'long' * 10}"[:40]
    assert values(await completion.daily_documents(interaction(many), f"{slug},{slug},{slug}, 0")) == []
    assert "beta" in values(await completion.daily_documents(interaction(many), "b"))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(typed=TYPED | st.sampled_from(["alpha, ", "beta,alpha,0", ",", "all,", " ,a"]))
async def test_every_offer_of_documents_can_be_set(many: Daily, typed: str) -> None:
    for value in values(await completion.daily_documents(interaction(many), typed)):
        try:
            changed(None, Change(at="9", zone="UTC", document=value), many.library)
        except (NoSuchDocument, NoCommitments):
            # What stood before the last comma was wrong already; nothing is taken away from what was typed.
            assert "," in typed
    values(await completion.documents(interaction(many), typed))


async def test_daily_posts_are_offered_by_channel_deleted_ones_too(daily: Daily) -> None:
    for number in range(20):
        await daily.put(number + 1, zone="America/Argentina/Ushuaia")
    guild = FakeGuild(channels={number + 1: f"{'long-' * 18}{number:02}"[:100] for number in range(19)})
    found = await completion.daily_channels(interaction(daily, guild), "")
    assert values(found) == [str(number + 1) for number in range(20)]
    assert found[-1].name == "deleted channel 20 · 09:00 America/Argentina/Ushuaia"
    for typed, expected in (("DELETED", ["20"]), ("-07", ["8"]), ("09:00", None), ("nowhere", [])):
        offered = values(await completion.daily_channels(interaction(daily, guild), typed))
        assert offered == (values(found) if expected is None else expected)
    assert await completion.daily_channels(interaction(daily), "") == []
    assert await completion.daily_channels(interaction(daily, FakeGuild(GUILD + 1)), "") == []
