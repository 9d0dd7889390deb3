"""Uploads the commands to Discord, but only after they changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import TypeVar

import discord
import structlog
from discord import app_commands

from bot.ui.questions.slash import CatalogueTranslator

log = structlog.stdlib.get_logger("factdesk.client")

_Client = TypeVar("_Client", bound=discord.Client)


async def upload_commands(tree: app_commands.CommandTree[_Client], record: Path) -> None:
    """Upload the commands, unless Discord still has those that were uploaded last.

    `record` holds the hash of the last upload and the ids that Discord gave. The ids are compared
    with those that Discord has, as commands may be removed elsewhere.
    """
    if await are_uploaded(tree, record):
        return
    uploaded = await tree.sync()
    _write(record, {"hash": await _payload_hash(tree), "ids": _ids(uploaded)})
    log.info("commands uploaded", commands=len(uploaded))


async def are_uploaded(tree: app_commands.CommandTree[_Client], record: Path) -> bool:
    """Whether Discord has the commands as they are now."""
    ids = _ids(await tree.fetch_commands())
    return _read(record) == {"hash": await _payload_hash(tree), "ids": ids}


async def _payload_hash(tree: app_commands.CommandTree[_Client]) -> str:
    payload = [
        await command.get_translated_payload(tree, CatalogueTranslator())
        for command in tree.get_commands()
    ]
    return hashlib.sha256(json.dumps(payload, sort_keys=True).encode()).hexdigest()


def _read(record: Path) -> object:
    """What the record holds; None if it is missing or damaged."""
    try:
        return json.loads(record.read_text("ascii"))
    except (OSError, ValueError):
        return None


def _write(record: Path, uploaded: object) -> None:
    record.parent.mkdir(parents=True, exist_ok=True)
    record.write_text(json.dumps(uploaded), "ascii")


def _ids(commands: Iterable[app_commands.AppCommand]) -> list[int]:
    return sorted(command.id for command in commands)
