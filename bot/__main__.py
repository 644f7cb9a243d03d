"""The command line: run (the default) | check | sandbox."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from bot import app, check, config, logs

DOTENV: Final = Path(".env")


def main(arguments: Sequence[str]) -> int:
    """Do what the arguments ask for; return the exit code."""
    if arguments[:1] == ["sandbox"]:
        from bot.sandbox import shell  # noqa: PLC0415 - the bot itself must not need the sandbox's packages

        return shell.main(arguments[1:])
    parser = argparse.ArgumentParser(
        prog="python -m bot", description="Herald quotes public declarations on Discord."
    )
    parser.add_argument("--sync", action="store_true", help="send the commands to Discord even if unchanged")
    commands = parser.add_subparsers(dest="command", metavar="{run,check,sandbox}")
    commands.add_parser("run", help="run the bot (the default)")
    commands.add_parser("check", help="check settings, seeds and databases")
    commands.add_parser("sandbox", help="try the bot without a Discord account", add_help=False)
    given = parser.parse_args(arguments)
    try:
        settings = config.load(DOTENV)
    except config.SettingsError as error:
        print(error, file=sys.stderr)
        settings = None
    if given.command == "check":
        return check.main(settings)
    return app.UNUSABLE if settings is None else _run(settings, sync=given.sync)


def _run(settings: config.Settings, *, sync: bool) -> int:
    if settings.token is None:
        print(
            "Herald needs a token: copy .env.example to .env and set DISCORD_TOKEN.\n"
            "To try it without a Discord account: python -m bot sandbox",
            file=sys.stderr,
        )
        return app.UNUSABLE
    logs.set_up(settings.log_level, settings.log_format)
    return asyncio.run(app.run(settings, app.SystemClock(), sync=sync))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
