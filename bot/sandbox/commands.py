"""An application's commands: what Discord refuses in them, how it keeps them, and to whom it shows them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

from .entities import ALL, Channel, User
from .limits import too_long, units
from .refusal import Fault, Json, RefusalError, bad_form
from .world import World

SUBCOMMAND, GROUP, STRING, INTEGER, BOOLEAN, _USER, CHANNEL, ROLE, _MENTIONABLE, NUMBER = range(1, 11)
CHAT, USER_MENU, MESSAGE_MENU = 1, 2, 3
PAYLOAD: Final = 130
CHARACTERS: Final = 8000
_MOST: Final = {CHAT: 100, USER_MENU: 15, MESSAGE_MENU: 15}
_INTEGER: Final = 2**53 - 1


def replace_all(world: World, guild_id: int | None, payload: list[Json]) -> list[Json]:
    """Take a scope's commands as a bulk PUT does; a command whose name stays keeps its id."""
    faults = [fault for index, command in enumerate(payload) for fault in _command(command, str(index))]
    kinds = Counter(command.get("type") or CHAT for command in payload)
    names = Counter((command.get("type") or CHAT, command.get("name")) for command in payload)
    faults += [
        Fault(str(name), "APPLICATION_COMMANDS_DUPLICATE_NAME", "Used twice") for name, n in names.items() if n > 1
    ]
    if faults:
        raise bad_form(faults)
    if len(payload) > PAYLOAD or any(count > _MOST[kind] for kind, count in kinds.items()):
        raise RefusalError(400, 30032, "Maximum number of application commands reached (100)")
    standing = {(command["type"], command["name"]): command for command in world.commands.get(guild_id, [])}
    world.commands[guild_id] = [_kept(world, guild_id, command, standing) for command in payload]
    return world.commands[guild_id]


def _kept(world: World, guild_id: int | None, sent: Json, standing: dict[tuple[int, str], Json]) -> Json:
    wanted = sent.get("default_member_permissions")
    command = {
        "application_id": str(world.application_id),
        "description": "",
        "options": [],
        "nsfw": False,
        "contexts": None,
        "integration_types": [0],
        "dm_permission": True,
        "name_localizations": None,
        "description_localizations": None,
        **sent,
        "type": sent.get("type") or CHAT,
        "default_member_permissions": None if wanted is None else str(wanted),
    }
    if guild_id is not None:
        command["guild_id"] = str(guild_id)
    old = standing.get((command["type"], command["name"]))
    if old is not None and {**old, "id": "", "version": ""} == {**command, "id": "", "version": ""}:
        return old
    return command | {"id": old["id"] if old else str(world.snowflake()), "version": str(world.snowflake())}


def offered(world: World, user: User, channel: Channel) -> list[Json]:
    """Return the commands that a user is offered in a channel."""
    held = world.permissions(user.id, channel)
    if channel.guild_id is None:
        return [command for command in world.commands.get(None, []) if _in_dm(command)]
    scoped = world.commands.get(channel.guild_id, []) + world.commands.get(None, [])
    return [command for command in scoped if _in_guild(command) and _permitted(command, held)]


def _in_guild(command: Json) -> bool:
    return command.get("contexts") is None or 0 in command["contexts"]


def _in_dm(command: Json) -> bool:
    contexts = command.get("contexts")
    return bool(command.get("dm_permission", True)) if contexts is None else 1 in contexts


def _permitted(command: Json, held: int) -> bool:
    wanted = command["default_member_permissions"]
    if wanted is None or held == ALL:
        return True
    return int(wanted) != 0 and held & int(wanted) == int(wanted)


def _command(command: Json, place: str) -> Iterator[Fault]:
    kind = command.get("type") or CHAT
    if kind not in _MOST:
        yield Fault(f"{place}.type", "BASE_TYPE_CHOICES", "Value must be one of 1, 2, 3.")
    elif kind == CHAT:
        yield from _named(command, place)
        yield from _options(command.get("options") or [], place, depth=0)
    else:
        yield from too_long(f"{place}.name", command.get("name"), 32, 1)
        if command.get("description") or command.get("options"):
            yield Fault(place, "BASE_TYPE_BAD_VALUE", "Context menu commands have no description and no options")
    if (size := _size(command)) > CHARACTERS:
        message = f"Command exceeds maximum size ({CHARACTERS}); it has {size}."
        yield Fault(place, "APPLICATION_COMMAND_TOO_LARGE", message)


def _size(thing: Json) -> int:
    own = sum(units(thing[key]) for key in ("name", "description", "value") if isinstance(thing.get(key), str))
    below = [*(thing.get("options") or []), *(thing.get("choices") or [])]
    return own + sum(_size(part) for part in below)


def _named(thing: Json, place: str) -> Iterator[Fault]:
    name = thing.get("name")
    yield from too_long(f"{place}.name", name, 32, 1)
    if isinstance(name, str) and not (name == name.lower() and all(map(_allowed, name))):
        yield Fault(f"{place}.name", "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")
    yield from too_long(f"{place}.description", thing.get("description"), 100, 1)


def _allowed(character: str) -> bool:
    # Letters and numbers of any script, and the vowel signs of Devanagari and Thai.
    return (
        character.isalnum()
        or character in "-_'"
        or "\u0900" <= character <= "\u097f"
        or "\u0e00" <= character <= "\u0e7f"
    )


def _options(options: list[Json], place: str, depth: int) -> Iterator[Fault]:
    if len(options) > 25:
        yield Fault(f"{place}.options", "BASE_TYPE_BAD_LENGTH", "Must be 25 or fewer in length.")
    names = Counter(option.get("name") for option in options)
    if any(count > 1 for count in names.values()):
        yield Fault(f"{place}.options", "APPLICATION_COMMAND_OPTIONS_NAME_INVALID", "Option names must be unique")
    needed = [bool(option.get("required")) for option in options]
    if needed != sorted(needed, reverse=True):
        message = "Required options must be placed before non-required options"
        yield Fault(f"{place}.options", "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", message)
    nested = [option.get("type") in {SUBCOMMAND, GROUP} for option in options]
    if any(nested) and not all(nested):
        yield Fault(f"{place}.options", "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Sub-commands and options mixed")
    for index, option in enumerate(options):
        yield from _option(option, f"{place}.options.{index}", depth)


def _option(option: Json, place: str, depth: int) -> Iterator[Fault]:
    yield from _named(option, place)
    kind = option.get("type")
    if kind not in range(SUBCOMMAND, 12):
        yield Fault(f"{place}.type", "BASE_TYPE_CHOICES", "Value must be one of 1 to 11.")
    if kind in {SUBCOMMAND, GROUP}:
        if depth > (0 if kind == GROUP else 1):
            yield Fault(f"{place}.type", "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Nested too deep")
        yield from _options(option.get("options") or [], place, depth + 1)
        return
    choices = option.get("choices") or []
    if choices and option.get("autocomplete"):
        yield Fault(f"{place}.autocomplete", "BASE_TYPE_BAD_VALUE", "Not together with choices")
    for key, most in (("min_length", 6000), ("max_length", 6000)):
        if option.get(key) is not None and (kind != STRING or not 0 <= option[key] <= most):
            yield Fault(f"{place}.{key}", "NUMBER_TYPE_MAX", f"int value should be less than or equal to {most}.")
    yield from check_choices(choices, place, STRING if kind is None else int(kind))


def check_choices(choices: list[Json], place: str, kind: int) -> Iterator[Fault]:
    """Find fault with an option's choices, which are also what completion answers."""
    if len(choices) > 25:
        yield Fault(f"{place}.choices", "BASE_TYPE_BAD_LENGTH", "Must be 25 or fewer in length.")
    for index, choice in enumerate(choices):
        value: Any = choice.get("value")
        yield from too_long(f"{place}.choices.{index}.name", choice.get("name"), 100, 1)
        if kind == STRING:
            yield from too_long(f"{place}.choices.{index}.value", value, 100, 1)
        elif isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > _INTEGER:
            yield Fault(f"{place}.choices.{index}.value", "NUMBER_TYPE_COERCE", "Value is not a number in range.")
