"""Messages as text: what Discord shows of Markdown, mentions, timestamps and components."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from rich.text import Text

from .limits import BUTTON, CONTAINER, LINE, ROW, SECTION, SHOWN
from .refusal import Json
from .world import EPHEMERAL, LOADING, Message, World

BAR: Final = "│ "
_TOKEN: Final = re.compile(
    r"""\\(?P<plain>[^a-zA-Z0-9\s])
    | `(?P<code>[^`\n]+)`
    | \*\*(?P<bold>(?:\\.|[^\\])+?)\*\*(?!\*)
    | __(?P<underline>(?:\\.|[^\\])+?)__(?!_)
    | ~~(?P<strike>(?:\\.|[^\\])+?)~~
    | \*(?P<italic>(?:\\.|[^\\*])+?)\*
    | \b_(?P<slanted>(?:\\.|[^\\_])+?)_\b
    | \[(?P<link>[^\]\n]+)\]\((?P<url>https?://[^)\s]+)\)
    | <(?P<mention>\#|@&|@!?)(?P<id>\d+)>
    | </(?P<command>[^:>]+):\d+>
    | <t:(?P<time>-?\d+)(?::(?P<form>[tTdDfFR]))?>
    """,
    re.VERBOSE | re.DOTALL,
)
_BLOCK: Final = re.compile(r"```(?:[\w+-]*\n)?(.+?)```", re.DOTALL)
_MARKS: Final = {">": "\ue010", "#": "\ue011", "-#": "\ue012"}
_STYLES: Final = {
    "code": "reverse",
    "bold": "bold",
    "underline": "underline",
    "strike": "strike",
    "italic": "italic",
    "slanted": "italic",
}


def message(world: World, shown: Message) -> Iterator[Text]:
    """Return a message's lines; a line that belongs to a container begins with a bar."""
    if shown.flags & EPHEMERAL:
        yield Text("(only you see this)", style="dim")
    if shown.flags & LOADING:
        yield Text("Herald is thinking…", style="dim")
    yield from markdown(world, shown.body["content"])
    for component in shown.body["components"]:
        yield from _component(world, component)


def plain(world: World, shown: Message) -> str:
    """Return a message as text without styles."""
    return "\n".join(line.plain for line in message(world, shown))


def barred(line: Text) -> Text:
    return Text.assemble((BAR, "blue"), line)


def with_bold_marks(line: Text) -> Text:
    """Return a line with ** around what is bold, for where styles cannot be seen."""
    plain, marked = line.plain, ""
    at = 0
    for span in sorted(line.spans, key=lambda span: span.start):
        if span.style == "bold" and span.start >= at:
            marked += f"{plain[at : span.start]}**{plain[span.start : span.end]}**"
            at = span.end
    return Text(marked + plain[at:])


def _component(world: World, component: Json) -> Iterator[Text]:
    kind = component["type"]
    if kind == CONTAINER:
        for child in component["components"]:
            for line in _component(world, child):
                yield barred(line)
    elif kind == SHOWN:
        yield from markdown(world, component["content"])
    elif kind == SECTION:
        for child in component["components"]:
            yield from _component(world, child)
        yield _button(component["accessory"])
    elif kind == LINE:
        yield Text("─" * 24 if component["divider"] else "", style="dim")
    elif kind == ROW:
        yield Text("  ").join(_button(child) for child in component["components"] if child["type"] == BUTTON)


def _button(button: Json) -> Text:
    label = " ".join(filter(None, ((button.get("emoji") or {}).get("name"), button.get("label"))))
    if button.get("disabled"):
        return Text(f"[ {label} ](disabled)", style="dim")
    return Text(f"[ {label} ]" + (f" {button['url']}" if button.get("url") else ""), style="bold cyan")


def markdown(world: World, text: str) -> Iterator[Text]:
    """Return the lines of a text as Discord shows it."""
    pieces = _BLOCK.split(text)
    for number, piece in enumerate(pieces):
        if number % 2:
            yield from (Text(line, style="reverse") for line in piece.removesuffix("\n").split("\n"))
        else:
            yield from _flowing(world, piece if len(pieces) == 1 else piece.strip("\n"))


def _flowing(world: World, text: str) -> Iterator[Text]:
    if not text:
        return
    # What a line begins with is marked first: an escaped one must not be taken for it later.
    marked = re.sub(
        r"^(?:(>)|(-#)|#{1,3}) ", lambda head: _MARKS[head[1] or head[2] or "#"], text, flags=re.MULTILINE
    )
    for line in _inline(world, marked).split("\n", allow_blank=True):
        if line.plain[:1] == _MARKS[">"]:
            yield Text.assemble(("┃ ", "dim"), line[1:])
        elif line.plain[:1] in {_MARKS["#"], _MARKS["-#"]}:
            rest = line[1:]
            rest.stylize("bold" if line.plain[0] == _MARKS["#"] else "dim")
            yield rest
        else:
            yield line


def _inline(world: World, text: str) -> Text:
    shown, at = Text(), 0
    for token in _TOKEN.finditer(text):
        shown.append(text[at : token.start()])
        at = token.end()
        shown.append_text(_token(world, token))
    return shown.append(text[at:])


def _token(world: World, token: re.Match[str]) -> Text:
    kind = str(token.lastgroup)
    if kind == "plain":
        return Text(token["plain"])
    if kind == "code":
        return Text(token["code"], style="reverse")
    if kind in _STYLES:
        inner = _inline(world, token[kind])
        inner.stylize(_STYLES[kind])
        return inner
    if kind == "url":
        return _inline(world, token["link"]).append(f" ({token['url']})")
    if kind == "command":
        return Text(f"/{token['command']}", style="cyan")
    if token["time"]:
        return Text(_time(world, int(token["time"]), token["form"]), style="cyan")
    return Text(_named(world, token["mention"], int(token["id"])), style="cyan")


def _time(world: World, seconds: int, form: str | None) -> str:
    try:
        when = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    except OverflowError:
        return "Invalid Date"
    if form == "R":
        away = when - world.now
        return f"in {away}" if away >= timedelta() else f"{-away} ago"
    return f"{when:%Y-%m-%d %H:%M} UTC" if when.second == 0 else f"{when:%Y-%m-%d %H:%M:%S} UTC"


def _named(world: World, sign: str, number: int) -> str:
    if sign == "#":
        channels = {c.id: c for guild in world.guilds.values() for c in guild.channels.values()} | world.threads
        return f"#{channels[number].name}" if number in channels else "#unknown"
    if sign == "@&":
        roles = {role.id: role for guild in world.guilds.values() for role in guild.roles.values()}
        return f"@{roles[number].name}" if number in roles else "@unknown-role"
    people = {user.id: user for user in (*world.users.values(), world.bot)}
    return f"@{people[number].name}" if number in people else "@unknown-user"
