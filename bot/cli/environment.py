"""The file `.env` beside the settings: variables for the program, such as the token."""

from __future__ import annotations

import os
from pathlib import Path

from bot.cli.errors import fail


def env_file(config: Path) -> Path:
    """Where the variables are kept that go with these settings."""
    return config.parent / ".env"


def read_environment(config: Path) -> None:
    """Set the variables in `.env`, except those that are set already. Raises OSError."""
    path = env_file(config)
    if not path.is_file():
        return
    from dotenv import load_dotenv

    try:
        # Without interpolation: a password may hold a dollar sign.
        load_dotenv(path, override=False, interpolate=False, encoding="utf-8-sig")
    except UnicodeDecodeError:
        fail(f"{path} is not UTF-8; save it again as UTF-8.")


def write_environment(config: Path, token: str) -> Path:
    """Write the token to a new `.env` that only this user may read. Raises OSError."""
    path = env_file(config)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(f"DISCORD_TOKEN={token}\n")
    return path
