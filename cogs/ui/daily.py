"""Presenters of daily posts: what is set, what comes, what was; pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import discord
from discord import ui
from discord.utils import format_dt

from bot.daily.outlook import History, Shown, Upcoming
from bot.daily.posting import Refused, Result, Sent, Unreached, Unsure
from bot.daily.schedule import name_days
from bot.daily.subscriptions import Put
from bot.model import Delivery, Order, Outcome, Subscription
from bot.text import citation
from cogs.ui import reasons
from cogs.ui.diagnosis import Check
from cogs.ui.markdown import begin, escape
from cogs.ui.parts import Button, View, card, count, day, link, notice, page_of, pages_of, text

NOTICE_LIMIT: Final = 2
"""Notices in a reply; its other text leaves room for so many."""
DOCUMENTS: Final = 5
"""Documents of a daily post that are named; the others are counted."""
LATE_FROM: Final = 120
"""Seconds after the due time from which a post is called late."""


def schedule(found: Subscription) -> str:
    """Return a subscription in two lines: where, when and what; then when the next is."""
    plan = found.plan
    extras = [
        "shuffled" if plan.order is Order.SHUFFLE else None,
        f"mentioning <@&{plan.role_id}>" if plan.role_id else None,
        "with a thread" if plan.thread else None,
        "published" if plan.publish else None,
    ]
    more = len(plan.documents) - DOCUMENTS
    documents = ", ".join(map(escape, plan.documents[:DOCUMENTS])) + (f" and {more} more" if more > 0 else "")
    documents = documents or "all documents"
    what = ", ".join(filter(None, [f"from {documents}", *extras]))
    return f"<#{found.channel_id}> {name_days(plan.days)} at {plan.at:%H:%M} {plan.zone}, {what}\n-# {_next(found)}"


def _next(found: Subscription) -> str:
    if found.suspended is not None:
        return f"Suspended: {reasons.SUSPENDED[found.suspended]}"
    if found.paused:
        return "Paused: **/daily resume** goes on."
    return f"Next: {_when(found.next_due_at)}"


def _when(moment: datetime) -> str:
    return f"{format_dt(moment, 'F')} ({format_dt(moment, 'R')})"


def was_set(put: Put) -> View:
    """Return the answer to `/daily set`."""
    lines = [f"Set: {schedule(put.subscription)}"]
    if put.moved:
        lines.append("-# It takes the place of the one whose channel was deleted; its history and its order go on.")
    if put.out_today:
        lines.append("-# Today's post is in the history already: this counts from the next date.")
    return notice("\n".join(lines))


def shown(found: Sequence[tuple[Shown, Sequence[str]]], guild_id: int, page: int) -> View:
    """Return a server's daily posts: where, when, from what, what is wrong, and how the last one ended."""
    if not found:
        return notice("There is no daily post on this server yet. **/daily set** makes one.")
    lines = []
    for each, faults in found:
        parts = [schedule(each.subscription), *(f"-# ⚠ {fault}" for fault in faults)]
        if each.last is not None:
            parts.append(f"-# Last: {_ended(each.last, each.subscription, guild_id)}")
        lines.append("\n".join(parts))
    return _listed(f"**{count(len(found), 'daily post')}**", lines, page, "show")


def _listed(head: str, lines: Sequence[str], page: int, action: str) -> View:
    pages = pages_of(lines)
    page = max(0, min(page, len(pages) - 1))
    rows = (text(line) for line in pages[page])
    return card(text(head, page_of(page, len(pages))), *rows, buttons=turns(action, 0, page, len(pages)))


def turns(action: str, subject: int, page: int, pages: int) -> list[Button]:
    """Return the buttons to turn the pages of a list; none where there is one page."""
    if pages == 1:
        return []
    return [
        act("Previous", action, subject, max(page - 1, 0), "<", disabled=page == 0),
        act("Next", action, subject, min(page + 1, pages - 1), ">", disabled=page == pages - 1),
    ]


def act(label: str, action: str, subject: int, page: int = 0, mark: str = "", **options: Any) -> Button:
    """Return a button that does something for a subscription (or 0: the server), by its id alone."""
    return ui.Button(label=label, custom_id=f"h1:do:{action}:{subject}:{page}{mark}", **options)


def _ended(row: Delivery, subscription: Subscription, guild_id: int) -> str:
    """Return a row of the ledger in a line."""
    told = f"{day(row.local_date)}, "
    if row.outcome is None:
        since = f": {reasons.words(row.reason)} ({row.reason})" if row.reason else ""
        return f"{told}being sent{since}"
    told += f"{row.outcome}"
    if row.reason:
        told += f" ({row.reason}): {reasons.words(row.reason)}"
    if row.outcome is Outcome.SENT:
        told += f", https://discord.com/channels/{guild_id}/{subscription.channel_id}/{row.message_id}"
        late = int((row.ended_at - row.due_at).total_seconds()) if row.ended_at else 0
        if late >= LATE_FROM:
            hours, minutes = divmod(late // 60, 60)
            told += f", {f'{hours} h ' if hours else ''}{minutes} min late"
    return f"{told}, but {reasons.note(row.note)}" if row.note else told


def preview(subscription: Subscription, found: Sequence[Upcoming]) -> View:
    """Return the posts to come, each with its moment and its first words."""
    lines = [
        f"{format_dt(each.due_at, 'F')}, {begin(each.commitment.document.short_title, 40)},"
        f" {citation.label(each.commitment.citation)}\n-# {begin(each.commitment.sentence.text, 120)}"
        for each in found
    ]
    head = f"**The next {count(len(found), 'post')} in <#{subscription.channel_id}>**"
    standing = None if subscription.suspended is None and not subscription.paused else f"-# {_next(subscription)}"
    return card(text(head, standing), *map(text, lines))


def history(found: History, guild_id: int) -> View:
    """Return a page of outcomes, the latest first; today can be posted where it ended without a post."""
    subscription = found.subscription
    if not found.rows:
        return notice(f"Nothing is in the history of <#{subscription.channel_id}> yet.")
    buttons = turns("history", subscription.id, found.page, found.pages)
    missing = {Outcome.MISSED, Outcome.FAILED}
    if any(row.local_date == found.today and row.outcome in missing for row in found.rows):
        buttons.append(act("Post it now", "post", subscription.id))
    head = text(f"**History of <#{subscription.channel_id}>**", page_of(found.page, found.pages))
    return card(head, text(*(_ended(row, subscription, guild_id) for row in found.rows)), buttons=buttons)


def confirm_removal(subscription: Subscription) -> View:
    """Ask before a daily post is removed with its history."""
    return card(
        text(f"Remove this daily post, and forget its history?\n{schedule(subscription)}"),
        buttons=[
            act("Remove", "remove", subscription.id, style=discord.ButtonStyle.danger),
            act("Keep", "keep", subscription.id),
        ],
    )


def posted(row: Delivery, subscription: Subscription, guild_id: int) -> View:
    """Return what became of a post that an admin asked for."""
    again = " It is tried again by itself." if row.outcome is None else ""
    return notice(f"{_ended(row, subscription, guild_id)}.{again}")


def tested(subscription: Subscription, result: Result, guild_id: int) -> View:
    """Return what became of a test post."""
    where = f"<#{subscription.channel_id}>"
    match result:
        case Sent(message_id):
            url = f"https://discord.com/channels/{guild_id}/{subscription.channel_id}/{message_id}"
            return card(text(f"A test was posted in {where}."), buttons=[link("Show it", url)])
        case Unsure(reason):
            return notice(f"Look in {where} whether the test is there: {reasons.words(reason)} ({reason}).")
        case Refused(reason) | Unreached(reason):
            return notice(f"The test did not reach {where}: {reasons.words(reason)} ({reason}).")


def doctor(found: Sequence[tuple[Subscription, Sequence[Check]]], page: int) -> View:
    """Return, for every subscription, each thing that it needs: well, or what to change; those with faults first."""
    if not found:
        return notice("There is no daily post on this server yet, so there is nothing to look at.")
    lines = []
    for subscription, checks in sorted(found, key=lambda each: all(check.well for check in each[1])):
        well = all(check.well for check in checks)
        head = f"**<#{subscription.channel_id}>: {'all is well' if well else 'something is to be changed'}**"
        lines.append("\n".join([head, *(f"{'✓' if check.well else '✗'} {check.words}" for check in checks)]))
    return _listed(f"**Looked at {count(len(found), 'daily post')}**", lines, page, "doctor")


def suspension(subscription: Subscription) -> str:
    """Return what the admins are told, once."""
    where = f"The daily post in <#{subscription.channel_id}>"
    if subscription.notice == "zone":
        return (
            f"{where} has new rules for its time zone {subscription.plan.zone}, or none any more:"
            " look at **/daily show**, and set another if need be."
        )
    return f"{where} is suspended: {reasons.SUSPENDED[subscription.suspended or '50013']} Its settings are kept."


def suspensions(found: Sequence[Subscription]) -> str:
    """Return what the admins are told of several."""
    lines = [suspension(subscription) for subscription in found[:NOTICE_LIMIT]]
    more = len(found) - len(lines)
    if more:
        lines.append(f"And {more} more: **/daily show** lists them.")
    return "\n".join(lines)


def with_notices(view: View, found: Sequence[Subscription]) -> View:
    """Put above a reply what the admins were not told yet."""
    if found:
        above: ui.Item[Any] = ui.TextDisplay(suspensions(found))
        rest = view.children
        view.clear_items()
        for item in (above, *rest):
            view.add_item(item)
    return view
