"""What can go wrong for a user: a class each, carrying data; the sentences are in `cogs/ui/replies.py`."""

# Not frozen: Python writes the traceback into an exception.

from __future__ import annotations

from dataclasses import dataclass


@dataclass(eq=False)
class HeraldError(Exception):
    """The base of every refusal that Herald explains to the person who met it."""


@dataclass(eq=False)
class BadCitation(HeraldError):
    given: str


@dataclass(eq=False)
class ReversedRange(HeraldError):
    first: int
    last: int


@dataclass(eq=False)
class NoSuchParagraph(HeraldError):
    given: int
    first: int
    last: int
    short_title: str


@dataclass(eq=False)
class NoSuchSentence(HeraldError):
    given: int
    paragraph: int
    count: int


@dataclass(eq=False)
class NoSuchDocument(HeraldError):
    given: str
    slugs: tuple[str, ...]


@dataclass(eq=False)
class NoCommitments(HeraldError):
    short_title: str


@dataclass(eq=False)
class EmptyQuery(HeraldError):
    given: str


@dataclass(eq=False)
class QueryTooLong(HeraldError):
    limit: int


@dataclass(eq=False)
class NothingFound(HeraldError):
    given: str


@dataclass(eq=False)
class BadTime(HeraldError):
    given: str


@dataclass(eq=False)
class BadDays(HeraldError):
    given: str


@dataclass(eq=False)
class BadZone(HeraldError):
    given: str
    nearest: tuple[str, ...]


@dataclass(eq=False)
class TimeAndZoneNeeded(HeraldError):
    """A channel that has no daily post yet was given one without a time or a zone."""


@dataclass(eq=False)
class WrongChannel(HeraldError):
    channel_id: int


@dataclass(eq=False)
class NotAnnouncements(HeraldError):
    """Only posts in an announcement channel can be published."""

    channel_id: int


@dataclass(eq=False)
class MissingPermissions(HeraldError):
    channel_id: int
    permissions: tuple[str, ...]


@dataclass(eq=False)
class RoleIsEveryone(HeraldError):
    pass


@dataclass(eq=False)
class RoleNotMentionable(HeraldError):
    role_id: int
    channel_id: int


@dataclass(eq=False)
class TooManySubscriptions(HeraldError):
    limit: int


@dataclass(eq=False)
class NoSuchSubscription(HeraldError):
    """`channel_id` is None where none was named and there is not just one."""

    channel_id: int | None


@dataclass(eq=False)
class SubscriptionGone(HeraldError):
    """A button of an old message names a daily post that was removed."""


@dataclass(eq=False)
class SubscriptionPaused(HeraldError):
    pass


@dataclass(eq=False)
class NoSuchChannel(HeraldError):
    given: str


@dataclass(eq=False)
class NothingToPost(HeraldError):
    """Today's post is out, on its way, or not due: there is nothing to catch up with."""


@dataclass(eq=False)
class ServerOnly(HeraldError):
    pass


@dataclass(eq=False)
class NotOperator(HeraldError):
    pass


@dataclass(eq=False)
class ReloadRunning(HeraldError):
    pass


@dataclass(eq=False)
class PassageGone(HeraldError):
    """A button of an old message points at text that a reload has removed."""


@dataclass(eq=False)
class SeedError(HeraldError):
    """A seed or its sidecar cannot be used; `place` is such as "line 3", empty for the whole file."""

    file: str
    place: str
    reason: str

    def __str__(self) -> str:
        return ", ".join(part for part in (self.file, self.place) if part) + f": {self.reason}"


@dataclass(eq=False)
class SeedErrors(HeraldError):
    """Every fault that was found in the folder of seeds; nothing in service was changed."""

    faults: tuple[SeedError, ...]

    def __str__(self) -> str:
        return "\n".join(str(fault) for fault in self.faults)
