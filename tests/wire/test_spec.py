"""The check itself can fail: what is not Discord's is found."""

from __future__ import annotations

from typing import Any

import pytest

from bot.sandbox.rest import Request
from tests.wire import spec

MESSAGE = "/channels/1/messages"
COMMANDS = "/applications/1/commands"
CALLBACK = "/interactions/1/token/callback"
TEXT = {"type": 10, "content": "x"}

pytestmark = pytest.mark.skipif(not spec.FILE.exists(), reason="there is no description of Discord's API here")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", MESSAGE, {"content": "x"}),
        ("POST", MESSAGE, {"flags": 1 << 15, "components": [TEXT], "nonce": "n", "enforce_nonce": True}),
        ("PUT", COMMANDS, [{"name": "a", "description": "b", "type": 1, "nsfw": False}]),
        ("POST", CALLBACK, {"type": 8, "data": {"choices": [{"name": "a", "value": "b"}] * 25}}),
        ("GET", "/gateway/bot", None),
    ],
)
def test_what_is_discords(method: str, path: str, body: Any) -> None:
    assert spec.faults(Request(method, path, {}, body, 0.0)) == []


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", MESSAGE, {"contents": "x"}),
        ("POST", MESSAGE, {"content": 5}),
        ("POST", MESSAGE, {"content": "x", "nonce": "n" * 26}),
        ("POST", MESSAGE, {"flags": 1 << 15, "components": [{**TEXT, "contents": "x"}]}),
        ("POST", MESSAGE, {"flags": 1 << 15, "components": [{"type": 10, "content": ""}]}),
        ("PUT", COMMANDS, [{"name": "a" * 33, "description": "b", "type": 1}]),
        ("PUT", COMMANDS, [{"name": "a", "description": "b" * 101, "type": 1}]),
        ("POST", CALLBACK, {"type": 8, "data": {"choices": [{"name": "a", "value": "b"}] * 26}}),
        ("GET", "/gateway/bots", None),
        ("DELETE", MESSAGE, None),
        ("GET", MESSAGE, {"limit": 5}),
    ],
)
def test_what_is_not(method: str, path: str, body: Any) -> None:
    assert spec.faults(Request(method, path, {}, body, 0.0))
