"""How a database is brought up to the newest version of the tables."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from bot.state.backup import keep_before
from bot.state.errors import NewerState, TablesInUse
from bot.state.locks import GUARD, HELD, FileLock
from bot.state.migrations import FOLDER, versions

if TYPE_CHECKING:
    from alembic.config import Config

_VERSION_TABLE = "alembic_version"


def bring_up_to_date(connection: Connection, file: Path | None) -> None:
    """Make or change the tables, within the connection's transaction, unless they are current.

    `file` is the database if it is SQLite's: a copy of it is kept before its tables change. Raises
    NewerState, TablesInUse, and NoState or OSError if the copy cannot be made.
    """
    newest = versions()[-1]
    if version_of(connection) == newest:
        return
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SELECT pg_advisory_xact_lock({GUARD})"))
    found = version_of(connection)  # another process may have been faster
    if found == newest:
        return
    if found and _are_used(connection, file):
        raise TablesInUse(found, newest)
    if found and file:
        keep_before(newest, file)
    migrate(connection)


def _are_used(connection: Connection, file: Path | None) -> bool:
    """Whether a process serves on the tables, which is of an older version then."""
    if file is None:
        return connection.execute(text(HELD)).first() is not None
    lock = FileLock(file)
    if not lock.path.exists():  # nor is it made: the bot's user could not lock what root made
        return False
    try:
        return not lock.take()
    finally:
        lock.release()


def version_of(connection: Connection) -> str | None:
    """The version of a database's tables, None without any. Raises NewerState."""
    if not inspect(connection).has_table(_VERSION_TABLE):
        return None
    found = connection.execute(text(f"SELECT version_num FROM {_VERSION_TABLE}")).scalar()
    if found is not None and found not in versions():
        raise NewerState(found, versions()[-1])
    return found


def migrate(connection: Connection, version: str = "head") -> None:
    """Upgrade the tables to `head`, or downgrade them, within the connection's transaction."""
    # Alembic is imported here as most starts need no migration, and it takes long.
    from alembic import command

    move = command.upgrade if version == "head" else command.downgrade
    move(migrations(connection), version)


def migrations(connection: Connection) -> Config:
    """Alembic's configuration for our migrations, on a connection."""
    from alembic.config import Config

    config = Config()
    # Alembic's configuration replaces what follows a percent sign.
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
