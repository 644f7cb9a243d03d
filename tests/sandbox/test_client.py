from typing import Any

import pytest

from bot.sandbox import client, commons
from bot.sandbox.commands import replace_all
from bot.sandbox.lines import ClientError
from bot.sandbox.world import World


def option(name: str, kind: int, **more: Any) -> dict[str, Any]:
    return {"name": name, "description": "x", "type": kind} | more


COMMANDS: list[dict[str, Any]] = [
    {
        "name": "quote",
        "description": "x",
        "options": [
            option("paragraph", 3, required=True, autocomplete=True, max_length=10),
            option("hidden", 5),
            option("count", 4, min_value=1, max_value=9),
            option("size", 3, choices=[{"name": "Large", "value": "l"}]),
        ],
    },
    {
        "name": "daily",
        "description": "x",
        "default_member_permissions": 32,
        "options": [
            option("set", 1, options=[option("channel", 7, required=True, channel_types=[0, 5]), option("role", 8)])
        ],
    },
]


@pytest.fixture
def stocked(world: World) -> World:
    replace_all(world, None, COMMANDS)
    return world


def typed(world: World, line: str, who: str = "admin", *, completing: bool = False) -> dict[str, Any]:
    here = world.channel(commons.COMMONS + 10)
    return client.command(world, world.users[who], here, line, completing=completing)


@pytest.mark.parametrize(
    ("line", "values"),
    [
        ("/quote paragraph:3", {"paragraph": "3"}),
        ("/quote paragraph: ", {"paragraph": " "}),
        ("/quote hidden:True paragraph:3", {"paragraph": "3", "hidden": True}),
        ("/quote paragraph:3 count:9", {"paragraph": "3", "count": 9}),
        ("/quote paragraph:3 size:Large", {"paragraph": "3", "size": "l"}),
        ("/quote paragraph:3 size:l", {"paragraph": "3", "size": "l"}),
    ],
)
def test_values_by_type(stocked: World, line: str, values: dict[str, Any]) -> None:
    assert {each["name"]: each["value"] for each in typed(stocked, line)["options"]} == values


def test_a_subcommand_with_resolved_channel_and_role(stocked: World) -> None:
    data = typed(stocked, "/daily set channel:#news role:@Alerts")
    (sub,) = data["options"]
    channel, role = str(commons.COMMONS + 11), str(commons.COMMONS + 4)
    assert (sub["type"], [each["value"] for each in sub["options"]]) == (1, [channel, role])
    assert data["resolved"]["channels"][channel]["name"] == "news"
    assert int(data["resolved"]["channels"][channel]["permissions"]) > 0
    assert data["resolved"]["roles"][role]["mentionable"] is True


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("/qoute paragraph:3", "/quote"),
        ("/quote", "paragraph: is required"),
        ("/quote paragraph:", "paragraph: is empty"),
        ("/quote paragraph:3 hidden:maybe", "true or false"),
        ("/quote paragraph:3 count:x", "a number"),
        ("/quote paragraph:3 count:10", "from 1 to 9"),
        ("/quote paragraph:3 size:Small", "Large"),
        ("/quote paragraph:12345678901", "0 to 10"),
        ("/daily", "one of: set"),
        ("/daily remove", "one of: set"),
        ("/daily set channel:#Voice", "another kind"),
        ("/daily set channel:#nowhere", "#general"),
        ("/daily set channel:#news role:@Nobody", "@Alerts"),
    ],
)
def test_what_the_client_refuses(stocked: World, line: str, says: str) -> None:
    with pytest.raises(ClientError, match=says):
        typed(stocked, line)


def test_a_member_is_not_offered_settings_nor_hidden_channels(stocked: World) -> None:
    with pytest.raises(ClientError, match=r"no /daily .* there is: /quote"):
        typed(stocked, "/daily set channel:#news", "member")
    assert typed(stocked, "/daily set channel:#hidden")
    stocked.commands[None][1]["default_member_permissions"] = None
    with pytest.raises(ClientError, match="not a channel that you see"):
        typed(stocked, "/daily set channel:#hidden", "member")


def test_completion_focuses_the_last_option(stocked: World) -> None:
    data = typed(stocked, "/quote hidden:true paragraph:so", completing=True)
    assert data["options"] == [
        {"type": 5, "name": "hidden", "value": True},
        {"type": 3, "name": "paragraph", "value": "so", "focused": True},
    ]
    assert typed(stocked, "/quote paragraph:", completing=True)["options"][0]["value"] == ""
    for line in ("/quote", "/quote paragraph:3 hidden:tr"):
        with pytest.raises(ClientError):
            typed(stocked, line, completing=True)


@pytest.mark.parametrize(
    ("gone", "says"),
    [
        ("the bot", "Herald is not in Commons"),
        ("the server", "Commons is unavailable"),
        ("the channel", "was deleted"),
    ],
)
def test_nothing_is_typed_where_the_bot_cannot_be_reached(stocked: World, gone: str, says: str) -> None:
    here, guild = stocked.channel(commons.COMMONS + 10), stocked.guilds[commons.COMMONS]
    if gone == "the bot":
        del guild.members[commons.BOT.id]
    elif gone == "the server":
        guild.unavailable = True
    else:
        del guild.channels[here.id]
    with pytest.raises(ClientError, match=says):
        client.command(stocked, commons.ADMIN, here, "/quote paragraph:3")
    client.check_place(stocked, stocked.channel(commons.OPERATORS + 10))
    client.check_place(stocked, stocked.dm(commons.ADMIN))


@pytest.mark.parametrize(
    ("who", "server", "name", "found"),
    [
        ("member", "commons", "#news", "news"),
        ("admin", "COMMONS", "hidden", "hidden"),
        ("member", "Commons", "hidden", "member sees no channel 'hidden'; there is: #general"),
        ("member", "Operators", "general", "member is in: Commons"),
        ("member", "nowhere", "general", "member is in: Commons"),
    ],
)
def test_channels_by_name(world: World, who: str, server: str, name: str, found: str) -> None:
    if " " not in found:
        assert client.channel_named(world, world.users[who], server, name).name == found
        return
    with pytest.raises(ClientError, match=found):
        client.channel_named(world, world.users[who], server, name)


def test_a_button_is_found_in_the_last_message_that_has_it(world: World) -> None:
    here = world.channel(commons.COMMONS + 10)

    def say(*buttons: dict[str, Any]) -> None:
        row = {"type": 1, "components": [{"type": 2, "style": 1, "custom_id": "x"} | each for each in buttons]}
        world.say(here, {"components": [{"type": 17, "components": [row]}]})

    messages = world.messages[here.id] = {}
    with pytest.raises(ClientError, match="no message with buttons"):
        client.button(list(messages.values()), "Next")
    say({"label": "Next", "custom_id": "old"})
    say({"label": "Next", "custom_id": "new"}, {"label": "Back", "disabled": True})
    say({"label": "Cite", "custom_id": "cite"})
    every = list(world.messages[here.id].values())
    assert client.button(every, "next")[1]["custom_id"] == "new"
    assert client.button(every, "CITE")[0] is every[-1]
    with pytest.raises(ClientError, match=r"\[ Back \] is disabled; the last message has: \[ Next \]"):
        client.button(every, "back")
    with pytest.raises(ClientError, match=r"no button .* \[ Cite \]"):
        client.button(every, "Nothing")
