"""A connection to SQLite that makes one hop to its thread a statement; aiosqlite's makes four.

A hop costs as much as a small statement. A transaction begins in that of its first statement.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import partial
from typing import Any, Self

import aiosqlite


class OneHopCursor:
    """What SQLAlchemy uses of aiosqlite's cursor. Rows are fetched with the statement."""

    description: object = None
    rowcount = -1
    lastrowid: int | None = None
    arraysize = 1

    def __init__(self, run: Callable[..., Awaitable[object]]) -> None:
        self._run = run
        self._rows: Sequence[object] = ()

    async def __aenter__(self) -> Self:
        """The cursor."""
        return self

    async def execute(self, statement: str, values: Sequence[object] = ()) -> Self:
        """Carry out a statement, and fetch its rows."""
        return await self._carry_out(sqlite3.Connection.execute, statement, values)

    async def executemany(self, statement: str, values: Iterable[Sequence[object]]) -> Self:
        """Carry out a statement once for each of several values."""
        return await self._carry_out(sqlite3.Connection.executemany, statement, values)

    async def fetchall(self) -> Sequence[object]:
        """The rows of the statement."""
        return self._rows

    async def close(self) -> None:
        """Do nothing: the rows are fetched."""

    async def _carry_out(self, execute: Callable[..., sqlite3.Cursor], *given: object) -> Self:
        await self._run(self._fetch, execute, *given)
        return self

    def _fetch(
        self, connection: sqlite3.Connection, execute: Callable[..., sqlite3.Cursor], *given: object
    ) -> None:
        cursor = execute(connection, *given)
        self._rows = cursor.fetchall()
        self.description, self.rowcount = cursor.description, cursor.rowcount
        self.lastrowid = cursor.lastrowid
        cursor.close()


class OneHopConnection(aiosqlite.Connection):
    """A connection whose cursors fetch their rows at once."""

    def __init__(self, connector: Callable[[], sqlite3.Connection]) -> None:
        super().__init__(connector, iter_chunk_size=1)
        self._thread.daemon = True  # it must not keep the process alive
        self._is_to_begin = False
        self._may_have_begun = False

    def cursor(self) -> Any:
        """A new cursor. Any: aiosqlite declares its own, of which SQLAlchemy uses only this."""
        return OneHopCursor(self._on_thread)

    def begin(self) -> None:
        """Begin a transaction with the next statement, whatever that is, and lock for writing."""
        self._is_to_begin = True

    async def commit(self) -> None:
        """Commit, if a transaction has begun."""
        await self._end(super().commit)

    async def rollback(self) -> None:
        """Roll back, if a transaction has begun."""
        await self._end(super().rollback)

    async def _end(self, end: Callable[[], Awaitable[None]]) -> None:
        self._is_to_begin = False
        if self._may_have_begun:
            await end()
            self._may_have_begun = False

    async def _on_thread(self, run: Callable[..., object], *given: object) -> object:
        begins, self._is_to_begin = self._is_to_begin, False
        self._may_have_begun = self._may_have_begun or begins
        return await self._execute(self._carry_out, begins, run, *given)  # pyright: ignore[reportUnknownMemberType] - untyped there

    def _carry_out(self, begins: bool, run: Callable[..., object], *given: object) -> object:
        if begins:
            # A transaction that reads first and writes later would fail at once if another writes.
            self._conn.execute("BEGIN IMMEDIATE")
        return run(self._conn, *given)


def connect(file: str, **options: object) -> OneHopConnection:
    """A connection to a file with options of sqlite3, open once it is awaited."""
    return OneHopConnection(partial(sqlite3.connect, file, **options))
