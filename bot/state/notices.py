"""Notices to a server's moderators: rows that wait to be delivered.

One about a briefing or a digest is inserted in the transaction of its cause: if the process dies in
between, another one delivers it.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from sqlalchemy import ColumnElement, RowMapping, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.state.database import Database
from bot.state.servers import insert_servers
from bot.state.tables import notice, server

NoticeKind = Literal[
    "entry",  # of a briefing's audit log: a line in the log channel
    "request",  # for the approval of a briefing, or of an edit of its post
    "warning",  # that a briefing was not posted
    "digest",  # that a digest was not posted
    "setting",  # that a setting which protects moderators is about to change
    "correction",  # that one waits, and no log channel shows it
    "welcome",  # that the bot has arrived, for whoever added it
]


def _new_id() -> str:
    return secrets.token_hex(8)


@dataclass(frozen=True)
class Notice:
    """One notice. `about` is the briefing or correction, or which setting changes.

    `detail` depends on the kind: the id of the audit entry, the briefing's version, a reason, or
    the setting's new value as Discord's markdown. `member_id` is who asks or changes.
    """

    server_id: int
    kind: NoticeKind
    made_at: datetime
    about: str | None = None
    detail: str | None = None
    member_id: int | None = None
    notice_id: str = field(default_factory=_new_id)


class Notices:
    """The notices that are not delivered yet. Every method raises DatabaseUnavailable."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, made: Notice) -> None:
        """Insert a notice; one with the same id is inserted once."""
        async with self._database.transaction() as connection:
            await insert_servers(self._database, connection, [made.server_id])
            await connection.execute(
                self._database.insert(notice).values(_columns(made)).on_conflict_do_nothing()
            )
            await self._database.announce(connection)

    async def get(self, notice_id: str) -> Notice | None:
        """A notice that is not delivered yet, or None."""
        found = await self._all(notice.c.notice_id == notice_id)
        return found[0] if found else None

    async def due(self) -> tuple[str, ...]:
        """The ids of those to deliver, oldest first, but for servers that the bot left."""
        here = self._database.serves(server.c.server_id)
        found = await self._all(~notice.c.unreached, server.c.left_at.is_(None), here)
        return tuple(each.notice_id for each in found)

    async def due_in(self, server_id: int) -> tuple[str, ...]:
        """The ids of one server's notices to deliver, oldest first."""
        found = await self._all(~notice.c.unreached, notice.c.server_id == server_id)
        return tuple(each.notice_id for each in found)

    async def unreached(self, server_id: int) -> tuple[Notice, ...]:
        """The notices that reached nobody in a server, oldest first."""
        return await self._all(notice.c.unreached, notice.c.server_id == server_id)

    async def mark_unreached(self, notice_id: str) -> None:
        """Keep a notice that reached nobody for the next moderator who uses the bot."""
        async with self._database.transaction() as connection:
            await connection.execute(
                update(notice).where(notice.c.notice_id == notice_id).values(unreached=True)
            )

    async def end(self, notice_ids: Collection[str]) -> None:
        """Delete notices that are delivered or no longer needed."""
        async with self._database.transaction() as connection:
            await connection.execute(delete(notice).where(notice.c.notice_id.in_(notice_ids)))

    async def forget(self, made_before: datetime) -> None:
        """Delete older notices, which reached nobody."""
        async with self._database.transaction() as connection:
            await connection.execute(delete(notice).where(notice.c.made_at < made_before))

    async def _all(self, *conditions: ColumnElement[bool]) -> tuple[Notice, ...]:
        async with self._database.transaction() as connection:
            rows = await connection.execute(
                select(notice)
                .join(server)
                .where(*conditions)
                .order_by(notice.c.made_at, notice.c.kind, notice.c.notice_id)
            )
            return tuple(_notice(row) for row in rows.mappings())


async def insert_notices(connection: AsyncConnection, *made: Notice) -> None:
    """Insert notices, within the connection's transaction."""
    if made:
        await connection.execute(notice.insert(), [_columns(each) for each in made])


def _columns(made: Notice) -> dict[str, object]:
    return {
        "notice_id": made.notice_id,
        "server_id": made.server_id,
        "kind": made.kind,
        "about": made.about,
        "detail": made.detail,
        "member_id": made.member_id,
        "made_at": made.made_at,
    }


def _notice(row: RowMapping) -> Notice:
    return Notice(
        notice_id=row["notice_id"],
        server_id=row["server_id"],
        kind=row["kind"],
        about=row["about"],
        detail=row["detail"],
        member_id=row["member_id"],
        made_at=row["made_at"],
    )
