"""One statement to a built base, and its rows as records."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Iterable
from typing import Any, Generic, TypeVar

import aiosqlite
from pydantic import BaseModel

KEPT = 2_000
"""Decoded records of a table: all of a small base, and of a large one those that were used last."""

Model = TypeVar("Model", bound=BaseModel)

Row = tuple[Any, ...]
"""A row; its types depend on the statement."""


async def fetch(db: aiosqlite.Connection, statement: str, **values: object) -> list[Row]:
    """The rows of a statement."""
    # `execute_fetchall` makes one hop to the connection's thread; a cursor makes three.
    return [tuple(row) for row in await db.execute_fetchall(statement, values)]


class Records(Generic[Model]):
    """The records of one table of an open base, by their keys.

    Those that were used last are kept, because decoding one takes longer than to find it.
    """

    def __init__(
        self, db: aiosqlite.Connection, model: type[Model], table: str, key: str = "id"
    ) -> None:
        self._db = db
        self._model = model
        self._statement = f"SELECT {key}, record FROM {table}"
        self._of_keys = f"WHERE {key} IN (SELECT value FROM json_each(:keys))"
        self._kept: OrderedDict[str, Model] = OrderedDict()

    async def where(self, rest: str, **values: object) -> tuple[Model, ...]:
        """The records of the rows that the rest of a statement selects, in its order."""
        rows = await fetch(self._db, f"{self._statement} {rest}", **values)
        return tuple(self._decoded(key, record) for key, record in rows)

    async def get(self, key: str) -> Model | None:
        """The record with this key, or None."""
        return next(iter(await self.of([key])), None)

    async def of(self, keys: Iterable[str]) -> tuple[Model, ...]:
        """The records that have one of these keys, in the order of the keys."""
        keys = tuple(keys)
        found: dict[str, Model] = {}
        for key in keys:
            if kept := self._kept.get(key):
                found[key] = kept
                self._kept.move_to_end(key)
        missing = [key for key in keys if key not in found]
        if missing:
            rows = await fetch(
                self._db, f"{self._statement} {self._of_keys}", keys=json.dumps(missing)
            )
            found.update((key, self._decoded(key, record)) for key, record in rows)
        return tuple(found[key] for key in keys if key in found)

    def _decoded(self, key: str, record: str) -> Model:
        """A record from what is kept, or else from its JSON."""
        if key not in self._kept:
            self._kept[key] = self._model.model_validate_json(record)
        self._kept.move_to_end(key)
        decoded = self._kept[key]
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return decoded
