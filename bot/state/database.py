"""The database behind the state: SQLite for one machine, PostgreSQL for processes on several.

All differences between the two are here and in `change_feed.py`.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Protocol, Self

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import URL, Connection, Table, event, make_url, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError, StatementError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.state.errors import DatabaseUnavailable, MissingDriver

_DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"}
_BUSY = 5  # seconds to wait for a lock of SQLite, or for PostgreSQL to answer
_MIGRATION_LOCK = 7_203_311  # an arbitrary number: processes that start together migrate in turn
_NO_ADDRESS = "no database's address; write sqlite:///FILE or postgresql://…"
CHANNEL = "factdesk"
"""The PostgreSQL channel on which changes are announced."""


class Database:
    """An open database with the tables of this version. Use `Database.open`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        self.is_sqlite = engine.dialect.name == "sqlite"

    @classmethod
    async def open(cls, url: str) -> Self:
        """Connect, and bring the tables up to date.

        `url` is SQLAlchemy's, such as `sqlite:///var/state.db`. Raises MissingDriver and
        DatabaseUnavailable.
        """
        database = cls(_engine(_with_driver(url)))
        try:
            async with database.transaction() as connection:
                await connection.run_sync(migrate)
        except BaseException as error:
            await database.close()
            if isinstance(error, TypeError):  # an option that the driver does not know
                raise DatabaseUnavailable(str(error)) from error
            raise
        return database

    async def close(self) -> None:
        """Close every connection."""
        await self.engine.dispose()

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[AsyncConnection]:
        """A transaction that is committed at the end of the block. Raises DatabaseUnavailable."""
        with driver_errors():
            async with self.engine.begin() as connection:
                yield connection

    def insert(self, table: Table) -> sqlite.Insert | postgresql.Insert:
        """An insert statement that supports ON CONFLICT."""
        return sqlite.insert(table) if self.is_sqlite else postgresql.insert(table)

    async def announce(self, connection: AsyncConnection) -> None:
        """Notify the other processes of a change when the transaction is committed."""
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


def migrate(connection: Connection, revision: str = "head") -> None:
    """Upgrade the tables to `head`, or downgrade them, within the connection's transaction.

    Raises DatabaseUnavailable if the database was made by a newer version.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})"))
    config = migrations(connection)
    try:
        if revision == "head":
            command.upgrade(config, revision)
        else:
            command.downgrade(config, revision)
    except CommandError as error:
        raise DatabaseUnavailable(
            f"it was made by another version of Factdesk ({error})"
        ) from error


def migrations(connection: Connection) -> Config:
    """Alembic's configuration for our migrations on a connection."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config


def _with_driver(url: str) -> URL:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):  # ValueError: a port that is not a number
        raise DatabaseUnavailable(_NO_ADDRESS) from None
    driver = _DRIVERS.get(parsed.get_backend_name())
    if driver is None:
        raise DatabaseUnavailable(
            f"no database `{parsed.drivername}` here; use sqlite or postgresql"
        )
    if driver == _DRIVERS["sqlite"] and parsed.database in (None, "", ":memory:"):
        raise DatabaseUnavailable(_NO_ADDRESS)  # state in memory would be lost
    return parsed.set(drivername=driver)


def _engine(url: URL) -> AsyncEngine:
    if url.get_backend_name() == "sqlite":
        with driver_errors():
            Path(url.database or "").parent.mkdir(parents=True, exist_ok=True)
        # One connection: SQLite has one writer anyway, and no read here is urgent.
        engine = create_async_engine(
            url, pool_size=1, max_overflow=0, connect_args={"timeout": _BUSY}
        )
        event.listen(engine.sync_engine, "connect", _prepare_sqlite)
        event.listen(engine.sync_engine, "begin", _begin_immediate)
        return engine
    limits = {"timeout": _BUSY, "command_timeout": 2 * _BUSY}
    try:
        return create_async_engine(url, pool_pre_ping=True, connect_args=limits)
    except ModuleNotFoundError:
        raise MissingDriver("postgresql") from None


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


def _begin_immediate(connection: Connection) -> None:
    # A transaction that reads first and writes later would fail at once if another one writes.
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _reason(error: SQLAlchemyError) -> str:
    """The driver's message; SQLAlchemy's would quote the statement and its values."""
    cause: object = getattr(error, "orig", None) or error
    return str(cause).partition("\n")[0]
