from datetime import timedelta
from typing import Any

import pytest

from bot.sandbox import commons
from bot.sandbox.interactions import COMMAND, COMPLETION, COMPONENT, Interaction
from bot.sandbox.world import COMPONENTS_V2, EPHEMERAL, LOADING

from .conftest import Wire

TEXT = {"content": "x"}
FOCUSED = {"name": "x", "options": [{"name": "o", "type": 3, "value": "", "focused": True}]}


async def opened(wire: Wire, kind: int = COMMAND, data: dict[str, Any] | None = None) -> Interaction:
    source = None
    if kind == COMPONENT:
        source = wire.sandbox.world.say(wire.sandbox.channel, TEXT)
    return await wire.sandbox.send(kind, data or {"name": "x"}, source=source)


async def test_one_answer_and_no_more(wire: Wire) -> None:
    interaction = await opened(wire)
    status, answer = await wire.answer(interaction, 4, content="x", flags=EPHEMERAL)
    assert (status, answer["resource"]["message"]["content"]) == (200, "x")
    assert answer["interaction"]["response_message_ephemeral"] is True
    assert (await wire.answer(interaction, 4, content="y"))[1]["code"] == 40060
    assert [message.body["content"] for message in interaction.messages] == ["x"]
    assert interaction.messages[0].seen_by == commons.ADMIN.id


async def test_a_refused_answer_leaves_room_for_a_better_one(wire: Wire) -> None:
    interaction = await opened(wire)
    assert (await wire.answer(interaction, 4, content="x" * 2001))[1]["code"] == 50035
    assert (await wire.answer(interaction, 4, content="x"))[0] == 200


async def test_without_with_response_there_is_no_body(wire: Wire) -> None:
    interaction = await opened(wire)
    path = f"/interactions/{interaction.id}/{interaction.token}/callback"
    assert await wire("POST", path, {"type": 4, "data": TEXT}, token="") == (204, None)


@pytest.mark.parametrize(
    ("kind", "answer", "data", "code"),
    [
        (COMMAND, 1, {}, 50035),
        (COMMAND, 7, TEXT, 50035),
        (COMMAND, 8, {"choices": []}, 50035),
        (COMMAND, 9, {"title": "x"}, 50035),
        (COMMAND, 4, {}, 50006),
        (COMMAND, 5, {"flags": COMPONENTS_V2}, 50035),
        (COMMAND, 5, {"flags": EPHEMERAL | COMPONENTS_V2}, 50035),
        (COMPLETION, 4, TEXT, 50035),
        (COMPLETION, 8, {"choices": [{"name": str(n), "value": str(n)} for n in range(26)]}, 50035),
        (COMPLETION, 8, {"choices": [{"name": "", "value": "x"}]}, 50035),
        (COMPLETION, 8, {"choices": [{"name": "x", "value": "x" * 101}]}, 50035),
        (COMPLETION, 8, {"choices": [{"name": "x", "value": 5}]}, 50035),
        (COMPONENT, 8, {"choices": []}, 50035),
        (COMPONENT, 7, {"content": "x" * 2001}, 50035),
    ],
)
async def test_what_is_no_answer(wire: Wire, kind: int, answer: int, data: dict[str, Any], code: int) -> None:
    interaction = await opened(wire, kind, FOCUSED)
    status, error = await wire.answer(interaction, answer, **data)
    assert (status, error["code"]) == (400, code)
    assert interaction.kind is None


async def test_a_deferral_is_filled_by_an_edit_and_keeps_its_visibility(wire: Wire) -> None:
    interaction = await opened(wire)
    _, answer = await wire.answer(interaction, 5, flags=EPHEMERAL)
    assert answer["interaction"]["response_message_loading"] is True
    assert not interaction.complete.is_set()
    components = [{"type": 10, "content": "x"}]
    edited = (
        await wire.hook("PATCH", interaction, "/messages/@original", components=components, flags=COMPONENTS_V2)
    )[1]
    assert edited["flags"] == EPHEMERAL | COMPONENTS_V2
    assert interaction.complete.is_set()
    assert (await wire.hook("PATCH", interaction, "/messages/@original", content="x"))[1]["code"] == 50035
    assert (await wire.hook("GET", interaction, "/messages/@original"))[1]["id"] == edited["id"]


async def test_a_first_follow_up_takes_the_place_of_thinking(wire: Wire) -> None:
    interaction = await opened(wire)
    await wire.answer(interaction, 5, flags=EPHEMERAL)
    first = (await wire.hook("POST", interaction, **TEXT))[1]
    second = (await wire.hook("POST", interaction, **TEXT))[1]
    assert interaction.original is not None
    assert (int(first["id"]), first["flags"] & (EPHEMERAL | LOADING)) == (interaction.original.id, EPHEMERAL)
    assert (second["id"] != first["id"], second["flags"]) == (True, 0)
    path = f"/messages/{second['id']}"
    assert (await wire.hook("DELETE", interaction, path)) == (204, None)
    assert (await wire.hook("GET", interaction, path))[1]["code"] == 10008


async def test_an_update_changes_the_pressed_message(wire: Wire) -> None:
    interaction = await opened(wire, COMPONENT)
    status, answer = await wire.answer(interaction, 7, content="changed")
    assert (status, answer["resource"]["message"]["content"]) == (200, "changed")
    assert interaction.source is not None
    assert interaction.messages == [interaction.source]
    quiet = await opened(wire, COMPONENT)
    assert (await wire.answer(quiet, 6))[0] == 200
    assert not quiet.complete.is_set()
    await wire.hook("PATCH", quiet, "/messages/@original", content="later")
    assert quiet.source is not None
    assert quiet.source.body["content"] == "later"


async def test_a_token_is_its_own_interactions_and_lives_fifteen_minutes(wire: Wire) -> None:
    one, other = await opened(wire), await opened(wire)
    assert (await wire.hook("POST", one, **TEXT))[1]["code"] == 10015
    await wire.answer(one, 4, content="x")
    await wire.answer(other, 4, content="x")
    assert other.original is not None
    assert (await wire.hook("PATCH", one, f"/messages/{other.original.id}", content="y"))[0] == 403
    wire.sandbox.world.now += timedelta(minutes=15)
    assert (await wire.hook("POST", one, **TEXT))[0] == 200
    wire.sandbox.world.now += timedelta(seconds=1)
    status, error = await wire.hook("POST", one, **TEXT)
    assert (status, error["code"]) == (401, 50027)
