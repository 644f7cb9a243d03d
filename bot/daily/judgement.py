"""What becomes of the days of a subscription that are due: ended with a reason, to be posted, or to wait; pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum, auto

from bot.daily.schedule import due_at, first_due
from bot.model import Ending, Outcome, Subscription


class Verdict(Enum):
    REST = auto()
    """Nothing more is due."""
    POST = auto()
    WAIT = auto()
    """The server has not been received from the gateway: no judgement yet."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """The days that ended, and the first that did not: its local date, its due moment, what is to be done."""

    endings: tuple[Ending, ...]
    day: date
    due_at: datetime
    verdict: Verdict


def following(subscription: Subscription, day: date, due: datetime) -> tuple[date, datetime]:
    """Return the local date and the due moment of the post after one. Raises BadZone."""
    plan = subscription.plan
    return first_due(due, plan.at, plan.zone, days=plan.days, after=day)


def judge(subscription: Subscription, now: datetime, grace: timedelta, *, writable: bool | None) -> Judgement:
    """Judge every day of a subscription that is due at `now`; `writable` is None while its server was not received.

    Raises BadZone.
    """
    endings: list[Ending] = []
    day = subscription.due_date
    due = due_at(day, subscription.plan.at, subscription.plan.zone)
    while due <= now:
        waited = not endings and subscription.next_due_at > due
        ended = _ended(subscription, late=now - due > grace, waited=waited, writable=writable)
        if ended is None:
            verdict = Verdict.WAIT if writable is None else Verdict.POST
            return Judgement(tuple(endings), day, due, verdict)
        endings.append(Ending(day, due, *ended))
        day, due = following(subscription, day, due)
    return Judgement(tuple(endings), day, due, Verdict.REST)


def _ended(
    subscription: Subscription, *, late: bool, waited: bool, writable: bool | None
) -> tuple[Outcome, str] | None:
    if subscription.left_at is not None:
        return Outcome.MISSED, "removed"
    if subscription.paused:
        return Outcome.SKIPPED, "paused"
    if subscription.suspended is not None and (late or writable is False or subscription.suspended == "10003"):
        return Outcome.MISSED, f"suspended {subscription.suspended}"
    if late:
        return Outcome.MISSED, "not ready" if waited else "down"
    return None
