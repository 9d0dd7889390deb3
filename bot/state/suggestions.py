"""What members say is wrong or missing, until a moderator has decided on it."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, Row, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.state.database import Database
from bot.state.servers import keep_servers
from bot.state.tables import server, suggestion

Decision = Literal["accepted", "declined"]

MOST = 5
"""Suggestions that a member may make in a server within any 24 hours."""

_WHILE = timedelta(days=1)


class TooMany(Exception):
    """A member has made as many suggestions as they may; carries when the next is taken."""

    def __init__(self, next_at: datetime) -> None:
        super().__init__(next_at)
        self.next_at = next_at


@dataclass(frozen=True)
class Suggestion:
    """What a member suggests about a thing or fact (None: about neither), with its source."""

    suggestion_id: str
    server_id: int
    member_id: int
    thing: str | None
    text: str
    source: str
    status: Literal["waiting", "accepted", "declined"]
    made_at: datetime
    decided_by: int | None = None


class Suggestions:
    """The suggestions in the database. Every method raises DatabaseUnavailable."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def make(
        self,
        server_id: int,
        member_id: int,
        thing: str | None,
        text: str,
        source: str,
        at: datetime,
    ) -> Suggestion:
        """Keep a suggestion for the server's moderators. Raises TooMany."""
        made = Suggestion(
            secrets.token_hex(4), server_id, member_id, thing, text, source, "waiting", at
        )
        async with self._database.transaction() as connection:
            await keep_servers(self._database, connection, [server_id])
            await _require_room(connection, made)
            await connection.execute(insert(suggestion).values(vars(made)))
        return made

    async def get(self, server_id: int, suggestion_id: str) -> Suggestion | None:
        """A suggestion that was made in a server, or None."""
        found = await self._all(
            suggestion.c.server_id == server_id, suggestion.c.suggestion_id == suggestion_id
        )
        return found[0] if found else None

    async def waiting(self, server_id: int) -> tuple[Suggestion, ...]:
        """What a server's moderators have not decided on yet, the oldest first."""
        return await self._all(
            suggestion.c.server_id == server_id, suggestion.c.status == "waiting"
        )

    async def by_member(self, server_id: int, member_id: int) -> tuple[Suggestion, ...]:
        """What a member has suggested in a server, the oldest first."""
        return await self._all(
            suggestion.c.server_id == server_id, suggestion.c.member_id == member_id
        )

    async def accepted(self) -> tuple[Suggestion, ...]:
        """What moderators of any server found worth the curator's time, the oldest first."""
        return await self._all(suggestion.c.status == "accepted")

    async def decide(
        self, server_id: int, suggestion_id: str, decision: Decision, member_id: int, at: datetime
    ) -> bool:
        """Keep a moderator's decision; False where it is decided already, or not there."""
        async with self._database.transaction() as connection:
            decided = await connection.execute(
                update(suggestion)
                .where(
                    suggestion.c.server_id == server_id,
                    suggestion.c.suggestion_id == suggestion_id,
                    suggestion.c.status == "waiting",
                )
                .values(status=decision, decided_by=member_id, decided_at=at)
            )
            return decided.rowcount == 1

    async def delete(self, server_id: int, member_id: int, suggestion_id: str) -> None:
        """Forget a suggestion of a member's own."""
        async with self._database.transaction() as connection:
            await connection.execute(
                delete(suggestion).where(
                    suggestion.c.server_id == server_id,
                    suggestion.c.member_id == member_id,
                    suggestion.c.suggestion_id == suggestion_id,
                )
            )

    async def settle(self, suggestion_ids: Collection[str]) -> frozenset[str]:
        """Forget accepted suggestions that the curator is done with; returns which there were."""
        async with self._database.transaction() as connection:
            gone = await connection.execute(
                delete(suggestion)
                .where(
                    suggestion.c.suggestion_id.in_(suggestion_ids),
                    suggestion.c.status == "accepted",
                )
                .returning(suggestion.c.suggestion_id)
            )
            return frozenset(gone.scalars())

    async def _all(self, *where: ColumnElement[bool]) -> tuple[Suggestion, ...]:
        async with self._database.transaction() as connection:
            rows = await connection.execute(
                select(suggestion)
                .where(*where)
                .order_by(suggestion.c.made_at, suggestion.c.suggestion_id)
            )
            return tuple(_suggestion(row) for row in rows)


async def _require_room(connection: AsyncConnection, made: Suggestion) -> None:
    """Raise TooMany where a member's latest suggestions are too close together for one more."""
    # Held until the end, so that two made at once are counted one after the other.
    await connection.execute(
        select(server.c.server_id).where(server.c.server_id == made.server_id).with_for_update()
    )
    rows = await connection.execute(
        select(suggestion.c.made_at)
        .where(
            suggestion.c.server_id == made.server_id,
            suggestion.c.member_id == made.member_id,
            suggestion.c.made_at > made.made_at - _WHILE,
        )
        .order_by(suggestion.c.made_at.desc())
        .limit(MOST)
    )
    latest = rows.scalars().all()
    if len(latest) == MOST:
        raise TooMany(latest[-1] + _WHILE)


def _suggestion(row: Row[Any]) -> Suggestion:
    return Suggestion(
        row.suggestion_id,
        row.server_id,
        row.member_id,
        row.thing,
        row.text,
        row.source,
        row.status,
        row.made_at,
        row.decided_by,
    )
