"""`/health` and `/metrics` over HTTP, for supervisors and Prometheus. Off unless configured."""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import discord
from aiohttp import web

from bot.config import MonitoringAddress
from bot.metrics import CONTENT_TYPE
from bot.runtime.client import Factdesk
from bot.runtime.health import checks


@asynccontextmanager
async def monitored(bot: Factdesk, address: MonitoringAddress) -> AsyncGenerator[None]:
    """Serve both pages within the block, at an address. Raises OSError if it cannot be used."""
    pages = _Pages(bot)
    app = web.Application()
    app.add_routes([web.get("/health", pages.health), web.get("/metrics", pages.metrics)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await _listen(runner, address)
        yield
    finally:
        await runner.cleanup()


async def _listen(runner: web.AppRunner, address: MonitoringAddress) -> None:
    try:
        await web.TCPSite(runner, address.host, address.port).start()
    except OSError as error:  # its text would name the address in Python's own form
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise OSError(error.errno, reason, f"{address.host}:{address.port}") from error


class _Pages:
    def __init__(self, bot: Factdesk) -> None:
        self._bot = bot

    async def health(self, _: web.Request) -> web.Response:
        """Each check as JSON; the status is 503 unless all are fine."""
        found = await checks(self._bot, discord.utils.utcnow())
        is_healthy = all(each.is_fine for each in found)
        shown = {each.name: {"fine": each.is_fine, "detail": each.detail} for each in found}
        status = 200 if is_healthy else 503
        return web.json_response({"healthy": is_healthy, "checks": shown}, status=status)

    async def metrics(self, _: web.Request) -> web.Response:
        """The metrics in Prometheus' text format."""
        return web.Response(
            body=self._bot.metrics.exposition(), headers={"Content-Type": CONTENT_TYPE}
        )
