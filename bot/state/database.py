"""The database behind the state: SQLite for one machine, PostgreSQL where processes share it.

What differs between the two is here and in `changes.py`, and nowhere else.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, Self

from alembic import command
from alembic.config import Config as Migrations
from alembic.util import CommandError
from sqlalchemy import URL, Connection, Table, event, make_url, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError, StatementError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.state.errors import DatabaseUnavailable, MissingDriver

_DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"}
_BUSY = 5  # seconds to wait for another process that writes, or for PostgreSQL to answer
_MIGRATION_LOCK = 7_203_311  # a number of our own: processes that start together migrate in turn
_NO_ADDRESS = "no database's address; write sqlite:///FILE or postgresql://…"
CHANNEL = "factdesk"
"""The channel of PostgreSQL on which changes are announced."""


class Database:
    """An open database whose tables are those of this version. Use `Database.open`."""

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
            if isinstance(error, TypeError):  # an option in the address that the driver has not
                raise DatabaseUnavailable(str(error)) from error
            raise
        return database

    async def close(self) -> None:
        """Close every connection."""
        await self.engine.dispose()

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[AsyncConnection]:
        """A transaction that is committed at the end of the block. Raises DatabaseUnavailable."""
        with answering():
            async with self.engine.begin() as connection:
                yield connection

    def insert(self, table: Table) -> sqlite.Insert | postgresql.Insert:
        """An insert that can say what happens on a conflict."""
        return sqlite.insert(table) if self.is_sqlite else postgresql.insert(table)

    async def announce(self, connection: AsyncConnection) -> None:
        """Tell the other processes, once the transaction is committed, that settings changed."""
        if not self.is_sqlite:
            await connection.execute(text(f"NOTIFY {CHANNEL}"))


@contextmanager
def answering() -> Generator[None]:
    """Turn what a database that is away makes the driver raise into DatabaseUnavailable."""
    try:
        yield
    except StatementError as error:
        if error.orig and not isinstance(error, DBAPIError):
            raise error.orig from None  # a value that no database ever saw: a fault of ours
        raise DatabaseUnavailable(_reason(error)) from error
    except SQLAlchemyError as error:
        raise DatabaseUnavailable(_reason(error)) from error
    except (OSError, TimeoutError) as error:  # from connecting, which SQLAlchemy leaves as is
        raise DatabaseUnavailable(str(error) or "it does not answer") from error
    except Exception as error:
        if type(error).__module__.startswith("asyncpg"):
            raise DatabaseUnavailable(str(error)) from error
        raise


def migrate(connection: Connection, revision: str = "head") -> None:
    """Bring the tables to a revision, within the connection's transaction.

    Raises DatabaseUnavailable where the database was made by a newer version.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})"))
    steps = Migrations()
    steps.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    steps.attributes["connection"] = connection
    try:
        if revision == "head":
            command.upgrade(steps, revision)
        else:
            command.downgrade(steps, revision)
    except CommandError as error:
        raise DatabaseUnavailable(
            f"it was made by another version of Factdesk ({error})"
        ) from error


def _with_driver(url: str) -> URL:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):  # ValueError: a port that is no number
        raise DatabaseUnavailable(_NO_ADDRESS) from None
    driver = _DRIVERS.get(parsed.get_backend_name())
    if driver is None:
        raise DatabaseUnavailable(
            f"no database `{parsed.drivername}` here; use sqlite or postgresql"
        )
    if driver == _DRIVERS["sqlite"] and parsed.database in (None, "", ":memory:"):
        raise DatabaseUnavailable(_NO_ADDRESS)  # what is kept in memory alone is not kept
    return parsed.set(drivername=driver)


def _engine(url: URL) -> AsyncEngine:
    if url.get_backend_name() == "sqlite":
        with answering():
            Path(url.database or "").parent.mkdir(parents=True, exist_ok=True)
        # One connection: SQLite has one writer anyway, and nothing here is read in haste.
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


def _prepare_sqlite(connection: Any, _: object) -> None:
    # The driver's own transactions would leave migrations half done: we begin them ourselves.
    connection.isolation_level = None
    cursor = connection.cursor()
    # FULL: what was claimed must not be forgotten in a power cut.
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_immediate(connection: Connection) -> None:
    # A transaction that turns from reading to writing would fail at once where another writes.
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _reason(error: SQLAlchemyError) -> str:
    """The driver's own words; SQLAlchemy's would quote the statement and its values."""
    told: object = getattr(error, "orig", None) or error
    return str(told).partition("\n")[0]
