"""Copies of a SQLite state: whole while the bot runs, checked, and put back with no leftovers."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli.app import app
from bot.state.backup import back_up, restore
from bot.state.database import Database
from bot.state.errors import NoState, StateInUse
from bot.state.migrations import versions
from bot.state.state import State
from bot.state.upgrade import migrate

SERVERS = 59


async def opened(file: Path, servers: int = 0) -> State:
    """An open state that knows so many servers."""
    state = await State.open(f"sqlite:///{file}")
    for number in range(servers):
        await state.settings.choose_language(number, "ja")
    return state


async def servers(file: Path) -> int:
    """How many servers a state knows when the bot starts on it."""
    state = await opened(file)
    await state.close()
    return len(state.settings.present())


async def closed(file: Path, servers: int) -> None:
    """Leave a state with so many servers behind."""
    await (await opened(file, servers)).close()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the state is."""
    return tmp_path / "var/state.db"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Where its copy is."""
    return tmp_path / "copy.db"


async def test_a_copy_of_a_running_state_is_whole_and_one_file(file: Path, copy: Path) -> None:
    state = await opened(file, SERVERS)
    copied = back_up(file, copy)
    await state.close()
    assert (copied.servers, await servers(copy)) == (SERVERS, SERVERS)
    assert [path.name for path in copy.parent.iterdir()] == ["copy.db", "var"]


async def test_a_copy_leaves_nothing_beside_a_stopped_state(file: Path, copy: Path) -> None:
    await closed(file, SERVERS)
    back_up(file, copy)
    assert [path.name for path in file.parent.iterdir()] == ["state.db"]


async def test_a_copy_can_be_read_where_nothing_may_be_written(file: Path, copy: Path) -> None:
    await closed(file, SERVERS)
    back_up(file, copy)
    with closing(sqlite3.connect(f"{copy.as_uri()}?mode=ro", uri=True)) as reading:
        assert reading.execute("PRAGMA journal_mode").fetchone() == ("delete",)
        assert reading.execute("SELECT count(*) FROM server").fetchone() == (SERVERS,)


async def test_a_copy_never_takes_the_place_of_another_file(file: Path, copy: Path) -> None:
    await closed(file, 1)
    back_up(file, copy)
    for taken in (copy, file):
        before = taken.read_bytes()
        with pytest.raises(FileExistsError, match="choose another name"):
            back_up(file, taken)
        assert taken.read_bytes() == before


async def test_what_a_crash_left_beside_the_state_does_not_get_into_the_restored_one(
    file: Path, copy: Path, tmp_path: Path
) -> None:
    await closed(file, 1)
    back_up(file, copy)
    state = await opened(file, SERVERS)
    crashed = shutil.copytree(file.parent, tmp_path / "crashed") / "state.db"
    await state.close()
    assert crashed.with_name("state.db-wal").stat().st_size

    copied, kept = restore(copy, crashed)

    assert (copied.servers, await servers(crashed)) == (1, 1)
    assert kept
    assert await servers(kept) == SERVERS


async def test_neither_does_what_is_left_beside_a_state_that_is_damaged_or_gone(
    file: Path, copy: Path, tmp_path: Path
) -> None:
    await closed(copy, 1)
    state = await opened(file, SERVERS)
    damaged = shutil.copytree(file.parent, tmp_path / "damaged") / "state.db"
    gone = shutil.copytree(file.parent, tmp_path / "gone") / "state.db"
    await state.close()
    damaged.write_bytes(b"no database" * 1_000)
    gone.unlink()
    for each in (damaged, gone):
        restore(copy, each)
        assert await servers(each) == 1


async def test_a_running_state_is_not_replaced(file: Path, copy: Path) -> None:
    await closed(file, 1)
    back_up(file, copy)
    state = await opened(file, SERVERS)
    with pytest.raises(StateInUse):
        restore(copy, file)
    await state.close()
    assert await servers(file) == SERVERS
    restore(copy, file)
    assert await servers(file) == 1


async def test_a_copy_is_restored_where_no_state_is(file: Path, copy: Path) -> None:
    await closed(copy, SERVERS)
    copied, kept = restore(copy, file)
    assert (copied.servers, kept) == (SERVERS, None)
    assert await servers(file) == SERVERS


def access(file: Path) -> tuple[int, int, int]:
    """Who a file belongs to, and its mode."""
    stat = file.stat()
    return stat.st_uid, stat.st_gid, stat.st_mode & 0o777


def allow(file: Path, mode: int) -> None:
    """Set the mode of a file."""
    file.chmod(mode)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
async def test_a_state_that_root_restores_belongs_to_the_bot(file: Path, copy: Path) -> None:
    await closed(copy, 1)
    file.parent.mkdir()
    os.chown(file.parent, 12_345, 12_346)
    restore(copy, file)
    assert access(file) == (12_345, 12_346, 0o600)
    allow(file, 0o640)
    restore(copy, file)
    assert access(file) == (12_345, 12_346, 0o640)


async def test_a_restored_state_can_be_read_by_those_who_could_before(
    file: Path, copy: Path
) -> None:
    await closed(copy, 1)
    await closed(file, 1)
    for mode in (0o640, 0o600):
        allow(file, mode)
        before = access(file)
        restore(copy, file)
        assert access(file) == before


async def test_a_copy_is_for_its_owner_alone(file: Path, copy: Path) -> None:
    await closed(file, 1)
    back_up(file, copy)
    assert access(copy)[2] == 0o600


async def test_a_damaged_state_is_kept_and_replaced(file: Path, copy: Path) -> None:
    await closed(copy, SERVERS)
    _write_nonsense(file)
    _, kept = restore(copy, file)
    assert kept
    assert kept.read_bytes() == b"no database" * 1_000
    assert await servers(file) == SERVERS


async def age(file: Path, version: str) -> None:
    """Bring the tables of a state back to an older version."""
    database = await Database.open(f"sqlite:///{file}")
    async with database.transaction() as connection:
        await connection.run_sync(migrate, version)
    await database.close()


async def test_a_copy_is_kept_before_an_upgrade_and_can_be_restored(file: Path) -> None:
    await closed(file, SERVERS)
    await age(file, versions()[-2])

    assert await servers(file) == SERVERS
    assert await Database.version(f"sqlite:///{file}") == versions()[-1]
    kept = file.with_name(f"state.db.before-{versions()[-1]}")
    copied, _ = restore(kept, file)
    assert (copied.revision, copied.servers) == (versions()[-2], SERVERS)


async def test_a_start_without_an_upgrade_keeps_no_copy(file: Path) -> None:
    await closed(file, 1)
    await closed(file, 1)
    assert [path.name for path in file.parent.iterdir()] == ["state.db"]


async def test_the_newest_three_copies_from_before_upgrades_are_kept(file: Path) -> None:
    await closed(file, 1)
    await age(file, versions()[-2])
    for version in versions()[1:-1]:
        file.with_name(f"state.db.before-{version}").touch()
    mine = file.with_name("state.db.before-christmas")
    mine.touch()

    await closed(file, 0)
    kept = {path.name for path in file.parent.glob("*.before-*")} - {mine.name}
    assert kept == {f"state.db.before-{version}" for version in versions()[-3:]}
    assert mine.exists()


def _files(folder: Path) -> list[Path]:
    return list(folder.rglob("*"))


def _write_nonsense(file: Path) -> None:
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(b"no database" * 1_000)


def _empty(file: Path) -> None:
    file.write_bytes(b"")


def _damage(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[8_192:12_288] = b"\xff" * 4_096
    file.write_bytes(content)


def _make_newer(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")


def _replace_by_a_base(file: Path) -> None:
    file.unlink()
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("CREATE TABLE fact (key TEXT)")


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (Path.unlink, "there is no such file"),
        (_write_nonsense, "file is not a database"),
        (_empty, "it is not a state of Factdesk"),
        (_replace_by_a_base, "it is not a state of Factdesk"),
        (_make_newer, "its tables are of a newer version of Factdesk (9999)"),
        (_damage, "it is damaged"),
    ],
    ids=["missing", "text", "empty", "a base", "newer", "damaged"],
)
async def test_a_file_that_holds_no_whole_state_is_neither_copied_nor_restored(
    file: Path, copy: Path, tmp_path: Path, spoil: Callable[[Path], object], reason: str
) -> None:
    await closed(file, SERVERS)
    await closed(copy, 1)
    spoil(copy)
    left = sorted(path.name for path in _files(tmp_path))
    with pytest.raises(NoState) as refused:
        restore(copy, file)
    assert reason in refused.value.reason
    with pytest.raises(NoState):
        back_up(copy, tmp_path / "another.db")
    assert await servers(file) == SERVERS
    assert sorted(path.name for path in _files(tmp_path)) == left


def test_a_full_disk_is_named_as_the_reason(
    file: Path, copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asyncio.run(closed(file, SERVERS))
    connect = sqlite3.connect

    def small(place: object, **options: object) -> sqlite3.Connection:
        connection = connect(str(place), uri=bool(options.get("uri")))
        if not options:
            connection.execute("PRAGMA max_page_count = 2")
        return connection

    monkeypatch.setattr(sqlite3, "connect", small)
    with pytest.raises(OSError, match="no space is left"):
        back_up(file, copy)
    assert not copy.exists()


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A host's settings."""
    config = tmp_path / "config.yaml"
    config.write_text("log: json\n", "utf-8")
    return config


async def test_the_verbs_say_what_they_did(
    file: Path, copy: Path, tmp_path: Path, config: Path
) -> None:
    await closed(file, SERVERS)

    def run(*arguments: str) -> tuple[int, str]:
        done = CliRunner().invoke(app, [*arguments, "--config", str(config)])
        return done.exit_code, done.output.replace(f"{tmp_path}/", "")

    code, said = run("backup", str(copy))
    assert code == 0
    assert said.startswith("Copied var/state.db to copy.db: 59 servers, tables of version 0")
    code, said = run("restore", str(copy))
    assert code == 0
    assert said.startswith("Restored var/state.db from copy.db: 59 servers, tables of version 0")
    assert "The state before is kept in var/state.db.before" in said
    assert run("backup", str(copy)) == (1, "copy.db: exists already; choose another name.\n")
    state = await opened(file)
    assert run("restore", str(copy)) == (1, "var/state.db is in use; stop the bot first.\n")
    await state.close()


@pytest.mark.parametrize("verb", ["backup", "restore"])
def test_a_state_in_postgresql_is_left_to_its_own_tools(verb: str, config: Path) -> None:
    config.write_text("state: postgresql://localhost/factdesk\n", "utf-8")
    done = CliRunner().invoke(app, [verb, "copy.db", "--config", str(config)])
    assert done.exit_code == 2
    assert "use pg_dump and pg_restore" in done.output
