"""The database behind the state: SQLite for one machine, PostgreSQL for processes on several.

All differences between the two are here, in `address.py` and in `change_feed.py`.
"""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, Self

from sqlalchemy import (
    URL,
    Column,
    ColumnElement,
    Connection,
    Table,
    event,
    literal_column,
    text,
    true,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import DBAPIError, DisconnectionError, SQLAlchemyError, StatementError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.shards import UNDIVIDED, Shards
from bot.state import address
from bot.state.address import PostgresAddress
from bot.state.errors import DatabaseUnavailable, MissingDriver
from bot.state.one_connection import OneConnection
from bot.state.sqlite_connection import OneHopConnection, connect
from bot.state.upgrade import bring_up_to_date, version_of

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql

_BUSY = 5  # seconds to wait for a lock of SQLite, or for PostgreSQL to answer
CHANNEL = "factdesk"
"""The PostgreSQL channel on which changes are announced."""


class Database:
    """An open database with the tables of this version. Use `Database.open`.

    What is due is read for the servers of `shards` alone.
    """

    def __init__(self, engine: AsyncEngine, shards: Shards = UNDIVIDED) -> None:
        self.engine = engine
        self._shards = shards
        self.is_sqlite = engine.dialect.name == "sqlite"
        self._one = OneConnection(engine)
        self._inserts: dict[Table, sqlite.Insert | postgresql.Insert] = {}
        self.announced = 0
        """How many changes this process has announced."""

    @classmethod
    async def open(cls, url: str, shards: Shards = UNDIVIDED) -> Self:
        """Connect, and bring the tables up to date.

        `url` is such as `sqlite:///var/state.db`. Raises MissingDriver, NewerState, TablesInUse if
        an older version serves on tables that must change, NoState if a SQLite file is damaged
        before that, and DatabaseUnavailable, even if the database can be read but not written.
        """
        location = address.read(url)
        database = cls.at(url, shards)
        try:
            async with database.transaction() as connection:
                file = location if isinstance(location, Path) else None
                await connection.run_sync(bring_up_to_date, file)
            await database.probe()
        except BaseException:
            await database.close()
            raise
        return database

    @classmethod
    def at(cls, url: str, shards: Shards = UNDIVIDED) -> Self:
        """A database with its tables as they are, not connected yet.

        Raises MissingDriver, and DatabaseUnavailable if a SQLite file cannot be written.
        """
        return cls(_engine(address.read(url)), shards)

    @classmethod
    async def version(cls, url: str) -> str | None:
        """The version of the tables, which are left as they are; None without any.

        Raises MissingDriver, NewerState, and DatabaseUnavailable, even if the database can be read
        but not written.
        """
        location = address.read(url)
        if isinstance(location, Path) and not location.exists():
            _require_writable(location)
            return None
        database = cls.at(url)
        try:
            async with database.transaction() as connection:
                found = await connection.run_sync(version_of)
            await (database.probe() if found else database.probe_for_new_tables())
            return found
        finally:
            await database.close()

    async def confirm_version(self) -> None:
        """Raise NewerState if a newer version has changed the tables, or DatabaseUnavailable."""
        async with self.transaction() as connection:
            await connection.run_sync(version_of)

    async def probe(self) -> None:
        """Write, and change nothing. Raises DatabaseUnavailable."""
        async with self.transaction() as connection:
            # SQLite opens what it may only read, and says so at a write.
            await connection.execute(text("UPDATE alembic_version SET version_num = version_num"))

    async def probe_for_new_tables(self) -> None:
        """Make a table, and keep none. Raises DatabaseUnavailable."""
        async with self.transaction() as connection:
            await connection.execute(text("CREATE TABLE factdesk_probe (number INTEGER)"))
            await connection.rollback()

    async def close(self) -> None:
        """Close every connection, SQLite's once no transaction uses it."""
        await self._one.close()
        await self.engine.dispose()

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[AsyncConnection]:
        """A transaction that is committed at the end of the block. Raises DatabaseUnavailable."""
        begin = self._one.begin if self.is_sqlite else self.engine.begin
        with driver_errors():
            async with begin() as connection:
                yield connection

    def insert(self, table: Table) -> sqlite.Insert | postgresql.Insert:
        """An insert statement that supports ON CONFLICT."""
        if self.is_sqlite:
            return sqlite.insert(table)
        from sqlalchemy.dialects import postgresql

        return postgresql.insert(table)

    def insert_new(self, table: Table) -> sqlite.Insert | postgresql.Insert:
        """An insert of rows that leaves those that exist as they are; made once for a table."""
        if table not in self._inserts:
            self._inserts[table] = self.insert(table).on_conflict_do_nothing()
        return self._inserts[table]

    def serves(self, server_id: ColumnElement[int] | Column[int]) -> ColumnElement[bool]:
        """The condition that a row belongs to a server that this process serves."""
        if self._shards.are_all:
            return true()
        shard = server_id.bitwise_rshift(literal_column("22")) % self._shards.count
        return shard.between(self._shards.first, self._shards.last)

    async def announce(self, connection: AsyncConnection) -> None:
        """Notify every process of a change when the transaction is committed."""
        self.announced += 1
        if not self.is_sqlite:
            await connection.execute(text(f"NOTIFY {CHANNEL}"))


@contextmanager
def driver_errors() -> Generator[None]:
    """Turn the errors of SQLAlchemy and the drivers into DatabaseUnavailable."""
    try:
        yield
    except StatementError as error:
        if error.orig and not isinstance(error, DBAPIError):
            raise error.orig from None  # a value that we could not bind: a bug of ours
        raise DatabaseUnavailable(_reason(error)) from error
    except SQLAlchemyError as error:
        raise DatabaseUnavailable(_reason(error)) from error
    except (OSError, TimeoutError) as error:  # from connecting; SQLAlchemy does not wrap them
        raise DatabaseUnavailable(str(error) or "it does not answer") from error
    except Exception as error:
        if type(error).__module__.startswith("asyncpg"):
            raise DatabaseUnavailable(str(error)) from error
        raise


def _engine(location: Path | PostgresAddress) -> AsyncEngine:
    return _sqlite(location) if isinstance(location, Path) else _postgresql(location)


def _sqlite(file: Path) -> AsyncEngine:
    with driver_errors():
        file.parent.mkdir(parents=True, exist_ok=True)
    _require_writable(file)
    # One connection: SQLite has one writer anyway, and no read here is urgent.
    engine = create_async_engine(
        URL.create("sqlite+aiosqlite", database=str(file)),
        pool_size=1,
        max_overflow=0,
        connect_args={"timeout": _BUSY, "async_creator_fn": connect},
    )
    event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    event.listen(engine.sync_engine, "begin", _begin)
    return engine


def _require_writable(file: Path) -> None:
    """Raise DatabaseUnavailable if this user may not write to the folder, the file or its logs."""
    folder = next(path for path in file.parents if path.exists())
    logs = (file.with_name(file.name + end) for end in ("-wal", "-shm"))
    effective = os.access in os.supports_effective_ids
    for path in filter(Path.exists, (folder, file, *logs)):
        if not os.access(path, os.W_OK, effective_ids=effective):
            raise DatabaseUnavailable(f"this user may not write to {path}")


def _postgresql(location: PostgresAddress) -> AsyncEngine:
    options = {
        "dsn": location.dsn,
        "timeout": location.timeout or _BUSY,
        "command_timeout": 2 * _BUSY,
        # No named statements: a pooler may carry out the next transaction on another connection,
        # which does not know them.
        "statement_cache_size": 0,
        "prepared_statement_cache_size": 0,
        "prepared_statement_name_func": str,
    }
    try:
        # Without overflow: those connections are closed after each use, and a new one reads more
        # of PostgreSQL's own tables than a digest reads of ours.
        engine = create_async_engine(
            "postgresql+asyncpg://", pool_size=15, max_overflow=0, connect_args=options
        )
    except ModuleNotFoundError:
        raise MissingDriver("postgresql") from None
    event.listen(engine.sync_engine, "checkout", _replace_closed)
    return engine


def _replace_closed(connection: _PostgresConnection, *_: object) -> None:
    """Make the pool reconnect if the database has closed a connection.

    The driver notices that by itself; asking the database each time takes four more messages.
    """
    if connection.driver_connection.is_closed():
        raise DisconnectionError


class _PostgresConnection(Protocol):
    """What is used of asyncpg's connection as SQLAlchemy adapts it."""

    driver_connection: _Asyncpg


class _Asyncpg(Protocol):
    def is_closed(self) -> bool: ...


class _SQLiteConnection(Protocol):
    """What is used of aiosqlite's connection as SQLAlchemy adapts it."""

    isolation_level: str | None

    def cursor(self) -> _SQLiteCursor: ...


class _SQLiteCursor(Protocol):
    def execute(self, operation: str) -> object: ...

    def close(self) -> None: ...


def _prepare_sqlite(connection: _SQLiteConnection, _: object) -> None:
    # With the driver's own transactions, a failed migration would be half done: we begin ours.
    connection.isolation_level = None
    cursor = connection.cursor()
    # FULL: a lease must survive a power cut.
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    # SQLAlchemy's own statement would cost as much as two that do something.
    driver = connection.connection.driver_connection
    assert isinstance(driver, OneHopConnection)
    driver.begin()


def _reason(error: SQLAlchemyError) -> str:
    """The driver's message; SQLAlchemy's would quote the statement and its values."""
    cause: object = getattr(error, "orig", None) or error
    return str(cause).partition("\n")[0]
