"""Logs in, keeps the bot connected, and stops it on a signal."""

from __future__ import annotations

import asyncio
import gc
import signal
from contextlib import AbstractAsyncContextManager, nullcontext, suppress

import aiohttp
import discord
import structlog

from bot.runtime import systemd
from bot.runtime.client import Factdesk

log = structlog.stdlib.get_logger("factdesk.client")

# The gateway's codes for closing a connection that is not to come back.
_AUTHENTICATION_FAILED = 4004
_WRONG_SHARDS = (4010, 4011)  # there is no such shard; a shard has too many servers


AWAY = (aiohttp.ClientError, discord.HTTPException, discord.GatewayNotFound, TimeoutError)
"""What asking Discord raises if it does not answer, or not as expected."""


class RefusedToken(Exception):
    """Discord does not accept the token."""


class RefusedShards(Exception):
    """Discord wants the servers divided into more shards, or knows no such shard."""


class RefusedConnection(Exception):
    """Discord does not let the bot connect, and will not later; carries what it said."""


class UnreachableDiscord(Exception):
    """Discord does not answer, or not as expected; carries what it said."""


async def serve(bot: Factdesk, token: str) -> None:
    """Run the bot on Discord until SIGTERM or SIGINT.

    Raises RefusedToken, RefusedShards, RefusedConnection and UnreachableDiscord, an error of the
    state if the shards cannot be held, and OSError if the monitoring address is in use.
    """
    async with _monitored(bot):
        await _run_until_stopped(bot, token)


def _monitored(bot: Factdesk) -> AbstractAsyncContextManager[None]:
    address = bot.config.monitoring_address
    if address is None:
        return nullcontext()
    from bot.runtime.monitoring import monitored  # here, as few hosts need a web server

    return monitored(bot, address)


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
        await _end(running)
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
    """Log in, and serve the bot's shards as long as it holds them."""
    await bot.login(token)
    systemd.notify("READY=1")  # even if the gateway is unreachable: a restart would not help
    await bot.take_shards()
    watching = asyncio.create_task(bot.watch_shards())
    connecting = asyncio.create_task(bot.connect())
    try:
        done, _ = await asyncio.wait({watching, connecting}, return_when=asyncio.FIRST_COMPLETED)
        done.pop().result()
    finally:
        for task in (watching, connecting):
            await _end(task)


async def _end(task: asyncio.Task[None]) -> None:
    """Cancel a task until it ends: Python 3.11's wait_for, inside connect, can swallow that."""
    while not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=0.5)


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
    """Raise what ended the connection, as one of the errors here if it is one."""
    if isinstance(error, discord.LoginFailure):
        raise RefusedToken from None
    if isinstance(error, discord.ConnectionClosed) and error.code == _AUTHENTICATION_FAILED:
        raise RefusedToken from None
    if isinstance(error, discord.ConnectionClosed) and error.code in _WRONG_SHARDS:
        raise RefusedShards from None
    if isinstance(error, discord.PrivilegedIntentsRequired | discord.ConnectionClosed):
        raise RefusedConnection(str(error)) from None
    if isinstance(error, AWAY):
        raise UnreachableDiscord(why_away(error)) from None
    if error:
        raise error


def why_away(error: BaseException) -> str:
    """What such an error says; some say nothing."""
    return str(error) or "it does not answer"


async def _freeze_startup_objects(bot: Factdesk) -> None:
    """Once ready, hide what start-up made from the garbage collector.

    A full collection would stop a bot of 2,500 servers for up to 300 ms.
    """
    await bot.wait_until_ready()
    gc.collect()
    gc.freeze()
    log.info("ready", shards=str(bot.shards_served), servers=len(bot.guilds))
