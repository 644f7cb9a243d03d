"""Discord's rate limits in real time: so many requests a second in all, and so many to one place."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic
from typing import Final

from .refusal import Json, RefusalError

OTHERS: Final = 50
"""Requests a second to a place that is not a channel's messages or an interaction's webhook."""


@dataclass(slots=True)
class _Bucket:
    used: int
    until: float
    since: datetime


@dataclass(slots=True)
class RateLimits:
    """`overall` a second for the bot (answers to interactions do not count), `messages` per `window` and place.

    A window passes in real time, or when the sandbox's clock moves past it: a post a day is never one too many.
    """

    overall: int = 50
    messages: int = 5
    window: float = 5.0
    _recent: deque[float] = field(default_factory=deque)
    _buckets: dict[tuple[str, str], _Bucket] = field(default_factory=dict)

    def take(self, route: str, place: str, moment: datetime, *, counted: bool) -> dict[str, str]:
        """Count a request to a route and its major parameter, and return the headers that tell the state.

        `moment` is the sandbox's time. Raises a refusal with 429 if it is one too many, see `headers_of`.
        """
        now = monotonic()
        while self._recent and self._recent[0] <= now - 1:
            self._recent.popleft()
        if counted and len(self._recent) >= self.overall:
            raise too_many(self._recent[0] + 1 - now, overall=True)
        slow = "/messages" in route or route.startswith("POST /webhooks")
        most, window = (self.messages, self.window) if slow else (OTHERS, 1.0)
        bucket = self._buckets.get((route, place))
        if bucket is None or now >= bucket.until or moment - bucket.since >= timedelta(seconds=window):
            bucket = self._buckets[route, place] = _Bucket(0, now + window, moment)
        if bucket.used >= most:
            raise too_many(bucket.until - now, overall=False)
        bucket.used += 1
        if counted:
            self._recent.append(now)
        return {
            "X-RateLimit-Limit": str(most),
            "X-RateLimit-Remaining": str(most - bucket.used),
            "X-RateLimit-Reset-After": f"{bucket.until - now:.3f}",
            "X-RateLimit-Bucket": f"{hash(route) & 0xFFFFFFFF:08x}",
        }


def too_many(seconds: float, *, overall: bool) -> RefusalError:
    refusal = RefusalError(429, 0, "You are being rate limited.")
    refusal.body = {"message": "You are being rate limited.", "retry_after": round(seconds, 3), "global": overall}
    return refusal


def headers_of(body: Json) -> dict[str, str]:
    """Return the headers of a 429; "scope" may say "shared", and "via" False makes it a ban of the address.

    A ban comes from before Discord, which alone adds `Via`; without it discord.py does not try again.
    """
    scope = "global" if body.get("global") else body.get("scope", "user")
    headers = {"Retry-After": str(body.get("retry_after", 1)), "X-RateLimit-Scope": scope}
    headers |= {"X-RateLimit-Global": "true"} if scope == "global" else {}
    return headers | ({"Via": "1.1 sandbox"} if body.get("via", True) else {})


def told(body: Json) -> Json:
    """Return the body of a 429 without what only its headers tell."""
    return {key: value for key, value in body.items() if key not in {"scope", "via"}}
