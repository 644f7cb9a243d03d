"""Sends the daily post; every outcome becomes Sent, Refused, Unreached or Unsure."""

from __future__ import annotations

import asyncio
from typing import Final

import aiohttp
import discord

from bot.client import Herald
from bot.daily.delivery import Post, Refused, Sent, Unreached, Unsure
from cogs.ui.passages import commitment

TIMEOUT: Final = 60.0
"""Seconds for one send, discord.py's own retries included."""


class ChannelPoster:
    """Posts as the bot, so that Discord enforces the nonce; without looking at any cache."""

    def __init__(self, client: Herald) -> None:
        self._client = client

    async def send(self, post: Post) -> Sent | Refused | Unreached | Unsure:
        channel = self._client.get_partial_messageable(post.channel_id, guild_id=post.guild_id)
        view = commitment(post.commitment, mark=post.nonce)
        try:
            async with asyncio.timeout(TIMEOUT):
                message = await channel.send(view=view, nonce=post.nonce)
        except discord.DiscordServerError as error:
            return Unsure(f"HTTP {error.status}")
        except discord.HTTPException as error:
            return Unreached("HTTP 429") if error.status == 429 else Refused(str(error.code or error.status))
        except aiohttp.ClientConnectorError as error:
            return Unreached(type(error).__name__)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return Unsure(type(error).__name__)
        return Sent(message.id)
