from datetime import UTC, datetime, timedelta

import pytest

from bot.sandbox.lines import ClientError, LineError, duration, moment, options


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        ("  ", []),
        ("paragraph:3", [("paragraph", "3")]),
        ("paragraph:3 hidden:true", [("paragraph", "3"), ("hidden", "true")]),
        ('query:"open door" hidden:true', [("query", '"open door"'), ("hidden", "true")]),
        ("query:Russia's", [("query", "Russia's")]),
        ("query:", [("query", "")]),
        ("query: ", [("query", " ")]),
        ("query:  a  hidden:true", [("query", "  a "), ("hidden", "true")]),
        ("query:a foo:b", [("query", "a foo:b")]),
        ("query:a xhidden:b", [("query", "a xhidden:b")]),
        ("query:time:09:00", [("query", "time:09:00")]),
        ("query:a\thidden:b", [("query", "a"), ("hidden", "b")]),
    ],
)
def test_a_value_runs_to_the_next_option(text: str, found: list[tuple[str, str]]) -> None:
    assert options(text, ["query", "hidden", "paragraph"]) == found


@pytest.mark.parametrize("text", ["3", "foo:3", "x query:3", "query:1 query:2"])
def test_what_belongs_to_no_option(text: str) -> None:
    with pytest.raises(ClientError):
        options(text, ["query"])


def test_a_command_without_options_takes_none() -> None:
    assert options("", []) == []
    with pytest.raises(ClientError):
        options("x:1", [])


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("20s", 20), ("2h30m", 9000), ("3d", 259200), ("1w", 604800), ("0s", 0)],
)
def test_durations(text: str, seconds: int) -> None:
    assert duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "20", "s", "-5s", "1.5h", "20s!", "9" * 30 + "w"])
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(LineError):
        duration(text)


@pytest.mark.parametrize("text", ["2026-03-30T09:00Z", "2026-03-30T09:00", "2026-03-30T12:00+03:00"])
def test_moments_are_utc(text: str) -> None:
    assert moment(text) == datetime(2026, 3, 30, 9, tzinfo=UTC)
    assert moment(text).tzinfo is UTC


@pytest.mark.parametrize("text", ["", "tomorrow", "2026-02-30", "1999-01-01T00:00Z"])
def test_what_is_no_moment(text: str) -> None:
    with pytest.raises(LineError):
        moment(text)
