"""What a user does becomes an interaction: its frame, the bot's one answer in time, and what follows it."""

from __future__ import annotations

import secrets
from asyncio import Event
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic
from typing import Final

from .commands import check_choices
from .entities import ALL, Channel, User
from .gateway import Gateway
from .limits import check_message
from .refusal import Fault, Json, RefusalError, bad_form, missing_access, unknown
from .rest import Request, Route
from .world import EPHEMERAL, LOADING, Message, World

COMMAND, COMPONENT, COMPLETION = 2, 3, 4
REPLY, LATER, QUIETLY, UPDATE, CHOICES, MODAL = 4, 5, 6, 7, 8, 9
FIRST_ANSWER: Final = 3.0
"""Seconds of real time that the bot has for its first answer."""
TOKEN_LIFE: Final = timedelta(minutes=15)
_ANSWERS: Final = {COMMAND: {REPLY, LATER, MODAL}, COMPLETION: {CHOICES}, COMPONENT: {4, 5, 6, 7, 9}}


@dataclass(slots=True, eq=False)
class Interaction:
    """A user's act; `sent` and `received` are monotonic seconds of its frame and of the request that answered it."""

    id: int
    token: str
    type: int
    data: Json
    user: User
    channel: Channel
    at: datetime
    source: Message | None = None
    sent: float = 0.0
    received: float | None = None
    kind: int | None = None
    original: Message | None = None
    messages: list[Message] = field(default_factory=list)
    choices: list[Json] = field(default_factory=list)
    answered: Event = field(default_factory=Event)
    complete: Event = field(default_factory=Event)
    """Set when there is something to see, which after a deferral is not at once."""


@dataclass(slots=True)
class Interactions:
    """All interactions of this sandbox, by token, and the routes by which the bot answers them."""

    world: World
    gateway: Gateway
    by_token: dict[str, Interaction] = field(default_factory=dict)
    patience: float = FIRST_ANSWER

    async def open(
        self, kind: int, data: Json, user: User, channel: Channel, source: Message | None = None
    ) -> Interaction:
        """Send an interaction to the bot, just as asked: whether a client could have is not looked at."""
        token = secrets.token_urlsafe(24)
        interaction = Interaction(self.world.snowflake(), token, kind, data, user, channel, self.world.now, source)
        self.by_token[token] = interaction
        frame = self._frame(interaction)
        interaction.sent = monotonic()
        await self.gateway.dispatch("INTERACTION_CREATE", frame, channel.guild_id)
        return interaction

    def _frame(self, interaction: Interaction) -> Json:
        world, channel, user = self.world, interaction.channel, interaction.user
        held = world.permissions(user.id, channel)
        frame: Json = {
            "id": str(interaction.id),
            "application_id": str(world.application_id),
            "type": interaction.type,
            "data": interaction.data,
            "token": interaction.token,
            "version": 1,
            "channel_id": str(channel.id),
            "channel": channel.payload(world.now) | {"permissions": str(held)},
            "app_permissions": str(world.permissions(world.bot.id, channel)),
            "locale": "en-US",
            "entitlements": [],
            "attachment_size_limit": 10 * 1024 * 1024,
            "authorizing_integration_owners": {"0": str(channel.guild_id or 0)},
            "context": 1 if channel.guild_id is None else 0,
        }
        if interaction.source is not None:
            frame["message"] = interaction.source.body
        if channel.guild_id is None:
            return frame | {"user": user.payload()}
        guild = world.guilds[channel.guild_id]
        member = world.member(user, guild) if user.id in guild.members else {"user": user.payload(), "roles": []}
        return frame | {
            "guild_id": str(guild.id),
            "guild_locale": "en-US",
            "guild": {"id": str(guild.id), "locale": "en-US", "features": []},
            "member": {"flags": 0, **member, "permissions": str(held & ALL)},
        }

    def routes(self) -> list[Route]:
        hook = "/webhooks/{webhook_id}/{webhook_token}"
        original, other = f"{hook}/messages/@original", f"{hook}/messages/{{message_id}}"
        callback = "/interactions/{interaction_id}/{interaction_token}/callback"
        return [
            Route("POST", callback, self._answer, token=False),
            Route("POST", hook, self._follow, token=False),
            *(Route("GET", path, lambda r: self._message(r)[1].body, token=False) for path in (original, other)),
            *(Route("PATCH", path, self._edit, token=False) for path in (original, other)),
            *(Route("DELETE", path, self._delete, token=False) for path in (original, other)),
        ]

    def _answer(self, request: Request) -> Json | None:
        interaction = self.by_token.get(request.params["interaction_token"])
        if interaction is None or interaction.id != request.number("interaction_id"):
            raise unknown("interaction")
        if interaction.kind is not None:
            raise RefusalError(400, 40060, "Interaction has already been acknowledged.")
        if request.received - interaction.sent > self.patience:
            raise unknown("interaction")
        kind, data = request.fields.get("type"), request.fields.get("data") or {}
        if kind not in _ANSWERS[interaction.type]:
            raise bad_form([Fault("type", "BASE_TYPE_CHOICES", f"Not an answer to type {interaction.type}")])
        self._take(interaction, int(kind), data)
        interaction.kind, interaction.received = kind, request.received
        interaction.answered.set()
        if kind not in {LATER, QUIETLY}:
            interaction.complete.set()
        return _acknowledgement(interaction) if request.query.get("with_response") in {"1", "true"} else None

    def _take(self, interaction: Interaction, kind: int, data: Json) -> None:
        if kind == REPLY:
            check_message(data)
            self._say(interaction, data)
        elif kind == LATER:
            if (data.get("flags") or 0) & ~EPHEMERAL:
                raise bad_form([Fault("data.flags", "BITFIELD_INVALID", "A deferral takes EPHEMERAL only")])
            self._say(interaction, {"flags": (data.get("flags") or 0) | LOADING})
        elif kind == UPDATE and interaction.source is not None:
            check_message(data, standing=interaction.source.flags, partial=True)
            self.world.amend(interaction.source, data)
            interaction.original = interaction.source
            interaction.messages.append(interaction.source)
        elif kind == QUIETLY:
            interaction.original = interaction.source
        elif kind == CHOICES:
            interaction.choices = data.get("choices") or []
            if faults := list(check_choices(interaction.choices, "data", _focused(interaction.data["options"]))):
                raise bad_form(faults)
        else:
            raise bad_form([Fault("type", "SANDBOX", "the sandbox does not know modals")])

    def _say(self, interaction: Interaction, body: Json) -> Message:
        seen_by = interaction.user.id if (body.get("flags") or 0) & EPHEMERAL else None
        origin: Json = {
            "id": str(interaction.id),
            "type": interaction.type,
            "user": interaction.user.payload(),
            "authorizing_integration_owners": {"0": str(interaction.channel.guild_id or 0)},
        }
        if interaction.source is not None:
            origin["interacted_message_id"] = str(interaction.source.id)
        facts: Json = {"interaction_metadata": origin, "webhook_id": str(self.world.application_id)}
        facts |= {"application_id": str(self.world.application_id), "type": 20 if interaction.type == COMMAND else 0}
        message = self.world.say(interaction.channel, body, seen_by=seen_by, **facts)
        if interaction.original is None:
            interaction.original = message
        interaction.messages.append(message)
        return message

    def _hook(self, request: Request) -> Interaction:
        interaction = self.by_token.get(request.params["webhook_token"])
        if interaction is None or request.number("webhook_id") != self.world.application_id:
            raise unknown("Webhook")
        if self.world.now - interaction.at > TOKEN_LIFE:
            raise RefusalError(401, 50027, "Invalid Webhook Token")
        if interaction.kind is None:
            raise unknown("Webhook")
        return interaction

    def _message(self, request: Request) -> tuple[Interaction, Message]:
        interaction = self._hook(request)
        if "message_id" not in request.params and interaction.original is not None:
            return interaction, self.world.find(interaction.channel, interaction.original.id)
        message = self.world.find(interaction.channel, int(request.params.get("message_id", 0)))
        if message not in interaction.messages:
            raise missing_access()
        return interaction, message

    def _follow(self, request: Request) -> Json:
        interaction = self._hook(request)
        check_message(request.fields)
        original = interaction.original
        if original is not None and original.flags & LOADING:
            # The first follow-up takes the place of "thinking…", with the visibility chosen then.
            self.world.amend(original, request.fields)
            message = original
        else:
            message = self._say(interaction, request.fields)
        interaction.complete.set()
        return message.body

    def _edit(self, request: Request) -> Json:
        interaction, message = self._message(request)
        check_message(request.fields, standing=message.flags, partial=True)
        self.world.amend(message, request.fields)
        if message not in interaction.messages:
            interaction.messages.append(message)
        interaction.complete.set()
        return message.body

    def _delete(self, request: Request) -> None:
        interaction, message = self._message(request)
        del self.world.messages[message.channel.id][message.id]
        if message in interaction.messages:
            interaction.messages.remove(message)
        interaction.complete.set()


def _focused(options: list[Json]) -> int:
    for option in options:
        if option.get("focused"):
            return int(option["type"])
        if option.get("options"):
            return _focused(option["options"])
    return 3


def _acknowledgement(interaction: Interaction) -> Json:
    """Return what a callback answers; discord.py needs a body even where there is nothing to say."""
    about: Json = {"id": str(interaction.id), "type": interaction.type}
    resource: Json = {"type": interaction.kind}
    if interaction.original is not None:
        about["response_message_id"] = str(interaction.original.id)
        about["response_message_loading"] = bool(interaction.original.flags & LOADING)
        about["response_message_ephemeral"] = interaction.original.seen_by is not None
        if interaction.kind in {REPLY, UPDATE}:
            resource["message"] = interaction.original.body
    return {"interaction": about, "resource": resource}
