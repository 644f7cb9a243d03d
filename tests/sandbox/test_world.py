from dataclasses import replace
from datetime import timedelta

import discord
import pytest

from bot.sandbox import commons
from bot.sandbox.entities import ALL, HISTORY, SEND, VIEW, Channel, Kind, Overwrite, bits
from bot.sandbox.refusal import RefusalError
from bot.sandbox.world import EPHEMERAL, World

COMMONS = commons.COMMONS
GENERAL, NEWS, READ_ONLY, HIDDEN = (COMMONS + 10 + number for number in range(4))


@pytest.mark.parametrize(
    ("user", "channel", "has", "lacks"),
    [
        (commons.BOT, GENERAL, VIEW | SEND | HISTORY, bits("mention_everyone", "create_public_threads")),
        (commons.BOT, READ_ONLY, VIEW | HISTORY, SEND),
        (commons.BOT, HIDDEN, 0, VIEW | SEND | HISTORY),
        (commons.ADMIN, READ_ONLY, SEND | bits("manage_guild"), bits("administrator")),
        (commons.ADMIN, HIDDEN, VIEW | SEND, 0),
        (commons.MEMBER, HIDDEN, 0, ALL),
        (commons.MEMBER, GENERAL, VIEW | SEND, bits("manage_guild")),
        (commons.FOUNDER, HIDDEN, ALL, 0),
        (commons.OPERATOR, commons.OPERATORS + 10, ALL, 0),
        (commons.MEMBER, commons.OPERATORS + 10, 0, ALL),
    ],
)
def test_permissions(world: World, user: object, channel: int, has: int, lacks: int) -> None:
    held = world.permissions(user.id, world.channel(channel))  # type: ignore[attr-defined]
    assert held & has == has
    assert held & lacks == 0


@pytest.mark.parametrize(
    ("overwrites", "may_send"),
    [
        ((Overwrite(COMMONS, deny=SEND), Overwrite(COMMONS + 2, allow=SEND)), True),
        ((Overwrite(COMMONS, allow=SEND), Overwrite(COMMONS + 2, deny=SEND)), False),
        ((Overwrite(COMMONS + 2, deny=SEND), Overwrite(commons.BOT.id, allow=SEND, member=True)), True),
        ((Overwrite(COMMONS + 1, deny=SEND),), True),
        ((Overwrite(COMMONS, deny=VIEW), Overwrite(COMMONS + 2, allow=SEND)), False),
    ],
)
def test_a_nearer_overwrite_wins(world: World, overwrites: tuple[Overwrite, ...], may_send: bool) -> None:
    channel = replace(world.channel(GENERAL), overwrites=overwrites)
    world.guilds[COMMONS].channels[GENERAL] = channel
    assert bool(world.permissions(commons.BOT.id, channel) & SEND) is may_send


def test_a_thread_takes_its_parents_permissions_and_its_own_right_to_send(world: World) -> None:
    thread = Channel(5, "thread", Kind.PUBLIC_THREAD, COMMONS, parent=GENERAL)
    assert not world.permissions(commons.BOT.id, thread) & SEND
    hidden = replace(thread, parent=HIDDEN)
    assert world.permissions(commons.BOT.id, hidden) == 0


def test_ids_carry_the_sandboxs_time_and_never_repeat(world: World) -> None:
    ids = [world.snowflake() for _ in range(1000)]
    assert len(set(ids)) == 1000
    assert {discord.utils.snowflake_time(each) for each in ids} == {world.now}
    world.now += timedelta(days=1)
    assert discord.utils.snowflake_time(world.snowflake()) == world.now


def test_an_ephemeral_message_is_seen_by_one_and_stays_so(world: World) -> None:
    channel = world.channel(GENERAL)
    message = world.say(channel, {"content": "x", "flags": EPHEMERAL}, seen_by=commons.ADMIN.id)
    world.amend(message, {"content": "y", "flags": 0})
    assert world.visible(commons.ADMIN, channel) == [message]
    assert world.visible(commons.MEMBER, channel) == []
    assert (message.body["content"], message.flags & EPHEMERAL) == ("y", EPHEMERAL)


def test_a_public_message_stays_public(world: World) -> None:
    message = world.say(world.channel(GENERAL), {"content": "x"})
    world.amend(message, {"flags": EPHEMERAL})
    assert message.flags & EPHEMERAL == 0


def test_an_unknown_channel_is_refused(world: World) -> None:
    with pytest.raises(RefusalError) as refused:
        world.channel(1)
    assert refused.value.body["code"] == 10003


def test_a_channel_is_found_where_it_is_now(world: World) -> None:
    general = world.channel(GENERAL)
    commons_channels, others = world.guilds[COMMONS].channels, world.guilds[commons.OPERATORS].channels
    commons_channels[GENERAL] = replace(general, name="renamed")
    assert world.channel(GENERAL).name == "renamed"
    others[GENERAL] = replace(commons_channels.pop(GENERAL), guild_id=commons.OPERATORS)
    assert world.channel(GENERAL).guild_id == commons.OPERATORS
    world.guilds[commons.OPERATORS] = replace(world.guilds[commons.OPERATORS], channels={GENERAL: general})
    assert world.channel(GENERAL) is general
    del world.guilds[commons.OPERATORS]
    with pytest.raises(RefusalError):
        world.channel(GENERAL)
