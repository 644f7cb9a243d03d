"""What Discord refuses in a message: lengths, empty messages, and the shape of its components."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from .refusal import Fault, Json, RefusalError, bad_form
from .world import COMPONENTS_V2, EPHEMERAL

CONTENT: Final = 2000
COMPONENTS: Final = 40
TEXT: Final = 4000
NONCE: Final = 25
# SUPPRESS_EMBEDS, EPHEMERAL, SUPPRESS_NOTIFICATIONS and IS_COMPONENTS_V2 are the flags that a bot may send.
FLAGS: Final = 1 << 2 | EPHEMERAL | 1 << 12 | COMPONENTS_V2

ROW, BUTTON, SECTION, SHOWN, LINE, CONTAINER = 1, 2, 9, 10, 14, 17
KNOWN: Final = {ROW, BUTTON, SECTION, SHOWN, LINE, CONTAINER}
_IN_CONTAINER: Final = {ROW, SECTION, SHOWN, LINE}
_CHILDREN: Final = {ROW: {BUTTON}, SECTION: {SHOWN}, CONTAINER: _IN_CONTAINER}


def units(text: str) -> int:
    """Return a text's length in UTF-16 units, the larger of the two ways in which Discord may count."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def too_long(place: str, value: Any, most: int, least: int = 0) -> Iterator[Fault]:
    """Find fault with a text that is no text, or not of this length."""
    if not isinstance(value, str):
        yield Fault(place, "BASE_TYPE_BAD_TYPE", "This field must be a string")
    elif not least <= units(value) <= most:
        span = f"between {least} and {most}" if least else f"{most} or fewer"
        yield Fault(place, "BASE_TYPE_BAD_LENGTH", f"Must be {span} in length.")


def check_message(body: Json, *, standing: int = 0, partial: bool = False) -> None:
    """Refuse a message that Discord would refuse.

    `standing` are the flags that the message has already, `partial` is an edit, which may leave things out.
    """
    flags = body.get("flags") or 0
    if unknown := [name for name in ("embeds", "attachments", "poll", "sticker_ids") if body.get(name)]:
        raise bad_form([Fault(name, "SANDBOX", f"the sandbox does not know {name}") for name in unknown])
    v2 = bool((flags | standing) & COMPONENTS_V2)
    components = body.get("components") or []
    faults = list(too_long("content", body["content"], CONTENT)) if body.get("content") else []
    if not isinstance(flags, int) or flags & ~FLAGS:
        faults.append(Fault("flags", "BITFIELD_INVALID", "These flags cannot be set"))
    if v2 and body.get("content"):
        code = "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2"
        faults.append(Fault("content", code, "The 'content' field cannot be used with Components V2"))
    faults += check_components(components, v2=v2)
    if body.get("nonce") is not None:
        faults += too_long("nonce", str(body["nonce"]), NONCE)
    if faults:
        raise bad_form(faults)
    if not (partial or components or body.get("content")):
        raise RefusalError(400, 50006, "Cannot send an empty message")


def check_components(components: list[Json], *, v2: bool) -> list[Fault]:
    """Return what is wrong with a message's components."""
    everything = list(components_of({"components": components}))
    faults = [
        Fault(f"{place}.type", "SANDBOX", f"the sandbox does not know components of type {component.get('type')}")
        for place, component in everything
        if component.get("type") not in KNOWN
    ]
    top = _IN_CONTAINER | {CONTAINER} if v2 else {ROW}
    for index, component in enumerate(components):
        faults += _belongs(component, top, f"components.{index}")
    if len(components) > (COMPONENTS if v2 else 5):
        faults.append(Fault("components", "BASE_TYPE_BAD_LENGTH", "Too many components"))
    if len(everything) > COMPONENTS:
        message = f"A message can have at most {COMPONENTS} components in all; this has {len(everything)}."
        faults.append(Fault("components", "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED", message))
    text = sum(units(str(c.get("content", ""))) for _, c in everything if c.get("type") == SHOWN)
    if text > TEXT:
        message = f"The text of all components can have at most {TEXT} characters; this has {text}."
        faults.append(Fault("components", "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED", message))
    for key, code in (("custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED"), ("id", "COMPONENT_ID_DUPLICATED")):
        seen: set[Any] = set()
        for place, component in everything:
            value = component.get(key)
            if value and value in seen:
                faults.append(Fault(f"{place}.{key}", code, f"This {key} is used twice in the message"))
            seen.add(value)
    for place, component in everything:
        if check := _CHECKS.get(component.get("type", 0)):
            faults += check(component, place)
    return faults


def components_of(body: Json, place: str = "") -> Iterator[tuple[str, Json]]:
    """Return all components in a message (or in one of them), nested ones too, each with the way to it."""
    for index, component in enumerate(body.get("components") or []):
        way = f"{place}components.{index}"
        yield way, component
        yield from components_of(component, f"{way}.")
        if component.get("accessory"):
            yield f"{way}.accessory", component["accessory"]


def _belongs(component: Json, kinds: set[int], place: str) -> Iterator[Fault]:
    if component.get("type") not in kinds:
        message = f"Value of field 'type' must be one of {sorted(kinds)}, not {component.get('type')}."
        yield Fault(f"{place}.type", "UNION_TYPE_CHOICES", message)


def _children(component: Json, place: str, most: int) -> Iterator[Fault]:
    children = component.get("components") or []
    if not 1 <= len(children) <= most:
        yield Fault(f"{place}.components", "BASE_TYPE_BAD_LENGTH", f"Must be between 1 and {most} in length.")
    for index, child in enumerate(children):
        yield from _belongs(child, _CHILDREN[component["type"]], f"{place}.components.{index}")


def _row(row: Json, place: str) -> Iterator[Fault]:
    yield from _children(row, place, 5)


def _section(section: Json, place: str) -> Iterator[Fault]:
    yield from _children(section, place, 3)
    yield from _belongs(section.get("accessory") or {}, {BUTTON}, f"{place}.accessory")


def _button(button: Json, place: str) -> Iterator[Fault]:
    style = button.get("style")
    if style not in range(1, 7):
        yield Fault(f"{place}.style", "BASE_TYPE_CHOICES", "Value must be one of 1 to 6.")
    if not button.get("label") and not button.get("emoji"):
        yield Fault(place, "BUTTON_COMPONENT_INVALID", "A button must have a label or an emoji")
    yield from too_long(f"{place}.label", button.get("label") or "", 80)
    if style == 5:
        url = button.get("url")
        yield from too_long(f"{place}.url", url, 512, 1)
        if not str(url).startswith(("http://", "https://", "discord://")):
            yield Fault(f"{place}.url", "URL_TYPE_INVALID_SCHEME", "Scheme must be one of http, https, discord")
        if button.get("custom_id"):
            yield Fault(place, "BUTTON_COMPONENT_INVALID", "A link cannot have a custom id")
    else:
        yield from too_long(f"{place}.custom_id", button.get("custom_id"), 100, 1)


_CHECKS: Final[dict[int, Callable[[Json, str], Iterator[Fault]]]] = {
    ROW: _row,
    BUTTON: _button,
    SECTION: _section,
    SHOWN: lambda text, place: too_long(f"{place}.content", text.get("content"), TEXT, 1),
    CONTAINER: lambda container, place: _children(container, place, COMPONENTS),
}
