"""The bot itself: what it may see, what it brings along, how it starts and stops."""

from __future__ import annotations

import asyncio
import gc
import hashlib
import json
import signal
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Literal

import aiohttp
import discord
import structlog
from discord import app_commands
from discord.backoff import ExponentialBackoff
from discord.ext import commands

from bot.answers.desk import Desk
from bot.answers.opening import open_desk
from bot.cogs.questions import Questions
from bot.config import Config
from bot.facts.load import Folders
from bot.ui.failures import DeskTree
from bot.ui.slash import CatalogueTranslator

log = structlog.stdlib.get_logger("factdesk.client")

_AUTHENTICATION_FAILED = 4004  # the gateway's close code for a token that it does not know


class RefusedToken(Exception):
    """Discord does not accept the token."""


class UnreachableDiscord(Exception):
    """Discord does not answer, or not as it should; carries what it said."""


class Factdesk(commands.Bot):
    """The bot. `desk` answers from `setup_hook` until `close`."""

    desk: Desk

    def __init__(self, config: Config) -> None:
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            tree_cls=DeskTree,
            # Slash commands need no messages and no members, so no cache is kept of either.
            intents=discord.Intents(guilds=True),
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_messages=None,
            allowed_mentions=discord.AllowedMentions.none(),
        )
        self.config = config

    async def setup_hook(self) -> None:
        """Open the desk, add the cogs, and tell Discord the commands where they changed."""
        folders = Folders(self.config.facts, self.config.seeds)
        self.desk = await open_desk(folders, self.config.data)
        await self.tree.set_translator(CatalogueTranslator())
        await self.add_cog(Questions(self))
        await self._sync_commands()

    async def close(self) -> None:
        """Leave Discord, then close the base."""
        await super().close()
        if hasattr(self, "desk"):
            await self.desk.store.close()

    async def _sync_commands(self) -> None:
        """Upload the commands, unless Discord still has those that were uploaded last.

        The record beside the base holds a hash of what was uploaded and the ids that Discord gave;
        it is compared with what Discord has, as commands may be removed elsewhere.
        """
        payload = [
            await command.get_translated_payload(self.tree, CatalogueTranslator())
            for command in self.tree.get_commands()
        ]
        mark = hashlib.sha256(json.dumps(payload, sort_keys=True).encode()).hexdigest()
        record = self.config.data / f"commands-{self.application_id}.json"
        if _read(record) == {"mark": mark, "ids": _ids(await self.tree.fetch_commands())}:
            return
        uploaded = await self.tree.sync()
        record.parent.mkdir(parents=True, exist_ok=True)
        record.write_text(json.dumps({"mark": mark, "ids": _ids(uploaded)}), "ascii")
        log.info("commands uploaded", commands=len(uploaded))


def _read(record: Path) -> object:
    """What the record of the last upload holds; None where there is none to go by."""
    try:
        return json.loads(record.read_text("ascii"))
    except (OSError, ValueError):
        return None


def _ids(commands: Iterable[app_commands.AppCommand]) -> list[int]:
    return sorted(command.id for command in commands)


def create_bot(config: Config) -> Factdesk:
    """The bot as it runs on Discord, in tests and on the local page."""
    return Factdesk(config)


async def serve(bot: Factdesk, token: str) -> None:
    """Run the bot on Discord until SIGTERM or SIGINT.

    Raises RefusedToken and UnreachableDiscord.
    """
    running = asyncio.create_task(_stay(bot, token))
    settling = asyncio.create_task(_settle(bot))
    stopping = asyncio.create_task(_stop_signal())
    try:
        await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if stopping.done():
            log.info("stopping")
        while not running.done():
            # Python 3.11's wait_for, inside connect, can swallow a cancellation.
            running.cancel()
            await asyncio.wait({running}, timeout=0.5)
        if not running.cancelled():
            _raise_worded(running.exception())
    finally:
        settling.cancel()
        stopping.cancel()
        await bot.close()
        log.info("stopped")


async def _stay(bot: Factdesk, token: str) -> None:
    """Log in and stay connected; also where the gateway is away when the bot first calls."""
    await bot.login(token)
    backoff = ExponentialBackoff[Literal[False]]()
    while True:
        try:
            return await bot.connect()
        except AttributeError as error:
            # discord.py 2.7.1 reads its websocket's state before there has been a websocket.
            if not isinstance(error.__context__, OSError | aiohttp.ClientError | TimeoutError):
                raise
            await asyncio.sleep(backoff.delay())


async def _stop_signal() -> None:
    """Return once the process is asked to stop."""
    asked = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        # Windows has no signal handlers in the loop; there Ctrl+C ends the program as it is.
        with suppress(NotImplementedError):
            loop.add_signal_handler(name, asked.set)
    await asked.wait()


def _raise_worded(error: BaseException | None) -> None:
    """Raise what ended the connection, as an error of this program where it has one for it."""
    if isinstance(error, discord.LoginFailure):
        raise RefusedToken from None
    if isinstance(error, discord.ConnectionClosed) and error.code == _AUTHENTICATION_FAILED:
        raise RefusedToken from None
    if isinstance(error, aiohttp.ClientError | discord.HTTPException):
        raise UnreachableDiscord(str(error)) from None
    if error:
        raise error


async def _settle(bot: Factdesk) -> None:
    """Once ready, take what start-up made out of the garbage collector's sight.

    A full collection would stop a bot of 2,500 servers for up to 300 ms.
    """
    await bot.wait_until_ready()
    gc.collect()
    gc.freeze()
    log.info("ready", servers=len(bot.guilds))
