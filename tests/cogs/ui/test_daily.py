"""What admins see of daily posts: in plain words, and within what Discord takes however much there is."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from bot.daily.outlook import History, Shown, Upcoming
from bot.daily.subscriptions import Put
from bot.model import Commitment, Delivery, Order, Outcome, Plan, Subscription
from cogs.ui import daily, reasons
from cogs.ui.diagnosis import Check
from cogs.ui.parts import View
from tests.cogs.ui.conftest import components, document, labels, sendable, texts

LONGEST_ID = 2**63 - 1
DUE = datetime(2026, 9, 30, 22, 45, tzinfo=UTC)
DAY = DUE.date()
PLAN = Plan(time(9), "Europe/Kyiv", ("a-document",))
SET = Subscription(7, 100, 200, PLAN, DAY, DUE)
LONGEST = Plan(
    time(23, 45),
    "America/Argentina/ComodRivadavia",
    tuple(f"{n:02}{'_' * 38}" for n in range(60)),
    0b1010101,
    Order.SHUFFLE,
    LONGEST_ID,
    thread=True,
    publish=True,
)
SENT = Delivery(7, DAY, DUE, DUE, "d", "1.1", "x", 1, outcome=Outcome.SENT, message_id=5, ended_at=DUE)
REASONS = [*reasons._WORDS, *(f"suspended {code}" for code in reasons.SUSPENDED), "ServerDisconnectedError"]
NOTE = "thread ServerDisconnectedError, publish ServerDisconnectedError"


def longest(number: int, **more: Any) -> Subscription:
    return Subscription(10**9 + number, LONGEST_ID, LONGEST_ID - number, LONGEST, DAY, DUE, **more)


def ended(outcome: Outcome | None, reason: str | None, note: str | None = None, **more: Any) -> Delivery:
    sent = outcome is Outcome.SENT
    return replace(SENT, outcome=outcome, reason=reason, note=note, message_id=LONGEST_ID if sent else None, **more)


def with_every_notice(view: View) -> View:
    """Put above a reply as many and as long notices as there can be, and check that it can be sent."""
    notices = [longest(n, notice="suspended", suspended="50001") for n in range(20)]
    for found in (notices, [replace(n, notice="zone") for n in notices]):
        body = texts(view)
        sendable(daily.with_notices(view, found))
        above, below = texts(view).split(body)
        assert above.count("The daily post in") == daily.NOTICE_LIMIT
        assert "And 18 more: **/daily show** lists them." in above
        assert not below
        view.remove_item(view.children[0])
    return view


# What is set.


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, "<#200> every day at 09:00 Europe/Kyiv, from a-document\n-# Next: <t:"),
        ({"days": 0b0011111}, "on weekdays at 09:00"),
        ({"documents": ()}, "from all documents"),
        ({"documents": ("a_b", "c")}, "from a\\_b, c\n"),
        ({"documents": tuple("abcdefg")}, "from a, b, c, d, e and 2 more\n"),
        ({"order": Order.SHUFFLE, "role_id": 5, "thread": True, "publish": True}, None),
    ],
)
def test_a_daily_post_in_two_lines(change: dict[str, Any], words: str | None) -> None:
    told = daily.schedule(replace(SET, plan=replace(PLAN, **change)))
    assert (words or "from a-document, shuffled, mentioning <@&5>, with a thread, published\n") in told


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ({}, f"-# Next: <t:{DUE.timestamp():.0f}:F> (<t:{DUE.timestamp():.0f}:R>)"),
        ({"paused": True}, "-# Paused: **/daily resume** goes on."),
        ({"suspended": "50013"}, "-# Suspended: I may not post there (Missing Permissions). Give me Send Messages"),
        ({"suspended": "50001", "paused": True}, "-# Suspended: I cannot see the channel"),
        ({"suspended": "10003"}, "-# Suspended: the channel was deleted. /daily set with another channel"),
    ],
)
def test_when_the_next_is_or_why_there_is_none(state: dict[str, Any], words: str) -> None:
    assert words in daily.schedule(replace(SET, **state))


@pytest.mark.parametrize(("moved", "out_today"), [(False, False), (True, False), (False, True), (True, True)])
def test_the_answer_to_set_says_what_else_it_means(moved: bool, out_today: bool) -> None:
    told = texts(daily.was_set(Put(SET, moved, out_today)))
    assert told.startswith("Set: <#200>")
    assert ("takes the place of the one whose channel was deleted" in told) == moved
    assert ("this counts from the next date" in told) == out_today
    with_every_notice(daily.was_set(Put(longest(1), moved, out_today)))


# What was.


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (ended(Outcome.SENT, None), f"sent, https://discord.com/channels/100/200/{LONGEST_ID}$"),
        (ended(Outcome.SENT, None, ended_at=DUE + timedelta(seconds=119)), f"{LONGEST_ID}$"),
        (ended(Outcome.SENT, None, ended_at=DUE + timedelta(minutes=2)), ", 2 min late$"),
        (ended(Outcome.SENT, None, ended_at=DUE + timedelta(hours=5, minutes=59)), ", 5 h 59 min late$"),
        (ended(Outcome.SENT, None, "thread 50013"), ", but the thread failed \\(50013\\)$"),
        (ended(Outcome.MISSED, "down"), "missed \\(down\\): I was not running"),
        (ended(Outcome.SKIPPED, "admin"), "skipped \\(admin\\): left out by an admin"),
        (ended(Outcome.FAILED, "50013"), "failed \\(50013\\): I was not allowed to post"),
        (ended(Outcome.UNKNOWN, "too much"), "unknown \\(too much\\): the answer was lost"),
        (ended(None, None), "being sent$"),
        (ended(None, "HTTP 503"), "being sent: Discord had an error of its own \\(HTTP 503\\)$"),
    ],
)
def test_a_day_in_a_line(row: Delivery, words: str) -> None:
    shown = texts(daily.history(History(SET, (row,), 0, 1, DAY), 100))
    line = shown.splitlines()[-1]
    assert line.startswith("30 September 2026, ")
    assert re.search(words, line), line
    assert texts(daily.posted(row, SET, 100)).startswith(line)


@pytest.mark.parametrize("reason", REASONS)
@pytest.mark.parametrize("outcome", [None, *Outcome])
def test_the_longest_history_can_be_sent(outcome: Outcome | None, reason: str) -> None:
    row = ended(outcome, reason, NOTE, ended_at=DUE + timedelta(hours=22, minutes=59))
    found = History(longest(1), (row,) * 10, 5, 9999, DAY)
    view = with_every_notice(daily.history(found, LONGEST_ID))
    assert labels(view)[:2] == ["Previous", "Next"]


@pytest.mark.parametrize("outcome", [None, *Outcome])
@pytest.mark.parametrize("back", [0, 1])
def test_only_a_today_without_a_post_can_be_posted_now(outcome: Outcome | None, back: int) -> None:
    today = DAY + timedelta(days=back)
    view = daily.history(History(SET, (ended(outcome, "down"),), 0, 1, today), 100)
    assert labels(view) == (["Post it now"] if outcome in {Outcome.MISSED, Outcome.FAILED} and not back else [])


def test_an_empty_history_says_so() -> None:
    assert "Nothing is in the history of <#200> yet." in texts(daily.history(History(SET, (), 0, 1, DAY), 100))


@pytest.mark.parametrize(("row", "again"), [(ended(None, "HTTP 503"), True), (ended(Outcome.MISSED, "down"), False)])
def test_what_is_posted_late_is_told_with_what_comes_next(row: Delivery, again: bool) -> None:
    assert ("It is tried again by itself." in texts(daily.posted(row, SET, 100))) == again


def test_a_removal_is_asked_once_more() -> None:
    view = daily.confirm_removal(longest(1))
    with_every_notice(view)
    assert labels(view) == ["Remove", "Keep"]


# What comes, and what there is.


@pytest.mark.parametrize("words", ["word ", "* ", "_", "😀", "a:b "])
@pytest.mark.parametrize("state", [{}, {"paused": True}, {"suspended": "50001"}])
def test_the_longest_preview_can_be_sent(words: str, state: dict[str, Any]) -> None:
    text = "\n\n".join(f"We will {words * 90} {n}." for n in range(14))
    made = document(text, f"short_title = '{(words * 100)[:60].strip()}'\nedition = 'e'")
    found = [
        Upcoming(DAY, DUE, Commitment(made, 999_999, paragraph.sentences[0], n, 14))
        for n, paragraph in enumerate(made.paragraphs)
    ]
    assert len(found) == 14
    view = with_every_notice(daily.preview(longest(1, **state), found))
    assert "**The next 14 posts in <#" in texts(view)
    assert ("-# Suspended" in texts(view) or "-# Paused" in texts(view)) == bool(state)


def pages(make: Any) -> list[View]:
    """Return every page of a list, turning by its Next button."""
    found: list[View] = []
    while True:
        view = make(len(found))
        found.append(view)
        of = re.search(r"-# Page (\d+) of (\d+)", texts(view))
        assert ("Next" in labels(view)) == (of is not None)
        if of is None or int(of[2]) == len(found):
            return found
        assert int(of[1]) == len(found)


def test_none_is_told_how_to_begin() -> None:
    assert "**/daily set** makes one" in texts(daily.shown([], 100, 0))
    assert "there is nothing to look at" in texts(daily.doctor([], 0))


@pytest.mark.parametrize("number", [1, 2, 20])
@pytest.mark.parametrize("faults", [(), ("It is wrong. " * 15,) * 8], ids=["well", "faults"])
@pytest.mark.parametrize("long", [False, True])
def test_every_daily_post_is_shown_once_and_every_page_can_be_sent(number: int, faults: Any, long: bool) -> None:
    last = ended(Outcome.FAILED, "unreadable", NOTE)
    made = [longest(n) if long else replace(SET, channel_id=200 + n) for n in range(number)]
    found = [(Shown(each, last), faults) for each in made]
    shown = [texts(with_every_notice(view)) for view in pages(lambda page: daily.shown(found, LONGEST_ID, page))]
    everything = "\n".join(shown)
    assert [everything.count(f"\n<#{each.channel_id}> ") for each in made] == [1] * number
    assert everything.count("-# ⚠ It is wrong") == len(faults) * number
    assert all(f"**{number} daily post" in page for page in shown)


@pytest.mark.parametrize("number", [1, 20])
@pytest.mark.parametrize("checks", [1, 18])
def test_every_check_is_shown_once_those_with_faults_first(number: int, checks: int) -> None:
    found = [
        (longest(n), [Check(n % 3 > 0, f"Something of {n} that was looked at, {'a' * 60}.")] * checks)
        for n in range(number)
    ]
    views = pages(lambda page: daily.doctor(found, page))
    everything = "\n".join(texts(with_every_notice(view)) for view in views)
    heads = re.findall(r"\*\*<#\d+>: (all is well|something is to be changed)\*\*", everything)
    assert len(heads) == number
    assert heads == sorted(heads, reverse=True)
    assert everything.count("✗") + everything.count("✓") == checks * number


@pytest.mark.parametrize("page", [-3, 99, 10**9])
def test_a_page_that_is_not_there_is_the_nearest(page: int) -> None:
    found = [(Shown(longest(n), None), ("a" * 400,)) for n in range(20)]
    view = daily.shown(found, 100, page)
    last = len(pages(lambda number: daily.shown(found, 100, number)))
    assert f"-# Page {1 if page < 0 else last} of {last}" in texts(view)
    disabled = [c["label"] for c in components(view) if c.get("disabled")]
    assert disabled == (["Previous"] if page < 0 else ["Next"])


def test_a_notice_says_what_happened_and_that_nothing_is_lost() -> None:
    told = daily.suspension(replace(SET, suspended="50013", notice="suspended"))
    assert told == (
        "The daily post in <#200> is suspended: I may not post there (Missing Permissions). Give me Send Messages;"
        " posts then go on by themselves. Its settings are kept."
    )
    assert "time zone Europe/Kyiv" in daily.suspension(replace(SET, notice="zone"))


def test_without_notices_a_reply_is_as_it_was() -> None:
    view = daily.was_set(Put(SET, moved=False, out_today=False))
    before = view.to_components()  # type: ignore[no-untyped-call]
    assert daily.with_notices(view, []).to_components() == before  # type: ignore[no-untyped-call]
