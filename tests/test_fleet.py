"""Several processes serve a bot's servers together, whatever happens to one of them."""

from __future__ import annotations

import asyncio
import shutil
import signal
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.config import Config
from bot.runtime import health
from bot.runtime.client import Factdesk
from bot.shards import Shards
from bot.state.errors import NewerState
from bot.state.fences import NoFence
from bot.state.servers import insert_servers
from bot.state.state import State
from tests.databases import Postgres
from tests.fleet import SHARDS, Fleet, server_id
from tests.forks import Forks

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="wants real signals")

HALVES = ("0-1/4", "2-3/4")
QUARTERS = ("0-0/4", "1-1/4", "2-2/4", "3-3/4")
MINUTES = 5.0  # seconds: ten rounds of the scheduler, which last five minutes otherwise
WITH_DIGESTS = range(0, 5_000, 250)


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
    await fleet.started(*HALVES)
    await fleet.due(timedelta(seconds=1))
    await fleet.answered()
    await fleet.posted_once()
    await fleet.has_lost_none()
    assert fleet.discord.syncs == 1, "one of them uploads the commands"
    assert fleet.discord.asked_about == [], "nobody looks for the servers of others"


async def test_a_process_that_is_killed_is_replaced(fleet: Fleet) -> None:
    runs = await fleet.started(*QUARTERS)
    await fleet.due(timedelta(seconds=1))
    await asyncio.sleep(1)
    await fleet.ask()
    await runs[3].kill()
    for asked in await fleet.ask((0, 1, 2, 4, 5, 6)):
        await asked.replied()
        assert asked.refused == 0
    fleet.start(QUARTERS[3])
    await fleet.serving(*QUARTERS)
    await fleet.posted_once()
    await fleet.answered()
    await fleet.has_lost_none()


async def test_a_process_that_waits_for_its_shards_says_so(config: Config) -> None:
    bot = Factdesk(config)
    bot.is_waiting_for_shards = True
    check = health.gateway(bot)
    assert not check.is_fine
    assert check.detail == "waits: another process serves shards of 0-0/1"
    bot.fences = NoFence()
    bot.fences.unavailable = "it does not answer"
    check = health.gateway(bot)
    assert check.detail == "waits: the state does not say who serves shards: it does not answer"


async def test_a_process_that_waited_knows_what_was_changed_meanwhile(
    config: Config, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path}/state.db"
    bot = Factdesk(config.model_copy(update={"shards": Shards.all_of(1)}))
    bot.state, other = await State.open(url), await State.open(url)
    await other.settings.choose_language(1, "ja")
    await bot.take_shards()
    assert bot.state.settings.of(1).language == "ja"
    assert bot.fences
    await bot.fences.close()
    async with other.database.transaction() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(NewerState):
        await bot.take_shards()
    await bot.fences.close()
    for state in (bot.state, other):
        await state.close()


@pytest.mark.matrix
async def test_a_process_that_stands_still_keeps_its_shards(fleet: Fleet) -> None:
    runs = await fleet.started(*HALVES)
    runs[1].send(signal.SIGSTOP)
    await fleet.due()
    await fleet.waits(fleet.start(HALVES[1]))
    await fleet.posted_once(numbers=(0, 1, 4, 5))
    runs[1].send(signal.SIGCONT)
    await fleet.posted_once()
    await fleet.answered()
    await fleet.has_lost_none()


@pytest.mark.matrix
async def test_a_process_that_slept_through_a_restart_of_the_database_gives_way(
    fleet: Fleet, postgres: Postgres
) -> None:
    runs = await fleet.started(*HALVES)
    runs[1].send(signal.SIGSTOP)
    await asyncio.to_thread(postgres.restart)
    for shard in (2, 3):  # Discord hears no heartbeat
        fleet.discord.gateway.drop(shard)
    fleet.start(HALVES[1])
    await fleet.serving(*QUARTERS)
    await fleet.due()
    runs[1].send(signal.SIGCONT)
    assert await runs[1].ended() == 1
    assert "Another process may serve shards 2-3/4 now" in runs[1].output
    await fleet.posted_once()
    await fleet.answered()
    await fleet.has_lost_none()


@pytest.mark.matrix
async def test_a_restart_of_the_database_changes_nothing(fleet: Fleet, postgres: Postgres) -> None:
    runs = await fleet.started(*HALVES)
    await fleet.due(timedelta(seconds=1))
    await asyncio.sleep(1)
    await asyncio.to_thread(postgres.restart)
    await fleet.answered()
    await fleet.posted_once(90)
    assert all(run.is_running for run in runs)
    assert len(fleet.discord.gateway.identifies) == 4, "no shard had to connect again"
    await fleet.has_lost_none()


@pytest.mark.matrix
async def test_shards_come_back_each_in_its_process(fleet: Fleet) -> None:
    await fleet.started(*HALVES)
    fleet.discord.gateway.drop(0)
    await fleet.discord.gateway.ask_to_reconnect(2)
    await fleet.discord.gateway.end_session(1)
    await fleet.discord.gateway.end_session(3)
    await fleet.discord.gateway.resumed(2)
    await fleet.discord.gateway.identified(6)
    await fleet.serving(*QUARTERS)
    await fleet.answered()
    await fleet.has_lost_none()


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("code", "said"),
    [(4011, "Discord refuses shards 2-3/4"), (4014, "Discord does not let the bot connect")],
)
async def test_a_process_that_discord_refuses_ends_and_others_go_on(
    fleet: Fleet, code: int, said: str
) -> None:
    runs = await fleet.started(*HALVES)
    await fleet.discord.gateway.close(code, 3)
    assert await runs[1].ended() == 2
    assert said in runs[1].output
    assert "Traceback" not in runs[1].output
    for asked in await fleet.ask((0, 1, 4, 5)):
        await asked.replied()
    await fleet.has_lost_none()


@pytest.mark.matrix
async def test_servers_that_are_unavailable_are_not_lost(fleet: Fleet) -> None:
    away = [server_id(number) for number in range(6)]
    fleet.discord.gateway.unavailable.update(away[:3])
    await fleet.started(*HALVES)
    await fleet.discord.gateway.lose(*away[3:])
    await fleet.due()
    await asyncio.sleep(1)
    await fleet.discord.gateway.find(*away)
    await fleet.posted_once()
    await fleet.answered()
    await fleet.has_lost_none()


@pytest.mark.matrix
async def test_five_thousand_servers_are_unavailable_for_minutes(
    postgres: Postgres, config: Config, tmp_path: Path, forks: Forks
) -> None:
    data = tmp_path / "data"
    shutil.copytree(config.data, data)
    url = postgres.new_database()
    async with Fleet.opened(url, data, tmp_path, forks, servers=5_000, tells=False) as fleet:
        servers = [server_id(number) for number in fleet.servers]
        database = fleet.state.database
        async with database.transaction() as connection:
            await insert_servers(database, connection, servers)
        fleet.discord.gateway.unavailable.update(servers)
        await fleet.started(*HALVES)
        await fleet.due(numbers=WITH_DIGESTS)
        await asyncio.sleep(MINUTES)
        await fleet.discord.gateway.find(*servers)
        await fleet.posted_once(90, WITH_DIGESTS)
        for asked in await fleet.ask(range(0, 5_000, 100)):
            await asked.replied()
        assert fleet.discord.asked_about == [], "an absence is no departure"
        assert len(fleet.discord.gateway.identifies) == SHARDS
        await fleet.has_lost_none()


@pytest.mark.matrix
async def test_processes_are_replaced_one_after_the_other(fleet: Fleet) -> None:
    runs = await fleet.started(*QUARTERS)
    await fleet.due(timedelta(seconds=5))
    for shards, run in zip(QUARTERS, runs, strict=True):
        await fleet.waits(fleet.start(shards))
        assert await run.stop() == 0
        await fleet.serving(*QUARTERS)
    await fleet.posted_once(60)
    await fleet.answered()
    await fleet.has_lost_none()


@pytest.mark.matrix
async def test_the_number_of_shards_grows_while_processes_run(fleet: Fleet) -> None:
    runs = await fleet.started(*HALVES)
    eighths = [f"{each}/8" for each in range(8)]
    for written in ("0-3/8", "4-7/8"):
        await fleet.waits(fleet.start(written))
    for run in runs:
        assert await run.stop() == 0
    await fleet.serving(*eighths, seconds=60)
    await fleet.answered()
    await fleet.has_lost_none()


@pytest.mark.matrix
async def test_a_server_that_the_bot_was_removed_from_is_left_by_its_process(fleet: Fleet) -> None:
    await fleet.due(timedelta(hours=1))
    await fleet.started(*HALVES)
    await fleet.discord.gateway.remove(server_id(2))
    await fleet.left(2)
    assert fleet.state.settings.present() == {server_id(n) for n in fleet.servers if n != 2}
