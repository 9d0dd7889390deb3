"""A process that delivers, and that can be made to fail.

It runs the bot as production composes it. Only its clock, timing, composer of digests and points of
failure differ; it logs in over HTTP alone, and its servers are put into its cache as the gateway
would.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from discord.http import Route

from bot import logs
from bot.config import Config
from bot.delivery.digest_composer import DigestComposer
from bot.delivery.outbox import OutboxTiming
from bot.delivery.scheduler import SchedulerSettings
from bot.runtime.client import Factdesk
from bot.runtime.services import Wiring
from bot.shards import Shards
from bot.state.state import State
from tests.delivery import world
from tests.delivery.composing import LineComposer
from tests.delivery.orders import Orders
from tests.delivery.traps import (
    Trap,
    TrappedBriefings,
    TrappedCorrections,
    TrappedLeases,
    TrappedMessenger,
    TrappedNotifier,
    TrappedPostEdits,
    TrappedPosts,
)


class OfflineBot(Factdesk):
    """The bot without a gateway and without commands."""

    async def setup_hook(self) -> None:
        """Open the services alone."""
        await self.open()

    def receive_servers(self, servers: int) -> None:
        """Put the servers into the cache, as their GUILD_CREATE would, and be ready."""
        state: Any = self._connection
        add: Callable[[Any], object] = state._add_guild_from_data
        for number in range(servers):
            add(world.guild(number))
        self._ready.set()


async def deliver(orders: Orders, opening: AbstractAsyncContextManager[object]) -> None:
    """Deliver until the process ends, or until Discord refuses the token.

    The database is opened within `opening`.
    """
    folders = orders.folders
    config = Config(
        facts=folders.facts, seeds=folders.seeds, data=orders.data, state=orders.database
    )
    bot = OfflineBot(config, delivers=False, wiring=_wiring(orders, opening))
    try:
        await bot.login(world.TOKEN)
        bot.receive_servers(orders.servers)
        await bot.deliver()
    finally:
        await bot.close()


def _wiring(orders: Orders, opening: AbstractAsyncContextManager[object]) -> Wiring:
    trap = Trap(orders)

    async def open_state(url: str, shards: Shards) -> State:
        async with opening:
            state = await State.open(url, shards)
        trap.database = state.database
        state.leases = TrappedLeases(trap, state.database)
        state.posts = TrappedPosts(trap, state.database)
        state.briefings = TrappedBriefings(trap, state.database)
        state.post_edits = TrappedPostEdits(trap, state.database)
        state.corrections = TrappedCorrections(trap, state.database)
        return state

    return Wiring(
        clock=partial(world.clock, Path(orders.clock)),
        open_state=open_state,
        messenger=partial(TrappedMessenger, trap),
        notifier=partial(TrappedNotifier, trap),
        composer=partial(LineComposer, orders) if orders.composes == "lines" else DigestComposer,
        outbox=OutboxTiming(
            *map(_seconds, (orders.lease, orders.sending, orders.nonce, orders.retry))
        ),
        scheduler=SchedulerSettings(
            spread=_seconds(orders.spread),
            tick=_seconds(orders.tick),
            retry=_seconds(orders.retry),
            workers=orders.workers,
        ),
    )


def _seconds(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)


def discord_at(port: int) -> str:
    """The address of a Discord on loopback."""
    return f"http://127.0.0.1:{port}/api/v10"


def main() -> None:
    """Follow the orders, which are the process's argument as JSON."""
    followed = Orders(**json.loads(sys.argv[1]))
    Route.BASE = discord_at(followed.discord_port)
    logs.configure("json")
    asyncio.run(deliver(followed, nullcontext()))
