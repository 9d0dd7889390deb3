"""Facts and their versions: one row per fact that a post, an answer, a correction or a base has.

The first column of such a table names the owner. What readers were shown of a fact is kept by its
version, once for all that refer to it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import Table, delete, select, union, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.state.database import Database
from bot.state.tables import (
    answer_fact,
    base_version_fact,
    correction_fact,
    fact_version,
    post_fact,
)

_TABLES: tuple[Table, ...] = (post_fact, answer_fact, correction_fact, base_version_fact)


class FactVersions:
    """What readers were shown of facts, by version. Every method raises DatabaseUnavailable."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def shown(self, versions: Collection[str]) -> dict[str, str]:
        """What facts showed in these versions, as JSON, as far as it is known."""
        async with self._database.transaction() as connection:
            rows = await connection.execute(
                select(fact_version).where(fact_version.c.version.in_(versions))
            )
            return {row.version: row.shown for row in rows}

    async def forget_unused(self) -> None:
        """Forget the versions that nothing refers to any more."""
        used = union(*(select(table.c.version) for table in _TABLES))
        async with self._database.transaction() as connection:
            await connection.execute(
                delete(fact_version).where(fact_version.c.version.not_in(used))
            )

    async def outdated(self) -> frozenset[tuple[str, str]]:
        """The keys and versions that release 0.2.0 wrote: today's versions begin with `v`."""
        found = union(
            *(
                select(table.c.fact, table.c.version).where(table.c.version.not_like("v%"))
                for table in _TABLES
            )
        )
        async with self._database.transaction() as connection:
            return frozenset((row.fact, row.version) for row in await connection.execute(found))

    async def replace(
        self, versions: Mapping[tuple[str, str], str], shown: Mapping[str, str]
    ) -> None:
        """Replace versions of facts, given by key and version, and keep what the new ones show."""
        async with self._database.transaction() as connection:
            await insert_shown(self._database, connection, shown)
            for (fact, version), new in versions.items():
                for table in _TABLES:
                    await connection.execute(
                        update(table)
                        .where(table.c.fact == fact, table.c.version == version)
                        .values(version=new)
                    )


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
        await connection.execute(database.insert_new(table), rows)


async def insert_shown(
    database: Database, connection: AsyncConnection, shown: Mapping[str, str]
) -> None:
    """Insert what facts show, by version; rows that exist stay as they are."""
    rows = [{"version": version, "shown": json} for version, json in shown.items()]
    if rows:
        await connection.execute(database.insert_new(fact_version), rows)


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
