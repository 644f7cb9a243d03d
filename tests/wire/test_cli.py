"""The command line, run as a program: what the README says of it is so."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bot.config import NAMES
from tests.wire.conftest import ROOT, Checked


def run(*arguments: str, stdin: str = "", cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    own = {name: value for name, value in os.environ.items() if name not in NAMES}
    return subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        cwd=cwd,
        env=own | {"PYTHONPATH": str(ROOT)} | environment,
        timeout=120,
        check=False,
    )


def test_the_screen_in_the_readme_is_what_the_sandbox_prints() -> None:
    screen = re.findall(r"```\n(2026-.*?)\n```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)[0]
    lines = re.findall(r"^2026-\S+ \S+ admin in Commons #general > (.+)$", screen, re.MULTILINE)
    given = [part for line in lines for part in ("--exec", line)]
    ran = run("sandbox", "--at", "2026-03-29T05:59:50Z", *given)
    assert ran.stdout.strip() == screen
    assert (ran.returncode, ran.stderr) == (0, "")


def test_the_issue_of_every_command_in_the_readme() -> None:
    """What the README tells to type is understood."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    commands = re.findall(r"--exec '([^']+)'", readme)
    assert len(commands) >= 2
    ran = run("sandbox", "--at", "2026-03-29T05:59:50Z", *[part for line in commands for part in ("--exec", line)])
    assert ran.returncode == 0, ran.stdout


@pytest.mark.parametrize(
    ("script", "code", "words"),
    [
        ("", 0, ""),
        ("/quote paragraph:3\n", 0, "Russia bears full responsibility"),
        ("# nothing\n\n/random\n", 0, "sentence"),
        ("/quote paragraph:99\n", 0, "There is no paragraph 99"),
        ("/nothing\n", 1, "client: there is no /nothing"),
        ("/quote\n", 1, "client: "),
        ("hello\n/quote paragraph:1\n", 1, "we as allies reaffirm"),
    ],
)
def test_the_sandbox_reads_lines_and_tells_by_its_exit_code(script: str, code: int, words: str) -> None:
    ran = run("sandbox", stdin=script)
    assert words in ran.stdout
    assert ran.returncode == code


def test_without_a_token_there_are_two_ways_on(tmp_path: Path) -> None:
    ran = run(cwd=tmp_path)
    assert ran.returncode == 2
    first, second = ran.stderr.strip().splitlines()
    assert ".env.example" in first
    assert "python -m bot sandbox" in second
    assert ran.stdout == ""


def test_faults_of_the_settings_come_all_at_once_and_without_the_token(tmp_path: Path) -> None:
    ran = run(cwd=tmp_path, DISCORD_TOKEN="se cret", LOG_LEVEL="loud", DISCORD_API_URL="http://example.org/api/v10")
    assert ran.returncode == 2
    assert all(name in ran.stderr for name in ("DISCORD_TOKEN", "LOG_LEVEL", "DISCORD_API_URL"))
    assert "se cret" not in ran.stderr + ran.stdout


def test_check(tmp_path: Path) -> None:
    seeds = Path(shutil.copytree(ROOT / "seeds", tmp_path / "seeds"))
    well = run("check", cwd=tmp_path)
    assert well.returncode == 0, well.stdout
    assert "Settings, seeds and databases are well." in well.stdout
    (seeds / "empty.txt").touch()
    (seeds / "odd.toml").write_text("x", encoding="utf-8")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "state.db").write_bytes(b"no database" * 1000)
    faulty = run("check", cwd=tmp_path)
    assert faulty.returncode == 1
    assert all(
        words in faulty.stdout for words in ("empty.txt: holds no text", "odd.toml", "state.db cannot be read")
    )
    assert run("check", cwd=tmp_path, LOG_FORMAT="xml").returncode == 2


async def test_a_signal_ends_the_bot_cleanly_and_soon(sandbox: Checked) -> None:
    loop = asyncio.get_running_loop()
    process = sandbox.child._process
    assert process is not None
    start = loop.time()
    process.terminate()
    assert await process.wait() == 0
    assert loop.time() - start < 2
