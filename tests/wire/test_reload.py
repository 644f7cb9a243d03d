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
import pytest_asyncio

from bot.sandbox.client import command as as_typed
from bot.sandbox.entities import User
from bot.sandbox.interactions import COMMAND, LATER
from bot.sandbox.rest import Mishap
from bot.sandbox.world import Message
from bot.seeds import MAX_BYTES
from tests.wire.conftest import ROOT, Checked, opened, snapshot

pytestmark = pytest.mark.asyncio(loop_scope="module")

NAME = "nato-ukraine-2023"
FAULTY = "Nothing was changed: the seeds have faults."
GONE = "The text that this button leads to is no longer there"


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(ROOT / "seeds", tmp_path_factory.mktemp("reload") / "seeds"))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def served(seeds: Path, pytestconfig: pytest.Config) -> AsyncIterator[Checked]:
    async with opened(pytestconfig, seeds=seeds) as sandbox:
        yield sandbox


@pytest_asyncio.fixture(loop_scope="module")
async def operator(served: Checked, seeds: Path) -> AsyncIterator[Checked]:
    """The module's bot, with the operator at it; what a test did to the seeds is undone at its end."""
    served.act_as("operator", "Operators")
    await served.jump(timedelta(minutes=1))
    since = len(served.requests)
    yield served
    shutil.rmtree(seeds)
    shutil.copytree(ROOT / "seeds", seeds)
    served.act_as("operator", "Operators")
    await served.jump(timedelta(minutes=1))
    assert "Reloaded: 1 document" in (await served.command("/reload")).text
    try:
        served.judge(since)
    finally:
        served.notices.clear()


async def quoted(sandbox: Checked, line: str) -> str:
    return (await sandbox.ask(f"/quote {line}")).text


async def reloaded(sandbox: Checked, line: str = "/reload") -> str:
    """Return what the operator is told, without bold; so long after the last one that no cooldown strikes."""
    await sandbox.jump(timedelta(seconds=7))
    reply = await sandbox.command(line)
    assert reply.ephemeral
    return reply.text.replace("**", "")


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
    (seeds / "notes.pdf").touch()
    preview = await reloaded(operator, "/reload preview:true")
    for words in (
        "Preview: nothing was changed yet: 2 documents",
        f"{NAME}: 1 paragraph changed (6)",
        "other: 2 paragraphs added (1, 2)",
        "neither .txt, .md nor .toml: notes.pdf",
    ):
        assert words in preview
    assert "We stand with them." in await quoted(operator, "paragraph:6")
    assert "There is no document" in await quoted(operator, "paragraph:1 document:other")
    told = await reloaded(operator)
    assert "Reloaded: 2 documents" in told
    assert f"{NAME}: 1 paragraph changed (6)" in told
    assert "We stand by them." in await quoted(operator, "paragraph:6")
    assert "We will act together." in await quoted(operator, "paragraph:1 document:other")
    assert "act together" in (await operator.ask("/search query:together document:other")).text.replace("*", "")
    assert [choice["value"] for choice in await operator.complete("/quote paragraph:1 document:oth")] == ["other"]
    assert "No document differs." in await reloaded(operator)
    await operator.restart()
    assert "We stand by them." in await quoted(operator, "paragraph:6")
    (seeds / "other.md").unlink()
    assert "other: 2 paragraphs removed (1, 2)" in await reloaded(operator)
    assert "There is no document" in await quoted(operator, "paragraph:1 document:other")


async def test_the_answer_is_deferred_before_anything_else(operator: Checked) -> None:
    before = len(operator.requests)
    reply = await operator.command("/reload")
    first, *_ = operator.requests[before:]
    assert first.path.endswith("/callback")
    assert first.body == {"type": LATER, "data": {"flags": 64}}
    assert reply.interaction.kind == LATER


def make(name: str, data: bytes) -> Callable[[Path], None]:
    def write(seeds: Path) -> None:
        (seeds / name).write_bytes(data)

    return write


def link(name: str, target: str) -> Callable[[Path], None]:
    return lambda seeds: (seeds / name).symlink_to(target)


def add(before: str, addition: str) -> Callable[[Path], None]:
    def write(seeds: Path) -> None:
        sidecar = seeds / f"{NAME}.toml"
        text = sidecar.read_text(encoding="utf-8")
        sidecar.write_text(text.replace(before, addition + before, 1), encoding="utf-8")

    return write


def sparse(seeds: Path) -> None:
    (seeds / "a.txt").touch()
    os.truncate(seeds / "a.txt", 50_000_000)


CORRECTION = '[[corrections]]\nfind = "never written"\nreplace = "x"\nreason = "y"\n\n'
FAULTS: list[tuple[str, Callable[[Path], None], str]] = [
    # (what is wrong, how it is made so, file, place and reason as they must be told)
    ("broken TOML", make(f"{NAME}.toml", b"title = "), f"{NAME}.toml: is not valid TOML"),
    ("no such sentence", add('"6.1" = 0', '"9.9" = 2\n'), f"{NAME}.toml, commitments 9.9: there is no such sentence"),
    ("no such words", add("[commitments]", CORRECTION), f"{NAME}.toml, corrections 3: 'never written' is in no"),
    ("a sidecar alone", make("a.toml", b"title = 'x'"), "a.toml: describes a.txt, which is not there"),
    ("a sidecar not UTF-8", make(f"{NAME}.toml", b"title = '\xff'"), f"{NAME}.toml"),
    ("empty", make("a.txt", b""), "a.txt: holds no text"),
    ("blank", make("a.txt", b" \n\n\xef\xbb\xbf"), "a.txt: holds no text"),
    ("binary", make("a.txt", b"One\nTwo\x00\x01"), "a.txt, line 2: has U+0000"),
    ("a picture", make("a.txt", b"\x89PNG\r\n\x1a\n\x00"), "a.txt, line 1: is not UTF-8 text (byte 1 of the file)"),
    ("not UTF-8", make("a.txt", "One\né".encode("latin-1")), "a.txt, line 2: is not UTF-8 text (byte 5 of the file)"),
    ("50 MB", sparse, "a.txt: has 50,000,000 bytes, more than the 2,097,152 allowed"),
    ("a byte too many", make("a.txt", b"x" * (MAX_BYTES + 1)), "a.txt: has 2,097,153 bytes, more than the 2,097,152"),
    ("another hash", make(f"{NAME}.txt", b"Other words."), f"{NAME}.txt: has SHA-256"),
    ("a link out", link("a.txt", "/etc/hostname"), "a.txt: is a link that leads out of the folder"),
    ("a sidecar that is a link out", link("a.toml", "/etc/hostname"), "a.toml: is a link that leads out"),
    ("a link to nothing", link("a.txt", "nothing.txt"), "a.txt: cannot be read: No such file"),
    ("a link to itself", link("a.txt", "a.txt"), "a.txt: cannot be read"),
    ("a folder", lambda seeds: (seeds / "a.txt").mkdir(), "a.txt: cannot be read: Is a directory"),
    ("a pipe", lambda seeds: os.mkfifo(seeds / "a.txt"), "a.txt: is not a regular file"),
    ("two of one name", make("NATO Ukraine 2023.md", b"Other."), f"would be cited as {NAME}, like another seed"),
]


@pytest.mark.parametrize(("break_it", "words"), [row[1:] for row in FAULTS], ids=[row[0] for row in FAULTS])
async def test_a_fault_changes_nothing(
    operator: Checked, seeds: Path, break_it: Callable[[Path], None], words: str
) -> None:
    break_it(seeds)
    (seeds / "good.txt").write_text("A good one.", encoding="utf-8")
    for line in ("/reload preview:true", "/reload"):
        told = await reloaded(operator, line)
        assert FAULTY in told
        assert words in told
    assert "We stand with them." in await quoted(operator, "paragraph:6")
    assert "There is no document" in await quoted(operator, "paragraph:1 document:good")
    assert "12 key commitments" in (await operator.ask("/commitments")).text


async def test_every_fault_is_told_at_once(operator: Checked, seeds: Path) -> None:
    for name in ("a", "b", "c"):
        (seeds / f"{name}.txt").write_bytes(b"\x00")
    told = await reloaded(operator)
    assert all(f"{name}.txt, line 1" in told for name in ("a", "b", "c"))
    for index in range(30):
        (seeds / f"c{index:02}.txt").touch()
    assert "and 27 more; python -m bot check lists them" in await reloaded(operator)


async def test_no_seed_at_all_changes_nothing(operator: Checked, seeds: Path) -> None:
    for path in seeds.iterdir():
        path.unlink()
    assert "holds no seed" in await reloaded(operator)
    assert "We stand with them." in await quoted(operator, "paragraph:6")


async def test_a_fault_at_the_start_keeps_the_last_good_library(operator: Checked, seeds: Path) -> None:
    make(f"{NAME}.toml", b"title = ")(seeds)
    await operator.restart()
    assert "We stand with them." in await quoted(operator, "paragraph:6")
    assert any("the last good library stays in service" in notice for notice in operator.notices)


async def test_a_link_within_the_folder_is_a_seed(operator: Checked, seeds: Path) -> None:
    (seeds / ".shelf").mkdir()
    (seeds / ".shelf" / "real.txt").write_text("We will act.", encoding="utf-8")
    (seeds / "linked.txt").symlink_to(".shelf/real.txt")
    assert "Reloaded: 2 documents" in await reloaded(operator)
    assert "We will act." in await quoted(operator, "paragraph:1 document:linked")


def write_big(seeds: Path) -> None:
    paragraph = "The Parties will consult together whenever one of them is threatened. " * 20 + "\n\n"
    (seeds / "big.txt").write_text(paragraph * (MAX_BYTES // len(paragraph)), encoding="utf-8")


async def test_one_at_a_time_and_commands_are_answered_meanwhile(operator: Checked, seeds: Path) -> None:
    write_big(seeds)
    data = as_typed(operator.world, operator.user, operator.channel, "/reload")
    quote = as_typed(operator.world, operator.user, operator.channel, "/quote paragraph:6")
    one, two = [await operator.send(COMMAND, data) for _ in range(2)]
    told = await operator.reply(two)
    assert "A reload is under way already. Try again when it has answered." in told.text
    assert told.ephemeral
    answered = 0
    while not one.complete.is_set():
        # Others ask, so that nobody's cooldown strikes; each must be answered in Discord's three seconds.
        user = User(6_000_000_000_000_000_000 + answered, "someone")
        reply = await operator.reply(await operator.send(COMMAND, quote, user=user))
        assert "We stand with them." in reply.text
        answered += 1
    assert answered >= 1
    assert "Reloaded: 2 documents" in (await operator.reply(one)).text
    assert "consult together" in await quoted(operator, "paragraph:1 document:big")


async def test_a_kill_in_the_middle_does_no_harm(operator: Checked, seeds: Path) -> None:
    write_big(seeds)
    change(seeds)
    data = as_typed(operator.world, operator.user, operator.channel, "/reload")
    sent = await operator.send(COMMAND, data)
    await sent.answered.wait()
    await operator.kill()
    await operator.restart()  # the start builds what the seeds now say
    assert "We stand by them." in await quoted(operator, "paragraph:6")
    assert "consult together" in await quoted(operator, "paragraph:1 document:big")


async def test_an_error_of_discords_does_not_swallow_the_report(operator: Checked) -> None:
    operator.mishaps.append(Mishap("POST", "/webhooks/*", status=500))
    assert "No document differs." in await reloaded(operator)


async def test_two_in_one_moment_are_both_told(operator: Checked) -> None:
    replies = await asyncio.gather(operator.command("/reload"), operator.command("/reload"))
    told = sorted("under way" in reply.text for reply in replies)
    assert told[0] is False
    assert "No document differs." in await reloaded(operator)


# Sentences so long that the commitments, too, take more than one page.
OTHER = "\n\n".join(
    f"We will act {number} times for peace{', and for one that lasts' * 20}. {'So it will be, for us. ' * 20}"
    for number in range(1, 7)
)
PRESSED = [
    ("/quote paragraph:5.1 document:other", "In context"),
    ("/quote paragraph:5.1 document:other", "Cite"),
    ("/quote paragraph:1-6 document:other", "Next"),
    ("/search query:times document:other", "Paragraph 3"),
    ("/search query:times document:other", "Next"),
    ("/commitments document:other", "Next"),
    ("/random document:other", "In context"),
    ("/random document:other", "Cite"),
]


async def test_an_old_button_says_that_its_text_is_gone(operator: Checked, seeds: Path) -> None:
    """First only the paragraphs that a button names are removed, then the document."""
    (seeds / "other.txt").write_text(OTHER, encoding="utf-8")
    assert "Reloaded: 2 documents" in await reloaded(operator)
    old: list[tuple[str, str, Message]] = []
    for line, label in PRESSED:
        message = (await operator.ask(line)).messages[0]
        old.append((line, label, snapshot(message)))
        assert GONE not in (await operator.push(message, label)).text
    (seeds / "other.txt").write_text("We will act once for peace.\n\nIt is well.", encoding="utf-8")
    assert "Reloaded: 2 documents" in await reloaded(operator)
    for line, label, message in old[:4]:
        reply = await operator.push(snapshot(message), label)
        assert GONE in reply.text, line
        assert reply.ephemeral
    (seeds / "other.txt").unlink()
    assert "Reloaded: 1 document" in await reloaded(operator)
    for line, label, message in old:
        reply = await operator.push(message, label)
        assert GONE in reply.text, line
        assert reply.ephemeral


async def test_a_citation_outlives_a_reload_and_a_restart_and_follows_the_facts(
    operator: Checked, seeds: Path
) -> None:
    message = (await operator.ask("/quote paragraph:2.4")).messages[0]
    place = "24 February 2023, paragraph 2, sentence 4. "
    assert f"{place}As supplied: a reworded copy" in (await operator.push(snapshot(message), "Cite")).text
    sidecar = seeds / f"{NAME}.toml"
    facts = sidecar.read_text(encoding="utf-8").replace("As supplied: a reworded copy", "A reworded copy")
    sidecar.write_text(facts, encoding="utf-8")
    assert "facts, numbering or strengths changed" in await reloaded(operator)
    assert f"{place}A reworded copy" in (await operator.push(snapshot(message), "Cite")).text
    await operator.restart()
    assert f"{place}A reworded copy" in (await operator.push(snapshot(message), "Cite")).text


async def test_the_daily_post_follows_a_reload_and_its_old_button_says_so(operator: Checked, seeds: Path) -> None:
    other = seeds / "other.txt"
    other.write_text("We will act as one.\n\nIt is well.\n\nWe will always defend them.", encoding="utf-8")
    await reloaded(operator)
    operator.act_as("admin")
    set_ = await operator.ask("/daily set channel:#general time:05:00 timezone:UTC document:other")
    assert "Set: #general every day at 05:00 UTC, from other" in set_.text
    await operator.wait(timedelta(days=2))
    first, second = operator.world.posted
    assert "We will act as one." in str(first.body)
    assert "We will always defend them." in str(second.body)
    assert "@misc{other-p3s1," in (await operator.push(snapshot(second), "Cite")).text

    other.write_text("We will stand by them.", encoding="utf-8")
    operator.act_as("operator", "Operators")
    await reloaded(operator)
    await operator.wait(timedelta(days=1))
    assert "We will stand by them." in str(operator.world.posted[2].body)
    operator.act_as("member")
    for label in ("In context", "Cite"):
        assert GONE in (await operator.push(snapshot(second), label)).text

    other.unlink()
    operator.act_as("operator", "Operators")
    await reloaded(operator)
    await operator.wait(timedelta(days=1))
    assert len(operator.world.posted) == 3
    operator.act_as("admin")
    assert "failed (NoSuchDocument)" in (await operator.ask("/daily show")).text
    await operator.ask("/daily remove")
    assert "Removed" in (await operator.press("Remove")).text
