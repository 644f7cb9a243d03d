"""`python -m bot check`: settings, seeds and databases, every fault at once."""

from __future__ import annotations

import os
from pathlib import Path

from bot.app import FAILED, LIBRARY_FILE, OK, STATE_FILE, UNUSABLE
from bot.config import Settings
from bot.errors import SeedErrors
from bot.seeds import parse_folder, read_folder
from bot.storage.database import DatabaseError, inspect


def main(settings: Settings | None) -> int:
    """Print what was found; return 0 (well), 1 (seeds or databases have faults) or 2 (settings have).

    Without settings, whose faults were printed already, the rest is checked with the defaults.
    """
    looked_at = settings or Settings()
    faults = [*_seeds(looked_at.seeds_dir), *_databases(looked_at.data_dir)]
    for fault in faults:
        print(fault)
    if settings is not None and settings.token is None:
        print("DISCORD_TOKEN is not set: the sandbox works without it, the bot does not start.")
    if settings is None:
        return UNUSABLE
    if not faults:
        print("Settings, seeds and databases are well.")
    return FAILED if faults else OK


def _seeds(folder: Path) -> list[str]:
    try:
        documents = parse_folder(read_folder(folder))
    except SeedErrors as error:
        return [str(fault) for fault in error.faults]
    for document in documents:
        print(f"{document.slug}: {len(document.paragraphs)} paragraphs (by {document.structure}), {document.edition}")
    return []


def _databases(folder: Path) -> list[str]:
    existing = next(parent for parent in (folder, *folder.resolve().parents) if parent.exists())
    faults = [] if os.access(existing, os.W_OK) else [f"{folder} cannot be written: change its owner or DATA_DIR."]
    for name, kind in ((LIBRARY_FILE, "library"), (STATE_FILE, "state")):
        path = folder / name
        if path.exists():
            try:
                inspect(path, kind)
            except DatabaseError as error:
                faults.append(str(error))
    return faults
