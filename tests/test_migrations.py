"""The tables of the state come from migrations: whole, in turn, and never half."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, delete, inspect, select, text
from sqlalchemy.ext.asyncio import create_async_engine

import bot.state
from bot.state.database import Database, migrate
from bot.state.errors import DatabaseUnavailable
from bot.state.tables import metadata, rate_limit
from tests.test_state import fill

MIGRATIONS = Path(bot.state.__file__).parent / "migrations"
OURS = set(metadata.tables)
OPEN = (
    "import asyncio, sys; from bot.state.state import State; asyncio.run(State.open(sys.argv[1]))"
)


def differences(connection: Connection) -> Any:
    """What would have to be changed for the tables to be those of `tables.py`."""
    options = {"compare_type": True, "compare_server_default": True}
    return compare_metadata(MigrationContext.configure(connection, opts=options), metadata)


def tables(connection: Connection) -> set[str]:
    """The names of the tables that are there."""
    return set(inspect(connection).get_table_names())


def shape(connection: Connection) -> dict[str, dict[str, tuple[str, bool]]]:
    """The type and the nullability of every column, as the database tells them."""
    inspector = inspect(connection)
    return {
        table: {
            column["name"]: (
                column["type"].compile(connection.dialect),
                bool(column["nullable"]),
            )
            for column in inspector.get_columns(table)
        }
        for table in inspector.get_table_names()
        if table in OURS
    }


async def test_from_nothing_to_head_gives_the_tables_that_the_code_knows(
    new_state_url: str,
) -> None:
    database = await Database.open(new_state_url)
    async with database.transaction() as connection:
        assert await connection.run_sync(differences) == []
        migrated = await connection.run_sync(shape)
        await connection.run_sync(metadata.drop_all)
        await connection.run_sync(metadata.create_all)
        assert migrated == await connection.run_sync(shape)
    assert set(migrated) == OURS
    await database.close()


async def test_each_step_goes_down_and_up_again(new_state_url: str) -> None:
    """On tables that hold rows; and the way up is the same again."""
    database = await Database.open(new_state_url)
    steps = list(ScriptDirectory(str(MIGRATIONS)).walk_revisions())
    left = OURS
    for step in steps:
        async with database.transaction() as connection:
            await fill(connection)
            below = step.down_revision or "base"
            await connection.run_sync(migrate, str(below))
            left = await connection.run_sync(tables)
            await connection.run_sync(migrate)
            assert await connection.run_sync(differences) == []
            await connection.run_sync(lambda sync: _empty(sync, OURS))
    assert left == {"alembic_version"}
    await database.close()


async def test_opening_again_leaves_the_rows_as_they_are(new_state_url: str) -> None:
    database = await Database.open(new_state_url)
    async with database.transaction() as connection:
        await fill(connection)
        before = await connection.run_sync(rows)
    await database.close()
    assert all(before.values()), "every table has a row"
    again = await Database.open(new_state_url)
    async with again.transaction() as connection:
        assert await connection.run_sync(rows) == before
    await again.close()


async def test_ten_tasks_open_one_new_database(new_state_url: str) -> None:
    opened = await asyncio.gather(*(Database.open(new_state_url) for _ in range(10)))
    async with opened[0].transaction() as connection:
        assert await connection.run_sync(differences) == []
    for each in opened:
        await each.close()


async def test_processes_open_one_new_database(new_state_url: str) -> None:
    processes = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-c", OPEN, new_state_url, stderr=asyncio.subprocess.PIPE
        )
        for _ in range(4)
    ]
    ends = await asyncio.gather(*(process.communicate() for process in processes))
    assert [process.returncode for process in processes] == [0] * 4, ends
    database = await Database.open(new_state_url)
    async with database.transaction() as connection:
        assert await connection.run_sync(differences) == []
    await database.close()


async def test_a_migration_that_fails_half_way_leaves_nothing(new_state_url: str) -> None:
    """The last table of the first step is in the way, as one of somebody else's."""
    engine = create_async_engine(await _address(new_state_url))
    async with engine.begin() as connection:
        await connection.execute(text(f"CREATE TABLE {rate_limit.name} (theirs INTEGER)"))
    with pytest.raises(DatabaseUnavailable, match="already exists"):
        await Database.open(new_state_url)
    async with engine.begin() as connection:
        assert await connection.run_sync(tables) == {rate_limit.name}
        await connection.execute(text(f"DROP TABLE {rate_limit.name}"))
    await engine.dispose()
    database = await Database.open(new_state_url)
    async with database.transaction() as connection:
        assert await connection.run_sync(differences) == []
    await database.close()


async def test_a_database_of_a_newer_version_is_refused(new_state_url: str) -> None:
    database = await Database.open(new_state_url)
    async with database.transaction() as connection:
        await fill(connection)
        before = await connection.run_sync(rows)
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseUnavailable) as refusal:
        await Database.open(new_state_url)
    assert refusal.value.reason.startswith("it was made by another version of Factdesk")
    async with database.transaction() as connection:
        assert await connection.run_sync(rows) == before
    await database.close()


async def test_sqlite_forgets_no_claim_in_a_power_cut(tmp_path: Path) -> None:
    """WAL with full synchronisation, and references that hold."""
    database = await Database.open(f"sqlite:///{tmp_path / 'state.db'}")
    async with database.transaction() as connection:
        told = [
            (await connection.execute(text(f"PRAGMA {pragma}"))).scalar_one()
            for pragma in ("journal_mode", "synchronous", "foreign_keys")
        ]
    assert told == ["wal", 2, 1]
    await database.close()


def rows(connection: Connection) -> dict[str, list[Any]]:
    """Every row of our tables."""
    return {
        table.name: [tuple(row) for row in connection.execute(select(table))]
        for table in metadata.sorted_tables
    }


def _empty(connection: Connection, names: set[str]) -> None:
    for table in reversed(metadata.sorted_tables):
        if table.name in names:
            connection.execute(delete(table))


async def _address(new_state_url: str) -> str:
    scheme, rest = new_state_url.split(":", 1)
    return f"{ {'sqlite': 'sqlite+aiosqlite', 'postgresql': 'postgresql+asyncpg'}[scheme] }:{rest}"
