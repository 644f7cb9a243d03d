"""What the doctor says: each thing that a daily post needs, well or with what to change."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import pytest

from bot.client import PERMISSIONS
from bot.model import Plan, Subscription
from cogs.places import THREADS, Mention, Place
from cogs.ui.diagnosis import DOCUMENTS, diagnose
from tests.daily.conftest import Daily, daily_in, seed
from tests.daily.fakes import FakePoster, SetClock

SET = Subscription(
    1, 100, 200, Plan(time(9), "UTC", ("alpha",)), date(2026, 3, 1), datetime(2026, 3, 1, 9, tzinfo=UTC)
)
WELL = Place(dict.fromkeys(PERMISSIONS, True), False, Mention.NONE)
ALL = "View Channel, Send Messages, Read Message History"


@pytest.fixture
async def several(tmp_path: Path) -> AsyncIterator[Daily]:
    for number in range(12):
        seed(tmp_path / "seeds", f"more-{number:02}", 1 + number % 2)
    for slug, promises in (("alpha", 3), ("beta", 1), ("empty", 0)):
        seed(tmp_path / "seeds", slug, promises)
    clock = SetClock()
    async with daily_in(tmp_path, clock, FakePoster(clock), seeds=tmp_path / "seeds") as opened:
        yield opened


def told(daily: Daily, place: Place | None, **plan: Any) -> list[str]:
    checks = diagnose(replace(SET, plan=replace(SET.plan, **plan)), place, daily.library)
    return [f"{'✓' if check.well else '✗'} {check.words}" for check in checks]


def test_all_is_well(several: Daily) -> None:
    assert told(several, WELL) == [f"✓ I have {ALL}.", "✓ The time zone is UTC.", "✓ alpha has 3 key commitments."]


@pytest.mark.parametrize("missing", [*PERMISSIONS, *THREADS])
def test_each_permission_that_is_missing_is_named(several: Daily, missing: str) -> None:
    place = replace(WELL, allowed=dict.fromkeys([*PERMISSIONS, *THREADS], True) | {missing: False})
    lines = told(several, place, thread=True)
    assert f"✗ {missing} is missing: give it to me in the channel's settings, Permissions." in lines
    assert sum(line.startswith("✗") for line in lines) == 1
    assert missing not in lines[0]


def test_without_any_permission_none_is_said_to_be_there(several: Daily) -> None:
    lines = told(several, replace(WELL, allowed=dict.fromkeys(PERMISSIONS, False)))
    assert not any("I have" in line for line in lines)
    assert sum("is missing" in line for line in lines) == len(PERMISSIONS)


def test_a_deleted_channel_is_all_that_is_said_of_it(several: Daily) -> None:
    lines = told(several, None, publish=True, role_id=5)
    assert lines[0] == "✗ The channel was deleted: **/daily set** with another channel goes on there."
    assert len(lines) == 3


@pytest.mark.parametrize(
    ("place", "plan", "words"),
    [
        ({"announcements": True}, {"publish": True}, "✓ Posts can be published: it is an announcement channel."),
        ({}, {"publish": True}, "✗ Posts cannot be published, it is no announcement channel: "),
        ({"mention": Mention.NOTIFIES}, {"role_id": 5}, "✓ <@&5> is notified."),
        ({"mention": Mention.SILENT}, {"role_id": 5}, "✗ <@&5> is mentioned, but nobody is notified: make the role"),
        (
            {"mention": Mention.GONE},
            {"role_id": 5},
            "✗ The role was deleted: choose another, or **/daily set clear:role",
        ),
    ],
)
def test_what_a_plan_needs_of_its_channel(several: Daily, place: Any, plan: Any, words: str) -> None:
    assert any(line.startswith(words) for line in told(several, replace(WELL, **place), **plan))


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        ({"zone": "Mars/Base"}, "✗ There is no time zone Mars/Base any more: choose another with **/daily set**."),
        ({"documents": ("beta",)}, "✓ beta has 1 key commitment."),
        ({"documents": ("alpha", "go_ne")}, "✗ The document go\\_ne is gone: choose another with **/daily set**."),
        ({"documents": ("empty",)}, "✗ empty has no key commitments to post."),
        # Where all are posted, one without commitments is just passed over.
        ({"documents": ()}, f"✓ And {15 - DOCUMENTS} documents more."),
    ],
)
def test_what_a_plan_needs_of_zone_and_texts(several: Daily, plan: Any, words: str) -> None:
    assert words in told(several, WELL, **plan)


def test_of_many_documents_those_with_a_fault_are_told(several: Daily) -> None:
    slugs = [f"more-{number:02}" for number in range(12)]
    lines = told(several, WELL, documents=(*slugs, "gone"))[2:]
    assert lines == ["✗ The document gone is gone: choose another with **/daily set**.", "✓ And 12 documents more."]
    lines = told(several, WELL, documents=tuple(f"gone-{n}" for n in range(20)))[2:]
    assert len(lines) == DOCUMENTS + 1
    assert lines[-1] == f"✗ And {20 - DOCUMENTS} documents more, not all of them well."
