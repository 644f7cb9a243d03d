"""What the sandbox's Discord answers when it refuses: a status, and a body of code, message and errors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

Json = dict[str, Any]


class RefusalError(Exception):
    """A request that Discord would refuse; `body` is what it would answer."""

    def __init__(self, status: int, code: int, message: str, errors: Json | None = None) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.body: Json = {"code": code, "message": message}
        if errors is not None:
            self.body["errors"] = errors


class Fault(NamedTuple):
    """One thing wrong with a body; `place` is the dotted way to it, such as `components.0.label`."""

    place: str
    code: str
    message: str


def bad_form(faults: Sequence[Fault]) -> RefusalError:
    """Return Discord's answer to a body with these faults: a tree that follows the body's own."""
    errors: Json = {}
    for fault in faults:
        node = errors
        for step in fault.place.split("."):
            node = node.setdefault(step, {})
        node.setdefault("_errors", []).append({"code": fault.code, "message": fault.message})
    return RefusalError(400, 50035, "Invalid Form Body", errors)


def unauthorized() -> RefusalError:
    return RefusalError(401, 0, "401: Unauthorized")


def unknown(what: str) -> RefusalError:
    codes = {
        "Application": 10002,
        "Channel": 10003,
        "Guild": 10004,
        "Message": 10008,
        "Webhook": 10015,
        "interaction": 10062,
    }
    return RefusalError(404, codes[what], f"Unknown {what}")


def missing_access() -> RefusalError:
    return RefusalError(403, 50001, "Missing Access")


def missing_permissions() -> RefusalError:
    return RefusalError(403, 50013, "Missing Permissions")
