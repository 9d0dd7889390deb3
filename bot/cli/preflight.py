"""`run --once-check`: whether the bot would run, check by check, without connecting to the gateway.

What a start would change, such as tables of an older version, is named and left alone; only the
base is built, as any verb builds it.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import aiohttp
import discord

from bot.answers.lifecycle import build_service, open_last_service
from bot.cli.errors import sentence_of
from bot.cli.shared import base_folders
from bot.config import Config
from bot.facts.errors import BaseError
from bot.runtime.client import Factdesk
from bot.runtime.command_upload import are_uploaded
from bot.runtime.health import Check
from bot.runtime.serve import RefusedToken, UnreachableDiscord, log_in
from bot.state.database import Database
from bot.state.errors import StateError
from bot.state.migrations import versions

_AWAY = (aiohttp.ClientError, discord.HTTPException, OSError, TimeoutError)


class _Rehearsal(Factdesk):
    """The bot with its commands, and without its services."""

    async def setup_hook(self) -> None:
        """Add the commands; upload nothing."""
        await self.add_commands()


async def checks(config: Config, token: str) -> AsyncGenerator[Check]:
    """Each thing that a start needs, and whether it is fine."""
    async with _Rehearsal(config) as bot:
        yield (logged_in := await _login(bot, token))
        if logged_in.is_fine:
            yield await _gateway(bot)
            yield await _commands(bot)
    yield await _base(config)
    yield await _state(config)


async def _login(bot: Factdesk, token: str) -> Check:
    try:
        application = await log_in(bot, token)
    except RefusedToken:
        return Check("token", False, "Discord refuses it; copy it again from the Developer Portal")
    except UnreachableDiscord as error:
        return Check("token", False, f"Discord cannot be reached: {error}")
    if address := application.interactions_endpoint_url:
        wrong = f"commands go to {address}; clear Interactions Endpoint URL in the Developer Portal"
        return Check("token", False, wrong)
    return Check("token", True, f"that of {application.name} ({application.id})")


async def _gateway(bot: Factdesk) -> Check:
    intents = [name for name, wanted in bot.intents if wanted]
    try:
        _, _, limit = await bot.http.get_bot_gateway()
    except _AWAY as error:
        return Check("gateway", False, f"Discord cannot be reached: {error}")
    left = f"{limit['remaining']} of {limit['total']} starts left today"
    asks = f"intents {', '.join(intents)}, none of them privileged; {left}"
    return Check("gateway", limit["remaining"] > 0, asks)


async def _commands(bot: Factdesk) -> Check:
    number = len(bot.tree.get_commands())
    try:
        is_current = await are_uploaded(bot.tree, bot.upload_record)
    except _AWAY as error:
        return Check("commands", False, f"Discord does not list them: {error}")
    return Check("commands", True, f"{number}, {'uploaded' if is_current else 'to be uploaded'}")


async def _base(config: Config) -> Check:
    try:
        service = await build_service(base_folders(config), config.data)
    except (BaseError, OSError) as error:
        return await _last_base(config.data, error)
    title = service.store.info.title
    await service.store.close()
    return Check("base", True, title)


async def _last_base(data: Path, error: Exception) -> Check:
    """What a start does if the files of the base cannot be used."""
    try:
        service = await open_last_service(data, error)
    except (BaseError, OSError):
        return Check("base", False, _said(error))
    await service.store.close()
    return Check("base", True, f"the one built last, as: {_said(error)}")


async def _state(config: Config) -> Check:
    try:
        found, newest = await Database.version(config.state_address), versions()[-1]
    except StateError as error:
        return Check("state", False, _said(error))
    if found is None:
        return Check("state", True, "new; its tables are made at the start")
    if found != newest:
        return Check("state", True, f"tables of version {found}, upgraded to {newest} at the start")
    return Check("state", True, f"tables of version {found}")


def _said(error: Exception) -> str:
    return sentence_of(error) or str(error)
