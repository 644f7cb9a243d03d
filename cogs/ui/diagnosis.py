"""What a daily post needs, and whether it has it: for /daily show and doctor; pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from bot.daily.zones import zone
from bot.errors import BadZone, NoCommitments
from bot.library import Library
from bot.model import Plan, Subscription
from cogs.places import Mention, Place
from cogs.ui.markdown import escape
from cogs.ui.parts import count

DOCUMENTS: Final = 8
"""Documents that are told one by one; of more, those with a fault."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at, in words that say what to do where it is not well."""

    well: bool
    words: str


def diagnose(subscription: Subscription, place: Place | None, library: Library) -> tuple[Check, ...]:
    """Look at a subscription; `place` is its channel as the gateway has shown it, None for one that is gone."""
    return (*_channel(subscription, place), *_texts(subscription, library))


def _channel(subscription: Subscription, place: Place | None) -> Iterator[Check]:
    if place is None:
        yield Check(False, "The channel was deleted: **/daily set** with another channel goes on there.")
        return
    held = [name for name, has in place.allowed.items() if has]
    if held:
        yield Check(True, f"I have {', '.join(held)}.")
    for name in place.missing:
        yield Check(False, f"{name} is missing: give it to me in the channel's settings, Permissions.")
    plan = subscription.plan
    if plan.publish:
        words = "Posts can be published: it is an announcement channel."
        otherwise = "Posts cannot be published, it is no announcement channel: **/daily set clear:publish**."
        yield Check(place.announcements, words if place.announcements else otherwise)
    match place.mention:
        case Mention.NOTIFIES:
            yield Check(True, f"<@&{plan.role_id}> is notified.")
        case Mention.SILENT:
            words = "is mentioned, but nobody is notified: make the role mentionable, or give me Mention Everyone."
            yield Check(False, f"<@&{plan.role_id}> {words}")
        case Mention.GONE:
            yield Check(False, "The role was deleted: choose another, or **/daily set clear:role**.")


def _texts(subscription: Subscription, library: Library) -> Iterator[Check]:
    plan = subscription.plan
    try:
        zone(plan.zone)
        yield Check(True, f"The time zone is {plan.zone}.")
    except BadZone:
        yield Check(False, f"There is no time zone {plan.zone} any more: choose another with **/daily set**.")
    there = {document.slug for document in library.documents()}
    checks = [_document(slug, plan, library) for slug in plan.documents or sorted(there)]
    wrong = [check for check in checks if not check.well]
    shown = (wrong or checks)[:DOCUMENTS] if len(checks) > DOCUMENTS else checks
    yield from shown
    if more := len(checks) - len(shown):
        well = len(wrong) <= DOCUMENTS
        yield Check(well, f"And {count(more, 'document')} more{'' if well else ', not all of them well'}.")


def _document(slug: str, plan: Plan, library: Library) -> Check:
    if slug not in {document.slug for document in library.documents()}:
        return Check(False, f"The document {escape(slug)} is gone: choose another with **/daily set**.")
    try:
        return Check(True, f"{escape(slug)} has {count(len(library.commitments(slug)), 'key commitment')}.")
    except NoCommitments:
        # Where all are posted, one without commitments is just passed over.
        return Check(not plan.documents, f"{escape(slug)} has no key commitments to post.")
