from typing import Any

import pytest

from bot.sandbox.limits import check_message
from bot.sandbox.refusal import RefusalError
from bot.sandbox.world import COMPONENTS_V2, EPHEMERAL

V2 = COMPONENTS_V2


def text(content: str = "x") -> dict[str, Any]:
    return {"type": 10, "content": content}


def button(number: int = 1, **changes: Any) -> dict[str, Any]:
    return {"type": 2, "style": 1, "label": "Go", "custom_id": f"go:{number}"} | changes


def row(*children: dict[str, Any]) -> dict[str, Any]:
    return {"type": 1, "components": list(children)}


def box(*children: dict[str, Any]) -> dict[str, Any]:
    return {"type": 17, "components": list(children)}


def v2(*components: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"flags": V2, "components": list(components)} | more


LINK = {"type": 2, "style": 5, "label": "Go", "url": "https://example.org/"}
SECTION = {"type": 9, "components": [text()], "accessory": button()}


@pytest.mark.parametrize(
    "body",
    [
        {"content": "x" * 2000},
        {"content": "x", "flags": EPHEMERAL, "nonce": "n" * 25},
        {"content": "x", "components": [row(button())] * 1},
        v2(text("x" * 4000)),
        v2(*[text()] * 40),
        v2(box(text(), {"type": 14}, SECTION, row(*map(button, range(2, 7))))),
        v2(row(button(label="x" * 80, custom_id="x" * 100), LINK)),
        v2(row(button(label=None, emoji={"name": "x"}))),
    ],
)
def test_what_discord_takes(body: dict[str, Any]) -> None:
    check_message(body)


@pytest.mark.parametrize(
    ("body", "place", "code"),
    [
        ({"content": "x" * 2001}, "content", "BASE_TYPE_BAD_LENGTH"),
        ({"content": "\U0001f600" * 1001}, "content", "BASE_TYPE_BAD_LENGTH"),
        ({"content": "x", "flags": 1 << 7}, "flags", "BITFIELD_INVALID"),
        ({"content": "x", "nonce": "n" * 26}, "nonce", "BASE_TYPE_BAD_LENGTH"),
        ({"content": "x", "embeds": [{}]}, "embeds", "SANDBOX"),
        ({"content": "x", "components": [text()]}, "components.0.type", "UNION_TYPE_CHOICES"),
        ({"content": "x", "components": [row(button(n)) for n in range(6)]}, "components", "BASE_TYPE_BAD_LENGTH"),
        (v2(text(), content="x"), "content", "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2"),
        (v2(text("")), "components.0.content", "BASE_TYPE_BAD_LENGTH"),
        (v2(text("x" * 2001), text("x" * 2000)), "components", "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED"),
        (v2(box(text("\U0001f600" * 2001))), "components", "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED"),
        (v2(box(*[text()] * 40)), "components", "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED"),
        (v2(*[SECTION | {"accessory": button(n)} for n in range(14)]), "components",
         "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED"),
        (v2(box()), "components.0.components", "BASE_TYPE_BAD_LENGTH"),
        (v2(box(box(text()))), "components.0.components.0.type", "UNION_TYPE_CHOICES"),
        (v2(button()), "components.0.type", "UNION_TYPE_CHOICES"),
        (v2({"type": 3, "custom_id": "x"}), "components.0.type", "SANDBOX"),
        (v2(row()), "components.0.components", "BASE_TYPE_BAD_LENGTH"),
        (v2(row(*map(button, range(6)))), "components.0.components", "BASE_TYPE_BAD_LENGTH"),
        (v2(row(text())), "components.0.components.0.type", "UNION_TYPE_CHOICES"),
        (v2(row(button(), button())), "components.0.components.1.custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED"),
        (v2(row(button(id=7)), row(button(2, id=7))), "components.1.components.0.id", "COMPONENT_ID_DUPLICATED"),
        (v2(row(button(custom_id="x" * 101))), "components.0.components.0.custom_id", "BASE_TYPE_BAD_LENGTH"),
        (v2(row(button(custom_id=""))), "components.0.components.0.custom_id", "BASE_TYPE_BAD_LENGTH"),
        (v2(row(button(custom_id=None))), "components.0.components.0.custom_id", "BASE_TYPE_BAD_TYPE"),
        (v2(row(button(label="x" * 81))), "components.0.components.0.label", "BASE_TYPE_BAD_LENGTH"),
        (v2(row(button(label=""))), "components.0.components.0", "BUTTON_COMPONENT_INVALID"),
        (v2(row(button(style=7))), "components.0.components.0.style", "BASE_TYPE_CHOICES"),
        (v2(row(LINK | {"custom_id": "x"})), "components.0.components.0", "BUTTON_COMPONENT_INVALID"),
        (v2(row(LINK | {"url": "x"})), "components.0.components.0.url", "URL_TYPE_INVALID_SCHEME"),
        (v2(SECTION | {"components": [text()] * 4}), "components.0.components", "BASE_TYPE_BAD_LENGTH"),
        (v2(SECTION | {"accessory": text()}), "components.0.accessory.type", "UNION_TYPE_CHOICES"),
    ],
)  # fmt: skip
def test_what_discord_refuses(body: dict[str, Any], place: str, code: str) -> None:
    with pytest.raises(RefusalError) as refused:
        check_message(body)
    assert (refused.value.status, refused.value.body["code"]) == (400, 50035)
    node = refused.value.body["errors"]
    for step in place.split("."):
        node = node[step]
    assert code in [error["code"] for error in node["_errors"]]


@pytest.mark.parametrize("body", [{}, {"content": ""}, {"content": None, "components": []}, {"flags": V2}])
def test_an_empty_message_is_refused_but_an_edit_may_leave_out(body: dict[str, Any]) -> None:
    with pytest.raises(RefusalError) as refused:
        check_message(body)
    assert refused.value.body["code"] == 50006
    check_message(body, partial=True)


def test_a_message_once_v2_takes_no_content() -> None:
    check_message({"content": "x"}, partial=True)
    with pytest.raises(RefusalError):
        check_message({"content": "x"}, standing=V2, partial=True)
