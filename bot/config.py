"""Settings from the environment and `.env`: typed, every fault reported at once, the token never shown."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Final, TypeVar
from urllib.parse import urlsplit

from dotenv import dotenv_values

DISCORD_API: Final = "https://discord.com/api/v10"
NAMES: Final = (
    "DISCORD_TOKEN",
    "OPERATOR_GUILD_ID",
    "DATA_DIR",
    "SEEDS_DIR",
    "LOG_LEVEL",
    "LOG_FORMAT",
    "DAILY_GRACE_HOURS",
    "DISCORD_API_URL",
)
T = TypeVar("T")
_LEVELS: Final = ("DEBUG", "INFO", "WARNING", "ERROR")
_FORMATS: Final = ("text", "json")


class SettingsError(Exception):
    """The settings are not usable; `faults` has a sentence for each reason."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Settings:
    """How this bot was asked to run. `token` is None where none is set: only `run` needs one."""

    token: str | None = field(default=None, repr=False)
    operator_guild_id: int | None = None
    data_dir: Path = Path("data")
    seeds_dir: Path = Path("seeds")
    log_level: str = "INFO"
    log_format: str = "text"
    daily_grace: timedelta = timedelta(hours=6)
    api_url: str = DISCORD_API


def load(dotenv: Path | None) -> Settings:
    """Read the settings; the environment wins over the file `dotenv`, an empty value counts as absent.

    Raises SettingsError with every fault.
    """
    values: dict[str, str] = {}
    if dotenv is not None:
        try:
            values |= {name: value for name, value in dotenv_values(dotenv).items() if value}
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError((f"{dotenv} cannot be read: {error}. Make it a readable UTF-8 file.",)) from error
    values |= {name: os.environ[name] for name in NAMES if os.environ.get(name)}
    return from_values(values)


def from_values(values: Mapping[str, str]) -> Settings:
    """Build the settings from names and texts. Raises SettingsError with every fault."""
    given = {name: values.get(name, "").strip() for name in NAMES}
    faults: list[str] = []

    def read(name: str, parse: Callable[[str], T], default: T) -> T:
        try:
            return parse(given[name]) if given[name] else default
        except ValueError as error:
            faults.append(f"{name} {error}")
            return default

    default = Settings()
    settings = Settings(
        token=read("DISCORD_TOKEN", _token, default.token),
        operator_guild_id=read("OPERATOR_GUILD_ID", _snowflake, default.operator_guild_id),
        data_dir=read("DATA_DIR", Path, default.data_dir),
        seeds_dir=read("SEEDS_DIR", Path, default.seeds_dir),
        log_level=read("LOG_LEVEL", _level, default.log_level),
        log_format=read("LOG_FORMAT", _format, default.log_format),
        daily_grace=read("DAILY_GRACE_HOURS", _hours, default.daily_grace),
        api_url=read("DISCORD_API_URL", _api_url, default.api_url),
    )
    if faults:
        raise SettingsError(tuple(faults))
    return settings


def child_environment(overrides: Mapping[str, str]) -> dict[str, str]:
    """Return this process's environment without Herald's own settings, then with `overrides`."""
    return {name: value for name, value in os.environ.items() if name not in NAMES} | dict(overrides)


def _token(text: str) -> str:
    if any(character.isspace() or not character.isprintable() for character in text):
        raise ValueError("has white space inside; copy it again from the developer portal, page Bot.")
    return text


def _snowflake(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 15 <= len(text) <= 20):
        raise ValueError(f"is {text!r}, not a server's id: 15 to 20 digits (right click, Copy Server ID).")
    return int(text)


def _level(text: str) -> str:
    if text.upper() not in _LEVELS:
        raise ValueError(f"is {text!r}; it can be {', '.join(_LEVELS)}.")
    return text.upper()


def _format(text: str) -> str:
    if text.lower() not in _FORMATS:
        raise ValueError(f"is {text!r}; it can be {' or '.join(_FORMATS)}.")
    return text.lower()


def _hours(text: str) -> timedelta:
    try:
        hours = float(text)
    except ValueError:
        hours = -1
    # A grace of a day or more would reach the next day's post. NaN fails the comparison too.
    if not 0 <= hours <= 23:
        raise ValueError(f"is {text!r}, not a number of hours from 0 to 23.")
    return timedelta(hours=hours)


def _api_url(text: str) -> str:
    """Accept https anywhere and http on loopback only: the token travels to this address."""
    fault = f"is {text!r}; it must be like {DISCORD_API} (https; http on this machine's loopback only)."
    try:
        url = urlsplit(text)
        host, plain = url.hostname or "", url.username is None and url.port != 0
    except ValueError as error:
        raise ValueError(fault) from error
    safe = url.scheme == "https" or (url.scheme == "http" and _is_loopback(host))
    if not (safe and host and plain and url.path.rstrip("/").endswith("/v10")) or url.query or url.fragment:
        raise ValueError(fault)
    return text.rstrip("/")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
