"""A shard has one holder, whatever the processes and the database do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.shards import UNDIVIDED, Shards
from bot.state import fences, sessions
from bot.state.database import Database
from bot.state.errors import DatabaseUnavailable, LostShards, NoSessions, OneProcessOnly
from bot.state.fences import Fences, FileFence, NoFence, ShardFences, fences_of
from bot.state.sessions import Session
from tests.databases import Postgres
from tests.other_user import as_another_user, public_folder
from tests.patience import patience, until
from tests.pgbouncer import Pool, session_pool, transaction_pool

__all__ = ["public_folder", "session_pool", "transaction_pool"]

SOON, LATE = 0.15, patience(5)  # seconds
_LAST_OF_FENCES = "SELECT query FROM pg_stat_activity WHERE application_name = 'factdesk a'"

Join = Callable[[str], Awaitable["Process"]]


class Process:
    """What is at stake of a process: its fences, and whether it may serve its shards."""

    def __init__(self, fences: Fences, database: Database) -> None:
        self.fences = fences
        self.database = database
        self._serving = asyncio.create_task(self._serve())
        self._has_taken = asyncio.Event()

    async def _serve(self) -> None:
        await self.fences.take()
        self._has_taken.set()
        await self.fences.watch()

    @property
    def serves(self) -> bool:
        """Whether it may serve now."""
        return self._has_taken.is_set() and not self._serving.done()

    async def began(self) -> None:
        """Wait until it may serve."""
        await asyncio.wait_for(self._has_taken.wait(), LATE)

    async def gave_up(self) -> None:
        """Wait until it serves no more, as another process may."""
        with pytest.raises(LostShards):
            await asyncio.wait_for(asyncio.shield(self._serving), LATE)

    async def end(self) -> None:
        """End as a killed process does, whose connections the system closes."""
        self._serving.cancel()
        with suppress(asyncio.CancelledError, LostShards):
            await self._serving
        await self.fences.close()
        await self.database.close()


HELD = """
SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database
WHERE locktype = 'advisory' AND datname = current_database()
"""


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look often, and settle soon."""
    monkeypatch.setattr(fences, "POLL", 0.02)
    monkeypatch.setattr(fences, "SETTLE", 0.3)


@pytest.fixture
async def join(postgres: Postgres) -> AsyncIterator[Join]:
    """A way to have processes join a fleet over one database."""
    url = postgres.new_database()
    processes: list[Process] = []

    async def join(shards: str) -> Process:
        database = await Database.open(url)
        worker = f"{len(processes)}"
        process = Process(ShardFences(database, Shards.read(shards), worker), database)
        processes.append(process)
        return process

    yield join
    for process in processes:
        await process.end()


async def test_processes_with_other_shards_serve_together(join: Join) -> None:
    ours, theirs = await join("0-1/4"), await join("2-3/4")
    await ours.began()
    await theirs.began()


async def test_a_process_waits_until_the_holder_has_ended(join: Join) -> None:
    holder = await join("0-1/4")
    await holder.began()
    waiting = await join("1-2/4")
    await asyncio.sleep(0.6)
    assert not waiting.serves
    await holder.end()
    await waiting.began()


@pytest.mark.parametrize(("held", "wanted"), [("0-0/1", "7-7/8"), ("3-3/4", "7-7/8")])
async def test_servers_have_one_holder_while_the_number_of_shards_changes(
    join: Join, held: str, wanted: str
) -> None:
    holder = await join(held)
    await holder.began()
    waiting = await join(wanted)
    await asyncio.sleep(0.6)
    assert not waiting.serves
    await holder.end()
    await waiting.began()


async def test_shards_of_another_number_without_a_common_server_do_not_wait(join: Join) -> None:
    holder = await join("3-3/4")
    await holder.began()
    await (await join("6-6/8")).began()


async def test_of_two_that_wait_one_takes_them(join: Join) -> None:
    holder = await join("0-0/1")
    await holder.began()
    waiting = [await join("0-0/1"), await join("0-3/4")]
    await asyncio.sleep(0.4)
    await holder.end()
    await until("one to serve", lambda: any(process.serves for process in waiting))
    await asyncio.sleep(0.5)
    assert [process.serves for process in waiting].count(True) == 1


async def test_a_holder_takes_its_shards_back_before_anyone_who_waits(
    join: Join, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    holder = await join("0-1/2")
    await holder.began()
    waiting = await join("0-1/2")
    with monkeypatch.context() as patch:
        patch.setattr(fences, "SETTLE", patience(1))  # one that waits is slower on any machine
        await asyncio.to_thread(postgres.restart)
        await asyncio.sleep(1)
        assert holder.serves
        assert not waiting.serves
    await holder.end()
    await waiting.began()


async def test_a_process_that_slept_through_a_restart_gives_up_what_another_took(
    join: Join, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    holder = await join("0-1/2")
    await holder.began()
    monkeypatch.setattr(fences, "POLL", 2.0)  # the holder sleeps
    await asyncio.sleep(0.1)
    monkeypatch.setattr(fences, "POLL", 0.02)
    await asyncio.to_thread(postgres.restart)
    other = await join("0-1/2")
    await other.began()
    await holder.gave_up()
    assert other.serves


async def test_a_holder_ends_its_own_session_of_which_it_was_cut_off(postgres: Postgres) -> None:
    database = await Database.open(postgres.new_database())
    cut_off, again = (ShardFences(database, UNDIVIDED, "a") for _ in range(2))
    await cut_off.take()
    await asyncio.wait_for(again.take(), LATE)
    async with database.transaction() as connection:
        assert await connection.scalar(text(HELD)), "it has the locks itself now"
    for each in (cut_off, again):
        await each.close()
    await database.close()


async def test_a_session_without_its_name_is_not_kept(
    postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = await Database.open(postgres.new_database())
    fences_ = ShardFences(database, UNDIVIDED, "a")
    with monkeypatch.context() as patch:
        patch.setattr(fences, "_SILENT", "'no number'")
        with pytest.raises(DatabaseUnavailable):
            await fences_.have_sessions()
    await fences_.take()
    other = ShardFences(database, UNDIVIDED, "a")
    await asyncio.wait_for(other.take(), LATE)  # it knows the session by its name
    for each in (fences_, other):
        await each.close()
    await database.close()


async def test_what_is_held_wakes_for_no_change(postgres: Postgres) -> None:
    database = await Database.open(postgres.new_database())
    holder = await fences_of(database, UNDIVIDED, "a")
    async with database.transaction() as connection:
        listening = await connection.execute(text(_LAST_OF_FENCES))
        assert listening.scalar_one() == "UNLISTEN factdesk"
    await holder.close()
    await database.close()


async def test_a_process_gives_up_once_the_database_was_away_for_too_long(
    join: Join, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fences, "HOLDOUT", SOON)
    holder = await join("0-1/2")
    await holder.began()
    assert isinstance(holder.fences, ShardFences)

    async def away(_: Database) -> None:
        raise DatabaseUnavailable("away")

    monkeypatch.setattr(Session, "open", away)
    await holder.fences.close()
    await holder.gave_up()


async def test_a_process_that_waits_says_that_the_database_is_away(
    postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = await Database.open(postgres.new_database())
    waiting = ShardFences(database, UNDIVIDED, "a")

    async def away(_: Database) -> None:
        raise DatabaseUnavailable("away")

    with monkeypatch.context() as patch:
        patch.setattr(Session, "open", away)
        taking = asyncio.create_task(waiting.take())
        await until("it to say so", lambda: waiting.unavailable == "away")
    await asyncio.wait_for(taking, LATE)
    assert waiting.unavailable is None
    await waiting.close()
    await database.close()


class TestDatabases:
    """Which databases several processes can share."""

    async def test_not_a_pooler_in_transaction_mode(
        self, postgres: Postgres, transaction_pool: Pool, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sessions, "HEARD_WITHIN", 0.4)
        database = await Database.open(transaction_pool(postgres.new_database()))
        with pytest.raises(NoSessions):
            await fences_of(database, Shards.read("0-1/4"), "a")
        assert type(await fences_of(database, UNDIVIDED, "a")) is NoFence
        await database.close()

    async def test_one_that_is_slow_is_taken_for_no_pooler(
        self, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sessions, "HEARD_WITHIN", 0.4)
        announce, slow = Database.announce, ["the first time"]

        async def announce_late(database: Database, connection: AsyncConnection) -> None:
            if slow:
                slow.pop()
            else:
                await announce(database, connection)

        monkeypatch.setattr(Database, "announce", announce_late)
        database = await Database.open(postgres.new_database())
        found = await fences_of(database, Shards.read("0-1/4"), "a")
        assert isinstance(found, ShardFences)
        await found.close()
        await database.close()

    async def test_a_pooler_in_session_mode(self, postgres: Postgres, session_pool: Pool) -> None:
        database = await Database.open(session_pool(postgres.new_database()))
        found = await fences_of(database, Shards.read("0-1/4"), "a")
        assert isinstance(found, ShardFences)
        await found.close()
        await database.close()

    async def test_not_sqlite(self, tmp_path: Path) -> None:
        database = await Database.open(f"sqlite:///{tmp_path}/state.db")
        with pytest.raises(OneProcessOnly):
            await fences_of(database, Shards.read("0-1/4"), "a")
        await database.close()


class TestFiles:
    """A process holds a SQLite state, or says why it cannot."""

    async def test_a_second_process_waits(self, tmp_path: Path) -> None:
        first, second = FileFence(tmp_path / "state.db"), FileFence(tmp_path / "state.db")
        await first.take()
        waiting = asyncio.create_task(second.take())
        await asyncio.sleep(SOON)
        assert not waiting.done()
        await first.close()
        await asyncio.wait_for(waiting, LATE)
        await second.close()

    async def test_a_file_that_may_only_be_read_is_no_fence(self, public_folder: Path) -> None:
        (public_folder / "state.db.running").touch(0o444)
        fence = FileFence(public_folder / "state.db")
        with as_another_user(), pytest.raises(DatabaseUnavailable, match="readonly"):
            await asyncio.wait_for(fence.take(), LATE)
        await fence.close()

    async def test_a_damaged_file_is_named(self, tmp_path: Path) -> None:
        (tmp_path / "state.db.running").write_bytes(b"no database" * 1_000)
        fence = FileFence(tmp_path / "state.db")
        with pytest.raises(DatabaseUnavailable, match=r"state\.db\.running: file is not a"):
            await asyncio.wait_for(fence.take(), LATE)
        await fence.close()

    async def test_so_is_one_that_cannot_be_opened(self, tmp_path: Path) -> None:
        (tmp_path / "state.db.running").mkdir()
        fence = FileFence(tmp_path / "state.db")
        with pytest.raises(DatabaseUnavailable, match="unable to open"):
            await asyncio.wait_for(fence.take(), LATE)
        await fence.close()
