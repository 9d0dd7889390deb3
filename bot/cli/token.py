"""The bot's token as hosts paste it: what does not belong to it is named, and nothing is sent."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from pathlib import Path

import typer

from bot.cli.errors import fail

_PASTED = (
    (r"(export\s+|set\s+)?\w+\s*[=:]", "a name before it, such as `DISCORD_TOKEN=`"),
    (r"(?i:bot|bearer)\s", "`Bot ` before it"),
    (r"[\"'`“”‘’«»<>\[\]]|.*[\"'`“”‘’«»<>\[\],;]$", "quotation marks or brackets around it"),
    (r"[^\r\n]*[ \t]", "a space in it"),
)
"""What people copy along, as patterns from the beginning, and how to say so."""

REFUSED = "Discord refuses this token; copy it again from the Developer Portal (Bot, Reset Token)"
REPLACE = (
    "then delete .env and repeat `factdesk init`, or change DISCORD_TOKEN or the file it is in"
)
"""How to replace a token with which `run` was started."""


def read_token(environment: Mapping[str, str]) -> str:
    """The token in DISCORD_TOKEN or in the file DISCORD_TOKEN_FILE; fails without a usable one."""
    token = _given(environment)
    if not token:
        fail(
            "No token: run `factdesk init`, which asks for it, or set DISCORD_TOKEN, or"
            " DISCORD_TOKEN_FILE to a file that holds it (`factdesk try` needs none)."
        )
    return _usable(token)


def ask_token(environment: Mapping[str, str]) -> str:
    """The token in the environment, else one that is typed unseen or piped in; fails without it."""
    return _usable(_given(environment) or _typed())


def _usable(token: str) -> str:
    for pattern, what in _PASTED:
        if re.match(pattern, token):
            fail(f"The token has {what}; give the token alone.")
    if not (token.isascii() and token.isprintable()):
        fail("The token contains a line break or a character that no token has; copy it again.")
    return token


def _given(environment: Mapping[str, str]) -> str:
    return environment.get("DISCORD_TOKEN", "").strip() or _in_file(environment)


def _in_file(environment: Mapping[str, str]) -> str:
    path = environment.get("DISCORD_TOKEN_FILE", "").strip()
    try:
        return Path(path).read_text("utf-8-sig").strip() if path else ""
    except (OSError, UnicodeDecodeError):
        fail(f"DISCORD_TOKEN_FILE cannot be read: {path}")


def _typed() -> str:
    if sys.stdin.isatty():
        return str(typer.prompt("The bot's token (it is not shown)", hide_input=True)).strip()
    token = sys.stdin.readline().strip()
    if not token:
        fail("No token: set DISCORD_TOKEN, or give the token on standard input.")
    return token
