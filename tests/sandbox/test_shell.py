import io
from collections.abc import AsyncIterator

import pytest
from rich.console import Console

from bot.sandbox import shell
from bot.sandbox.acting import Shell
from bot.sandbox.sandbox import Sandbox


async def act(sandbox: Sandbox, *lines: str) -> tuple[str, bool]:
    async def given() -> AsyncIterator[str]:
        for line in lines:
            yield line

    output = io.StringIO()
    acting = Shell(sandbox, Console(file=output, width=40, highlight=False, markup=False, emoji=False))
    await shell.script(acting, given())
    return output.getvalue(), acting.failed


async def test_a_script_types_like_a_person_and_prints_what_is_seen(sandbox: Sandbox) -> None:
    sentence = "a long sentence that no terminal of forty columns would hold in one line"
    output, failed = await act(
        sandbox,
        "# a comment",
        "",
        f"/say text:{sentence}",
        "/daily set channel:#general seconds:10\n",
        "wait 20s",
        "complete /say text:so",
        "/pages",
        "press Next",
        "kill",
        "jump 7h",
        "as operator",
        "in dm",
        "/say text:[red] hidden:true",
        "in commons #news",
        "as member",
        "restart",
        "help",
    )
    assert not failed, output
    lines = output.splitlines()
    assert lines[0] == f"2026-03-29 05:59:50 admin in Commons #general > /say text:{sentence}"
    assert lines[1:3] == ["Herald", sentence]
    post = lines.index("#general · Herald · 2026-03-29 06:00:02 UTC")
    assert lines[post + 1] == "posted after 10 2026-03-29 06:00:02 UTC"
    assert lines[post - 1].endswith("> wait 20s")
    assert output.count("posted after") == 1
    assert "  so 1  → 1" in lines
    assert "│ **page 1** of *all*" in lines
    assert "You are operator in Operators #general." in lines
    assert lines.index("(only you see this)", post) == lines.index("[red]") - 1
    assert "You are operator in Commons #news." in lines
    assert "You are member in Commons #general." in lines


async def test_a_script_makes_trouble_and_ends_it(sandbox: Sandbox) -> None:
    output, failed = await act(
        sandbox,
        "deny #general send_messages",
        "/daily set channel:#general seconds:1",
        "wait 5s",
        "allow #general send_messages",
        "fail POST /channels/*/messages 500 after",
        "/daily set channel:#general seconds:1",
        "wait 5s",
        "outage on",
        "outage off",
        "kick",
        "in commons #news",
        "invite",
        "/heard",
        "kill",
        "kick",
        "delete #news",
    )
    assert not failed, output
    assert output.count("posted after 1") == 1
    lines = output.splitlines()
    events = ["guild_channel_update"] * 2 + ["guild_unavailable", "guild_available", "guild_remove", "guild_join"]
    heard = lines.index("Herald", lines.index("Herald is in Commons."))
    assert [line.split()[0] for line in lines[heard + 1 : heard + 7]] == events
    assert lines[-1] == "#news is deleted."


@pytest.mark.parametrize(
    ("trouble", "says"),
    [
        ("kick", "client: Herald is not in Commons"),
        ("outage on", "client: Commons is unavailable"),
        ("delete #general", "client: #general was deleted; go elsewhere with in"),
    ],
)
async def test_where_the_bot_cannot_be_reached_lines_go_on(sandbox: Sandbox, trouble: str, says: str) -> None:
    output, failed = await act(sandbox, trouble, "/say text:x", "wait 1s", "in operators")
    assert failed
    lines = output.splitlines()
    assert lines[2].endswith("admin in Commons #general > /say text:x")
    assert lines[3] == says
    assert lines[-1] == "You are admin in Operators #general."


async def test_at_a_terminal_a_container_keeps_its_bar_on_every_line(sandbox: Sandbox) -> None:
    world, output = sandbox.world, io.StringIO()
    console = Console(file=output, width=20, force_terminal=True, color_system=None, highlight=False)
    world.posted.append(
        world.say(
            sandbox.channel, {"components": [{"type": 17, "components": [{"type": 10, "content": "word " * 9}]}]}
        )
    )
    Shell(sandbox, console).news()
    lines = output.getvalue().splitlines()[3:]
    assert len(lines) == 3
    assert all(line.startswith("│ word") and len(line) <= 20 for line in lines)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("nonsense", "sandbox: "),
        ("wait", "sandbox: "),
        ("wait until 2020-01-01", "sandbox: "),
        ("jump tomorrow", "sandbox: "),
        ("as nobody", "sandbox: "),
        ("in nowhere", "client: "),
        ("/nothing", "client: "),
        ("/say", "client: text: is required"),
        ("press Next", "client: "),
        ("complete /pages x", "client: "),
        ("deny #general speaking", "sandbox: 'speaking' is no permission"),
        ("fail POST x 500", "sandbox: 'x' is no path"),
    ],
)
async def test_a_line_that_fails_says_why(sandbox: Sandbox, line: str, says: str) -> None:
    output, failed = await act(sandbox, line, "/say text:still there")
    assert failed
    assert output.splitlines()[1].startswith(says)
    assert output.endswith("still there\n")


async def test_a_reply_is_no_failure_whatever_it_says_but_silence_is(sandbox: Sandbox) -> None:
    sandbox.interactions.patience = 0.3
    assert (await act(sandbox, "/say text:no, hidden:true"))[1] is False
    output, failed = await act(sandbox, "/silent")
    assert failed
    assert "sandbox: The application did not respond within 0.3 s" in output


async def test_a_dead_bot_fails_one_line_and_is_back_for_the_next(sandbox: Sandbox) -> None:
    output, failed = await act(sandbox, "/die", "wait 3s", "/say text:back")
    assert failed
    assert "exit code 3" in output
    assert output.endswith("back\n")


@pytest.mark.parametrize("arguments", [["--at", "noon"], ["--bogus"]])
def test_bad_arguments_exit_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        shell.main(arguments)
    assert ended.value.code == 2
    assert "usage: python -m bot sandbox" in capsys.readouterr().err
