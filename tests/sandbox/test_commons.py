import pytest

from bot.sandbox import commons
from bot.sandbox.entities import SEND, VIEW
from bot.sandbox.gateway import Session
from bot.sandbox.world import World


@pytest.mark.parametrize(("guilds", "channels"), [(1, 1), (50, 20), (2, 0), (0, 5)])
def test_a_crowd_has_so_many_servers_with_so_many_channels(world: World, guilds: int, channels: int) -> None:
    before = set(world.guilds)
    made = commons.crowd(world, guilds, channels)
    added = [guild for guild in world.guilds.values() if guild.id not in before]
    assert [len(guild.channels) for guild in added] == [channels] * guilds
    assert len({channel.id for channel in made}) == guilds * channels
    for channel in made:
        assert world.channel(channel.id) is channel
        assert world.permissions(commons.BOT.id, channel) & VIEW & SEND == VIEW & SEND
    assert all(world.has_bot(guild) and commons.ADMIN.id in guild.members for guild in added)
    again = commons.build(world.now)
    assert commons.crowd(again, guilds, channels) == made


def test_a_crowd_is_shared_by_shards(world: World) -> None:
    commons.crowd(world, 10, 1)
    shares = [
        sum(Session("x", (number, 2), 1).concerns(guild) for guild in world.guilds if guild >= commons.CROWD)
        for number in range(2)
    ]
    assert shares == [5, 5]
