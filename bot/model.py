"""What Herald talks about: documents, citations, hits, subscriptions and deliveries, as plain frozen data."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

PREAMBLE: Final = 0
KEY_STRENGTH: Final = 2
"""A sentence of this strength (0 to 3) or above is a key commitment."""


MATCH_START: Final = "\ue000"
MATCH_END: Final = "\ue001"
"""Private-use characters, which a seed may not contain, so that markers never collide with text."""


class Clock(Protocol):
    """Where the time comes from; the real one is made in `bot.app`, the sandbox drives its own."""

    def now(self) -> dt.datetime:
        """Return the current moment, aware, in UTC."""

    async def sleep_until(self, moment: dt.datetime) -> None:
        """Return at `moment`, or at once when it has passed."""


class Structure(StrEnum):
    """What a document's paragraphs rest on, in the order of authority."""

    SIDECAR = "sidecar"
    BLANK_LINES = "blank lines"
    NUMBERING = "numbering"
    AUTOMATIC = "automatic"


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, numbered from 1 within its paragraph; `digest` recognises its words across reloads."""

    number: int
    text: str
    strength: int
    digest: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph in its corrected wording; `supplied` is the wording of the file where that differs."""

    number: int
    text: str
    sentences: tuple[Sentence, ...]
    heading: str | None = None
    supplied: str | None = None


@dataclass(frozen=True, slots=True)
class Correction:
    """An editorial correction, declared in the sidecar and applied before sentences are numbered."""

    find: str
    replace: str
    reason: str
    paragraph: int


@dataclass(frozen=True, slots=True)
class Document:
    """A declaration as it is served; `slug` is the stem of its file and names it in citations.

    The `default` one is meant where none is named; at most one in a library.
    """

    slug: str
    title: str
    short_title: str
    sha256: str
    structure: Structure
    paragraphs: tuple[Paragraph, ...]
    issuer: str | None = None
    date: dt.date | None = None
    date_in_file: dt.date | None = None
    language: str = "en"
    source: str | None = None
    edition: str = "As supplied"
    edition_note: str | None = None
    corrections: tuple[Correction, ...] = ()
    default: bool = False


@dataclass(frozen=True, slots=True)
class Citation:
    """A place in a document: paragraphs `first` to `last`, or one sentence of one paragraph."""

    first: int
    last: int
    sentence: int | None = None

    def __str__(self) -> str:
        if self.sentence is not None:
            return f"{self.first}.{self.sentence}"
        return str(self.first) if self.first == self.last else f"{self.first}-{self.last}"


@dataclass(frozen=True, slots=True)
class Passage:
    """What a citation quotes: whole paragraphs, or one paragraph with one of its sentences."""

    document: Document
    citation: Citation
    paragraphs: tuple[Paragraph, ...]
    sentence: Sentence | None = None


@dataclass(frozen=True, slots=True)
class Commitment:
    """A sentence by which a document commits its speaker; `position` of `total` in document order, from 1."""

    document: Document
    paragraph: int
    sentence: Sentence
    position: int
    total: int

    @property
    def citation(self) -> Citation:
        return Citation(self.paragraph, self.paragraph, self.sentence.number)


@dataclass(frozen=True, slots=True)
class Hit:
    """A paragraph that a search found, with its best sentence: each match between MATCH_START and MATCH_END.

    `sentence` is that sentence's number; None where the paragraph's start is shown instead.
    """

    document: Document
    paragraph: Paragraph
    excerpt: str
    sentence: int | None


@dataclass(frozen=True, slots=True)
class Results:
    """One page of hits, best first; `page` counts from 0, `total` may be capped (see `library.HIT_CAP`)."""

    query: str
    hits: tuple[Hit, ...]
    total: int
    page: int
    pages: int


class Outcome(StrEnum):
    """How a scheduled local day ended; exactly one each."""

    SENT = "sent"
    SKIPPED = "skipped"
    MISSED = "missed"
    FAILED = "failed"
    UNKNOWN = "unknown"


class Order(StrEnum):
    """In which order commitments are posted; in either, none comes again before all were posted."""

    SEQUENCE = "sequence"
    SHUFFLE = "shuffle"


EVERY_DAY: Final = 0b1111111
"""Weekdays as bits, the lowest is Monday."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What an admin chose for a daily post; `documents` are slugs, none of them means all there are."""

    at: dt.time
    zone: str
    documents: tuple[str, ...] = ()
    days: int = EVERY_DAY
    order: Order = Order.SEQUENCE
    role_id: int | None = None
    thread: bool = False
    publish: bool = False


@dataclass(frozen=True, slots=True)
class Subscription:
    """A daily post of a channel.

    `due_date` is the local date of the next post that is not in the ledger; `next_due_at` the moment to look
    at it, which is later than its due time while the server has not been received. `suspended` is Discord's
    code for why nothing can be posted; `notice` what the admins have not been told yet; `left_at` since when
    the bot is not in the server.
    """

    id: int
    guild_id: int
    channel_id: int
    plan: Plan
    due_date: dt.date
    next_due_at: dt.datetime
    paused: bool = False
    suspended: str | None = None
    notice: str | None = None
    left_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """A row of the ledger: what was claimed for one local day, and how it ended (None: not yet).

    `tried_at` is the first attempt that may have arrived, None where certainly none has; `note` tells what
    failed beside the post: its thread, its publication.
    """

    subscription_id: int
    local_date: dt.date
    due_at: dt.datetime
    claimed_at: dt.datetime | None = None
    document: str | None = None
    citation: str | None = None
    digest: str | None = None
    attempts: int = 0
    tried_at: dt.datetime | None = None
    next_attempt_at: dt.datetime | None = None
    outcome: Outcome | None = None
    reason: str | None = None
    note: str | None = None
    message_id: int | None = None
    ended_at: dt.datetime | None = None

    @property
    def key(self) -> tuple[int, dt.date]:
        """What names the row: its subscription and its local date."""
        return self.subscription_id, self.local_date


@dataclass(frozen=True, slots=True)
class Ending:
    """How a scheduled local day ended without a claim."""

    local_date: dt.date
    due_at: dt.datetime
    outcome: Outcome
    reason: str
