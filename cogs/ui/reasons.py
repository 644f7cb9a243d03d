"""Why a day ended as it did, or why nothing is posted: codes of the ledger -> words."""

from __future__ import annotations

from typing import Final

SUSPENDED: Final = {
    "50001": "I cannot see the channel (Missing Access). Give me View Channel there; posts then go on by themselves.",
    "50013": "I may not post there (Missing Permissions). Give me Send Messages; posts then go on by themselves.",
    "10003": "the channel was deleted. /daily set with another channel goes on there.",
}
_WORDS: Final = {
    "admin": "left out by an admin",
    "paused": "paused by an admin",
    "changed": "an admin changed the days or the time before it was posted",
    "down": "I was not running, and the time for a late post was over",
    "not ready": "Discord had not told me of this server in time",
    "removed": "I was not on this server",
    "reloaded": "a reload took the commitment away before it was posted",
    "NoSuchDocument": "the document is not there any more: choose another with /daily set",
    "NoCommitments": "the document has no key commitments: choose another with /daily set",
    "BadZone": "the time zone data has no such zone any more: choose another with /daily set",
    "50001": "I could not see the channel",
    "50013": "I was not allowed to post",
    "10003": "the channel was deleted",
    "unreadable": "the answer was lost, and without Read Message History I could not look whether it arrived",
    "too much": "the answer was lost, and too much was written since to look whether it arrived",
    "fault": "something went wrong on my side, and is noted there",
    "unsettled": "the answer was lost",  # so it was told before the channel was read back
    "stopped": "I had stopped sending after too many refusals",
    "timeout": "Discord did not answer",
    "late": "Discord wanted me to wait too long",
    "HTTP 429": "Discord wanted me to wait",
    "HTTP 401": "Discord refused my token",
}
_NOTES: Final = {"interrupted": "I was stopped before its thread or its publication was done"}


def words(reason: str) -> str:
    """Return a reason in words; one that is not known here says what it is."""
    if reason.startswith("suspended "):
        return f"suspended: {_WORDS[reason.removeprefix('suspended ')]}"
    if reason.startswith("HTTP 5"):
        return "Discord had an error of its own"
    return _WORDS.get(reason) or ("Discord refused it" if reason.isdigit() else "Discord could not be reached")


def note(code: str) -> str:
    """Return in words what failed beside a post: "the thread failed (50013), the publication failed (50024)"."""
    if code in _NOTES:
        return _NOTES[code]
    names = {"thread": "the thread", "publish": "the publication"}
    parts = (part.partition(" ") for part in code.split(", "))
    return ", ".join(f"{names[what]} failed ({why})" for what, _, why in parts)
