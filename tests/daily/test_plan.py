"""A plan from what an admin typed: what is left out stays, what is wrong is refused."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.daily.plan import Change, changed
from bot.errors import BadDays, BadTime, BadZone, HeraldError, NoCommitments, NoSuchDocument, TimeAndZoneNeeded
from bot.model import EVERY_DAY, Order, Plan
from tests.daily.conftest import Daily

FULL = Plan(time(9), "Europe/Kyiv", ("alpha",), 0b0001001, Order.SHUFFLE, role_id=5, thread=True, publish=True)


def test_a_new_one_has_every_default(several: Daily) -> None:
    made = changed(None, Change(at="9am", zone="Europe/Kiev", document="beta"), several.library)
    assert made == Plan(
        time(9), "Europe/Kyiv", ("beta",), EVERY_DAY, Order.SEQUENCE, None, thread=False, publish=False
    )


def test_a_new_one_names_the_document_that_is_the_default_now(daily: Daily) -> None:
    assert changed(None, Change(at="9", zone="UTC"), daily.library).documents == ("nato-ukraine-2023",)


@pytest.mark.parametrize("change", [Change(), Change(at="09:00"), Change(zone="UTC"), Change(document="alpha")])
def test_a_new_one_needs_a_time_and_a_zone(several: Daily, change: Change) -> None:
    with pytest.raises(TimeAndZoneNeeded):
        changed(None, change, several.library)


@pytest.mark.parametrize(
    ("change", "becomes"),
    [
        ({}, {}),
        ({"at": "21:30"}, {"at": time(21, 30)}),
        ({"zone": "Asia/Calcutta"}, {"zone": "Asia/Kolkata"}),
        ({"days": "weekends"}, {"days": 0b1100000}),
        ({"order": Order.SEQUENCE}, {"order": Order.SEQUENCE}),
        ({"role_id": 6}, {"role_id": 6}),
        ({"thread": False}, {"thread": False}),
        ({"publish": False}, {"publish": False}),
        ({"document": "beta"}, {"documents": ("beta",)}),
        ({"clear": "role"}, {"role_id": None}),
        ({"clear": "thread"}, {"thread": False}),
        ({"clear": "publish"}, {"publish": False}),
        ({"clear": "days"}, {"days": EVERY_DAY}),
        ({"clear": "role", "role_id": 7}, {"role_id": 7}),
        ({"clear": "days", "days": "sun"}, {"days": 0b1000000}),
        (
            {"clear": "role", "at": "8", "order": Order.SEQUENCE},
            {"role_id": None, "at": time(8), "order": Order.SEQUENCE},
        ),
    ],
)
def test_what_is_named_changes_and_nothing_else(
    several: Daily, change: dict[str, Any], becomes: dict[str, Any]
) -> None:
    assert changed(FULL, Change(**change), several.library) == replace(FULL, **becomes)


CHANGES = st.builds(
    Change,
    at=st.none() | st.sampled_from(["8:00", "9pm"]),
    zone=st.none() | st.sampled_from(["UTC", "Asia/Tokyo"]),
    document=st.none() | st.sampled_from(["alpha", "beta", "all"]),
    days=st.none() | st.sampled_from(["mon", "every day"]),
    order=st.none() | st.sampled_from(Order),
    role_id=st.none() | st.integers(1, 9),
    thread=st.none() | st.booleans(),
    publish=st.none() | st.booleans(),
    clear=st.none() | st.sampled_from(["role", "thread", "publish", "days"]),
)
TOUCHES = {"document": "documents"}
CLEARS = {"role": "role_id"}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(change=CHANGES)
def test_what_is_not_named_stays(several: Daily, change: Change) -> None:
    made = changed(FULL, change, several.library)
    named = {field.name for field in fields(change) if getattr(change, field.name) is not None}
    touched = {TOUCHES.get(name, name) for name in named} | {CLEARS.get(change.clear or "", change.clear)}
    for field in fields(Plan):
        if field.name not in touched:
            assert getattr(made, field.name) == getattr(FULL, field.name)
    assert changed(made, change, several.library) == made, "and the same again changes nothing"


@pytest.mark.parametrize(
    ("typed", "slugs"),
    [
        ("all", ()),
        (" ALL ", ()),
        ("alpha", ("alpha",)),
        ("alpha,beta", ("alpha", "beta")),
        ("beta, alpha", ("beta", "alpha")),
        ("alpha, alpha,", ("alpha",)),
        (",alpha,,beta,", ("alpha", "beta")),
        ("Beta", ("beta",)),
        # A title with a comma is one document.
        ("Alpha, the first", ("alpha",)),
        ("alpha, THE first", ("alpha",)),
    ],
)
def test_documents_as_people_type_them(several: Daily, typed: str, slugs: tuple[str, ...]) -> None:
    assert changed(FULL, Change(document=typed), several.library).documents == slugs


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (Change(at="25:30"), BadTime),
        (Change(at="24:00"), BadTime),
        (Change(at=""), BadTime),
        (Change(zone="EST"), BadZone),
        (Change(zone="Kiev"), BadZone),
        (Change(zone="Mars/Base"), BadZone),
        (Change(days="someday"), BadDays),
        (Change(days=""), BadDays),
        (Change(document="nothing"), NoSuchDocument),
        (Change(document="alpha, nothing"), NoSuchDocument),
        (Change(document="alpha, all"), NoSuchDocument),
        (Change(document="empty"), NoCommitments),
        (Change(document="alpha,empty"), NoCommitments),
    ],
)
@pytest.mark.parametrize("before", [None, FULL])
def test_what_is_wrong_is_refused(
    several: Daily, before: Plan | None, change: Change, error: type[HeraldError]
) -> None:
    if before is None:
        change = replace(change, at="9" if change.at is None else change.at, zone=change.zone or "UTC")
        change = replace(change, document=change.document or "alpha")
    with pytest.raises(error):
        changed(before, change, several.library)


def test_one_whose_zone_the_data_lost_can_be_set_only_to_another(several: Daily) -> None:
    lost = replace(FULL, zone="Mars/Base")
    with pytest.raises(BadZone):
        changed(lost, Change(at="10:00"), several.library)
    assert changed(lost, Change(zone="UTC"), several.library).zone == "UTC"


def test_one_whose_document_is_gone_can_be_set_only_to_another(several: Daily) -> None:
    lost = replace(FULL, documents=("gone",))
    with pytest.raises(NoSuchDocument):
        changed(lost, Change(at="10:00"), several.library)
    assert changed(lost, Change(document="all"), several.library).documents == ()
