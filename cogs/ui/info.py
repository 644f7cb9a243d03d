"""Presenters of facts: documents, subscriptions, the reload, the status, the bot itself; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from discord import ui
from discord.utils import format_dt

from bot.daily.scheduler import Round
from bot.library import Reloaded
from bot.model import Document
from bot.text.changes import Changes
from bot.text.words import opening
from cogs.ui.markdown import escape
from cogs.ui.parts import LISTED, View, card, count, day, link, text, within


def documents(found: Sequence[Document], commitments: dict[str, int]) -> View:
    """Return every document with its facts; `commitments` counts key commitments by slug."""
    lines = [_document(document, commitments[document.slug]) for document in found[:LISTED]]
    return card(text(f"**{count(len(found), 'document')}**"), *within(lines, len(found)))


def _document(document: Document, key_commitments: int) -> str:
    numbered = sum(1 for paragraph in document.paragraphs if paragraph.number)
    preamble = "preamble and " if numbered < len(document.paragraphs) else ""
    facts = (
        escape(document.slug),
        document.issuer and escape(opening(document.issuer, 100)),
        document.date and day(document.date),
        f"{preamble}{count(numbered, 'paragraph')} (by {document.structure})",
        count(key_commitments, "key commitment"),
    )
    lines = (
        f"**{escape(opening(document.title, 200))}**",
        " · ".join(fact for fact in facts if fact),
        f"-# {escape(opening(document.edition, 120))}",
        document.source and f"-# Source: {escape(opening(document.source, 150))}",
        document.edition_note and f"-# {escape(opening(document.edition_note, 300))}",
        f"-# {count(len(document.corrections), 'correction')} declared" if document.corrections else None,
        f"-# SHA-256 {document.sha256}",
    )
    return "\n".join(line for line in lines if line)


def reloaded(outcome: Reloaded) -> View:
    """Return what a reload changed, or its preview would change."""
    head = "Preview: nothing was changed yet" if outcome.preview else "Reloaded"
    lines = [_changes(changes) for changes in outcome.changes[:LISTED]] or ["No document differs."]
    ignored = ", ".join(escape(opening(name, 60)) for name in outcome.ignored[:5])
    return card(
        text(f"**{head}: {count(outcome.documents, 'document')}**"),
        *within(lines, max(len(outcome.changes), 1)),
        *([text(f"-# Not read, because they are neither .txt, .md nor .toml: {ignored}")] if ignored else []),
    )


def _changes(changes: Changes) -> str:
    kinds = {"added": changes.added, "changed": changes.changed, "removed": changes.removed}
    told = [
        f"{count(len(numbers), 'paragraph')} {kind} ({_numbers(numbers)})"
        for kind, numbers in kinds.items()
        if numbers
    ]
    if changes.facts_changed:
        told.append("facts, numbering or strengths changed")
    return f"**{escape(changes.slug)}**: " + "; ".join(told)


def _numbers(numbers: Sequence[int]) -> str:
    more = len(numbers) - LISTED
    return ", ".join(map(str, numbers[:LISTED])) + (f" and {more} more" if more > 0 else "")


@dataclass(frozen=True, slots=True)
class Status:
    """What the operator asks for: the gateway, the databases, the scheduler's last round."""

    servers: int
    shards: int
    latency_ms: float | None
    documents: int
    subscriptions: int
    database_bytes: dict[str, int]
    last_round: Round | None
    last_fault: Round | None
    stopped: bool


def status(found: Status) -> View:
    """Return the state of the bot, for its operator."""
    latency = "not connected" if found.latency_ms is None else f"{found.latency_ms:.0f} ms"
    if found.last_round is None:
        scheduler = "no round yet"
    else:
        result = f"failed: {escape(opening(found.last_round.fault, 200))}" if found.last_round.fault else "well"
        scheduler = f"{format_dt(found.last_round.at, 'F')}, {found.last_round.due} due, {result}"
    fault = found.last_fault
    told = f"Last fault: {format_dt(fault.at, 'F')}, {escape(opening(fault.fault or '', 200))}" if fault else None
    sizes = ", ".join(f"{name} {size / 1024:.0f} KiB" for name, size in found.database_bytes.items())
    return card(
        text(
            "**Status**",
            f"Gateway: {count(found.servers, 'server')}, {count(found.shards, 'shard')}, latency {latency}",
            f"Databases: {sizes}; {count(found.documents, 'document')}, {count(found.subscriptions, 'daily post')}",
            f"Scheduler's last round: {scheduler}",
            told,
            "**Sending has stopped**: too many requests were refused in ten minutes." if found.stopped else None,
        )
    )


@dataclass(frozen=True, slots=True)
class About:
    """What `/about` tells; `commands` are (clickable mention, description) in order."""

    version: str
    commands: tuple[tuple[str, str], ...]
    invite: str
    permissions: tuple[str, ...]
    privacy_url: str | None


def about(found: About) -> View:
    """Return what Herald is, its commands, and where to go from here."""
    links = [link("Add to a server", found.invite)]
    if found.privacy_url:
        links.append(link("Privacy policy", found.privacy_url))
    policy = "" if found.privacy_url else " The operator has not linked a privacy policy."
    return card(
        text(
            f"**Herald {found.version}** quotes public declarations by paragraph, word for word, and posts a key"
            " commitment a day. It adds nothing of its own and is not affiliated with the issuer of any document."
        ),
        text(*(f"{mention}: {description}" for mention, description in found.commands)),
        ui.Separator(),
        text(
            f"-# Permissions asked for: {', '.join(found.permissions)}.",
            "-# Privacy: I listen to no message and keep no user id. Where the answer to a daily post was lost, I"
            " look for it in its channel, and keep nothing else of that. A server's daily posts (channel, role,"
            f" settings, what was posted) are kept until removed, or for 30 days after I left it.{policy}",
            "-# Licence: MIT, for the program; the texts belong to their issuers.",
        ),
        buttons=links,
    )
