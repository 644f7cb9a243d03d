"""/reload over the wire: all of it or nothing, and what was wrong where."""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path

import pytest

from bot.sandbox.client import command as as_typed
from bot.sandbox.interactions import COMMAND
from tests.wire.conftest import ROOT, Checked, opened

NAME = "nato-ukraine-2023"


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ROOT / "seeds", tmp_path / "seeds"))


@pytest.fixture
async def operator(seeds: Path, pytestconfig: pytest.Config) -> AsyncIterator[Checked]:
    async with opened(pytestconfig, seeds=seeds) as sandbox:
        sandbox.act_as("operator", "Operators")
        yield sandbox


def change(seeds: Path) -> None:
    """Change a word of paragraph 6, and state the new hash."""
    text, sidecar = seeds / f"{NAME}.txt", seeds / f"{NAME}.toml"
    old = text.read_bytes()
    new = old.replace(b"We stand with them.", b"We stand by them.")
    text.write_bytes(new)
    was, now = (hashlib.sha256(data).hexdigest() for data in (old, new))
    sidecar.write_text(sidecar.read_text(encoding="utf-8").replace(was, now), encoding="utf-8")


async def test_a_change_is_previewed_then_served(operator: Checked, seeds: Path) -> None:
    change(seeds)
    (seeds / "other.md").write_text("# Other\n\nWe will act together.\n\nThe end.", encoding="utf-8")
    preview = (await operator.command("/reload preview:true")).text
    assert "Preview: nothing was changed yet" in preview
    assert f"{NAME}: 1 paragraph changed (6)" in preview
    assert "other: 2 paragraphs added (1, 2)" in preview
    assert "We stand with them." in (await operator.command("/quote paragraph:6")).text
    assert "Reloaded: 2 documents" in (await operator.command("/reload")).text
    assert "We stand by them." in (await operator.command("/quote paragraph:6")).text
    assert "We will act together." in (await operator.command("/quote paragraph:1 document:other")).text
    assert "No document differs." in (await operator.command("/reload")).text
    await operator.jump(timedelta(seconds=21))
    (seeds / "other.md").unlink()
    assert "other: 2 paragraphs removed (1, 2)" in (await operator.command("/reload")).text


def make(name: str, data: bytes) -> Callable[[Path], None]:
    def write(seeds: Path) -> None:
        (seeds / name).write_bytes(data)

    return write


def truncate(seeds: Path) -> None:
    (seeds / "a.txt").touch()
    os.truncate(seeds / "a.txt", 50_000_000)


FAULTS: list[tuple[str, Callable[[Path], None], str]] = [
    ("broken", make(f"{NAME}.toml", b"title = "), f"{NAME}.toml: is not valid TOML"),
    ("unknown key", make("a.toml", b"titel = 'x'"), "a.toml: describes a.txt"),
    ("empty", make("a.txt", b""), "a.txt: holds no text"),
    ("binary", make("a.txt", b"One\nTwo\x00\x01"), "a.txt, line 2: has U+0000"),
    ("not UTF-8", make("a.txt", "One\né".encode("latin-1")), "a.txt, line 2: is not UTF-8"),
    ("50 MB", truncate, "a.txt: has 50,000,000 bytes, more than the"),
    ("hash", make(f"{NAME}.txt", b"Other words."), f"{NAME}.txt: has SHA-256"),
    ("link", lambda seeds: (seeds / "a.txt").symlink_to("/etc/hostname"), "a.txt: is a link that leads out"),
]


@pytest.mark.parametrize(("break_it", "words"), [row[1:] for row in FAULTS], ids=[row[0] for row in FAULTS])
async def test_a_fault_changes_nothing(
    operator: Checked, seeds: Path, break_it: Callable[[Path], None], words: str
) -> None:
    break_it(seeds)
    (seeds / "good.txt").write_text("A good one.", encoding="utf-8")
    reply = await operator.command("/reload")
    assert "Nothing was changed: the seeds have faults." in reply.text
    assert words in reply.text
    assert reply.ephemeral
    assert "We stand with them." in (await operator.command("/quote paragraph:6")).text
    assert "There is no document" in (await operator.command("/quote paragraph:1 document:good")).text
    await operator.restart()
    assert "We stand with them." in (await operator.command("/quote paragraph:6")).text
    assert any("the last good library stays in service" in notice for notice in operator.notices)


async def test_one_at_a_time_and_commands_are_answered_meanwhile(operator: Checked, seeds: Path) -> None:
    sentence = "The Parties will consult together whenever one of them is threatened. "
    (seeds / "big.txt").write_text((sentence * 20 + "\n\n") * 1300, encoding="utf-8")
    data = as_typed(operator.world, operator.user, operator.channel, "/reload")
    one, two = [await operator.send(COMMAND, data) for _ in range(2)]
    quoted = await operator.command("/quote paragraph:6")
    assert "We stand with them." in quoted.text
    assert not one.complete.is_set()
    replies = await asyncio.gather(operator.reply(one), operator.reply(two))
    texts = sorted(reply.text for reply in replies)
    assert any("Reloaded: 2 documents" in text for text in texts)
    assert any("A reload is under way already" in text for text in texts)


async def test_an_old_button_says_that_its_text_is_gone(operator: Checked, seeds: Path) -> None:
    (seeds / "other.txt").write_text("One. Two.\n\nThree.", encoding="utf-8")
    await operator.command("/reload")
    await operator.command("/quote paragraph:1.2 document:other")
    (seeds / "other.txt").unlink()
    await operator.command("/reload")
    gone = await operator.press("In context")
    assert "no longer there" in gone.text
    assert gone.ephemeral
