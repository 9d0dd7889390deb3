"""Which facts the bot's public answers showed: ids only, written behind, and losable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select

from bot.state.database import Database
from bot.state.servers import keep_servers
from bot.state.tables import answer

_MOST_KEPT = 5_000  # answers that wait to be written; more are lost where the state is away


@dataclass(frozen=True)
class Answered:
    """A public answer: where it stands, and the versions of its facts by key."""

    message_id: int
    server_id: int
    channel_id: int
    facts: Mapping[str, str]
    answered_at: datetime


class Answers:
    """The public answers. `note` is for the way of a command; everything else may wait."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: dict[int, Answered] = {}

    def note(self, answered: Answered) -> None:
        """Keep a public answer in memory until it is written. No I/O."""
        if len(self._waiting) < _MOST_KEPT:
            self._waiting[answered.message_id] = answered

    async def write(self) -> None:
        """Write what waits. Raises DatabaseUnavailable, and then it waits on."""
        if not self._waiting:
            return
        async with self._database.transaction() as connection:
            # Looked at only now: a server's may have been dropped, and its row deleted, meanwhile.
            batch = list(self._waiting.values())
            if not batch:
                return
            await keep_servers(self._database, connection, {each.server_id for each in batch})
            await connection.execute(
                self._database.insert(answer).on_conflict_do_nothing(index_elements=["message_id"]),
                [vars(each) | {"facts": _packed(each.facts)} for each in batch],
            )
        for each in batch:
            self._waiting.pop(each.message_id, None)

    def drop(self, server_id: int) -> None:
        """Forget the answers in a server that are not written yet. No I/O."""
        self._waiting = {
            message_id: each
            for message_id, each in self._waiting.items()
            if each.server_id != server_id
        }

    async def facts(self, message_id: int) -> dict[str, str]:
        """The facts that an answer showed, by key; none where it is not known (any more)."""
        if unwritten := self._waiting.get(message_id):
            return dict(unwritten.facts)
        async with self._database.transaction() as connection:
            rows = await connection.execute(
                select(answer.c.facts).where(answer.c.message_id == message_id)
            )
            packed = rows.scalar_one_or_none()
        pairs = (pair.partition("=") for pair in (packed or "").split())
        return {key: version for key, _, version in pairs}

    async def forget(self, answered_before: datetime) -> None:
        """Delete what was answered before an instant."""
        async with self._database.transaction() as connection:
            await connection.execute(delete(answer).where(answer.c.answered_at < answered_before))


def _packed(facts: Mapping[str, str]) -> str:
    return " ".join(f"{key}={version}" for key, version in facts.items())
