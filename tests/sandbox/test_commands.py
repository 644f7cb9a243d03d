from typing import Any

import pytest

from bot.sandbox import commons
from bot.sandbox.commands import offered, replace_all
from bot.sandbox.refusal import RefusalError
from bot.sandbox.world import World


def command(name: str = "quote", **more: Any) -> dict[str, Any]:
    return {"name": name, "description": "x", "type": 1} | more


def option(name: str = "text", **more: Any) -> dict[str, Any]:
    return {"name": name, "description": "x", "type": 3} | more


def group(depth: int) -> dict[str, Any]:
    inner = [group(depth - 1)] if depth else [option("sub", type=1)]
    return option("group", type=2, options=inner)


@pytest.mark.parametrize(
    "bad",
    [
        [command("Quote")],
        [command("quote it")],
        [command("")],
        [command("x" * 33)],
        [command(description="")],
        [command(description="x" * 101)],
        [command(), command()],
        [command(options=[option(f"o{number}") for number in range(26)])],
        [command(options=[option(), option()])],
        [command(options=[option("a"), option("b", required=True)])],
        [command(options=[option("a", type=1), option("b")])],
        [command(options=[option(type=12)])],
        [command(options=[group(1)])],
        [command(options=[option(choices=[{"name": "x", "value": "x"}], autocomplete=True)])],
        [command(options=[option(choices=[{"name": "x" * 101, "value": "x"}])])],
        [command(options=[option(choices=[{"name": "x", "value": "x" * 101}])])],
        [command(options=[option(choices=[{"name": "x", "value": 2**53}], type=4)])],
        [command(options=[option(choices=[{"name": f"{n}", "value": f"{n}"} for n in range(26)])])],
        [command(options=[option(max_length=6001)])],
        [
            command(
                options=[option(f"o{n}", choices=[{"name": "n" * 100, "value": "v" * 100}] * 3) for n in range(14)]
            )
        ],
        [command(type=4)],
        [command("Check this", type=3)],
        [command(f"c{number}") for number in range(101)],
        [{"name": f"Menu {number}", "type": 3} for number in range(16)],
    ],
)
def test_what_discord_refuses(world: World, bad: list[dict[str, Any]]) -> None:
    with pytest.raises(RefusalError) as refused:
        replace_all(world, None, bad)
    assert refused.value.status == 400
    assert world.commands == {}


@pytest.mark.parametrize(
    "good",
    [
        [command("zitat-ü_'ไทย")],
        [command(options=[group(0)])],
        [command(options=[option("a", required=True), option("b")])],
        [{"name": "Check this quote", "type": 3}, {"name": "Check this quote", "type": 2}],
        [command(f"c{number}") for number in range(100)],
    ],
)
def test_what_discord_takes(world: World, good: list[dict[str, Any]]) -> None:
    assert [each["name"] for each in replace_all(world, None, good)] == [each["name"] for each in good]


def test_an_id_stays_with_its_name_and_a_version_with_its_content(world: World) -> None:
    first = replace_all(world, None, [command("a"), command("b"), command("c")])
    second = replace_all(world, None, [command("b", description="new"), command("a"), command("d")])
    ids, again = ({each["name"]: each["id"] for each in answer} for answer in (first, second))
    assert (again["a"], again["b"]) == (ids["a"], ids["b"])
    assert again["d"] not in ids.values()
    assert second[1]["version"] == first[0]["version"]
    assert second[0]["version"] != first[1]["version"]


@pytest.mark.parametrize(
    ("facts", "seen_by_admin", "seen_by_member", "seen_in_dm"),
    [
        ({}, True, True, True),
        ({"default_member_permissions": 32}, True, False, True),
        ({"default_member_permissions": 0}, False, False, True),
        ({"contexts": [0]}, True, True, False),
        ({"contexts": [1]}, False, False, True),
        ({"contexts": None, "dm_permission": False}, True, True, False),
    ],
)
def test_who_is_offered_what(
    world: World, facts: dict[str, Any], seen_by_admin: bool, seen_by_member: bool, seen_in_dm: bool
) -> None:
    replace_all(world, None, [command(**facts)])
    here = world.channel(commons.COMMONS + 10)
    assert bool(offered(world, commons.ADMIN, here)) is seen_by_admin
    assert bool(offered(world, commons.MEMBER, here)) is seen_by_member
    assert bool(offered(world, commons.MEMBER, world.dm(commons.MEMBER))) is seen_in_dm


def test_a_servers_command_exists_there_alone(world: World) -> None:
    replace_all(world, commons.OPERATORS, [command(default_member_permissions=0)])
    assert offered(world, commons.OPERATOR, world.channel(commons.OPERATORS + 10))
    assert not offered(world, commons.ADMIN, world.channel(commons.OPERATORS + 10))
    assert not offered(world, commons.FOUNDER, world.channel(commons.COMMONS + 10))
    assert not offered(world, commons.OPERATOR, world.dm(commons.OPERATOR))
