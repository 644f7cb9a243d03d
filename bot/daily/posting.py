"""What the daily post needs of Discord, and what can become of it there; `cogs.poster` is the real one."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Protocol

from bot.model import Commitment, Subscription

NONCE_WINDOW: Final = timedelta(seconds=90)
"""Discord recognises a nonce "for a few minutes": taken for two, less what a request may need to arrive."""


@dataclass(frozen=True, slots=True)
class Post:
    """One daily post, ready to send; `nonce` (25 characters at most) is the same for every attempt.

    No request of it may be started after `within`: Discord might have forgotten the nonce of an earlier one.
    """

    guild_id: int
    channel_id: int
    commitment: Commitment
    nonce: str
    role_id: int | None = None
    is_test: bool = False
    within: timedelta = NONCE_WINDOW


@dataclass(frozen=True, slots=True)
class Sent:
    message_id: int


@dataclass(frozen=True, slots=True)
class Refused:
    """Certainly not posted; `reason` is a short code, such as "50013"."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unreached:
    """Certainly not posted, for a reason that passes; not to be tried again before `wait` is over."""

    reason: str
    wait: timedelta = timedelta()


@dataclass(frozen=True, slots=True)
class Unsure:
    """Perhaps posted: the answer was lost or was an error of Discord's own."""

    reason: str


@dataclass(frozen=True, slots=True)
class Absent:
    """The channel was read, and the post is not in it."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """The channel cannot be read, or holds too much to be read; `reason` says which."""

    reason: str


Result = Sent | Refused | Unreached | Unsure


class Poster(Protocol):
    """Discord, as far as the daily post needs it; raises nothing but cancellation."""

    def writable(self, guild_id: int, channel_id: int) -> bool | None:
        """Tell whether the bot may post there, without a request; None while the server was not received."""

    async def send(self, post: Post) -> Result:
        """Send a post, or get the one that Discord knows by its nonce."""

    async def find(
        self, guild_id: int, channel_id: int, nonce: str, since: datetime
    ) -> Sent | Absent | Unreadable | Unreached:
        """Look in a channel for a post that may have been sent after `since`."""

    async def decorate(self, subscription: Subscription, post: Post, message_id: int) -> str | None:
        """Open the thread and publish, where wanted; return what failed, in codes."""

    async def tell(self, guild_id: int, untold: Sequence[Subscription]) -> bool:
        """Tell a server's admins in private what befell these; False where certainly nobody was told."""


def delivery_key(subscription: Subscription, day: date) -> str:
    """Return 24 characters that name one local day of one subscription: its nonce, and its mark in the post.

    A nonce counts for all channels of its author, so the channel is part of it.
    """
    made_from = f"{subscription.id}/{subscription.channel_id}/{day.isoformat()}"
    return hashlib.blake2b(made_from.encode(), digest_size=12).hexdigest()
