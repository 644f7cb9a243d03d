"""Settings: every fault at once, the environment before .env, the token never shown."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot import config
from bot.config import DISCORD_API, NAMES, Settings, SettingsError, from_values

TOKEN = "secret.token-value"


def test_nothing_set_is_the_defaults() -> None:
    assert from_values({}) == from_values(dict.fromkeys(NAMES, " ")) == Settings()


def test_everything_set() -> None:
    values = {
        "DISCORD_TOKEN": f" {TOKEN} ",
        "OPERATOR_GUILD_ID": "123456789012345678",
        "DATA_DIR": "/srv/data",
        "SEEDS_DIR": "texts",
        "LOG_LEVEL": "debug",
        "LOG_FORMAT": "JSON",
        "DAILY_GRACE_HOURS": "1.5",
        "DISCORD_API_URL": "http://127.0.0.1:8001/api/v10/",
    }
    assert from_values(values) == Settings(
        token=TOKEN,
        operator_guild_id=123456789012345678,
        data_dir=Path("/srv/data"),
        seeds_dir=Path("texts"),
        log_level="DEBUG",
        log_format="json",
        daily_grace=timedelta(hours=1.5),
        api_url="http://127.0.0.1:8001/api/v10",
    )


FAULTS = [
    ("DISCORD_TOKEN", "two words"),
    ("DISCORD_TOKEN", "tok\x07en"),
    *[("OPERATOR_GUILD_ID", text) for text in ("abc", "-5", "12", "1" * 21, "١٢٣٤٥٦٧٨٩٠١٢٣٤٥٦")],
    ("LOG_LEVEL", "loud"),
    ("LOG_FORMAT", "xml"),
    *[("DAILY_GRACE_HOURS", text) for text in ("six", "-1", "24", "nan", "inf", "1e9")],
    *[
        ("DISCORD_API_URL", text)
        for text in (
            "http://example.org/api/v10",
            "http://10.0.0.1/api/v10",
            "http://127.0.0.1.example.org/api/v10",
            "http://localhost.example.org/api/v10",
            "https://user:password@example.org/api/v10",
            "https://example.org/api/v9",
            "https://example.org/api/v10?x=1",
            "https://example.org/api/v10#x",
            "https:///api/v10",
            "ftp://example.org/api/v10",
            "example.org/api/v10",
            "http://[::1/api/v10",
            "https://example.org:99999/api/v10",
        )
    ],
]


@pytest.mark.parametrize(("name", "value"), FAULTS)
def test_a_fault_names_its_setting(name: str, value: str) -> None:
    with pytest.raises(SettingsError) as caught:
        from_values({name: value})
    (fault,) = caught.value.faults
    assert fault.startswith(name)
    assert fault.endswith((".", ")."))
    if name == "DISCORD_TOKEN":
        assert value not in fault


def test_every_fault_is_told_at_once() -> None:
    with pytest.raises(SettingsError) as caught:
        from_values(dict(FAULTS))
    assert len(caught.value.faults) == len({name for name, _ in FAULTS})


@pytest.mark.parametrize(
    "url",
    [
        DISCORD_API,
        "https://proxy.example.org:8443/api/v10",
        "http://127.0.0.1:1/api/v10",
        "http://127.9.9.9/api/v10",
        "http://localhost:8001/api/v10",
        "http://[::1]:8001/api/v10",
    ],
)
def test_where_the_token_may_travel(url: str) -> None:
    assert from_values({"DISCORD_API_URL": url}).api_url == url


def test_the_token_is_in_no_representation() -> None:
    settings = from_values({"DISCORD_TOKEN": TOKEN})
    assert TOKEN not in repr(settings) + str(settings)


def test_the_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    file = tmp_path / ".env"
    file.write_text(f"DISCORD_TOKEN={TOKEN}\nLOG_LEVEL=ERROR\nSEEDS_DIR=\n", encoding="utf-8")
    monkeypatch.setenv("LOG_LEVEL", "DEBUG")
    settings = config.load(file)
    assert (settings.token, settings.log_level, settings.seeds_dir) == (TOKEN, "DEBUG", Path("seeds"))
    assert config.load(None).token is None
    assert config.load(tmp_path / "absent").token is None


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingsError, match="cannot be read"):
        config.load(file)


def test_a_childs_environment_has_only_what_it_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", TOKEN)
    monkeypatch.setenv("OTHER", "kept")
    made = config.child_environment({"DATA_DIR": "x"})
    assert "DISCORD_TOKEN" not in made
    assert (made["OTHER"], made["DATA_DIR"]) == ("kept", "x")
