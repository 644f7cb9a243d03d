"""No text can mean anything to Discord but itself."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import MATCH_END, MATCH_START
from bot.text.words import utf16
from cogs.ui.markdown import begin, escape, size, with_matches

# Discord's own rule: a backslash before anything but a letter, a digit or white space shows what follows it.
UNESCAPE = re.compile(r"\\([^0-9A-Za-z\s])")
HOSTILE = st.text(alphabet=st.sampled_from("ab1 \n\\*_~`|<>[]()#-+.:@&!/?0“’é😀")) | st.text()


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("plain words, and so on.", "plain words, and so on."),
        ("**bold** _it_ ~~no~~ `code` ||spoiler||", r"\*\*bold\*\* \_it\_ \~\~no\~\~ \`code\` \|\|spoiler\|\|"),
        ("<@1> <@&1> <#1> <t:0> </quote:1> <:a:1> <a:b:1>", None),
        ("@everyone @here", r"\@everyone \@here"),
        ("[text](https://example.org)", r"\[text](https\://example.org)"),
        ("https://example.org", r"https\://example.org"),
        (":smile:", r"\:smile\:"),
        ("at 12:30 sharp", r"at 12\:30 sharp"),
        (
            "# heading\n- item\n1. first\n> quoted\n-# small",
            "\\# heading\n\\- item\n1\\. first\n\\> quoted\n\\-# small",
        ),
        ("  12) indented", r"  12\) indented"),
        ("rules-based order of 24.2.2023", "rules-based order of 24.2.2023"),
        ("\\", "\\\\"),
    ],
)
def test_what_is_escaped(text: str, escaped: str | None) -> None:
    if escaped is not None:
        assert escape(text) == escaped
    assert UNESCAPE.sub(r"\1", escape(text)) == text


@given(HOSTILE)
def test_what_is_shown_is_the_text(text: str) -> None:
    escaped = escape(text)
    assert UNESCAPE.sub(r"\1", escaped) == text
    assert size(text) == utf16(escaped)
    bare = UNESCAPE.sub("", escaped)
    assert not re.search(r"[*_~`|<\[@]|://", bare)
    assert not re.search(r"^[ \t]*(?:[#>-]|\d+[.)])", bare.replace("\\", ""), re.MULTILINE) or "\\" in escaped


@given(HOSTILE, HOSTILE)
def test_the_parts_never_take_less_than_the_whole(one: str, other: str) -> None:
    assert size(one + other) <= size(one) + size(other)


def test_matches_are_bold_and_nothing_else_is() -> None:
    marked = f"a * {MATCH_START}b_c{MATCH_END} d {MATCH_START}e{MATCH_END}"
    assert with_matches(marked) == r"a \* **b\_c** d **e**"
    assert with_matches("no *match*") == r"no \*match\*"


@given(HOSTILE, st.integers(1, 200))
def test_a_beginning_takes_no_more_than_it_may(text: str, limit: int) -> None:
    shown = begin(text, limit)
    assert utf16(shown) <= limit
    plain = " ".join(text.split())
    assert UNESCAPE.sub(r"\1", shown) == plain or shown.endswith("…")


def test_a_beginning_that_fits_is_whole() -> None:
    assert begin("We will  act.", 20) == "We will act."
    assert begin("We will act *now*.", 17) == "We will act…"
