"""Which facts the bot's public answers showed: ids only, written behind, and losable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select

from bot.state.database import Database
from bot.state.tables import answer, server

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
        self._waiting: list[Answered] = []

    def note(self, answered: Answered) -> None:
        """Keep a public answer in memory until it is written. No I/O."""
        if len(self._waiting) < _MOST_KEPT:
            self._waiting.append(answered)

    async def write(self) -> None:
        """Write what waits. Raises StateAway, and then it waits on."""
        if not self._waiting:
            return
        batch = list(self._waiting)
        async with self._database.transaction() as connection:
            await connection.execute(
                self._database.insert(server).on_conflict_do_nothing(index_elements=["server_id"]),
                [{"server_id": server_id} for server_id in {each.server_id for each in batch}],
            )
            await connection.execute(
                self._database.insert(answer).on_conflict_do_nothing(index_elements=["message_id"]),
                [vars(each) | {"facts": _packed(each.facts)} for each in batch],
            )
        del self._waiting[: len(batch)]

    async def facts(self, message_id: int) -> dict[str, str]:
        """The facts that an answer showed, by key; none where it is not known (any more)."""
        waiting = (each.facts for each in self._waiting if each.message_id == message_id)
        if (unwritten := next(waiting, None)) is not None:
            return dict(unwritten)
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
