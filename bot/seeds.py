"""The folder of seeds: its texts and sidecars, read within bounds and never through a link that leads out."""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bot.errors import SeedError, SeedErrors
from bot.model import Document
from bot.text.seed import parse

MAX_BYTES: Final = 2 * 1024 * 1024
TEXTS: Final = (".txt", ".md")
SIDECAR: Final = ".toml"


@dataclass(frozen=True, slots=True)
class SeedFile:
    """A text and its sidecar as bytes; `sidecar` is None where there is none."""

    name: str
    data: bytes
    sidecar: bytes | None


@dataclass(frozen=True, slots=True)
class Folder:
    """What a folder holds; `ignored` are names that are neither text nor sidecar (hidden files apart)."""

    name: str
    files: tuple[SeedFile, ...]
    ignored: tuple[str, ...]
    faults: tuple[SeedError, ...]


def read_folder(folder: Path) -> Folder:
    """Read every seed of `folder`, in order of name; subfolders are not entered. Faults are collected."""
    try:
        root = folder.resolve(strict=True)
        names = sorted(entry.name for entry in os.scandir(root) if not entry.name.startswith("."))
    except OSError as error:
        return Folder(str(folder), (), (), (_fault(str(folder), error),))
    contents: dict[str, bytes] = {}
    faults: list[SeedError] = []
    for name in names:
        if Path(name).suffix in {*TEXTS, SIDECAR}:
            try:
                contents[name] = _read(root, name)
            except SeedError as fault:
                faults.append(fault)
    broken = {fault.file for fault in faults}
    files: list[SeedFile] = []
    for name, data in contents.items():
        if name.endswith(TEXTS):
            files.append(SeedFile(name, data, contents.get(Path(name).stem + SIDECAR)))
        elif not any(Path(name).stem + suffix in contents.keys() | broken for suffix in TEXTS):
            faults.append(SeedError(name, "", f"describes {Path(name).stem}.txt, which is not there"))
    ignored = tuple(name for name in names if name not in contents and name not in broken)
    return Folder(str(folder), tuple(files), ignored, tuple(faults))


def parse_folder(folder: Folder) -> tuple[Document, ...]:
    """Parse every seed, in order of slug. Raises SeedErrors with every fault of the folder and of the texts."""
    faults = list(folder.faults)
    documents: dict[str, Document] = {}
    for file in folder.files:
        try:
            document = parse(file.name, file.data, file.sidecar)
        except SeedError as fault:
            faults.append(fault)
            continue
        if document.slug in documents:
            taken = f"would be cited as {document.slug}, like another seed; rename one of them"
            faults.append(SeedError(file.name, "", taken))
        documents[document.slug] = document
    defaults = sorted(document.slug for document in documents.values() if document.default)
    if len(defaults) > 1:
        faults.append(SeedError(folder.name, "", f"has more than one default: {', '.join(defaults)}"))
    if not documents and not faults:
        faults.append(SeedError(folder.name, "", f"holds no seed; put a text there ({' or '.join(TEXTS)})"))
    if faults:
        raise SeedErrors(tuple(faults))
    return tuple(documents[slug] for slug in sorted(documents))


def fingerprint(folder: Folder) -> str:
    """Return what identifies the library that this folder and this parser make."""
    made_from = hashlib.sha256()
    parser = Path(__file__).with_name("text")
    for path in sorted(parser.glob("*.py")):
        made_from.update(path.read_bytes())
    for file in folder.files:
        for part in (file.name.encode(), file.data, file.sidecar or b""):
            made_from.update(hashlib.sha256(part).digest())
    return made_from.hexdigest()


def _read(root: Path, name: str) -> bytes:
    try:
        path = (root / name).resolve(strict=True)
        if path.parent != root and root not in path.parents:
            raise SeedError(name, "", "is a link that leads out of the folder; put a copy of the file there instead")
        # O_NONBLOCK: opening a pipe or a device must not wait. The size is that of what was opened.
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW), "rb") as file:
            found = os.fstat(file.fileno())
            if not stat.S_ISREG(found.st_mode):
                raise SeedError(name, "", "is not a regular file")
            if found.st_size > MAX_BYTES:
                size = f"has {found.st_size:,} bytes, more than the {MAX_BYTES:,} allowed"
                raise SeedError(name, "", size)
            return file.read(MAX_BYTES)
    except OSError as error:
        raise _fault(name, error) from error
    except RuntimeError as error:  # how Python before 3.13 reports a link that leads to itself
        raise SeedError(name, "", "cannot be read: it is a link that leads to itself") from error


def _fault(name: str, error: OSError) -> SeedError:
    return SeedError(name, "", f"cannot be read: {error.strerror or error}")
