"""The tables of the state come from migrations: whole, in turn, and never half."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, delete, inspect, select, text
from sqlalchemy.ext.asyncio import create_async_engine

import bot.state
from bot.shards import UNDIVIDED
from bot.state import fences
from bot.state.audit_log import AuditEntry
from bot.state.briefing_plan import BriefingPlan, BriefingText, PlanChanges, PostingTime
from bot.state.briefing_record import Briefing
from bot.state.corrections import Correction
from bot.state.database import Database
from bot.state.digests import DigestConfig, Schedule, Target
from bot.state.errors import DatabaseUnavailable, NewerState, TablesInUse
from bot.state.migrations import versions
from bot.state.posts import MessageRef, Post
from bot.state.settings import Settings
from bot.state.state import State
from bot.state.suggestions import Suggestion
from bot.state.tables import metadata, rate_limit
from bot.state.upgrade import migrate, migrations
from tests.databases import stories_of
from tests.forks import Call, Forks
from tests.test_state import fill

MIGRATIONS = Path(bot.state.__file__).parent / "migrations"
OURS = set(metadata.tables)


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


def test_the_versions_are_those_that_alembic_finds_in_its_order() -> None:
    steps = ScriptDirectory(str(MIGRATIONS)).walk_revisions()
    assert versions() == [step.revision for step in steps][::-1]


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


WRITTEN = Path(__file__).with_name("state_0_1_0.sql").read_text("utf-8")
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
DAY = NOON.date()


def write_as_0_1_0(connection: Connection) -> None:
    """Bring a new database to revision 0002, and write a row into every table."""
    command.upgrade(migrations(connection), "0002")
    noon = "'2026-11-22 12:00:00.000000'"
    if connection.dialect.name == "postgresql":
        noon += "::timestamptz"
        connection.exec_driver_sql("SET LOCAL TIME ZONE 'UTC'")
    for statement in WRITTEN.replace(":noon", noon).strip().split(";\n"):
        connection.exec_driver_sql(statement)


async def read_back(state: State) -> None:
    """Everything that 0.1.0 wrote is read by today's classes."""
    settings = Settings(7, "ko", 71, True, 72, 73, "Asia/Seoul")
    assert (state.settings.of(7), state.settings.of(8)) == (settings, Settings(8, left_at=NOON))
    target = Target(73, 74, publish=True, tag_id=75)
    config = DigestConfig(
        target=target,
        at=time(7, 5),
        zone="Asia/Seoul",
        weekdays=frozenset({0, 2, 6}),
        topics=frozenset({"export-controls", "summit"}),
        when_empty="story",
        language="ko",
        set_by=76,
    )
    assert await state.digests.all() == (
        Schedule(
            7, config, NOON, date(2026, 11, 23), "moderator", NOON, date(2026, 11, 22), "edition-1"
        ),
    )
    leased = Post("claimed", 7, "digest", None, DAY, NOON, "leased", None, None, None)
    message_ref = MessageRef(700, 73)
    sent = Post("sent", 7, "briefing", "b0000001", DAY, NOON, "sent", None, message_ref, NOON)
    assert (await state.posts.get("claimed"), await state.posts.get("sent")) == (leased, sent)
    assert await state.posts.unpublished() == (sent,)
    assert await state.posts.facts("sent") == {"summit/talks": "v1", "summit/end": "v2"}
    assert await stories_of(state, 7) == {}, "a fact of the day was no story"
    assert await state.base_versions.facts("edition-1") == {"summit/talks": "v1"}
    facts = ("summit/talks", "summit/end")
    text = BriefingText("summit", None, None, "ko", "The summit", facts, "Ours")
    plan = BriefingPlan(text, target, PostingTime(datetime(2026, 11, 22, 21), "Asia/Seoul", NOON))
    assert await state.briefings.get("b0000001") == Briefing(
        "b0000001", 7, 3, "blocked", plan, author_id=1, changed_by=1, base_version="edition-1",
        changed_at=NOON, approver_id=2, due_at=NOON, reason="no-channel", edit_at=NOON,
    )  # fmt: skip
    plan = BriefingPlan(
        BriefingText(None, date(2026, 11, 1), date(2026, 11, 30), "en", "November", ()), None, None
    )
    assert await state.briefings.get("b0000002") == Briefing(
        "b0000002", 7, 1, "draft", plan, 1, 1, None, NOON
    )
    changes: PlanChanges = {"headline": ("정상회담", "The summit"), "facts": (["summit/end"], [])}
    assert await state.briefings.audit_log("b0000001") == (
        AuditEntry(NOON, 1, "began"),
        AuditEntry(NOON, 1, "edited", None, changes),
        AuditEntry(NOON, None, "blocked", "no-channel"),
    )
    corrected = {"summit/end": "v3", "summit/talks": "v4"}
    found = Correction("c1", 7, "sent", corrected, "open", None, NOON)
    settled = Correction("c2", 7, "sent", {"summit/talks": "v2"}, "posted", 1, NOON)
    assert await state.corrections.list_open() == (found,)
    assert await state.corrections.get("c2") == settled
    assert await state.suggestions.accepted() == (
        Suggestion(
            "s0000001", 7, 5, "summit/talks", "It was on Sunday", "a newspaper", "accepted", NOON, 1
        ),
    )
    shown = {"summit/talks": "v1", "summit/end": "v2"}
    assert await state.public_answers.facts(900) == shown
    assert await state.public_answers.facts(901) == {}
    a_second = timedelta(seconds=1)
    first = await state.rate_limit.reserve(0, a_second, NOON - a_second)
    assert first == NOON


async def test_what_0_1_0_wrote_is_read_after_the_migrations(new_state_url: str) -> None:
    """Also after going down to its revision and up again; and what is written next is kept."""
    engine = create_async_engine(await _address(new_state_url))
    async with engine.begin() as connection:
        await connection.run_sync(write_as_0_1_0)
    await engine.dispose()
    state = await State.open(new_state_url)
    await read_back(state)
    async with state.database.transaction() as connection:
        await connection.run_sync(migrate, "0002")
        written = await connection.execute(text("SELECT facts FROM correction ORDER BY found_at"))
        assert "summit/end=v3 summit/talks=v4" in written.scalars().all()
        await connection.run_sync(migrate)
    await read_back(state)
    entry = AuditEntry(NOON, 3, "cancelled")
    await state.briefings.add_audit_entry("b0000001", entry)
    assert (await state.briefings.audit_log("b0000001"))[-1] == entry
    await state.close()


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


async def test_processes_open_one_new_database(new_state_url: str, forks: Forks) -> None:
    call = Call("tests.forks:open_state", (new_state_url,))
    processes = [forks.start(call, 0, 1, 2) for _ in range(4)]
    assert [await process.ended() for process in processes] == [0] * 4
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
    for look in (Database.open, Database.version):
        with pytest.raises(NewerState) as refusal:
            await look(new_state_url)
        assert (refusal.value.found, refusal.value.newest) == ("9999", versions()[-1])
    async with database.transaction() as connection:
        assert await connection.run_sync(rows) == before
    await database.close()


async def test_tables_stay_while_an_older_version_serves(
    new_state_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fences, "SETTLE", 0.1)
    older = await Database.open(new_state_url)
    async with older.transaction() as connection:
        await connection.run_sync(migrate, versions()[-2])
        before = await connection.run_sync(shape)
    serving = await fences.fences_of(older, UNDIVIDED, "older")
    await serving.take()
    with pytest.raises(TablesInUse) as refusal:
        await Database.open(new_state_url)
    assert (refusal.value.found, refusal.value.newest) == tuple(versions()[-2:])
    async with older.transaction() as connection:
        assert await connection.run_sync(shape) == before
    await serving.close()
    await (await Database.open(new_state_url)).close()
    assert await Database.version(new_state_url) == versions()[-1]
    await older.close()


async def test_no_lock_is_made_where_none_was(tmp_path: Path) -> None:
    """By root, whose file the bot's user could not lock."""
    url = f"sqlite:///{tmp_path / 'state.db'}"
    older = await Database.open(url)
    async with older.transaction() as connection:
        await connection.run_sync(migrate, versions()[-2])
    await older.close()
    await (await Database.open(url)).close()
    assert not (tmp_path / "state.db.running").exists()


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
