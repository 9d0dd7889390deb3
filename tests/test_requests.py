"""Every request takes a turn of the limit that all processes share, but answers to commands."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest

from bot.delivery.rate_limiter import SPACING
from bot.ui.components.error_mapping import trace
from tests.little_discord import LittleDiscord
from tests.test_rate_limiter import limiter
from tests.test_scheduler import MINUTE, NOW, World, state_url, world

__all__ = ["state_url", "world"]


@pytest.mark.parametrize(
    ("path", "is_counted"),
    [
        ("users/@me", True),
        ("guilds/1/members/2", True),
        ("channels/1/messages", True),
        ("interactions/1/token/callback", False),
        ("webhooks/1/token/messages/@original", False),
        ("gateway/bot", False),
    ],
)
async def test_what_counts(path: str, is_counted: bool) -> None:
    counted: list[str] = []

    async def count() -> None:
        counted.append(path)

    async def hold(_: float) -> None:
        pass

    async def connect() -> None:
        pass

    async with (
        LittleDiscord("token") as discord,
        aiohttp.ClientSession(trace_configs=[trace(connect, count, hold)]) as session,
        session.get(f"http://127.0.0.1:{discord.port}/api/v10/{path}"),
    ):
        assert bool(counted) == is_counted


async def test_a_turn_that_was_taken_before_is_the_first_request_s(world: World) -> None:
    one = await limiter(world)
    await one.acquire()
    await one.spend()
    assert await world.state.rate_limit.reserve(0, SPACING, NOW) == NOW + SPACING


async def test_each_request_after_it_takes_one(world: World) -> None:
    one = await limiter(world)
    await one.acquire()
    await one.spend()
    spending = asyncio.create_task(one.spend())
    await world.time.until(NOW + MINUTE)
    await spending
    assert await world.state.rate_limit.reserve(0, SPACING, NOW) == NOW + 2 * SPACING
