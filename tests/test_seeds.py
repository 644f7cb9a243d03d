"""The folder of seeds: what is read, what is refused, and all of its faults at once."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.errors import SeedErrors
from bot.seeds import MAX_BYTES, fingerprint, parse_folder, read_folder


def faults_of(folder: Path) -> list[str]:
    with pytest.raises(SeedErrors) as caught:
        parse_folder(read_folder(folder))
    return [str(fault) for fault in caught.value.faults]


def big(path: Path) -> None:
    path.touch()
    os.truncate(path, 50_000_000)


def bind(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))


BAD: dict[str, tuple[Callable[[Path], object], str]] = {
    "50 MB": (big, "a.txt: has 50,000,000 bytes, more than the 2,097,152 allowed"),
    "a pipe": (os.mkfifo, "a.txt: is not a regular file"),
    "a folder": (Path.mkdir, "a.txt: cannot be read: Is a directory"),
    "a socket": (bind, "a.txt: cannot be read"),
    "a link out": (lambda path: path.symlink_to("/etc/hostname"), "a.txt: is a link that leads out"),
    "a link to a device": (lambda path: path.symlink_to("/dev/zero"), "a.txt: is a link that leads out"),
    "a link to nothing": (lambda path: path.symlink_to("nothing"), "a.txt: cannot be read"),
    "a link to itself": (lambda path: path.symlink_to("a.txt"), "a.txt: cannot be read"),
    "a link up": (lambda path: path.symlink_to(".."), "a.txt: is a link that leads out"),
}


@pytest.mark.parametrize(("make", "fault"), BAD.values(), ids=BAD)
def test_what_is_no_regular_file_in_the_folder(tmp_path: Path, make: Callable[[Path], object], fault: str) -> None:
    folder = tmp_path / "seeds"
    folder.mkdir()
    make(folder / "a.txt")
    (folder / "good.txt").write_text("Good.", encoding="utf-8")
    (found,) = faults_of(folder)
    assert found.startswith(fault)


def test_a_link_within_the_folder_and_a_folder_that_is_a_link(tmp_path: Path) -> None:
    real = tmp_path / "real"
    (real / "deep").mkdir(parents=True)
    (real / "deep" / "text").write_text("Linked.", encoding="utf-8")
    (real / "a.txt").symlink_to("deep/text")
    (tmp_path / "seeds").symlink_to(real)
    (document,) = parse_folder(read_folder(tmp_path / "seeds"))
    assert document.paragraphs[0].text == "Linked."


def test_as_many_bytes_as_allowed(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"a" * MAX_BYTES)
    assert len(parse_folder(read_folder(tmp_path))) == 1
    (tmp_path / "a.txt").write_bytes(b"a" * (MAX_BYTES + 1))
    assert "more than" in faults_of(tmp_path)[0]


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    for name, data in {
        "a.txt": b"",
        "b.txt": b"\xff",
        "c.toml": b"",
        "d.txt": b"Good.",
        "d.md": b"Same name.",
        "e.txt": b"Good.",
        "e.toml": b"x",
    }.items():
        (tmp_path / name).write_bytes(data)
    found = "\n".join(faults_of(tmp_path))
    for part in (
        "a.txt: holds no text",
        "b.txt, line 1: is not UTF-8",
        "c.toml: describes c.txt",
        "cited as d",
        "e.toml:",
    ):
        assert part in found
    assert len(found.splitlines()) == 5


def test_empty_and_missing_folders(tmp_path: Path) -> None:
    assert "holds no seed" in faults_of(tmp_path)[0]
    assert "cannot be read: No such file" in faults_of(tmp_path / "absent")[0]


def test_two_defaults_are_one_too_many(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.txt").write_text("Text.", encoding="utf-8")
        (tmp_path / f"{name}.toml").write_text("default = true", encoding="utf-8")
    assert "has more than one default: a, b" in faults_of(tmp_path)[0]


def test_what_is_not_a_seed_is_named_and_hidden_files_are_not(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Text.", encoding="utf-8")
    for name in (".hidden.txt", "notes.pdf", "b.TXT"):
        (tmp_path / name).write_text("x", encoding="utf-8")
    assert read_folder(tmp_path).ignored == ("b.TXT", "notes.pdf")


def test_the_fingerprint_changes_with_each_file(tmp_path: Path) -> None:
    seen = set()
    for name, data in (("a.txt", "x"), ("a.txt", "y"), ("a.toml", ""), ("b.txt", "x"), ("c.pdf", "ignored")):
        (tmp_path / name).write_text(data, encoding="utf-8")
        seen.add(fingerprint(read_folder(tmp_path)))
    assert len(seen) == 3, "an empty sidecar is none, and what is ignored does not count"
