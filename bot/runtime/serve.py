"""Logs in, keeps the bot connected, and stops it on a signal."""

from __future__ import annotations

import asyncio
import gc
import signal
from contextlib import suppress
from typing import Literal

import aiohttp
import discord
import structlog
from discord.backoff import ExponentialBackoff

from bot.runtime import systemd
from bot.runtime.client import Factdesk
from bot.runtime.monitoring import monitored

log = structlog.stdlib.get_logger("factdesk.client")

_AUTHENTICATION_FAILED = 4004  # the gateway's close code for a token that it does not know


class RefusedToken(Exception):
    """Discord does not accept the token."""


class UnreachableDiscord(Exception):
    """Discord does not answer, or not as expected; carries what it said."""


async def serve(bot: Factdesk, token: str) -> None:
    """Run the bot on Discord until SIGTERM or SIGINT.

    Raises RefusedToken and UnreachableDiscord, and OSError if the monitoring address is in use.
    """
    async with monitored(bot, bot.config.monitoring_address):
        await _run_until_stopped(bot, token)


async def _run_until_stopped(bot: Factdesk, token: str) -> None:
    running = asyncio.create_task(_stay_connected(bot, token))
    settling = asyncio.create_task(_freeze_startup_objects(bot))
    stopping = asyncio.create_task(_stop_signal())
    living = asyncio.create_task(systemd.keep_alive())
    try:
        await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
        systemd.notify("STOPPING=1")
        if stopping.done():
            log.info("stopping")
        while not running.done():
            # Python 3.11's wait_for, inside connect, can swallow a cancellation.
            running.cancel()
            await asyncio.wait({running}, timeout=0.5)
        if not running.cancelled():
            _raise_as_ours(running.exception())
    finally:
        settling.cancel()
        stopping.cancel()
        await bot.close()
        living.cancel()
        log.info("stopped")


async def log_in(client: discord.Client, token: str) -> discord.AppInfo:
    """Log in, without the gateway; returns the token's application.

    Raises RefusedToken and UnreachableDiscord.
    """
    try:
        await client.login(token)
    except Exception as error:
        _raise_as_ours(error)
    assert client.application, "set by a login"
    return client.application


async def _stay_connected(bot: Factdesk, token: str) -> None:
    """Log in and stay connected, even if the gateway is away at first."""
    await bot.login(token)
    systemd.notify("READY=1")  # also if the gateway is away: starting again would not bring it back
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
    """Return once the process gets SIGTERM or SIGINT."""
    received = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        # Windows has no signal handlers in the loop; there Ctrl+C ends the program as usual.
        with suppress(NotImplementedError):
            loop.add_signal_handler(name, received.set)
    await received.wait()


def _raise_as_ours(error: BaseException | None) -> None:
    """Raise what ended the connection, as RefusedToken or UnreachableDiscord if it is one."""
    if isinstance(error, discord.LoginFailure):
        raise RefusedToken from None
    if isinstance(error, discord.ConnectionClosed) and error.code == _AUTHENTICATION_FAILED:
        raise RefusedToken from None
    if isinstance(error, aiohttp.ClientError | discord.HTTPException):
        raise UnreachableDiscord(str(error)) from None
    if error:
        raise error


async def _freeze_startup_objects(bot: Factdesk) -> None:
    """Once ready, hide what start-up made from the garbage collector.

    A full collection would stop a bot of 2,500 servers for up to 300 ms.
    """
    await bot.wait_until_ready()
    gc.collect()
    gc.freeze()
    log.info("ready", servers=len(bot.guilds))
