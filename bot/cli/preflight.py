"""`run --once-check`: whether the bot would run, check by check, without connecting to the gateway.

What a start would change, such as tables of an older version, is named and left alone; only the
base is built, as any verb builds it.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

from bot.answers.lifecycle import build_service, open_last_service
from bot.cli.errors import sentence_of
from bot.cli.shared import base_folders
from bot.cli.token import REFUSED, REPLACE
from bot.config import Config
from bot.facts.errors import BaseError
from bot.runtime.client import Factdesk
from bot.runtime.command_upload import are_uploaded
from bot.runtime.health import Check
from bot.runtime.serve import AWAY, RefusedToken, UnreachableDiscord, log_in, why_away
from bot.runtime.session_starts import SPARE
from bot.state import address
from bot.state.database import Database
from bot.state.errors import OneProcessOnly, StateError
from bot.state.fences import NoFence, fences_of
from bot.state.migrations import versions

_AWAY = (*AWAY, OSError)


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
    yield (state := await _state(config))
    if state.is_fine:
        yield await _shards(config)


async def _login(bot: Factdesk, token: str) -> Check:
    try:
        application = await log_in(bot, token)
    except RefusedToken:
        return Check("token", False, f"{REFUSED}, {REPLACE}")
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
        return Check("gateway", False, f"Discord cannot be reached: {why_away(error)}")
    left = f"{limit['remaining']} of {limit['total']} starts left today"
    asks = f"intents {', '.join(intents)}, none of them privileged; {left}"
    return Check("gateway", limit["remaining"] > SPARE, asks)


async def _commands(bot: Factdesk) -> Check:
    number = len(bot.tree.get_commands())
    try:
        is_current = await are_uploaded(bot.tree, bot.upload_record)
    except _AWAY as error:
        return Check("commands", False, f"Discord does not list them: {why_away(error)}")
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


async def _shards(config: Config) -> Check:
    named = f"{config.shards or 'all'}"
    try:
        are_fenced = await _are_fenced(config)
    except StateError as error:
        return Check("shards", False, _said(error))
    if are_fenced:
        return Check("shards", True, named)
    return Check("shards", True, f"{named}; behind this pooler nothing keeps a second process away")


async def _are_fenced(config: Config) -> bool:
    """Whether a second process could not serve the shards as well. Raises StateError as a start."""
    if isinstance(address.read(config.state_address), Path):
        if not config.shards_or_all.are_all:
            raise OneProcessOnly
        return True  # the file that holds them is made at the start
    database = Database.at(config.state_address)
    try:
        fences = await fences_of(database, config.shards_or_all, "check")
        await fences.close()
    finally:
        await database.close()
    return not isinstance(fences, NoFence)


def _said(error: Exception) -> str:
    return sentence_of(error) or str(error)
