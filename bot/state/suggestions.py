"""Members' suggestions: what they think is wrong or missing, for moderators to decide on."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import ColumnElement, RowMapping, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.state.database import Database
from bot.state.servers import insert_servers
from bot.state.tables import server, suggestion, suggestion_sent

Decision = Literal["accepted", "declined"]
SuggestionStatus = Literal["waiting", Decision]

MOST = 5
"""Suggestions that a member may make in a server within any 24 hours."""

_WHILE = timedelta(days=1)


class TooMany(Exception):
    """A member has made as many suggestions as they may; carries when they may make another."""

    def __init__(self, next_at: datetime) -> None:
        super().__init__(next_at)
        self.next_at = next_at


@dataclass(frozen=True)
class Suggestion:
    """What a member suggests, with their source. `thing` is a thing or fact, None for neither."""

    suggestion_id: str
    server_id: int
    member_id: int
    thing: str | None
    text: str
    source: str
    status: SuggestionStatus
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
        """Store a suggestion for the server's moderators. Raises TooMany."""
        made = Suggestion(
            secrets.token_hex(4), server_id, member_id, thing, text, source, "waiting", at
        )
        async with self._database.transaction() as connection:
            await insert_servers(self._database, connection, [server_id])
            await _require_quota(connection, made)
            await connection.execute(insert(suggestion).values(_columns(made)))
            await connection.execute(
                insert(suggestion_sent).values(
                    suggestion_id=made.suggestion_id,
                    server_id=server_id,
                    member_id=member_id,
                    sent_at=at,
                )
            )
        return made

    async def get(self, server_id: int, suggestion_id: str) -> Suggestion | None:
        """A suggestion that was made in a server, or None."""
        found = await self._all(
            suggestion.c.server_id == server_id, suggestion.c.suggestion_id == suggestion_id
        )
        return found[0] if found else None

    async def waiting(self, server_id: int) -> tuple[Suggestion, ...]:
        """A server's suggestions that are not decided yet, oldest first."""
        return await self._all(
            suggestion.c.server_id == server_id, suggestion.c.status == "waiting"
        )

    async def by_member(self, server_id: int, member_id: int) -> tuple[Suggestion, ...]:
        """A member's suggestions in a server, oldest first."""
        return await self._all(
            suggestion.c.server_id == server_id, suggestion.c.member_id == member_id
        )

    async def accepted(self) -> tuple[Suggestion, ...]:
        """The suggestions that moderators of any server accepted, oldest first."""
        return await self._all(suggestion.c.status == "accepted")

    async def decide(
        self, server_id: int, suggestion_id: str, decision: Decision, member_id: int, at: datetime
    ) -> bool:
        """Record a moderator's decision; False if it is decided already or does not exist."""
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
        """Delete a member's own suggestion."""
        async with self._database.transaction() as connection:
            await connection.execute(
                delete(suggestion).where(
                    suggestion.c.server_id == server_id,
                    suggestion.c.member_id == member_id,
                    suggestion.c.suggestion_id == suggestion_id,
                )
            )

    async def forget_member(self, member_id: int) -> int:
        """Delete all that a member has suggested, in every server; returns how many there were."""
        async with self._database.transaction() as connection:
            deleted = await connection.execute(
                delete(suggestion).where(suggestion.c.member_id == member_id)
            )
            await connection.execute(
                delete(suggestion_sent).where(suggestion_sent.c.member_id == member_id)
            )
            return deleted.rowcount

    async def forget_sent(self, now: datetime) -> None:
        """Forget when members sent suggestions, once that no longer counts."""
        async with self._database.transaction() as connection:
            await connection.execute(
                delete(suggestion_sent).where(suggestion_sent.c.sent_at <= now - _WHILE)
            )

    async def settle(self, suggestion_ids: Collection[str]) -> frozenset[str]:
        """Delete accepted suggestions that the curator is done with; returns the ids found."""
        async with self._database.transaction() as connection:
            deleted = await connection.execute(
                delete(suggestion)
                .where(
                    suggestion.c.suggestion_id.in_(suggestion_ids),
                    suggestion.c.status == "accepted",
                )
                .returning(suggestion.c.suggestion_id)
            )
            return frozenset(deleted.scalars())

    async def _all(self, *conditions: ColumnElement[bool]) -> tuple[Suggestion, ...]:
        async with self._database.transaction() as connection:
            rows = await connection.execute(
                select(suggestion)
                .where(*conditions)
                .order_by(suggestion.c.made_at, suggestion.c.suggestion_id)
            )
            return tuple(_suggestion(row) for row in rows.mappings())


async def _require_quota(connection: AsyncConnection, made: Suggestion) -> None:
    """Raise TooMany if a member has sent MOST suggestions within the last day, kept or deleted."""
    # Locked until the transaction ends, so that two suggestions made at once are both counted.
    await connection.execute(
        select(server.c.server_id).where(server.c.server_id == made.server_id).with_for_update()
    )
    rows = await connection.execute(
        select(suggestion_sent.c.sent_at)
        .where(
            suggestion_sent.c.server_id == made.server_id,
            suggestion_sent.c.member_id == made.member_id,
            suggestion_sent.c.sent_at > made.made_at - _WHILE,
        )
        .order_by(suggestion_sent.c.sent_at.desc())
        .limit(MOST)
    )
    latest = rows.scalars().all()
    if len(latest) == MOST:
        raise TooMany(latest[-1] + _WHILE)


def _columns(made: Suggestion) -> dict[str, object]:
    return {
        "suggestion_id": made.suggestion_id,
        "server_id": made.server_id,
        "member_id": made.member_id,
        "thing": made.thing,
        "text": made.text,
        "source": made.source,
        "status": made.status,
        "made_at": made.made_at,
    }


def _suggestion(row: RowMapping) -> Suggestion:
    return Suggestion(
        suggestion_id=row["suggestion_id"],
        server_id=row["server_id"],
        member_id=row["member_id"],
        thing=row["thing"],
        text=row["text"],
        source=row["source"],
        status=row["status"],
        made_at=row["made_at"],
        decided_by=row["decided_by"],
    )
