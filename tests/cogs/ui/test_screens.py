"""What a button keeps is what it gives back, and what was forged is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import PassageGone
from bot.model import Citation
from bot.text.words import cut
from cogs.ui.buttons import ScreenButton
from cogs.ui.screens import (
    ANY,
    CUSTOM_ID_LIMIT,
    QUERY_LIMIT,
    CiteScreen,
    CommitmentsScreen,
    QuoteScreen,
    Screen,
    SearchScreen,
    custom_id,
    decode,
    key_of,
    slug_for,
)
from tests.cogs.ui.conftest import document

KEY = "0a1b2c3d"
NUMBER = st.integers(0, 999_999)
CITATIONS = st.builds(Citation, NUMBER, st.just(999_999)) | NUMBER.flatmap(
    lambda n: st.builds(Citation, st.just(n), st.just(n), st.none() | st.integers(1, 999_999))
)
SCREENS: st.SearchStrategy[Screen] = (
    st.builds(QuoteScreen, st.just(KEY), CITATIONS, st.integers(0, 9999), st.booleans())
    | st.builds(CiteScreen, st.just(KEY), CITATIONS)
    | st.builds(CommitmentsScreen, st.just(KEY), st.integers(0, 9999))
    | st.builds(
        SearchScreen,
        st.sampled_from([KEY, ANY]),
        st.text(min_size=1).map(lambda text: cut(text, QUERY_LIMIT)).filter(bool),
        st.integers(0, 99),
    )
)


@given(SCREENS, st.sampled_from(["turn", "open"]), st.sampled_from(["", "<", ">", "~"]))
def test_round_trip_within_the_limit(screen: Screen, action: str, mark: str) -> None:
    made = custom_id(action, screen, mark)
    assert len(made.encode("utf-16-le", "surrogatepass")) // 2 <= CUSTOM_ID_LIMIT
    match = ScreenButton.__discord_ui_compiled_template__.fullmatch(made)
    assert match is not None
    assert match["action"] == action
    assert decode(match["state"]) == screen


@pytest.mark.parametrize(
    "forged",
    [
        "",
        "q",
        "q:",
        "q:k:0:0",
        "q:k:x:0:1",
        "q:k:0:0:abc",
        "q:k:0:0:3-1",
        "q:k:0:0:1:2",
        "s:k",
        "s:k:x:q",
        "c:k",
        "z",
        "z:1",
        "z:k:",
        "z:k:x",
        "z:k:3-1",
        "z:k:1:2",
        "y:1",
    ],
)
def test_what_was_forged_is_refused(forged: str) -> None:
    with pytest.raises(PassageGone):
        decode(forged)


@given(st.text())
def test_anything_forged_is_refused_or_a_screen(forged: str) -> None:
    try:
        decode(forged)
    except PassageGone:
        return


@given(CITATIONS)
def test_the_buttons_of_a_daily_post_fit_with_the_longest_nonce(citation: Citation) -> None:
    for screen in (QuoteScreen(KEY, citation), CiteScreen(KEY, citation)):
        assert decode(custom_id("open", screen, "f" * 25).split(":", 2)[2]) == screen


def test_a_document_is_found_by_its_key_until_it_is_gone() -> None:
    made = document("Text.")
    assert slug_for(key_of(made), (made,)) == made.slug
    with pytest.raises(PassageGone):
        slug_for(key_of(made), ())


def test_a_custom_id_over_the_limit_is_a_fault_of_ours() -> None:
    with pytest.raises(ValueError, match="units"):
        custom_id("turn", SearchScreen(ANY, "q" * 200))
