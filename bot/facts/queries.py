"""One statement to a built base, and its rows as records."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, TypeVar, cast

import aiosqlite
from pydantic import BaseModel

Model = TypeVar("Model", bound=BaseModel)

Row = tuple[Any, ...]
"""A row; its types depend on the statement."""


async def fetch(db: aiosqlite.Connection, statement: str, **values: object) -> list[Row]:
    """The rows of a statement."""
    # `execute_fetchall` makes one hop to the connection's thread; a cursor makes three.
    return [tuple(row) for row in await db.execute_fetchall(statement, values)]


def records(model: type[Model], rows: list[Row]) -> tuple[Model, ...]:
    """The first column of rows, decoded."""
    return tuple(cast(Model, _decoded(model, row[0])) for row in rows)


@lru_cache(maxsize=8192)  # decoding takes longer than the rest of a reply
def _decoded(model: type[BaseModel], record: str) -> BaseModel:
    return model.model_validate_json(record)
