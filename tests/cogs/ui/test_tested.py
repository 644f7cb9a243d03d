"""What /daily test says: where the test is, why it is not there, or that one should look."""

from __future__ import annotations

import pytest

from bot.daily.posting import Refused, Result, Sent, Unreached, Unsure
from cogs.ui import daily
from tests.cogs.ui.conftest import components, sendable, texts
from tests.cogs.ui.test_daily import SET


def test_what_became_of_a_test() -> None:
    view = daily.tested(SET, Sent(5), 100)
    sendable(view)
    assert [c["url"] for c in components(view) if "url" in c] == ["https://discord.com/channels/100/200/5"]


@pytest.mark.parametrize(
    ("result", "words"),
    [
        (Refused("50013"), "The test did not reach <#200>: I was not allowed to post (50013)."),
        (Unreached("timeout"), "The test did not reach <#200>: Discord did not answer (timeout)."),
        (Unsure("timeout"), "Look in <#200> whether the test is there: Discord did not answer (timeout)."),
        (Unsure("HTTP 502"), "Look in <#200> whether the test is there: Discord had an error of its own (HTTP 502)."),
    ],
)
def test_a_test_without_an_answer_is_not_said_to_be_lost(result: Result, words: str) -> None:
    assert texts(daily.tested(SET, result, 100)) == words
