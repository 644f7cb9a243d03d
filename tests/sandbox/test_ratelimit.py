from datetime import UTC, datetime, timedelta

import pytest

from bot.sandbox import ratelimit
from bot.sandbox.ratelimit import RateLimits, headers_of, told
from bot.sandbox.refusal import RefusalError

AT = datetime(2026, 3, 29, tzinfo=UTC)
POST = "POST /channels/{channel_id}/messages"


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr(ratelimit, "monotonic", lambda: now[0])
    return now


def test_five_messages_in_five_seconds_to_one_channel(time: list[float]) -> None:
    limits = RateLimits()
    left = [limits.take(POST, "1", AT, counted=True)["X-RateLimit-Remaining"] for _ in range(5)]
    assert left == ["4", "3", "2", "1", "0"]
    time[0] += 2
    with pytest.raises(RefusalError) as refused:
        limits.take(POST, "1", AT, counted=True)
    assert refused.value.body == {"message": "You are being rate limited.", "retry_after": 3.0, "global": False}
    limits.take(POST, "2", AT, counted=True)
    time[0] += 3
    limits.take(POST, "1", AT, counted=True)


def test_a_window_passes_with_the_sandboxs_clock_too(time: list[float]) -> None:
    limits = RateLimits()
    left = [limits.take(POST, "1", AT + timedelta(days=day), counted=True) for day in range(12)]
    assert {headers["X-RateLimit-Remaining"] for headers in left} == {"4"}


def test_fifty_a_second_in_all_in_any_second(time: list[float]) -> None:
    limits = RateLimits()
    for channel in range(50):
        limits.take(POST, str(channel), AT, counted=True)
        time[0] += 0.01
    with pytest.raises(RefusalError) as refused:
        limits.take(POST, "x", AT, counted=True)
    assert refused.value.body["global"] is True
    assert refused.value.body["retry_after"] == pytest.approx(0.5)
    limits.take("POST /interactions/{interaction_id}/{interaction_token}/callback", "x", AT, counted=False)
    time[0] += 0.51
    limits.take(POST, "x", AT, counted=True)


def test_a_429_says_via_and_whose_it_is() -> None:
    assert headers_of({"retry_after": 2, "global": True}) == {
        "Via": "1.1 sandbox",
        "Retry-After": "2",
        "X-RateLimit-Scope": "global",
        "X-RateLimit-Global": "true",
    }
    assert headers_of({"retry_after": 2})["X-RateLimit-Scope"] == "user"
    shared = headers_of({"retry_after": 2, "global": False, "scope": "shared"})
    assert shared == {"Via": "1.1 sandbox", "Retry-After": "2", "X-RateLimit-Scope": "shared"}
    assert "Via" not in headers_of({"via": False})


def test_what_the_headers_of_a_429_tell_is_not_in_its_body() -> None:
    body = {"message": "x", "retry_after": 2, "global": False}
    assert told(body | {"scope": "shared", "via": False}) == body
