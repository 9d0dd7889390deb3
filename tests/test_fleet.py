"""Several processes serve a bot's servers together, whatever happens to one of them."""

from __future__ import annotations

import asyncio
import shutil
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.config import Config
from tests.databases import Postgres
from tests.fleet import Fleet
from tests.forks import Forks

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="wants real signals")

HALVES = ("0-1/4", "2-3/4")
QUARTERS = ("0-0/4", "1-1/4", "2-2/4", "3-3/4")


@pytest.fixture
async def fleet(
    postgres: Postgres, config: Config, tmp_path: Path, forks: Forks
) -> AsyncIterator[Fleet]:
    """Eight servers, two for each of four shards."""
    data = tmp_path / "data"
    shutil.copytree(config.data, data)
    async with Fleet.opened(postgres.new_database(), data, tmp_path, forks, servers=8) as fleet:
        yield fleet


async def test_two_processes_share_the_servers(fleet: Fleet) -> None:
    await fleet.due(timedelta(seconds=6))
    await fleet.started(*HALVES)
    await fleet.answered()
    await fleet.posted_once()
    await fleet.has_lost_none()
    assert fleet.discord.syncs == 1, "one of them uploads the commands"
    assert fleet.discord.asked_about == [], "nobody looks for the servers of others"


async def test_a_process_that_is_killed_is_replaced(fleet: Fleet) -> None:
    runs = await fleet.started(*HALVES)
    await fleet.due(timedelta(seconds=1))
    await asyncio.sleep(1)
    await fleet.killed(runs[1])
    fleet.start(HALVES[1])
    await fleet.serving(*QUARTERS)
    await fleet.posted_once()
    await fleet.answered()
    await fleet.has_lost_none()
