"""The sandbox's REST server: takes a request, records it, lets faults happen, and has its route answer."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache
from time import monotonic, time
from typing import Any, Final, Literal

from aiohttp import web

from .commons import TOKEN
from .ratelimit import RateLimits, headers_of, told
from .refusal import Json, RefusalError, unauthorized
from .world import World

PREFIX: Final = "/api/v10"


@dataclass(slots=True, eq=False)
class Request:
    """A request as it came; `template` is its path in the OpenAPI description's words (None: not known here)."""

    method: str
    path: str
    query: dict[str, str]
    body: Any
    received: float
    template: str | None = None
    params: dict[str, str] = field(default_factory=dict)
    status: int = 0
    reply: bytes = b""

    @property
    def answer(self) -> Any:
        """The answer as it was then; a message may have changed since."""
        return json.loads(self.reply) if self.reply else None

    def number(self, name: str) -> int:
        """Return an id of the path; one that is no number belongs to nothing."""
        return int(self.params[name]) if self.params[name].isdigit() else 0

    def keep(self, status: int, answer: Any) -> None:
        self.status = 204 if answer is None else status
        self.reply = b"" if answer is None else json.dumps(answer).encode()

    @property
    def fields(self) -> Json:
        return self.body if isinstance(self.body, dict) else {}


@dataclass(slots=True)
class Mishap:
    """What befalls the next `times` requests to a path (shell pattern, without /api/v10).

    An answer with `status` and `body`, a `cut` connection, or none ever (`hang`); `after` the work was done. The body
    of a 429 may say what its headers tell, see `headers_of`.
    """

    method: str
    path: str
    times: int = 1
    what: Literal["answer", "cut", "hang"] = "answer"
    after: bool = False
    status: int = 500
    body: Any = field(default_factory=dict)

    def meets(self, request: Request) -> bool:
        return self.times > 0 and self.method == request.method and fnmatchcase(request.path, self.path)


@dataclass(frozen=True, slots=True)
class Route:
    """A way in: who answers, with which status, and whether the bot's token is needed for it."""

    method: str
    template: str
    answer: Callable[[Request], Any]
    status: int = 200
    token: bool = True

    def match(self, request: Request) -> dict[str, str] | None:
        if request.method != self.method:
            return None
        found = _pattern(self.template).fullmatch(request.path)
        return None if found is None else found.groupdict()


@cache
def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(template)))


@dataclass(slots=True)
class Rest:
    """The server's routes, its memory of requests, and the mishaps to come.

    `latency` are the seconds of real time before a request that needs the bot's token, and has it, is worked on.
    """

    world: World
    limits: RateLimits
    notice: Callable[[str], None]
    latency: float = 0.0
    routes: list[Route] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    unexpected: list[str] = field(default_factory=list)
    mishaps: list[Mishap] = field(default_factory=list)

    async def serve(self, raw: web.Request) -> web.StreamResponse:
        request = Request(raw.method, raw.path.removeprefix(PREFIX), dict(raw.query), None, monotonic())
        self.requests.append(request)
        request.body = await _body(raw)
        route = self._route(request)
        known = raw.headers.get("Authorization") == f"Bot {TOKEN}"
        if self.latency and known and route is not None and route.token:
            await asyncio.sleep(self.latency)
        mishap = next((mishap for mishap in self.mishaps if mishap.meets(request)), None)
        if mishap is not None:
            mishap.times -= 1
            if not mishap.after:
                return await self._befall(mishap, request, raw)
        headers: dict[str, str] = {}
        try:
            if route is None:
                raise _unrouted(request)
            if route.token and not known:
                raise unauthorized()
            place = next((request.params[name] for name in _MAJOR if name in request.params), "")
            headers = self.limits.take(f"{route.method} {route.template}", place, self.world.now, counted=route.token)
            request.keep(route.status, route.answer(request))
        except RefusalError as refusal:
            self._refused(request, refusal)
            headers |= headers_of(refusal.body) if refusal.status == 429 else {}
        if mishap is not None:
            return await self._befall(mishap, request, raw)
        return _response(request, headers)

    def _route(self, request: Request) -> Route | None:
        for route in self.routes:
            params = route.match(request)
            if params is not None:
                request.template, request.params = route.template, params
                return route
        return None

    def _refused(self, request: Request, refusal: RefusalError) -> None:
        request.keep(refusal.status, refusal.body)
        if request.template is None or '"SANDBOX"' in json.dumps(refusal.body):
            self.unexpected.append(f"{request.method} {request.path}: {json.dumps(refusal.body)}")
            self.notice(f"sandbox: unexpected request {self.unexpected[-1]}")
        elif refusal.status == 400:
            self.notice(f"sandbox: refused {request.method} {request.template}: {json.dumps(refusal.body)}")

    @staticmethod
    async def _befall(mishap: Mishap, request: Request, raw: web.Request) -> web.StreamResponse:
        limited = mishap.status == 429
        body = told(mishap.body) if limited else mishap.body
        request.keep(mishap.status if mishap.what == "answer" else 0, body)
        if mishap.what == "hang":
            await asyncio.Event().wait()
        if mishap.what == "cut" and raw.transport is not None:
            raw.transport.abort()
        return _response(request, headers_of(mishap.body) if limited else {})


def _unrouted(request: Request) -> RefusalError:
    return RefusalError(404, 0, f"404: the sandbox does not know {request.method} {request.path}")


_MAJOR: Final = ("channel_id", "guild_id", "webhook_token", "interaction_id")


async def _body(raw: web.Request) -> Any:
    """Return what a request carries: JSON, or the JSON part of a form with files."""
    if raw.content_type == "multipart/form-data":
        form = await raw.post()
        return json.loads(str(form.get("payload_json", "{}")))
    data = await raw.read()
    return json.loads(data) if data else None


def _response(request: Request, headers: dict[str, str]) -> web.Response:
    if not request.reply:
        return web.Response(status=204, headers=headers)
    if after := headers.get("X-RateLimit-Reset-After"):
        headers["X-RateLimit-Reset"] = f"{time() + float(after):.3f}"
    # Not json_response: discord.py compares the type verbatim, and that would add a charset.
    headers = {**headers, "Content-Type": "application/json"}
    return web.Response(status=request.status or 500, body=request.reply, headers=headers)
