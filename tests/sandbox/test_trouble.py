"""Lines that make trouble: what they change, and what they say of a line that is wrong."""

from typing import Any

import pytest

from bot.sandbox import commons
from bot.sandbox.entities import SEND, VIEW
from bot.sandbox.lines import LineError
from bot.sandbox.rest import Mishap
from bot.sandbox.sandbox import Sandbox
from bot.sandbox.trouble import Trouble, mishap

COMMONS, GENERAL = commons.COMMONS, commons.COMMONS + 10
MESSAGES = "/channels/*/messages"
MESSAGE = {"code": 0, "message": "503: Service Unavailable"}
TOO_MANY = {"message": "You are being rate limited.", "retry_after": 1.0, "global": False}


@pytest.mark.parametrize(
    ("text", "made"),
    [
        (f"POST {MESSAGES} 503", Mishap("POST", MESSAGES, status=503, body=MESSAGE)),
        (f"POST  {MESSAGES}  503 after x2", Mishap("POST", MESSAGES, 2, after=True, status=503, body=MESSAGE)),
        (f"POST {MESSAGES} 503 x12 after", Mishap("POST", MESSAGES, 12, after=True, status=503, body=MESSAGE)),
        (f"POST {MESSAGES} 429", Mishap("POST", MESSAGES, status=429, body=TOO_MANY)),
        ("GET /gateway 599", Mishap("GET", "/gateway", status=599, body={"code": 0, "message": "599: Unknown"})),
        (f"PATCH {MESSAGES}/* cut", Mishap("PATCH", f"{MESSAGES}/*", what="cut")),
        (f"DELETE {MESSAGES}/* hang x3", Mishap("DELETE", f"{MESSAGES}/*", 3, what="hang")),
    ],
)
def test_how_requests_will_end(text: str, made: Mishap) -> None:
    found = mishap(text)
    parts = ("method", "path", "times", "what", "after", "status", "body")
    assert [getattr(found, part) for part in parts] == [getattr(made, part) for part in parts]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("fail", "write it like fail POST"),
        (f"fail POST {MESSAGES}", "write it like fail POST"),
        (f"fail FETCH {MESSAGES} 503", "'FETCH' is no method; there are: GET"),
        ("fail POST channels 503", "'channels' is no path"),
        (f"fail POST {MESSAGES} 200", "'200' is no end of a request"),
        (f"fail POST {MESSAGES} burn", "a status from 400 to 599, cut or hang"),
        (f"fail POST {MESSAGES} 503 before", "'before' is not known here"),
        (f"fail POST {MESSAGES} 503 x0", "'x0' is not known here"),
        ("deny", "write it like deny #general send_messages"),
        ("allow #general", "write it like allow #general send_messages"),
        ("deny #general send embed", "write it like deny"),
        ("deny #general send", "'send' is no permission; there are, among others: view_channel, send_messages"),
        ("deny #nowhere send_messages", "Commons has no channel '#nowhere'; there is: #general, #news"),
        ("delete", "Commons has no channel ''"),
        ("delete #nowhere", "Commons has no channel '#nowhere'"),
        ("kick member", "write kick alone"),
        ("invite", "Herald is in Commons already; kick removes it"),
        ("outage", "write it like outage on, or outage off"),
        ("outage off", "Commons is available already"),
    ],
)
async def test_what_is_wrong_with_a_line(deserted: Sandbox, line: str, says: str) -> None:
    verb, _, rest = line.partition(" ")
    with pytest.raises(LineError, match=r"^[^\n]*$") as told:
        await Trouble(deserted).make(verb, rest)
    assert says in str(told.value)
    assert deserted.mishaps == []


@pytest.mark.parametrize("line", ["deny #general send_messages", "delete #general", "kick", "invite", "outage on"])
async def test_direct_messages_are_no_server(deserted: Sandbox, line: str) -> None:
    deserted.act_as("admin", None)
    verb, _, rest = line.partition(" ")
    with pytest.raises(LineError, match="you are in direct messages; go to a server first, like: in commons"):
        await Trouble(deserted).make(verb, rest)


async def made(sandbox: Sandbox, *lines: str) -> list[str]:
    trouble = Trouble(sandbox)
    return [await trouble.make(*line.partition(" ")[::2]) for line in lines]


@pytest.mark.parametrize(
    ("lines", "held", "lacked"),
    [
        (["deny general view_channel"], 0, VIEW | SEND),
        (["deny #general send_messages"], VIEW, SEND),
        (["deny #general send_messages", "allow #general send_messages"], VIEW | SEND, 0),
        (["deny #general send_messages", "deny #general add_reactions"], VIEW, SEND),
        (["allow #read-only send_messages"], VIEW | SEND, 0),
    ],
)
async def test_what_the_bot_may_do(deserted: Sandbox, lines: list[str], held: int, lacked: int) -> None:
    said = await made(deserted, *lines)
    verb, channel, name = lines[-1].replace("#", "").split()
    assert said[-1] == f"#{channel} {'denies' if verb == 'deny' else 'allows'} {name} to Herald's role."
    found = next(c for c in deserted.world.guilds[COMMONS].channels.values() if c.name == channel)
    permissions = deserted.world.permissions(commons.BOT.id, found)
    assert (permissions & held, permissions & lacked) == (held, 0)
    assert deserted.world.permissions(commons.MEMBER.id, found) & VIEW


async def test_servers_and_channels(deserted: Sandbox) -> None:
    guild = deserted.world.guilds[COMMONS]
    steps: list[tuple[str, str, Any]] = [
        ("kick", "Herald is no longer in Commons.", lambda: not deserted.world.has_bot(guild)),
        ("invite", "Herald is in Commons.", lambda: deserted.world.has_bot(guild)),
        ("outage on", "Commons is unavailable.", lambda: guild.unavailable),
        ("outage off", "Commons is available again.", lambda: not guild.unavailable),
        ("delete #general", "#general is deleted.", lambda: GENERAL not in guild.channels),
    ]
    for line, sentence, is_so in steps:
        assert await made(deserted, line) == [sentence]
        assert is_so()
    with pytest.raises(LineError, match="Herald is not in Commons; invite adds it"):
        await made(deserted, "kick", "kick")


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (f"fail POST {MESSAGES} 503", f"The next request POST {MESSAGES} is answered with 503."),
        (
            f"fail POST {MESSAGES} cut after",
            f"The next request POST {MESSAGES} does its work and has its connection cut.",
        ),
        ("fail GET /gateway hang x2", "Each of the next 2 requests GET /gateway is never answered."),
    ],
)
async def test_a_mishap_is_told_in_words(deserted: Sandbox, line: str, sentence: str) -> None:
    assert await made(deserted, line) == [sentence]
    assert len(deserted.mishaps) == 1
