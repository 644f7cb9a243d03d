"""Every refusal is a helpful sentence that can be sent, whatever was typed."""

from __future__ import annotations

import dataclasses

import pytest

from bot import errors
from cogs.ui.parts import notice
from cogs.ui.replies import explain
from tests.cogs.ui.conftest import sendable

CLASSES = [
    found
    for found in vars(errors).values()
    if isinstance(found, type) and issubclass(found, errors.HeraldError) and found is not errors.HeraldError
]
HOSTILE = "@everyone **<@&1>** " * 400
VALUES = {
    "str": HOSTILE,
    "int": 10**9,
    "int | None": None,
    "tuple[str, ...]": (HOSTILE,) * 50,
    "tuple[SeedError, ...]": (errors.SeedError(HOSTILE, "line 3", HOSTILE),) * 50,
}


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_every_class_has_its_sentence(kind: type[errors.HeraldError]) -> None:
    error = kind(**{field.name: VALUES[str(field.type)] for field in dataclasses.fields(kind)})
    sentence = explain(error)
    assert sentence.rstrip("*").endswith((".", "?", "them", "…"))
    assert "<@&1>" not in sentence.replace("\\<", "")
    assert "@everyone" not in sentence.replace("\\@", "")
    sendable(notice(sentence))


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (errors.BadCitation(" "), "A blank is not a place"),
        (errors.BadCitation("abc"), "“abc” is not a place in a document. Try **3**"),
        (errors.ReversedRange(3, 1), "Did you mean **1-3**?"),
        (errors.NoSuchParagraph(99, 0, 6, "S"), "no paragraph 99 in S: it has the preamble (0) to 6."),
        (errors.NoSuchSentence(9, 3, 8), "Paragraph 3 has 8 sentences, so there is no 3.9. Try **3.8**."),
        (errors.NoSuchSentence(9, 0, 1), "The preamble has one sentence"),
        (errors.BadZone("Kiev", ("Europe/Kyiv",)), "Did you mean **Europe/Kyiv**?"),
        (errors.MissingPermissions(5, ("Send Messages",)), "Give me **Send Messages** there"),
        (errors.SeedError("a.txt", "line 3", "is odd"), "a.txt, line 3: is odd"),
    ],
)
def test_it_says_what_to_do(error: errors.HeraldError, words: str) -> None:
    assert words in explain(error)
