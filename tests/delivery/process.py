"""A process that delivers, and that can be made to fail.

The scheduler, the courier, the state and discord.py are the real ones; the client is logged in over
HTTP alone, and its servers are put into its cache as the gateway would.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import discord
from discord.http import Route

from bot import logs
from bot.answers.lifecycle import open_service
from bot.delivery.outbox import Outbox, Timing
from bot.delivery.rate_limiter import RateLimiter
from bot.delivery.scheduler import Rules, Scheduler
from bot.state.state import State
from bot.ui.components import permissions
from bot.ui.posting import messenger, post_views
from tests.delivery import world
from tests.delivery.jobs import JOBS, Parts
from tests.delivery.orders import Orders
from tests.delivery.traps import (
    Trap,
    TrappedBriefings,
    TrappedCorrections,
    TrappedMessenger,
    TrappedPosts,
)


async def deliver(orders: Orders) -> None:
    """Deliver until the process ends, or until Discord refuses the token."""
    trap = Trap(orders)
    state = await State.open(orders.database)
    state.posts = TrappedPosts(trap, state.database)
    state.briefings = TrappedBriefings(trap, state.database)
    state.corrections = TrappedCorrections(trap, state.database)
    service = await open_service(orders.folders, orders.data)

    def may_moderate(member: discord.Member) -> bool:
        role_id = state.settings.of(member.guild.id).moderator_role_id
        return permissions.moderates(member, role_id)

    def log_channel(server_id: int) -> int | None:
        return state.settings.of(server_id).log_channel_id

    clock = partial(world.clock, Path(orders.clock))
    rate_limiter = RateLimiter(state.rate_limit, clock)
    client = _client(messenger.trace(rate_limiter.hold))
    render = partial(post_views.view, service)
    sender = TrappedMessenger(trap, client, render, may_moderate, log_channel)
    timing = Timing(*map(_seconds, (orders.lease, orders.sending, orders.nonce, orders.retry)))
    outbox = Outbox(state.posts, rate_limiter, sender, clock, timing)
    parts = Parts(orders, service, state, outbox, sender, client, clock)
    rules = Rules(
        spread=_seconds(orders.spread),
        tick=_seconds(orders.tick),
        retry=_seconds(orders.retry),
        workers=orders.workers,
    )
    scheduler = Scheduler(state, JOBS[orders.jobs](parts), sender, rate_limiter, clock, rules)
    try:
        await client.login(world.TOKEN)
        _take_in(client, orders.servers)
        await scheduler.run()
    finally:
        await client.close()
        await service.store.close()
        await state.close()


def _client(trace: Any) -> discord.Client:
    return discord.Client(
        intents=discord.Intents(guilds=True),
        member_cache_flags=discord.MemberCacheFlags.none(),
        chunk_guilds_at_startup=False,
        max_messages=None,
        allowed_mentions=discord.AllowedMentions.none(),
        max_ratelimit_timeout=30.0,
        http_trace=trace,
    )


def _take_in(client: discord.Client, servers: int) -> None:
    """Put the servers into the client's cache, as their GUILD_CREATE would."""
    state: Any = client._connection  # pyright: ignore[reportPrivateUsage]
    add: Callable[[Any], object] = state._add_guild_from_data
    for number in range(servers):
        add(world.guild(number))


def _seconds(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)


def main(orders: str) -> None:
    """Follow the orders, as they are written, in a process of one's own."""
    followed = Orders(**json.loads(orders))
    Route.BASE = f"http://127.0.0.1:{followed.discord_port}/api/v10"
    logs.configure("json")
    asyncio.run(deliver(followed))
