"""The versions of the tables, and how a database is brought up to the newest one.

A version is the number in the name of its file in `migrations/versions`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from bot.state.errors import DatabaseUnavailable

if TYPE_CHECKING:
    from alembic.config import Config

_MIGRATIONS = Path(__file__).parent / "migrations"
_LOCK = 7_203_311  # an arbitrary number: processes that start together migrate in turn
_VERSION_TABLE = "alembic_version"


def versions() -> list[str]:
    """Every version of the tables that this program can read or bring up to date, oldest first."""
    files = (_MIGRATIONS / "versions").glob("[0-9]*.py")
    return sorted(file.stem.partition("_")[0] for file in files)


def bring_up_to_date(connection: Connection) -> None:
    """Make or change the tables, within the connection's transaction, unless they are current.

    Raises DatabaseUnavailable if the database was made by a newer version.
    """
    if _version_of(connection) != versions()[-1]:
        migrate(connection)


def _version_of(connection: Connection) -> str | None:
    if not inspect(connection).has_table(_VERSION_TABLE):
        return None
    return connection.execute(text(f"SELECT version_num FROM {_VERSION_TABLE}")).scalar()


def migrate(connection: Connection, version: str = "head") -> None:
    """Upgrade the tables to `head`, or downgrade them, within the connection's transaction.

    Raises DatabaseUnavailable if the database was made by a newer version.
    """
    # Alembic is imported here as most starts need no migration, and it takes long.
    from alembic import command
    from alembic.util import CommandError

    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
    move = command.upgrade if version == "head" else command.downgrade
    try:
        move(migrations(connection), version)
    except CommandError as error:
        raise DatabaseUnavailable(
            f"it was made by another version of Factdesk ({error})"
        ) from error


def migrations(connection: Connection) -> Config:
    """Alembic's configuration for our migrations, on a connection."""
    from alembic.config import Config

    config = Config()
    # Alembic's configuration replaces what follows a percent sign.
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
