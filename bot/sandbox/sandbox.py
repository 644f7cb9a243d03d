"""The sandbox in one piece, for shell, tests and benchmarks: a Discord, the bot on it, and a user who acts."""

from __future__ import annotations

import signal
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, Self

from aiohttp import web

from bot.config import child_environment

from . import client, commons, render
from .entities import Channel, User
from .events import Events
from .gateway import Gateway
from .interactions import COMMAND, COMPLETION, COMPONENT, Interaction, Interactions
from .process import PATIENCE, BotError, Child
from .ratelimit import RateLimits
from .refusal import Json, RefusalError
from .rest import PREFIX, Mishap, Request, Rest
from .routes import Routes
from .world import Message, World

CHILD: Final = (sys.executable, "-m", "bot.sandbox.child")


@dataclass(frozen=True, slots=True)
class Reply:
    """What a user got: the messages of the interaction (new or changed), and all of them as plain text."""

    interaction: Interaction
    messages: tuple[Message, ...]
    text: str

    @property
    def ephemeral(self) -> bool:
        return any(message.seen_by is not None for message in self.messages)


class Sandbox:
    """A loopback Discord with the bot on it; time stands still but for `wait`, `wait_until` and `jump`.

    `latency` are the seconds of real time that each of the bot's requests takes, answers to interactions excepted.
    What befalls the servers is in `events`, the requests in `mishaps`, the connection in `gateway.drop`.
    """

    def __init__(
        self,
        *,
        at: datetime | None = None,
        data: Path | None = None,
        seeds: Path = Path("seeds"),
        child: Sequence[str] = CHILD,
        limits: RateLimits | None = None,
        latency: float = 0.0,
        notice: Callable[[str], None] = lambda _: None,
    ) -> None:
        now = (at or datetime.now(UTC)).replace(microsecond=0)
        self.world: World = commons.build(now)
        self.gateway = Gateway(self.world, notice)
        self.events = Events(self.world, self.gateway)
        self.rest = Rest(self.world, limits or RateLimits(), notice, latency)
        self.interactions = Interactions(self.world, self.gateway)
        self.rest.routes += [*self.interactions.routes(), *Routes(self.world, self.gateway).routes()]
        self.user: User = commons.ADMIN
        self._place: Channel = self.world.channel(commons.COMMONS + 10)
        self._data, self._seeds, self._argv, self._notice = data, seeds, child, notice
        self._stack = AsyncExitStack()
        self._started = False
        self.child = Child((), {}, Path(), notice)

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            temporary = stack.enter_context(tempfile.TemporaryDirectory(prefix="herald-sandbox-"))
            data = self._data or Path(temporary)
            data.mkdir(parents=True, exist_ok=True)
            server = web.Application(client_max_size=30 << 20)
            server.router.add_get("/", self.gateway.serve)
            server.router.add_route("*", PREFIX + "/{path:.*}", self.rest.serve)
            runner = web.AppRunner(server, shutdown_timeout=0.1, access_log=None)
            await runner.setup()
            stack.push_async_callback(runner.cleanup)
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            port = runner.addresses[0][1]
            self.gateway.url = f"ws://127.0.0.1:{port}/"
            environment = {
                "DISCORD_TOKEN": commons.TOKEN,
                "DISCORD_API_URL": f"http://127.0.0.1:{port}{PREFIX}",
                "DATA_DIR": str(data),
                "SEEDS_DIR": str(self._seeds),
                "OPERATOR_GUILD_ID": str(commons.OPERATORS),
                "LOG_LEVEL": "INFO",
            }
            self.child = Child(self._argv, child_environment(environment), data / "bot.log", self._notice)
            stack.push_async_callback(self._end)
            await self.start()
            self._stack = stack.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    @property
    def now(self) -> datetime:
        return self.world.now

    @property
    def requests(self) -> list[Request]:
        """Every request of the bot, in the order of arrival."""
        return self.rest.requests

    @property
    def unexpected(self) -> list[str]:
        return self.rest.unexpected

    @property
    def mishaps(self) -> list[Mishap]:
        """What befalls requests to come; append to it."""
        return self.rest.mishaps

    @property
    def channel(self) -> Channel:
        """Where the user is; a channel that is gone stays as it was last seen."""
        with suppress(RefusalError):
            self._place = self.world.channel(self._place.id)
        return self._place

    # The bot's process

    async def start(self) -> None:
        """Start the bot unless it runs, and wait until it has its servers and its scheduler sleeps."""
        if self.child.runs:
            return
        if self.child.fell:
            raise BotError(await self.child.obituary())
        self.gateway.forget()
        await self.child.start(self.now, sync=not self._started)
        await self.child.outlived(self.gateway.ready.wait(), PATIENCE, "the bot did not connect")
        await self.child.settled()
        self._started = True

    async def restart(self) -> None:
        if self.child.runs:
            await self.child.stop()
        await self.start()

    async def kill(self) -> None:
        """End the bot at once; it stays down until something needs it."""
        await self.child.stop(signal.SIGKILL)

    async def _end(self) -> None:
        with suppress(BotError):
            await self.child.stop(patience=5.0)

    # Time

    async def settle(self) -> datetime | None:
        """Wait until the bot has heard all that was sent to it and done what followed; return when it is due next."""
        if not self.child.runs:
            return None
        await self._heard()
        return await self.child.settled()

    async def _heard(self) -> None:
        await self.child.outlived(self.gateway.heard(), PATIENCE, "the bot did not read what the gateway sent")

    async def wait(self, span: timedelta) -> None:
        await self.wait_until(self.now + span)

    async def wait_until(self, target: datetime) -> None:
        """Step from one due moment of the bot to the next, then to the target; each time until the bot is idle."""
        await self.start()
        due = await self.settle()
        while due is not None and due <= target:
            self.world.now = max(self.now, due)
            due = await self.child.settled(self.now)
        await self.jump(max(target - self.now, timedelta()))

    async def jump(self, span: timedelta) -> None:
        """Move the clock at once, as for a machine that slept; a bot that is down stays down."""
        if self.child.runs:
            await self._heard()
        self.world.now += span
        if self.child.runs:
            await self.child.settled(self.now)

    # The user

    def act_as(self, name: str, guild: str | None = "Commons", channel: str = "general") -> None:
        """Be this user in a channel of a server, or with None in the direct messages. Raises ClientError."""
        user = self.world.users[name]
        place = self.world.dm(user) if guild is None else client.channel_named(self.world, user, guild, channel)
        self.user, self._place = user, place

    async def command(self, line: str) -> Reply:
        """Send a slash command and wait for its reply. Raises ClientError, or BotError if none comes."""
        await self.start()
        data = client.command(self.world, self.user, self.channel, line)
        return await self.reply(await self.send(COMMAND, data))

    async def complete(self, line: str) -> list[Json]:
        """Return the choices that are offered for the last option of a command."""
        await self.start()
        data = client.command(self.world, self.user, self.channel, line, completing=True)
        return (await self.reply(await self.send(COMPLETION, data))).interaction.choices

    async def press(self, label: str) -> Reply:
        """Press a button of the last message here that has it."""
        await self.start()
        client.check_place(self.world, self.channel)
        message, button = client.button(self.world.visible(self.user, self.channel), label)
        data = {"custom_id": button["custom_id"], "component_type": button["type"], "id": button["id"]}
        return await self.reply(await self.send(COMPONENT, data, source=message))

    async def send(
        self,
        kind: int,
        data: Json,
        *,
        user: User | None = None,
        channel: Channel | None = None,
        source: Message | None = None,
    ) -> Interaction:
        """Send any interaction, even one that no client would: nothing is checked, nothing waited for."""
        return await self.interactions.open(kind, data, user or self.user, channel or self.channel, source)

    async def reply(self, interaction: Interaction) -> Reply:
        """Wait for what the user gets to see. Raises BotError if it does not come in time."""
        late, unfinished = "The application did not respond", "The bot deferred its answer and did not give it"
        await self.child.outlived(interaction.answered.wait(), self.interactions.patience, late)
        await self.child.outlived(interaction.complete.wait(), PATIENCE, unfinished)
        messages = tuple(interaction.messages)
        text = "\n".join(render.plain(self.world, message) for message in messages)
        return Reply(interaction, messages, text)
