"""What Discord's own client does with a typed command before any bot hears of it: find it, check it, fill it in."""

from __future__ import annotations

from typing import Any

from .commands import BOOLEAN, CHANNEL, CHAT, GROUP, INTEGER, NUMBER, ROLE, STRING, SUBCOMMAND, offered
from .entities import VIEW, Channel, Guild, User
from .limits import BUTTON, units
from .lines import ClientError, LineError, options
from .refusal import Json
from .world import Message, World


def command(world: World, user: User, channel: Channel, line: str, *, completing: bool = False) -> Json:
    """Return the data of the interaction that a typed command makes. Raises ClientError.

    When `completing`, the last option is the one with the cursor in it, and nothing needs to be complete.
    """
    check_place(world, channel)
    name, _, rest = line.removeprefix("/").partition(" ")
    chat = [each for each in offered(world, user, channel) if each["type"] == CHAT]
    found = next((each for each in chat if each["name"] == name), None)
    if found is None:
        names = ", ".join(sorted(f"/{each['name']}" for each in chat)) or "none"
        raise ClientError(f"there is no /{name} for {user.name} here; there is: {names}")
    path: list[Json] = [found]
    while any(option["type"] in {SUBCOMMAND, GROUP} for option in path[-1].get("options") or []):
        word, _, rest = rest.partition(" ")
        below = next((option for option in path[-1]["options"] if option["name"] == word), None)
        if below is None:
            names = ", ".join(option["name"] for option in path[-1]["options"])
            raise ClientError(f"/{name} is followed by one of: {names}")
        path.append(below)
    known = {option["name"]: option for option in path[-1].get("options") or []}
    given = options(rest, list(known))
    place = _Place(world, user, channel)
    if completing:
        filled = _completing(known, given, place)
    else:
        missing = [o["name"] for o in known.values() if o.get("required") and o["name"] not in dict(given)]
        if missing:
            raise ClientError(f"{missing[0]}: is required; add it, like {missing[0]}:…")
        filled = [_filled(known[option], text, place) for option, text in given]
    for step in reversed(path[1:]):
        filled = [{"type": step["type"], "name": step["name"], "options": filled}]
    data: Json = {"id": found["id"], "name": name, "type": CHAT, "options": filled, "resolved": place.resolved}
    return data | ({"guild_id": found["guild_id"]} if "guild_id" in found else {})


def channel_named(world: World, user: User, server: str, name: str) -> Channel:
    """Return the channel of this name that a user sees in a server. Raises ClientError."""
    guild = next((each for each in world.guilds.values() if each.name.casefold() == server.casefold()), None)
    if guild is None or user.id not in guild.members:
        names = ", ".join(each.name for each in world.guilds.values() if user.id in each.members)
        raise ClientError(f"{user.name} is not in a server {server!r}; {user.name} is in: {names}")
    seen = [channel for channel in guild.channels.values() if world.permissions(user.id, channel) & VIEW]
    there = next((channel for channel in seen if channel.name == name.removeprefix("#")), None)
    if there is None:
        names = ", ".join(f"#{channel.name}" for channel in seen) or "none"
        raise ClientError(f"{user.name} sees no channel {name!r}; there is: {names}")
    return there


def check_place(world: World, channel: Channel) -> None:
    """Raise ClientError where nobody can have the bot do anything: it, the server or the channel is not there."""
    guild = world.guilds.get(channel.guild_id or 0)
    if guild is None:
        return
    if not world.has_bot(guild):
        raise ClientError(f"{world.bot.name} is not in {guild.name}")
    if guild.unavailable:
        raise ClientError(f"{guild.name} is unavailable")
    if channel.id not in guild.channels | world.threads:
        raise ClientError(f"#{channel.name} was deleted; go elsewhere with in")


def _completing(known: dict[str, Json], given: list[tuple[str, str]], place: _Place) -> list[Json]:
    if not given:
        raise ClientError("write the option to complete, like paragraph:so")
    focused, typed = given[-1]
    if not known[focused].get("autocomplete"):
        raise ClientError(f"{focused}: has no completion")
    before = [_filled(known[option], text, place) for option, text in given[:-1] if text]
    return [*before, {"type": known[focused]["type"], "name": focused, "value": typed, "focused": True}]


class _Place:
    """Where names of channels and roles are looked up, and what was found, for the interaction."""

    def __init__(self, world: World, user: User, channel: Channel) -> None:
        self.world = world
        self.user = user
        self.guild: Guild | None = world.guilds.get(channel.guild_id or 0)
        self.resolved: dict[str, Json] = {}

    def channel(self, option: Json, name: str) -> str:
        channels = self.guild.channels.values() if self.guild else []
        seen = [c for c in channels if self.world.permissions(self.user.id, c) & VIEW]
        found = next((channel for channel in seen if channel.name == name.removeprefix("#")), None)
        kinds = option.get("channel_types") or [channel.kind for channel in seen]
        fit = ", ".join(f"#{channel.name}" for channel in seen if channel.kind in kinds) or "none"
        if found is None or found.kind not in kinds:
            reason = "is not a channel that you see here" if found is None else "is a channel of another kind"
            raise ClientError(f"{option['name']}: {name!r} {reason}; to choose from: {fit}")
        held = self.world.permissions(self.user.id, found)
        payload = found.payload(self.world.now) | {"permissions": str(held)}
        self.resolved.setdefault("channels", {})[str(found.id)] = payload
        return str(found.id)

    def role(self, option: Json, name: str) -> str:
        roles = list(self.guild.roles.values()) if self.guild else []
        found = next((role for role in roles if role.name.removeprefix("@") == name.removeprefix("@")), None)
        if found is None:
            fit = ", ".join("@" + role.name.removeprefix("@") for role in roles) or "none"
            raise ClientError(f"{option['name']}: {name!r} is not a role here; to choose from: {fit}")
        self.resolved.setdefault("roles", {})[str(found.id)] = found.payload()
        return str(found.id)


def _filled(option: Json, text: str, place: _Place) -> Json:
    """Return an option with the value that a typed text stands for. Raises ClientError."""
    if not text:
        raise ClientError(f"{option['name']}: is empty; write a value after the colon or leave the option out")
    return {"type": option["type"], "name": option["name"], "value": _value(option, text, place)}


def _value(option: Json, text: str, place: _Place) -> Any:
    kind, name = option["type"], option["name"]
    if choices := option.get("choices"):
        for choice in choices:
            if text in {choice["name"], str(choice["value"])}:
                return choice["value"]
        raise ClientError(f"{name}: must be one of: {', '.join(choice['name'] for choice in choices)}")
    if kind == STRING:
        least, most = option.get("min_length") or 0, option.get("max_length") or 6000
        if not least <= units(text) <= most:
            raise ClientError(f"{name}: must have {least} to {most} characters, not {units(text)}")
        return text
    if kind in {INTEGER, NUMBER}:
        return _number(option, text)
    if kind == BOOLEAN:
        if text.lower() not in {"true", "false"}:
            raise ClientError(f"{name}: must be true or false, not {text!r}")
        return text.lower() == "true"
    if kind not in {CHANNEL, ROLE}:
        raise LineError(f"the sandbox does not know options of type {kind}, such as {name}:")
    return place.channel(option, text) if kind == CHANNEL else place.role(option, text)


def _number(option: Json, text: str) -> float:
    try:
        value = int(text) if option["type"] == INTEGER else float(text)
    except ValueError:
        raise ClientError(f"{option['name']}: must be a number, not {text!r}") from None
    least, most = option.get("min_value", -(2**53)), option.get("max_value", 2**53)
    if not least <= value <= most:
        raise ClientError(f"{option['name']}: must be from {least} to {most}, not {text}")
    return value


def buttons(components: list[Json]) -> list[Json]:
    """Return all buttons of a message, in the order in which they are seen."""
    found = []
    for component in components:
        found += [component] if component["type"] == BUTTON else []
        found += buttons(component.get("components", []))
        found += buttons([component["accessory"]] if component.get("accessory") else [])
    return found


def button(messages: list[Message], label: str) -> tuple[Message, Json]:
    """Return the button of this label in the last message that has it. Raises ClientError."""
    with_buttons = [message for message in reversed(messages) if buttons(message.body["components"])]
    for message in with_buttons:
        for found in buttons(message.body["components"]):
            if found.get("label", "").casefold() == label.casefold():
                if found.get("disabled") or found.get("url"):
                    reason = "is disabled" if found.get("disabled") else f"is a link to {found['url']}"
                    raise ClientError(f"[ {found['label']} ] {reason}; {_labels(message)}")
                return message, found
    if not with_buttons:
        raise ClientError("there is no message with buttons here")
    raise ClientError(f"there is no button [ {label} ]; {_labels(with_buttons[0])}")


def _labels(message: Message) -> str:
    every = buttons(message.body["components"])
    usable = [f"[ {each.get('label')} ]" for each in every if not each.get("disabled")]
    return f"the last message has: {', '.join(usable) or 'none that is enabled'}"
