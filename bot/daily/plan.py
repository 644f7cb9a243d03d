"""A daily post's plan from what an admin typed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from bot.daily.schedule import parse_days, parse_time
from bot.daily.zones import find
from bot.errors import NoSuchDocument, TimeAndZoneNeeded
from bot.library import Library
from bot.model import EVERY_DAY, Order, Plan

ALL: Final = "all"


@dataclass(frozen=True, slots=True)
class Change:
    """What an admin typed; None leaves a setting as it is. `clear` names what goes back to its default."""

    at: str | None = None
    zone: str | None = None
    document: str | None = None
    days: str | None = None
    order: Order | None = None
    role_id: int | None = None
    thread: bool | None = None
    publish: bool | None = None
    clear: str | None = None


def changed(before: Plan | None, change: Change, library: Library) -> Plan:
    """Return a plan with a change made to it, or for None a new one.

    Raises BadTime, BadZone, BadDays, NoSuchDocument, NoCommitments, TimeAndZoneNeeded.
    """
    if before is None:
        if change.at is None or change.zone is None:
            raise TimeAndZoneNeeded
        # By name, so that another default later does not change what a channel was promised.
        before = Plan(parse_time(change.at), find(change.zone), _documents(change.document, library))
    else:
        # One whose zone the data lost can be set only to another.
        zone_name = find(before.zone if change.zone is None else change.zone)
        before = replace(before, at=before.at if change.at is None else parse_time(change.at), zone=zone_name)
    cleared: dict[str, Plan] = {
        "role": replace(before, role_id=None),
        "thread": replace(before, thread=False),
        "publish": replace(before, publish=False),
        "days": replace(before, days=EVERY_DAY),
    }
    before = cleared.get(change.clear or "", before)
    plan = replace(
        before,
        documents=before.documents if change.document is None else _documents(change.document, library),
        days=before.days if change.days is None else parse_days(change.days),
        order=change.order or before.order,
        role_id=before.role_id if change.role_id is None else change.role_id,
        thread=before.thread if change.thread is None else change.thread,
        publish=before.publish if change.publish is None else change.publish,
    )
    library.commitments_of(plan.documents)  # without any commitment nothing could ever be posted
    return plan


def _documents(given: str | None, library: Library) -> tuple[str, ...]:
    """Return the slugs of what was typed: one document, several with commas between, or all."""
    if given is not None and given.strip().casefold() == ALL:
        return ()
    try:
        found = [library.document(given)]  # a title may have a comma too
    except NoSuchDocument:
        names = [name for name in (given or "").split(",") if name.strip()]
        if len(names) < 2:
            raise
        found = [library.document(name) for name in names]
    for document in found:
        library.commitments(document.slug)
    return tuple(dict.fromkeys(document.slug for document in found))
