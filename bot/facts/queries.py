"""One statement to a built base, and its rows as records."""

from __future__ import annotations

import asyncio
import json
from collections import OrderedDict
from collections.abc import Iterable
from typing import Any, Generic, TypeVar

import aiosqlite
from pydantic import BaseModel

KEPT = 2_000
"""Decoded records of a table: all of a small base, and of a large one those that were used last."""

_AT_ONCE = 50  # records, each of which may take a third of a millisecond to decode

Model = TypeVar("Model", bound=BaseModel)

Row = tuple[Any, ...]
"""A row; Any, as its types depend on the statement."""


async def fetch(db: aiosqlite.Connection, statement: str, **values: object) -> list[Row]:
    """The rows of a statement."""
    # `execute_fetchall` makes one hop to the connection's thread; a cursor makes three.
    return [tuple(row) for row in await db.execute_fetchall(statement, values)]


class Decoded(Generic[Model]):
    """Records by their keys; those that were used last are kept, as decoding takes long."""

    def __init__(self, model: type[Model]) -> None:
        self._model = model
        self._kept: OrderedDict[str, Model] = OrderedDict()

    def kept(self, key: str) -> Model | None:
        """The record with a key, if it is kept."""
        if record := self._kept.get(key):
            self._kept.move_to_end(key)
        return record

    def get(self, key: str, record: str | bytes) -> Model:
        """A record from what is kept, or else from its JSON."""
        if kept := self.kept(key):
            return kept
        self._kept[key] = decoded = self._model.model_validate_json(record)
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return decoded


class Records(Generic[Model]):
    """The records of one table of an open base, by their keys."""

    def __init__(
        self, db: aiosqlite.Connection, model: type[Model], table: str, key: str = "id"
    ) -> None:
        self._db = db
        self._decoded = Decoded(model)
        self._statement = f"SELECT {key}, record FROM {table}"
        self._of_keys = f"WHERE {key} IN (SELECT value FROM json_each(:keys))"

    async def where(self, rest: str, **values: object) -> tuple[Model, ...]:
        """The records of the rows that the rest of a statement selects, in its order."""
        return await self.decode_all(await fetch(self._db, f"{self._statement} {rest}", **values))

    async def decode_all(self, rows: Iterable[Row]) -> tuple[Model, ...]:
        """The records of rows of a key and JSON; other answers go on meanwhile."""
        found = list[Model]()
        for key, record in rows:
            if found and not len(found) % _AT_ONCE:
                await asyncio.sleep(0)  # to decode all at once would hold up every other answer
            found.append(self._decoded.get(key, record))
        return tuple(found)

    def decoded(self, key: str, record: str) -> Model:
        """The record with this key, whose JSON was read already."""
        return self._decoded.get(key, record)

    async def get(self, key: str) -> Model | None:
        """The record with this key, or None."""
        return next(iter(await self.of([key])), None)

    async def of(self, keys: Iterable[str]) -> tuple[Model, ...]:
        """The records that have one of these keys, in the order of the keys."""
        keys = tuple(keys)
        found = {key: kept for key in keys if (kept := self._decoded.kept(key))}
        missing = [key for key in keys if key not in found]
        if missing:
            rows = await fetch(
                self._db, f"{self._statement} {self._of_keys}", keys=json.dumps(missing)
            )
            found.update((key, self._decoded.get(key, record)) for key, record in rows)
        return tuple(found[key] for key in keys if key in found)
