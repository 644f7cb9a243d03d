"""Buttons under the replies of /daily: they work by their ids alone, and for those alone who may."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import discord
import pytest
from discord import ui

from bot.client import PERMISSIONS
from bot.daily.posting import Refused, Unreached
from cogs import places
from cogs.places import Mention, Place
from cogs.ui import daily as show
from cogs.ui import daily_buttons
from cogs.ui.daily_buttons import HISTORY_PAGE, DailyButton
from cogs.ui.parts import View
from tests.cogs.ui.conftest import components, sendable, texts
from tests.daily.conftest import CHANNEL, GUILD, Daily

WELL = Place(dict.fromkeys(PERMISSIONS, True), False, Mention.NONE)


@dataclass
class FakeResponse:
    """What was answered: the message changed, or deferred."""

    edited: list[View] = field(default_factory=list)
    sent: list[View] = field(default_factory=list)
    deferred: bool = False

    def is_done(self) -> bool:
        return self.deferred

    async def edit_message(self, *, view: View) -> None:
        self.edited.append(view)

    async def defer(self, *, ephemeral: bool, thinking: bool) -> None:
        assert ephemeral
        self.deferred = True

    async def send_message(self, *, view: View, ephemeral: bool) -> None:
        assert ephemeral
        self.sent.append(view)

    async def send(self, *, view: View, ephemeral: bool) -> None:
        assert self.deferred
        await self.__class__.send_message(self, view=view, ephemeral=ephemeral)


@pytest.fixture(autouse=True)
def _allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every channel is there, and the bot may write in it; tests/wire has those where it may not."""
    monkeypatch.setattr(places, "look", lambda *_: WELL)


def services(daily: Daily) -> Any:
    return SimpleNamespace(subscriptions=daily.subscriptions, outlook=daily.outlook, library=daily.library)


def guild(id_: int = GUILD) -> discord.Guild:
    return cast("discord.Guild", SimpleNamespace(id=id_))


async def press(
    daily: Daily, custom_id: str, *, asked: bool = True, manages: bool = False, guild_id: int | None = GUILD
) -> FakeResponse:
    """Press a button, as discord.py does it: by its id, with nothing but the message known."""
    response = FakeResponse()
    match = DailyButton.__discord_ui_compiled_template__.fullmatch(custom_id)
    assert match is not None, custom_id
    interaction: Any = SimpleNamespace(
        client=SimpleNamespace(services=services(daily)),
        guild=None if guild_id is None else guild(guild_id),
        guild_id=guild_id,
        command=None,
        user=SimpleNamespace(id=1),
        message=SimpleNamespace(
            interaction_metadata=SimpleNamespace(user=SimpleNamespace(id=1 if asked else 2)),
        ),
        permissions=discord.Permissions(manage_guild=manages),
        response=response,
        followup=response,
    )
    item: Any = ui.Button(custom_id=custom_id)
    await (await DailyButton.from_custom_id(interaction, item, match)).callback(interaction)
    return response


def ids(view: View) -> dict[str, str]:
    return {c["label"]: c["custom_id"] for c in components(view) if "custom_id" in c}


async def test_a_list_is_turned_to_its_end_and_back(daily: Daily) -> None:
    for number in range(20):
        await daily.put(number + 1, zone="America/Argentina/Ushuaia", document="all", order="shuffle", role_id=2**62)
    for make in (daily_buttons.shown, daily_buttons.doctor):
        view = await make(services(daily), guild())
        sendable(view)
        first, seen = texts(view), [texts(view)]
        while "Next" in ids(view) and f"Page {len(seen)} of {len(seen)}" not in seen[-1]:
            (view,) = (await press(daily, ids(view)["Next"])).edited
            sendable(view)
            seen.append(texts(view))
        assert len(seen) > 1
        everything = "\n".join(seen)
        assert all(everything.count(f"<#{number + 1}>") == 1 for number in range(20))
        for _ in seen[1:]:
            (view,) = (await press(daily, ids(view)["Previous"])).edited
        assert texts(view) == first


async def test_a_history_is_turned_whatever_was_added_meanwhile(daily: Daily) -> None:
    made = await daily.put()
    for day in range(1, 3 * HISTORY_PAGE):
        await daily.at(3, day, 9)
    view = await daily_buttons.history(services(daily), made)
    seen = texts(view).count("sent, https")
    for _ in range(2):
        (view,) = (await press(daily, ids(view)["Next"])).edited
        seen += texts(view).count("sent, https")
    assert seen == 3 * HISTORY_PAGE - 1
    await daily.subscriptions.remove(made)
    (refused,) = (await press(daily, ids(view)["Previous"])).sent
    assert "That daily post is not there any more" in texts(refused)


@pytest.mark.parametrize(("asked", "manages"), [(True, False), (False, True), (True, True)])
async def test_a_removal_is_for_who_ran_the_command_or_manages_the_server(
    daily: Daily, asked: bool, manages: bool
) -> None:
    view = show.confirm_removal(await daily.put())
    kept = await press(daily, ids(view)["Keep"], asked=asked, manages=manages)
    assert texts(kept.edited[0]) == "Nothing was removed."
    assert await daily.outlook.count() == 1
    removed = await press(daily, ids(view)["Remove"], asked=asked, manages=manages)
    assert f"there is no daily post in <#{CHANNEL}> any more" in texts(removed.edited[0])
    assert await daily.outlook.count() == 0
    again = await press(daily, ids(view)["Remove"], asked=asked, manages=manages)
    assert again.edited == []
    assert len(again.sent) == 1


@pytest.mark.parametrize("label", ["Remove", "Keep"])
async def test_for_others_it_does_nothing_and_says_why(daily: Daily, label: str) -> None:
    custom_id = ids(show.confirm_removal(await daily.put()))[label]
    refused = await press(daily, custom_id, asked=False)
    assert refused.edited == []
    assert texts(refused.sent[0]) == "Only who has the permission Manage Server can do that here."
    elsewhere = await press(daily, custom_id, guild_id=None)
    assert "works on a server" in texts(elsewhere.sent[0])
    assert await daily.outlook.count() == 1


@pytest.mark.parametrize("action", ["remove", "history", "post"])
async def test_a_forged_id_does_not_reach_another_server(daily: Daily, action: str) -> None:
    made = await daily.put(guild=GUILD + 1)
    for subject in (made.id, 999_999_999_999_999_999):
        refused = await press(daily, f"h1:do:{action}:{subject}:0", manages=True)
        assert "That daily post is not there any more" in texts(refused.sent[0])
    assert await daily.outlook.count() == 1
    assert not daily.channel.asked


@pytest.mark.parametrize("action", ["show", "doctor", "history"])
@pytest.mark.parametrize("page", [1, 9999])
async def test_a_page_that_is_gone_is_the_last(daily: Daily, action: str, page: int) -> None:
    made = await daily.put()
    response = await press(daily, f"h1:do:{action}:{made.id}:{page}<")
    sendable(response.edited[0])


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "sent, https://discord.com/channels/100/200/1, 14 h 0 min late."),
        (Refused("50035"), "failed (50035): Discord refused it."),
        (Unreached("HTTP 503"), "(HTTP 503). It is tried again by itself."),
    ],
)
async def test_todays_post_is_posted_late_once(daily: Daily, answer: Refused | Unreached | None, words: str) -> None:
    made = await daily.put()
    await daily.at(3, 1, 23)
    custom_id = ids(await daily_buttons.history(services(daily), made))["Post it now"]
    daily.channel.answers = [answer]
    response = await press(daily, custom_id)
    assert response.deferred
    assert words in texts(response.sent[0])
    if answer is None:
        again = await press(daily, custom_id)
        assert "There is nothing to catch up with" in texts(again.sent[0])
    assert len(daily.channel.asked) == 1


async def test_an_action_that_there_is_not_changes_nothing(daily: Daily) -> None:
    made = await daily.put()
    response = await press(daily, f"h1:do:explode:{made.id}:0", manages=True)
    assert (response.edited, response.deferred) == ([], False)
    assert await daily.outlook.count() == 1


@pytest.mark.parametrize(
    "forged",
    [
        "h1:do:show",
        "h1:do::1:0",
        "h1:do:show:x:0",
        "h1:do:show:1:99999",
        "h1:do:show:-1:0",
        "h1:do:SHOW:1:0",
        "h1:do:show:1:0x",
    ],
)
def test_an_id_that_is_not_ours_is_not_taken(forged: str) -> None:
    assert DailyButton.__discord_ui_compiled_template__.fullmatch(forged) is None
