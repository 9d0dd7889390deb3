"""The row of a server. Everything stored about a server refers to it and is deleted with it."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.state.database import Database
from bot.state.tables import server


async def insert_servers(
    database: Database, connection: AsyncConnection, server_ids: Iterable[int]
) -> None:
    """Insert the rows of servers that have none yet, within the connection's transaction."""
    await connection.execute(
        database.insert(server).on_conflict_do_nothing(index_elements=["server_id"]),
        [{"server_id": server_id} for server_id in server_ids],
    )
