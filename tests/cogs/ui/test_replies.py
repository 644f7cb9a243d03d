"""Every refusal is a helpful sentence that can be sent, whatever was typed."""

from __future__ import annotations

import dataclasses
from types import SimpleNamespace
from typing import Any

import discord
import pytest
from discord import app_commands

from bot import errors
from cogs.ui.parts import View, notice
from cogs.ui.replies import explain, refuse
from tests.cogs.ui.conftest import sendable, texts

CLASSES = [
    found
    for found in vars(errors).values()
    if isinstance(found, type) and issubclass(found, errors.HeraldError) and found is not errors.HeraldError
]
HOSTILE = "@everyone **<@&1>** " * 400
VALUES = {
    "str": HOSTILE,
    "int": 10**9,
    "int | None": None,
    "tuple[str, ...]": (HOSTILE,) * 50,
    "tuple[SeedError, ...]": (errors.SeedError(HOSTILE, "line 3", HOSTILE),) * 50,
}


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_every_class_has_its_sentence(kind: type[errors.HeraldError]) -> None:
    error = kind(**{field.name: VALUES[str(field.type)] for field in dataclasses.fields(kind)})
    sentence = explain(error)
    assert sentence.rstrip("*").endswith((".", "?", "them", "…"))
    assert "<@&1>" not in sentence.replace("\\<", "")
    assert "@everyone" not in sentence.replace("\\@", "")
    sendable(notice(sentence))


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (errors.BadCitation(" "), "A blank is not a place"),
        (errors.BadCitation("abc"), "“abc” is not a place in a document. Try **3**"),
        (errors.ReversedRange(3, 1), "Did you mean **1-3**?"),
        (errors.NoSuchParagraph(99, 0, 6, "S"), "no paragraph 99 in S: it has the preamble (0) to 6."),
        (errors.NoSuchSentence(9, 3, 8), "Paragraph 3 has 8 sentences, so there is no 3.9. Try **3.8**."),
        (errors.NoSuchSentence(9, 0, 1), "The preamble has one sentence"),
        (errors.BadZone("Kiev", ("Europe/Kyiv",)), "Did you mean **Europe/Kyiv**?"),
        (errors.MissingPermissions(5, ("Send Messages",)), "Give me **Send Messages** there"),
        (errors.BadTime("25:30"), "“25\\:30” is not a time of day. Try **09:00**"),
        (errors.BadDays("someday"), "“someday” are no days of the week. Try **weekdays**"),
        (errors.TimeAndZoneNeeded(), "give a **time** and a **timezone**"),
        (errors.WrongChannel(5), "<#5> cannot take a daily post: choose a text or an announcement channel"),
        (errors.NotAnnouncements(5), "<#5> is no announcement channel"),
        (errors.RoleIsEveryone(), "I never mention everyone"),
        (errors.RoleNotMentionable(6, 5), "A mention of <@&6> would notify nobody in <#5>"),
        (errors.TooManySubscriptions(20), "**/daily remove** makes room"),
        (errors.NoSuchSubscription(None), "name its channel"),
        (errors.NoSuchSubscription(5), "There is no daily post in <#5>"),
        (errors.SubscriptionGone(), "is not there any more"),
        (errors.SubscriptionPaused(), "**/daily resume** first"),
        (errors.NoSuchChannel("#gone"), "I see no channel “\\#gone”"),
        (errors.NothingToPost(), "today's post is out, on its way, or not due yet"),
        (errors.SeedError("a.txt", "line 3", "is odd"), r"a.txt, line 3\: is odd"),
    ],
)
def test_it_says_what_to_do(error: errors.HeraldError, words: str) -> None:
    assert words in explain(error)


class FakeInteraction:
    """Keeps what was answered; an interaction that is over cannot be answered any more."""

    def __init__(self, *, over: bool = False) -> None:
        self.answers: list[View] = []
        self.over = over
        self.command = SimpleNamespace(qualified_name="daily set")
        self.guild_id = 100
        self.response = self

    def is_done(self) -> bool:
        return False

    async def send_message(self, *, view: View, ephemeral: bool) -> None:
        assert ephemeral
        if self.over:
            response: Any = SimpleNamespace(status=404, reason="Not Found")
            raise discord.NotFound(response, {"code": 10062, "message": "Unknown interaction"})
        self.answers.append(view)


def invoked(error: Exception) -> Exception:
    command: Any = SimpleNamespace(name="set")
    return app_commands.CommandInvokeError(command, error)


@pytest.mark.parametrize(
    ("error", "words", "logged"),
    [
        (errors.BadTime("noon"), "“noon” is not a time of day", False),
        (invoked(errors.BadTime("noon")), "“noon” is not a time of day", False),
        (app_commands.CommandOnCooldown(app_commands.Cooldown(10, 20), 3.2), "Try again in 4 seconds.", False),
        (app_commands.MissingPermissions(["manage_guild"]), "Only who has the permission Manage Server", False),
        (app_commands.NoPrivateMessage(), "This works on a server that I was added to", False),
        (app_commands.CommandNotFound("set", []), "This command has changed since your Discord loaded it", False),
        (ValueError("secret"), "That went wrong on my side and is noted.", True),
        (invoked(ValueError("secret")), "That went wrong on my side and is noted.", True),
    ],
)
async def test_every_fault_is_answered_and_only_our_own_is_logged(
    error: Exception, words: str, logged: bool, caplog: pytest.LogCaptureFixture
) -> None:
    interaction: Any = FakeInteraction()
    await refuse(interaction, error)
    (answer,) = interaction.answers
    sendable(answer)
    assert words in texts(answer)
    assert "secret" not in texts(answer)
    assert ("daily set failed in guild 100" in caplog.text) == logged


async def test_where_nobody_is_left_to_tell_it_is_not_an_error(caplog: pytest.LogCaptureFixture) -> None:
    interaction: Any = FakeInteraction(over=True)
    await refuse(interaction, errors.BadTime("noon"))
    assert "a refusal could not be delivered" in caplog.text
    assert "noon" not in caplog.text
