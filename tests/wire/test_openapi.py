"""The check itself can fail: what is not Discord's is found, and what could not be checked is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.sandbox.rest import Request
from tests.wire import openapi
from tests.wire.conftest import Checked, unchecked_line

MESSAGE = "/channels/1/messages"
COMMANDS = "/applications/1/commands"
CALLBACK = "/interactions/1/token/callback"
ORIGINAL = "/webhooks/1/token/messages/@original"
TEXT = {"type": 10, "content": "x"}
BUTTON = {"type": 2, "style": 2, "label": "x", "custom_id": "x"}
COMMAND = {"name": "a", "description": "b", "type": 1}
OPTION = {"type": 3, "name": "a", "description": "b"}

described = pytest.mark.skipif(not openapi.FILE.exists(), reason="there is no description of Discord's API here")


def asked(method: str, path: str, body: Any, query: dict[str, str] | None = None) -> Request:
    return Request(method, path, query or {}, body, 0.0)


def framed(*parts: Any) -> dict[str, Any]:
    return {"flags": 1 << 15, "components": [{"type": 17, "components": list(parts)}]}


TAKEN: list[tuple[str, str, Any]] = [
    ("POST", MESSAGE, {"content": "x"}),
    ("POST", MESSAGE, {**framed(TEXT), "nonce": "n" * 25, "enforce_nonce": True, "tts": False}),
    ("POST", MESSAGE, framed({"type": 1, "components": [BUTTON]}, {"type": 14})),
    ("PUT", COMMANDS, [{**COMMAND, "nsfw": False, "options": [{**OPTION, "autocomplete": True}]}]),
    ("POST", CALLBACK, {"type": 8, "data": {"choices": [{"name": "a", "value": "b"}] * 25}}),
    ("POST", CALLBACK, {"type": 7, "data": {**framed(TEXT), "tts": False}}),
    ("POST", CALLBACK, {"type": 5, "data": {"flags": 64}}),
    ("PATCH", ORIGINAL, {"components": [TEXT], "tts": False}),
    ("DELETE", ORIGINAL, None),
    ("GET", "/gateway/bot", None),
]


@described
@pytest.mark.parametrize(("method", "path", "body"), TAKEN)
def test_what_is_discords(method: str, path: str, body: Any) -> None:
    assert openapi.faults(asked(method, path, body)) == []


NOT_TAKEN: list[tuple[str, str, str, Any]] = [
    ("a misspelt field", "POST", MESSAGE, {"contents": "x"}),
    ("a misspelt field of a component", "POST", MESSAGE, framed({**TEXT, "contents": "x"})),
    ("a misspelt field of a button", "POST", MESSAGE, framed({"type": 1, "components": [{**BUTTON, "lable": "x"}]})),
    ("a misspelt field of a command", "PUT", COMMANDS, [{**COMMAND, "nsfv": False}]),
    ("a misspelt field of an option", "PUT", COMMANDS, [{**COMMAND, "options": [{**OPTION, "require": True}]}]),
    ("a misspelt field of an answer", "POST", CALLBACK, {"type": 5, "data": {"flag": 64}}),
    ("tts where discord.py does not send it", "PUT", COMMANDS, [{**COMMAND, "tts": False}]),
    ("a number for a text", "POST", MESSAGE, {"content": 5}),
    ("a text for a number", "POST", CALLBACK, {"type": "4", "data": {"content": "x"}}),
    ("an unknown kind of component", "POST", MESSAGE, framed({**TEXT, "type": 99})),
    ("a long nonce", "POST", MESSAGE, {"content": "x", "nonce": "n" * 26}),
    ("an empty text", "POST", MESSAGE, framed({"type": 10, "content": ""})),
    ("a long text", "POST", MESSAGE, framed({"type": 10, "content": "x" * 4001})),
    ("a long label", "POST", MESSAGE, framed({"type": 1, "components": [{**BUTTON, "label": "x" * 81}]})),
    ("a long custom id", "POST", MESSAGE, framed({"type": 1, "components": [{**BUTTON, "custom_id": "x" * 101}]})),
    ("six buttons in a row", "POST", MESSAGE, framed({"type": 1, "components": [BUTTON] * 6})),
    ("a long name", "PUT", COMMANDS, [{**COMMAND, "name": "a" * 33}]),
    ("a long description", "PUT", COMMANDS, [{**COMMAND, "description": "b" * 101}]),
    ("26 options", "PUT", COMMANDS, [{**COMMAND, "options": [OPTION] * 26}]),
    ("26 choices", "POST", CALLBACK, {"type": 8, "data": {"choices": [{"name": "a", "value": "b"}] * 26}}),
    ("a choice without a value", "POST", CALLBACK, {"type": 8, "data": {"choices": [{"name": "a"}]}}),
    ("no body", "POST", MESSAGE, None),
    ("a body where none belongs", "GET", MESSAGE, {"limit": 5}),
    ("an unknown path", "GET", "/gateway/bots", None),
    ("an unknown method", "DELETE", MESSAGE, None),
]


@described
@pytest.mark.parametrize(
    ("method", "path", "body"), [row[1:] for row in NOT_TAKEN], ids=[row[0] for row in NOT_TAKEN]
)
def test_what_is_not(method: str, path: str, body: Any) -> None:
    assert openapi.faults(asked(method, path, body))


@described
def test_a_query_is_read_too() -> None:
    assert openapi.faults(asked("POST", CALLBACK, {"type": 5}, {"with_response": "1"})) == []
    assert openapi.faults(asked("POST", CALLBACK, {"type": 5}, {"with_respons": "1"}))


@described
def test_a_judge_finds_a_fault() -> None:
    sandbox = Checked()
    sandbox.requests.append(asked("POST", MESSAGE, {"contents": "x"}))
    with pytest.raises(AssertionError, match="contents"):
        sandbox.judge()


MENTION = {"type": 10, "content": "<@&7>\nCommitment 1 of 12"}
ONE = {"parse": [], "roles": [7]}
COULD_PING: list[tuple[str, str, dict[str, Any]]] = [
    ("nothing is said of it", MESSAGE, {"components": [TEXT]}),
    ("all roles", MESSAGE, {"components": [TEXT], "allowed_mentions": {"parse": ["roles"]}}),
    ("a role that is not mentioned", MESSAGE, {"components": [TEXT], "allowed_mentions": ONE}),
    ("another role", MESSAGE, {"components": [MENTION], "allowed_mentions": {"parse": [], "roles": [8]}}),
    ("two roles", MESSAGE, {"components": [MENTION], "allowed_mentions": {"parse": [], "roles": [7, 8]}}),
    ("everyone too", MESSAGE, {"components": [MENTION], "allowed_mentions": {"parse": ["everyone"], "roles": [7]}}),
    ("in a reply", CALLBACK, {"type": 4, "data": {"components": [MENTION], "allowed_mentions": ONE}}),
]


@pytest.mark.parametrize(("path", "body"), [row[1:] for row in COULD_PING], ids=[row[0] for row in COULD_PING])
def test_a_judge_finds_what_could_ping(path: str, body: dict[str, Any]) -> None:
    sandbox = Checked()
    sandbox.requests.append(asked("POST", path, body))
    with pytest.raises(AssertionError):
        sandbox.judge()


def test_a_daily_post_may_ping_the_one_role_that_it_begins_with() -> None:
    sandbox = Checked()
    body = framed(MENTION, TEXT) | {"allowed_mentions": ONE}
    sandbox.requests.append(asked("POST", MESSAGE, body))
    sandbox.judge()


def test_a_judge_finds_what_the_log_says_aloud() -> None:
    sandbox = Checked()
    sandbox.notices.append("bot: 2026 ERROR   cogs.ui: failed")
    with pytest.raises(AssertionError, match="failed"):
        sandbox.judge()
    sandbox.excused.append("failed")
    sandbox.judge()


def test_what_was_not_checked_is_counted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(openapi, "FILE", tmp_path / "none.json")
    sandbox = Checked()
    sandbox.requests.append(asked("POST", MESSAGE, {"contents": "x"}))
    assert sandbox.judge() == 1
    assert (
        unchecked_line(1) == f"SKIPPED: 1 request(s) were not checked, because there is no {tmp_path / 'none.json'}"
    )
    assert unchecked_line(0) is None
