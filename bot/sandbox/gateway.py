"""The sandbox's gateway: one WebSocket a shard, sessions that can be resumed, and the events that it sends."""

from __future__ import annotations

import json
import secrets
from asyncio import Event, gather
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

from aiohttp import WSMessage, WSMsgType, web

from .commons import TOKEN
from .refusal import Json
from .world import World

GUILDS: Final = 1
PRIVILEGED: Final = 1 << 1 | 1 << 8 | 1 << 15
DISPATCH, HEARTBEAT, IDENTIFY, PRESENCE, RESUME, RECONNECT, INVALID, HELLO, ACK = 0, 1, 2, 3, 6, 7, 9, 10, 11


class CloseError(Exception):
    """The bot did what Discord closes a connection for."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code


@dataclass(slots=True, eq=False)
class Session:
    """A shard's session: what was sent in it (for RESUME), and its connection while there is one."""

    id: str
    shard: tuple[int, int]
    intents: int
    sent: list[str] = field(default_factory=list)
    socket: web.WebSocketResponse | None = None

    def concerns(self, guild_id: int | None) -> bool:
        number, count = self.shard
        return number == (0 if guild_id is None else (guild_id >> 22) % count)


@dataclass(slots=True)
class Gateway:
    """Every session of the bot that runs; `ready` is set when each shard has received its servers."""

    world: World
    notice: Callable[[str], None]
    url: str = ""
    shards: int = 1
    sessions: dict[str, Session] = field(default_factory=dict)
    ready: Event = field(default_factory=Event)
    _pings: dict[web.WebSocketResponse, deque[Event]] = field(default_factory=dict)

    def forget(self) -> None:
        """Begin anew for a bot that starts."""
        self.sessions.clear()
        self.ready.clear()

    async def serve(self, raw: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse(autoping=False)
        await socket.prepare(raw)
        self._pings[socket] = deque()
        session: Session | None = None
        try:
            await _send(socket, HELLO, {"heartbeat_interval": 41250})
            async for message in socket:
                if not await self._echoed(socket, message):
                    session = await self._receive(socket, session, message)
        except CloseError as error:
            self.notice(f"sandbox: the gateway closed the connection: {error.code} {error}")
            await socket.close(code=error.code, message=str(error).encode())
        except ConnectionError:
            pass  # the bot went away in the middle of a frame
        finally:
            if session is not None and session.socket is socket:
                session.socket = None
            for unanswered in self._pings.pop(socket):
                unanswered.set()
        return socket

    async def _echoed(self, socket: web.WebSocketResponse, message: WSMessage) -> bool:
        """Tell whether a frame is a ping, which is answered, or a pong, which is what `heard` waits for."""
        if message.type is WSMsgType.PING:
            await socket.pong(message.data)
        elif message.type is WSMsgType.PONG and self._pings[socket]:
            self._pings[socket].popleft().set()
        return message.type in {WSMsgType.PING, WSMsgType.PONG}

    async def _receive(
        self, socket: web.WebSocketResponse, session: Session | None, message: WSMessage
    ) -> Session | None:
        if message.type is not WSMsgType.TEXT or len(message.data.encode()) > 4096:
            raise CloseError(4002, "not a text frame of at most 4096 bytes")
        frame: Json = json.loads(message.data)
        code: int = frame["op"]
        data: Any = frame.get("d")
        if code == HEARTBEAT:
            await _send(socket, ACK)
        elif code in {IDENTIFY, RESUME} and session is not None:
            raise CloseError(4005, "already authenticated")
        elif code in {IDENTIFY, RESUME} and data["token"] != TOKEN:
            raise CloseError(4004, "authentication failed")
        elif code == IDENTIFY:
            return await self._identify(socket, data)
        elif code == RESUME:
            return await self._resume(socket, data)
        elif session is None:
            raise CloseError(4003, "not authenticated")
        elif code != PRESENCE:
            raise CloseError(4001, f"the sandbox does not know opcode {code}")
        return session

    async def _identify(self, socket: web.WebSocketResponse, data: Json) -> Session:
        number, count = data.get("shard") or (0, 1)
        if data["intents"] & PRIVILEGED:
            raise CloseError(4014, "disallowed intents: this application has no privileged ones")
        session = Session(secrets.token_hex(8), (number, count), data["intents"], [], socket)
        self.sessions[session.id] = session
        mine = [g for g in self.world.guilds.values() if self.world.has_bot(g) and session.concerns(g.id)]
        ready = {
            "v": 10,
            "user": self.world.bot.payload(),
            "guilds": [{"id": str(guild.id), "unavailable": True} for guild in mine],
            "session_id": session.id,
            "resume_gateway_url": self.url,
            "shard": [number, count],
            "application": {"id": str(self.world.application_id), "flags": 0},
        }
        await _dispatch(session, "READY", ready)
        for guild in mine if session.intents & GUILDS else ():
            if self.world.has_bot(guild) and not guild.unavailable:
                await _dispatch(session, "GUILD_CREATE", self.world.guild_payload(guild) | {"unavailable": False})
        if len({known.shard[0] for known in self.sessions.values()}) >= count:
            self.ready.set()
        return session

    async def _resume(self, socket: web.WebSocketResponse, data: Json) -> Session | None:
        session = self.sessions.get(data["session_id"])
        if session is None:
            await _send(socket, INVALID, d=False)
            return None
        session.socket = socket
        for text in session.sent[data["seq"] :]:
            await socket.send_str(text)
        await _dispatch(session, "RESUMED", {})
        return session

    async def dispatch(self, event: str, data: Any, guild_id: int | None = None) -> None:
        """Send an event to the shard that it concerns; a broken connection gets it when it resumes."""
        for session in list(self.sessions.values()):
            if session.concerns(guild_id) and (event == "INTERACTION_CREATE" or session.intents & GUILDS):
                await _dispatch(session, event, data)

    async def heard(self) -> None:
        """Wait until the bot has taken in all that was sent to it; over a connection that breaks it gets it later.

        A WebSocket answers a ping in its turn: with the pong, every event before it has been acted upon.
        """
        sockets = [session.socket for session in self.sessions.values() if session.socket is not None]
        await gather(*map(self._echo, sockets))

    async def _echo(self, socket: web.WebSocketResponse) -> None:
        if (waiting := self._pings.get(socket)) is None:
            return
        answered = Event()
        waiting.append(answered)
        with suppress(ConnectionError):
            await socket.ping()
        await answered.wait()

    async def drop(self, code: int | None = None, *, forget: bool = False) -> None:
        """Break every connection: with a close code, or by asking to reconnect; `forget` the sessions too."""
        for session in list(self.sessions.values()):
            if session.socket is None:
                continue
            if forget:
                del self.sessions[session.id]
                await _send(session.socket, INVALID, d=False)
            elif code is None:
                await _send(session.socket, RECONNECT)
            else:
                await session.socket.close(code=code)


async def _dispatch(session: Session, event: str, data: Any) -> None:
    frame = {"op": DISPATCH, "t": event, "s": len(session.sent) + 1, "d": data}
    session.sent.append(json.dumps(frame))
    if session.socket is not None:
        try:
            await session.socket.send_str(session.sent[-1])
        except ConnectionError:
            session.socket = None


async def _send(socket: web.WebSocketResponse, op: int, d: Any = None) -> None:
    await socket.send_str(json.dumps({"op": op, "d": d}))
