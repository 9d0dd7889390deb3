"""Tables that hold facts and their versions: one row per fact that a post, an answer, a correction
or a base has. The first column names the owner.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.state.database import Database


async def insert_facts(
    database: Database,
    connection: AsyncConnection,
    table: Table,
    facts: Mapping[str, Mapping[str, str]] | Mapping[int, Mapping[str, str]],
) -> None:
    """Insert the versions, by key, of each owner's facts; rows that exist stay as they are."""
    owner_column = table.columns[0].name
    rows = [
        {owner_column: owner_id, "fact": fact, "version": version}
        for owner_id, versions in facts.items()
        for fact, version in versions.items()
    ]
    if rows:
        await connection.execute(database.insert(table).on_conflict_do_nothing(), rows)


async def facts_of(
    connection: AsyncConnection, table: Table, owner_id: str | int
) -> dict[str, str]:
    """The versions of one owner's facts by key, in the order of the keys."""
    rows = await connection.execute(
        select(table.c.fact, table.c.version)
        .where(table.columns[0] == owner_id)
        .order_by(table.c.fact)
    )
    return {row.fact: row.version for row in rows}
