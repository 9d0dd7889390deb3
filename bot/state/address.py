"""Addresses of databases as hosts and their providers write them.

A provider's address is made for libpq or for another library. What asyncpg knows by another name is
translated, what only tunes the other library is left out, and anything else is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from bot.state.errors import DatabaseUnavailable

_SQLITE = "sqlite:///"
_POSTGRESQL = ("postgresql", "postgres")
_FORM = "write sqlite:///FILE or postgresql://USER@HOST/NAME"
_PORT, _LAST_PORT = re.compile(r"[1-9][0-9]{0,4}"), 65_535

_KNOWN = frozenset({
    "application_name", "database", "dbname", "gsslib", "host", "krbsrvname", "options", "passfile",
    "password", "port", "service", "ssl_max_protocol_version", "ssl_min_protocol_version",
    "sslcert", "sslcrl", "sslkey", "sslmode", "sslnegotiation", "sslpassword", "sslrootcert",
    "target_session_attrs", "user",
})  # fmt: skip
"""The options that asyncpg reads from an address itself."""

_TIMEOUT = "connect_timeout"
_RENAMED = {"ssl": "sslmode", "timeout": _TIMEOUT, "fallback_application_name": "application_name"}
_SSL_MODES = {"true": "require", "false": "disable"}
_IGNORED = frozenset({
    "channel_binding", "client_encoding", "gssencmode", "keepalives", "keepalives_count",
    "keepalives_idle", "keepalives_interval", "tcp_user_timeout",  # libpq's
    "connection_limit", "pgbouncer", "pool_timeout", "socket_timeout", "supa",  # Prisma's
    "command_timeout", "prepared_statement_cache_size", "statement_cache_size",  # set here
})  # fmt: skip
"""Options that only tune another library, or that are not for the host to set."""


@dataclass(frozen=True)
class PostgresAddress:
    """An address for asyncpg, and the seconds that connecting may take, if it says so."""

    dsn: str
    timeout: float | None


def read(url: str) -> Path | PostgresAddress:
    """The file of a SQLite database, or the address of a PostgreSQL one.

    Raises DatabaseUnavailable if it is neither.
    """
    if url.startswith(_SQLITE):
        # All of it is the path: a folder's name may hold a percent sign or a question mark.
        return Path(_file(url.removeprefix(_SQLITE)))
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):  # ValueError: a port that is not a number
        raise DatabaseUnavailable(f"that is no address of a database; {_FORM}") from None
    if parsed.get_backend_name() not in _POSTGRESQL:
        raise DatabaseUnavailable(f"no database `{parsed.drivername}` here; {_FORM}")
    return _postgresql(parsed)


def _file(name: str) -> str:
    if name in ("", ":memory:"):  # state in memory would be lost
        raise DatabaseUnavailable(f"the address names no file; {_FORM}")
    return name


def _postgresql(url: URL) -> PostgresAddress:
    options: dict[str, str] = {}
    for name, value in url.query.items():
        if name not in _IGNORED:
            text = value if isinstance(value, str) else ",".join(value)  # several hosts
            options.setdefault(_RENAMED.get(name, name), text)
    timeout = options.pop(_TIMEOUT, None)
    if unknown := sorted(options.keys() - _KNOWN):
        raise DatabaseUnavailable(f"the address has an unknown option `{unknown[0]}`; remove it")
    _require_ports(url.port, *filter(None, options.get("port", "").split(",")))
    if mode := options.get("sslmode"):
        options["sslmode"] = _SSL_MODES.get(mode.lower(), mode)
    plain = url.set(drivername="postgresql", query=options)
    return PostgresAddress(plain.render_as_string(hide_password=False), _seconds(timeout))


def _require_ports(*ports: int | str | None) -> None:
    for port in ports:
        if port is not None and not _is_port(str(port)):
            raise DatabaseUnavailable(f"there is no port {port}; PostgreSQL's own is 5432")


def _is_port(text: str) -> bool:
    return bool(_PORT.fullmatch(text)) and int(text) <= _LAST_PORT


def _seconds(typed: str | None) -> float | None:
    """The seconds in an option; None without it, or if it asks for no limit."""
    try:
        return float(typed or 0) or None
    except ValueError:
        raise DatabaseUnavailable(f"`{typed}` in the address is not a number of seconds") from None
