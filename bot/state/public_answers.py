"""Which facts the bot's public answers showed: ids only, so that corrections can be told later.

Answers wait in memory until `write`; losing a few in a crash is acceptable.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.state.database import Database
from bot.state.fact_versions import facts_of, insert_facts
from bot.state.servers import insert_servers
from bot.state.tables import answer, answer_fact, deletion

_MOST_WAITING = 5_000  # while the database is unavailable; later answers are not recorded


@dataclass(frozen=True)
class PublicAnswer:
    """A public answer: its message, and the versions of the facts that it shows by key."""

    message_id: int
    server_id: int
    channel_id: int
    facts: Mapping[str, str]
    answered_at: datetime


class PublicAnswers:
    """The public answers. `note` is cheap enough for a command; a background job calls `write`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: dict[int, PublicAnswer] = {}

    def note(self, answer: PublicAnswer) -> None:
        """Keep an answer in memory until it is written. No I/O."""
        if len(self._waiting) < _MOST_WAITING:
            self._waiting[answer.message_id] = answer

    async def write(self) -> None:
        """Write the waiting answers. Raises DatabaseUnavailable; they then keep waiting."""
        if not self._waiting:
            return
        async with self._database.transaction() as connection:
            # Read only now: while this waited for a connection, `drop` may have removed some.
            await self._drop_deleted(connection)
            batch = list(self._waiting.values())
            if not batch:
                return
            await insert_servers(self._database, connection, {each.server_id for each in batch})
            await connection.execute(
                self._database.insert(answer).on_conflict_do_nothing(index_elements=["message_id"]),
                [
                    {
                        "message_id": each.message_id,
                        "server_id": each.server_id,
                        "channel_id": each.channel_id,
                        "answered_at": each.answered_at,
                    }
                    for each in batch
                ],
            )
            shown = {each.message_id: each.facts for each in batch}
            await insert_facts(self._database, connection, answer_fact, shown)
        for each in batch:
            self._waiting.pop(each.message_id, None)

    def drop(self, server_id: int) -> None:
        """Forget a server's answers that are not written yet. No I/O."""
        self._waiting = {
            message_id: each
            for message_id, each in self._waiting.items()
            if each.server_id != server_id
        }

    async def _drop_deleted(self, connection: AsyncConnection) -> None:
        """Forget answers that were given before their server was deleted, by any process."""
        servers = {each.server_id for each in self._waiting.values()}
        rows = await connection.execute(select(deletion).where(deletion.c.server_id.in_(servers)))
        deleted = {row.server_id: row.deleted_at for row in rows}
        self._waiting = {
            message_id: each
            for message_id, each in self._waiting.items()
            if each.server_id not in deleted or each.answered_at > deleted[each.server_id]
        }

    async def facts(self, message_id: int) -> dict[str, str]:
        """The versions, by key, of the facts that an answer showed; empty if it is not known.

        Raises DatabaseUnavailable.
        """
        if unwritten := self._waiting.get(message_id):
            return dict(unwritten.facts)
        async with self._database.transaction() as connection:
            return await facts_of(connection, answer_fact, message_id)

    async def forget(self, answered_before: datetime) -> None:
        """Delete older answers, and the notes of older deletions. Raises DatabaseUnavailable."""
        async with self._database.transaction() as connection:
            await connection.execute(delete(answer).where(answer.c.answered_at < answered_before))
            await connection.execute(
                delete(deletion).where(deletion.c.deleted_at < answered_before)
            )
