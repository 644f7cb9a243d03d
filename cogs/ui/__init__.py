"""What people see: presenters, persistent buttons, and the sentences of refusals."""

from __future__ import annotations

from bot.client import Herald
from cogs.ui.buttons import ScreenButton
from cogs.ui.daily_buttons import DailyButton
from cogs.ui.replies import refuse


async def setup(bot: Herald) -> None:
    bot.tree.error(refuse)
    bot.add_dynamic_items(ScreenButton, DailyButton)
