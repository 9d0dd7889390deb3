"""What opens can also be written: a state that cannot is refused at the start, and by `check`."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from bot.cli.app import app
from bot.state.database import Database
from bot.state.errors import DatabaseUnavailable
from tests.databases import Postgres
from tests.other_user import as_another_user, public_folder
from tests.small_base import write_small_base

__all__ = ["public_folder"]


async def _open_and_close(url: str) -> None:
    await (await Database.open(url)).close()


def _lock_file(folder: Path) -> Path:
    (folder / "state.db").chmod(0o444)
    return folder / "state.db"


def _lock_folder(folder: Path) -> Path:
    folder.chmod(0o555)
    return folder


def _lock_log(folder: Path) -> Path:
    log = folder / "state.db-wal"
    log.touch(0o444)
    return log


def _says_yes(*_: object, **__: object) -> bool:
    return True


LOCKS = [_lock_file, _lock_folder, _lock_log]


@pytest.mark.parametrize("lock", LOCKS)
async def test_a_state_that_cannot_be_written_is_refused_by_name(
    public_folder: Path, lock: Callable[[Path], Path]
) -> None:
    url = f"sqlite:///{public_folder / 'state.db'}"
    with as_another_user():
        await _open_and_close(url)
    locked = lock(public_folder)
    with as_another_user(), pytest.raises(DatabaseUnavailable) as refused:
        await Database.open(url)
    assert refused.value.reason == f"this user may not write to {locked}"


async def test_a_state_that_sqlite_opens_to_read_only_is_refused(
    public_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the reason: SQLite says nothing until something is written."""
    url = f"sqlite:///{public_folder / 'state.db'}"
    await _open_and_close(url)
    _lock_file(public_folder)
    monkeypatch.setattr(os, "access", _says_yes)
    with as_another_user(), pytest.raises(DatabaseUnavailable, match="attempt to write a readonly"):
        await Database.open(url)


async def test_a_postgresql_that_takes_no_writes_is_refused(postgres: Postgres) -> None:
    url = postgres.new_database()
    opened = await Database.open(url)
    async with opened.transaction() as connection:
        name = (await connection.execute(text("SELECT current_database()"))).scalar_one()
        await connection.execute(
            text(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
        )
    await opened.close()
    with pytest.raises(DatabaseUnavailable, match="in a read-only transaction"):
        await Database.open(url)


def check(folder: Path) -> tuple[int, str]:
    """The exit code of `check` in a folder, and what it says without the folder's name."""
    done = CliRunner().invoke(app, ["check", "--config", str(folder / "config.yaml")])
    assert not done.exception or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.output.replace(f"{folder}/", "")


@pytest.fixture
def host(public_folder: Path) -> Path:
    """A host's folder with a base, and without a state."""
    write_small_base(public_folder)
    (public_folder / "config.yaml").write_text("log: json\n", "utf-8")
    assert check(public_folder) == (0, "No faults.\n")
    return public_folder


def test_check_refuses_a_state_that_cannot_be_written(host: Path) -> None:
    file = host / "var/state.db"
    asyncio.run(_open_and_close(f"sqlite:///{file}"))
    file.chmod(0o444)
    (host / "var").chmod(0o777)
    with as_another_user():
        code, said = check(host)
    assert code == 1
    assert "this user may not write to var/state.db" in said


@pytest.mark.parametrize("there", [True, False], ids=["there", "to be made"])
def test_check_refuses_a_data_folder_that_cannot_be_written(host: Path, there: bool) -> None:
    if there:
        (host / "var").mkdir()
    else:
        host.chmod(0o555)
    with as_another_user():
        code, said = check(host)
    assert (code, said.count("\n")) == (1, 1)
    assert said.startswith("Nothing can be written to var: Permission denied.")
    assert (host / "var").exists() is there


def test_check_lists_the_faults_of_the_base_besides(host: Path) -> None:
    (host / "var").mkdir()
    (host / "var/state.db").write_bytes(b"no database" * 1_000)
    (host / "facts/events/x.yml").touch()
    code, said = check(host)
    assert code == 1
    assert "facts/events/x.yml:1: not read" in said
    assert "file is not a database" in said


def test_a_folder_of_facts_that_cannot_be_read_is_one_sentence(host: Path) -> None:
    """Not one for each fact in it, or for each line that refers to one."""
    (host / "facts/events").chmod(0o300)
    with as_another_user():
        assert check(host) == (1, "facts/events: Permission denied.\n")
    (host / "facts/events").chmod(0o755)
