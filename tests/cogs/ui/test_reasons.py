"""Every code that can stand in the ledger has words, and none of them is guessed."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from bot.daily.delivery import SUSPENDING
from cogs.ui import reasons

ROOT = Path(__file__).parents[3]
SOURCES = [
    *(ROOT / "bot" / "daily").glob("*.py"),
    ROOT / "bot" / "traffic.py",
    ROOT / "cogs" / "poster.py",
    ROOT / "bot" / "storage" / "deliveries.py",
]
RESULTS = {"Refused", "Unreached", "Unsure", "Unreadable", "Held"}


def constants(node: ast.AST) -> Iterator[str]:
    """Yield the codes of a result such as Unreached("timeout"), or beside an outcome: Outcome.SKIPPED, "admin"."""
    if isinstance(node, ast.Call):
        parts = node.args
        if isinstance(node.func, ast.Name) and node.func.id in RESULTS and parts:
            yield from words_in(parts[0])
    else:
        parts = node.elts if isinstance(node, ast.Tuple) else []
    for outcome, code in pairwise(parts):
        if (
            isinstance(outcome, ast.Attribute)
            and isinstance(outcome.value, ast.Name)
            and outcome.value.id == "Outcome"
        ):
            yield from words_in(code)


def words_in(node: ast.expr) -> Iterator[str]:
    """Yield every text in an expression: of `"not ready" if waited else "down"` both."""
    if isinstance(node, ast.JoinedStr):
        return  # "HTTP {status}", "suspended {code}": tested below
    for inner in ast.walk(node):
        if isinstance(inner, ast.Constant) and isinstance(inner.value, str) and inner.value:
            yield inner.value


CODES = {
    code
    for path in SOURCES
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    for code in constants(node)
}


def test_the_codes_are_found_in_the_code() -> None:
    assert {
        "admin",
        "changed",
        "paused",
        "removed",
        "down",
        "not ready",
        "reloaded",
        "BadZone",
        "unreadable",
        "too much",
    } <= CODES
    assert {"stopped", "timeout", "late", "fault"} <= CODES


@pytest.mark.parametrize("code", sorted({*CODES, *SUSPENDING, "NoSuchDocument", "NoCommitments", "unsettled"}))
def test_every_code_has_words_of_its_own(code: str) -> None:
    assert code in reasons._WORDS, f"{code} is not explained in cogs/ui/reasons.py"
    assert reasons.words(code) == reasons._WORDS[code]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("HTTP 500", "Discord had an error of its own"),
        ("HTTP 503", "Discord had an error of its own"),
        ("HTTP 429", "Discord wanted me to wait"),
        ("HTTP 401", "Discord refused my token"),
        ("50035", "Discord refused it"),
        ("404", "Discord refused it"),
        ("ServerDisconnectedError", "Discord could not be reached"),
        ("ConnectionResetError", "Discord could not be reached"),
        *((f"suspended {code}", f"suspended: {reasons._WORDS[code]}") for code in SUSPENDING),
    ],
)
def test_codes_that_are_made(code: str, words: str) -> None:
    assert reasons.words(code) == words


def test_every_suspension_says_what_to_do() -> None:
    assert set(reasons.SUSPENDED) == set(SUSPENDING)
    assert all("Give me" in words or "/daily set" in words for words in reasons.SUSPENDED.values())


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("thread 50013", "the thread failed (50013)"),
        ("publish HTTP 503", "the publication failed (HTTP 503)"),
        ("thread timeout, publish 50024", "the thread failed (timeout), the publication failed (50024)"),
        ("thread not ready", "the thread failed (not ready)"),
        ("interrupted", "I was stopped before its thread or its publication was done"),
    ],
)
def test_what_failed_beside_a_post(code: str, words: str) -> None:
    assert reasons.note(code) == words
