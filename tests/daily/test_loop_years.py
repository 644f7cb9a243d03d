"""The loop itself, on a simulated clock, over every week of six years in which the clocks of a zone change."""

from __future__ import annotations

import asyncio
import random
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.daily.plan import Change
from bot.daily.schedule import name_days
from bot.daily.zones import zone
from bot.model import EVERY_DAY, Subscription
from tests.daily.conftest import MEMORY, daily_in
from tests.daily.fakes import FakePoster, JumpClock
from tests.daily.test_schedule_years import DAY, DAYS, FIRST, ZONES, reached

SUBSCRIPTIONS = 90
"""For each week: at a time of a quarter hour, in a zone, on weekdays that are drawn by a seed."""
AROUND = 3 * DAY
NOON = time(12)
Post = tuple[int, date, datetime]


def weeks_of_change() -> list[date]:
    """Return every day on which the clocks of some zone change, but for those within a week that is there already."""
    found: list[date] = []
    for day in (FIRST + n * DAY for n in range(1, DAYS)):
        before, after = datetime.combine(day - DAY, NOON, UTC), datetime.combine(day, NOON, UTC)
        changes = any(before.astimezone(zone(z)).utcoffset() != after.astimezone(zone(z)).utcoffset() for z in ZONES)
        # Noon of UTC is another date in some zones: a day at either end of the week is left for that.
        if changes and (not found or day - found[-1] > AROUND - DAY):
            found.append(day)
    return found


def expected(subscriptions: list[Subscription], begin: datetime, end: datetime) -> set[Post]:
    walls = {
        name: [*reached(name, begin.date() - DAY, end.date() + DAY)] for name in {s.plan.zone for s in subscriptions}
    }
    return {
        (found.id, wall.date(), moment)
        for found in subscriptions
        for wall, moment in walls[found.plan.zone]
        if wall.time() == found.plan.at and found.plan.days >> wall.weekday() & 1 and begin <= moment <= end
    }


async def posts_of(folder: Path, begin: datetime, end: datetime, draw: random.Random) -> tuple[set[Post], set[Post]]:
    """Run the loop from one moment to another; return what was posted and what should have been."""
    clock = JumpClock(begin, last=end)
    channel = FakePoster(clock)
    async with daily_in(folder, clock, channel) as daily:
        made = []
        for number in range(SUBSCRIPTIONS):
            at, days = f"{draw.randrange(24)}:{draw.choice(['00', '15', '30', '45'])}", draw.randint(1, EVERY_DAY)
            change = Change(
                at, draw.choice(ZONES), days=name_days(days | draw.randint(1, EVERY_DAY)).removeprefix("on ")
            )
            made.append((await daily.subscriptions.put(number // 20, number, change)).subscription)
        clock.idle = daily.scheduler.drain
        running = asyncio.create_task(daily.scheduler.run())
        await clock.ended.wait()
        running.cancel()
        await asyncio.wait({running})
        rows = await daily.database.read("SELECT subscription_id, local_date, outcome, message_id FROM deliveries")
        assert {row[2] for row in rows} == {"sent"}
        assert sorted(row[3] for row in rows) == [message.id for message in channel.posted]
        times = [message.at for message in channel.posted]
        assert times == sorted(times)
        assert len(channel.asked) == len(times)
        return {(row[0], date.fromisoformat(row[1]), times[row[3] - 1]) for row in rows}, expected(made, begin, end)


async def test_the_loop_posts_exactly_what_the_clocks_of_the_zones_say() -> None:
    draw, count = random.Random("herald"), 0
    for day in weeks_of_change():
        begin = datetime.combine(day - AROUND, time(), UTC)
        with TemporaryDirectory(dir=MEMORY) as folder:
            posted, wanted = await posts_of(Path(folder), begin, begin + 7 * DAY - timedelta(seconds=1), draw)
        assert posted == wanted, f"the week of {day}"
        count += len(posted)
    assert count >= 20_000
