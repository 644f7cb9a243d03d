"""Documents of a test's own, and what Discord would count in a view."""

from __future__ import annotations

from typing import Any

from bot.model import Citation, Document, Passage
from bot.text.citation import find
from bot.text.seed import parse
from bot.text.words import utf16
from cogs.ui.parts import TEXT_LIMIT, View


def document(text: str, sidecar: str | None = None) -> Document:
    return parse("a.txt", text.encode(), sidecar.encode() if sidecar else None)


def passage(text: str, citation: Citation | None = None, sidecar: str | None = None) -> Passage:
    made = document(text, sidecar)
    return find(made, citation or Citation(1, made.paragraphs[-1].number))


def components(view: View) -> list[dict[str, Any]]:
    """Return every component of a view as it is sent, nested ones included."""
    found: list[dict[str, Any]] = []

    def collect(component: Any) -> None:
        found.append(component)
        for inner in component.get("components", []):
            collect(inner)
        if "accessory" in component:
            collect(component["accessory"])

    for component in view.to_components():  # type: ignore[no-untyped-call]
        collect(component)
    return found


def texts(view: View) -> str:
    return "\n".join(component["content"] for component in components(view) if "content" in component)


def labels(view: View) -> list[str]:
    return [component["label"] for component in components(view) if "label" in component]


def sendable(view: View) -> None:
    """Assert what Discord demands: 40 components, 5 buttons a row, 4,000 units of text, ids of 100, all different."""
    found = components(view)
    assert len(found) <= 40
    assert all(len(component["components"]) <= 5 for component in found if component["type"] == 1)
    contents = [component["content"] for component in found if "content" in component]
    assert all(contents)
    assert sum(map(utf16, contents)) <= TEXT_LIMIT
    ids = [component["custom_id"] for component in found if "custom_id" in component]
    assert all(1 <= utf16(custom_id) <= 100 for custom_id in ids)
    assert len(set(ids)) == len(ids)
    assert all(1 <= utf16(label) <= 80 for label in labels(view))
