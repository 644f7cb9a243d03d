"""What Herald says when it refuses: what was wrong and what to do, to the one person who asked."""

from __future__ import annotations

import logging
import math
from typing import Any

import discord
from discord import app_commands

from bot import errors
from bot.text.words import opening
from cogs.ui.markdown import escape
from cogs.ui.parts import View, notice

_log = logging.getLogger(__name__)

Interaction = discord.Interaction[Any]


def explain(error: errors.HeraldError) -> str:  # noqa: C901, PLR0912 - one flat table, a row for each error
    """Return the sentence, in Markdown, for everything in `bot.errors`."""
    match error:
        case errors.BadCitation(given):
            return (
                f"{_quoted(given)} is not a place in a document. Try **3**, **3-5**, **3.2** for sentence 2 of"
                " paragraph 3, or **preamble**."
            )
        case errors.ReversedRange(first, last):
            return f"{first}-{last} ends before it begins. Did you mean **{last}-{first}**?"
        case errors.NoSuchParagraph(given, first, last, short_title):
            begin = "the preamble (0)" if first == 0 else str(first)
            return f"There is no paragraph {given} in {_short(short_title)}: it has {begin} to {last}."
        case errors.NoSuchSentence(given, paragraph, count):
            place = "The preamble" if paragraph == 0 else f"Paragraph {paragraph}"
            have = "one sentence" if count == 1 else f"{count} sentences"
            return f"{place} has {have}, so there is no {paragraph}.{given}. Try **{paragraph}.{count}**."
        case errors.NoSuchDocument(given, slugs):
            return f"There is no document “{_short(given)}”. There is: {_some(slugs)}."
        case errors.NoCommitments(short_title):
            return f"{_short(short_title)} has no key commitments; /documents shows which documents have some."
        case errors.EmptyQuery(given):
            return f"{_quoted(given)} has no word to search for. Try a word of the text, like **sovereignty**."
        case errors.QueryTooLong(limit):
            return f"That is too long to search for. Use at most {limit} characters: a few words find more."
        case errors.NothingFound(given):
            return (
                f"Nothing found for “{_short(given)}”: no paragraph has any of these words. Try fewer or other words."
            )
        case errors.BadTime(given):
            return f"{_quoted(given)} is not a time of day. Try **09:00**, **21.30** or **9am**."
        case errors.BadZone(given, nearest):
            near = (
                f" Did you mean {_some(nearest)}?" if nearest else " Try the nearest big city, like **Europe/Kyiv**."
            )
            return f"{_quoted(given)} is not a time zone that I know.{near}"
        case errors.BadDays(given):
            return f"{_quoted(given)} are no days of the week. Try **weekdays**, **mon-fri** or **mon,thu**."
        case errors.TimeAndZoneNeeded():
            return "That channel has no daily post yet: give a **time** and a **timezone** (09:00, Europe/Kyiv)."
        case errors.WrongChannel(channel_id):
            return f"<#{channel_id}> cannot take a daily post: choose a text or an announcement channel."
        case errors.MissingPermissions(channel_id, permissions):
            return (
                f"I cannot post in <#{channel_id}> yet. Give me {_some(permissions)} there"
                " (channel settings, Permissions), then run this again."
            )
        case errors.NotAnnouncements(channel_id):
            return (
                f"<#{channel_id}> is no announcement channel, so nothing is published there: leave **publish** out."
            )
        case errors.RoleIsEveryone():
            return "I never mention everyone. Choose a role that people take because they want to be notified."
        case errors.RoleNotMentionable(role_id, channel_id):
            return (
                f"A mention of <@&{role_id}> would notify nobody in <#{channel_id}>. Let anyone mention the role"
                " (Server Settings, Roles), or give me **Mention Everyone** there, then run this again."
            )
        case errors.TooManySubscriptions(limit):
            return f"This server has {limit} daily posts, the most there can be. **/daily remove** makes room."
        case errors.NoSuchSubscription(None):
            return "There is more than one daily post, or none: name its channel. **/daily show** lists them."
        case errors.NoSuchSubscription(channel_id):
            return f"There is no daily post in <#{channel_id}>. **/daily show** lists those of this server."
        case errors.SubscriptionGone():
            return "That daily post is not there any more. **/daily show** lists those of this server."
        case errors.SubscriptionPaused():
            return "That daily post is paused: **/daily resume** first."
        case errors.NoSuchChannel(given):
            return f"I see no channel {_quoted(given)}. **/daily show** lists the daily posts of this server."
        case errors.NothingToPost():
            return "There is nothing to catch up with: today's post is out, on its way, or not due yet."
        case errors.ServerOnly():
            return "This works on a server that I was added to, not here. **/about** has the link to add me."
        case errors.NotOperator():
            return "Only the operator of this bot can do that: the owner of the application, or its team."
        case errors.ReloadRunning():
            return "A reload is under way already. Try again when it has answered."
        case errors.PassageGone():
            return "The text that this button leads to is no longer there: a reload changed it. Ask with **/quote**."
        case errors.SeedError() | errors.SeedErrors():
            faults = error.faults if isinstance(error, errors.SeedErrors) else (error,)
            lines = [f"- {escape(opening(str(fault), 400))}" for fault in faults[:6]]
            if len(faults) > len(lines):
                lines.append(f"- and {len(faults) - len(lines)} more; `python -m bot check` lists them")
            return "**Nothing was changed: the seeds have faults.**\n" + "\n".join(lines)
    raise NotImplementedError(type(error).__name__)  # a test renders every class


def _short(given: str) -> str:
    return escape(opening(given, 60))


def _quoted(given: str) -> str:
    return f"“{_short(given)}”" if given.strip() else "A blank"


def _some(names: tuple[str, ...]) -> str:
    shown = ", ".join(f"**{_short(name)}**" for name in names[:10])
    return f"{shown} and {len(names) - 10} more" if len(names) > 10 else shown


async def reply(interaction: Interaction, view: View, *, hidden: bool) -> None:
    """Answer an interaction, or follow up where it was answered or deferred already."""
    if interaction.response.is_done():
        await interaction.followup.send(view=view, ephemeral=hidden)
    else:
        await interaction.response.send_message(view=view, ephemeral=hidden)


async def refuse(interaction: Interaction, error: Exception) -> None:
    """Tell the person what was wrong; log what was not their doing, without what they typed."""
    cause = error.original if isinstance(error, app_commands.CommandInvokeError) else error
    match cause:
        case errors.HeraldError():
            sentence = explain(cause)
        case app_commands.CommandOnCooldown():
            sentence = f"That was a lot at once. Try again in {math.ceil(cause.retry_after)} seconds."
        case app_commands.MissingPermissions():
            sentence = "Only who has the permission Manage Server can do that here."
        case app_commands.NoPrivateMessage():
            sentence = explain(errors.ServerOnly())
        case app_commands.TransformerError(type=discord.AppCommandOptionType.channel):
            # No client offers such a channel, but it may be gone or hidden by the time the command arrives.
            sentence = explain(errors.WrongChannel(cause.value.id))
        case app_commands.CommandNotFound() | app_commands.CommandSignatureMismatch():
            sentence = (
                "This command has changed since your Discord loaded it. Restart Discord (Ctrl+R) and try again."
            )
        case _:
            command = interaction.command.qualified_name if interaction.command else "a button"
            _log.error("%s failed in guild %s", command, interaction.guild_id, exc_info=cause)
            sentence = "That went wrong on my side and is noted. Please try again in a minute."
    try:
        await reply(interaction, notice(sentence), hidden=True)
    except discord.HTTPException as failed:
        # The three seconds are over, or the answer was given: nobody is left to tell.
        _log.warning("a refusal could not be delivered: %s", failed)


def asked(interaction: Interaction) -> bool:
    """Return whether who pressed is who the message answers; Discord tells it, nothing is stored."""
    asked = interaction.message.interaction_metadata if interaction.message else None
    return asked is not None and asked.user.id == interaction.user.id
