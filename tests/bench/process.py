"""What the system tells of a process: its processor time and its memory; NaN where it does not tell (not Linux)."""

from __future__ import annotations

import os
from pathlib import Path


def processor(pid: int) -> float:
    """Return the processor seconds that a process has used."""
    stat = _proc(pid, "stat")
    if stat is None:
        return float("nan")
    fields = stat.rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory(pid: int) -> float:
    """Return the resident memory of a process in MiB."""
    return _status(pid, "VmRSS")


def most_memory(pid: int) -> float:
    """Return the most resident memory in MiB that a process had since it started, or forgot."""
    return _status(pid, "VmHWM")


def forget_most_memory() -> None:
    """Let `most_memory` of this process count from now on."""
    path = Path("/proc/self/clear_refs")
    if path.exists():
        path.write_text("5", encoding="ascii")


def _status(pid: int, name: str) -> float:
    status = _proc(pid, "status")
    return int(status.split(f"{name}:")[1].split()[0]) / 1024 if status else float("nan")


def _proc(pid: int, name: str) -> str | None:
    path = Path(f"/proc/{pid}/{name}")
    return path.read_text(encoding="utf-8") if path.exists() else None
