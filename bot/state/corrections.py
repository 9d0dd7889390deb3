"""Corrections of posts: which of a post's facts changed, and what a moderator did about it."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import ColumnElement, RowMapping, and_, delete, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.state.audit_log import AuditEntry, insert_audit_entry
from bot.state.database import Database
from bot.state.fact_versions import insert_facts
from bot.state.tables import briefing, correction, correction_fact, post

Settlement = Literal["posted", "edited", "dismissed"]

_OPEN = {"status": "open", "member_id": None, "settled_at": None}
_POST_IS_SENT = correction.c.post_id.in_(select(post.c.post_id).where(post.c.status == "sent"))
_REPLY_IS_DONE = exists().where(
    post.c.kind == "correction",
    post.c.name == correction.c.correction_id,
    post.c.status.not_in(("leased", "failed", "unknown")),
)


@dataclass(frozen=True)
class Correction:
    """What changed of a post. `facts` are the changed facts' present versions by key, never empty.

    `member_id` is the moderator who settled it; None if it is open, or was settled by a later
    change.
    """

    correction_id: str
    server_id: int
    post_id: str
    facts: Mapping[str, str]
    status: Literal["open", "posted", "edited", "dismissed"]
    member_id: int | None
    found_at: datetime


def correction_id(post_id: str, facts: Mapping[str, str]) -> str:
    """The id of a correction: 20 characters that follow from the post and what changed."""
    pairs = (f"{key}={version}" for key, version in sorted(facts.items()))
    what = " ".join([post_id, *pairs])
    return base64.b32encode(hashlib.sha256(what.encode()).digest())[:20].decode().lower()


class Corrections:
    """The corrections in the database. Every method raises DatabaseUnavailable."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def open_for_post(
        self, server_id: int, post_id: str, facts: Mapping[str, str], at: datetime
    ) -> Correction:
        """Store what changed of a post, once, and close what had changed before."""
        key = correction_id(post_id, facts)
        columns = {"server_id": server_id, "post_id": post_id, "found_at": at}
        # Reopen what a later change had closed, if that was changed back.
        was_superseded = and_(correction.c.status == "dismissed", correction.c.member_id.is_(None))
        async with self._database.transaction() as connection:
            of_post = correction.c.post_id == post_id, correction.c.status == "open"
            for known in await _read(connection, *of_post):
                if known.facts == facts:  # its id may be from a release with other versions
                    return known
            await connection.execute(
                self._database.insert(correction)
                .values(correction_id=key, status="open", **columns)
                .on_conflict_do_update(
                    index_elements=["correction_id"], set_=_OPEN, where=was_superseded
                )
            )
            await insert_facts(self._database, connection, correction_fact, {key: facts})
            await connection.execute(
                update(correction)
                .where(
                    correction.c.post_id == post_id,
                    correction.c.status == "open",
                    correction.c.correction_id != key,
                )
                .values(status="dismissed", settled_at=at)
            )
            (found,) = await _read(connection, correction.c.correction_id == key)
        return found

    async def get(self, correction_id: str) -> Correction | None:
        """A correction, or None."""
        async with self._database.transaction() as connection:
            found = await _read(connection, correction.c.correction_id == correction_id)
        return found[0] if found else None

    async def list_open(self, server_id: int | None = None) -> tuple[Correction, ...]:
        """The open corrections of one server, or of all served here, oldest first."""
        column = correction.c.server_id
        here = column == server_id if server_id else self._database.serves(column)
        async with self._database.transaction() as connection:
            return await _read(connection, correction.c.status == "open", here)

    async def settled_facts(self, post_id: str) -> dict[str, str]:
        """The latest versions, by key, of a post's facts that moderators have settled."""
        async with self._database.transaction() as connection:
            rows = await connection.execute(
                select(correction_fact.c.fact, correction_fact.c.version)
                .join(correction)
                .where(correction.c.post_id == post_id, correction.c.member_id.is_not(None))
                .order_by(correction.c.settled_at)
            )
            return {row.fact: row.version for row in rows}

    async def supersede(self, correction_id: str, at: datetime) -> None:
        """Close an open correction that is no longer needed."""
        async with self._database.transaction() as connection:
            await connection.execute(
                update(correction)
                .where(correction.c.correction_id == correction_id, correction.c.status == "open")
                .values(status="dismissed", settled_at=at)
            )

    async def unposted(self) -> tuple[Correction, ...]:
        """Corrections that a moderator had posted, but whose reply is not recorded as sent."""
        async with self._database.transaction() as connection:
            here = self._database.serves(correction.c.server_id)
            return await _read(connection, correction.c.status == "posted", ~_REPLY_IS_DONE, here)

    async def settle(
        self,
        correction_id: str,
        settlement: Settlement,
        briefing_id: str,
        member_id: int,
        at: datetime,
    ) -> bool:
        """Record what a moderator decided about a briefing; False if it was settled before.

        `edited` schedules an edit of the briefing's post; `posted` a reply, even if an earlier one
        failed.
        """
        async with self._database.transaction() as connection:
            settled = await connection.execute(
                update(correction)
                .where(correction.c.correction_id == correction_id, correction.c.status == "open")
                .values(status=settlement, member_id=member_id, settled_at=at)
            )
            if not settled.rowcount:
                return False
            if settlement == "edited":
                await _schedule_edit(connection, briefing_id, at)
            if settlement == "posted":
                await _forget_failed_reply(connection, correction_id)
            entry = AuditEntry(at, member_id, "corrected", settlement)
            await insert_audit_entry(connection, briefing_id, entry)
            await self._database.announce(connection)
        return True

    async def reopen(self, correction_id: str, briefing_id: str, failed: AuditEntry) -> bool:
        """Open a correction again whose reply failed, and log it.

        Returns False if it is not `posted`, or the corrected post is gone.
        """
        async with self._database.transaction() as connection:
            reopened = await connection.execute(
                update(correction)
                .where(
                    correction.c.correction_id == correction_id,
                    correction.c.status == "posted",
                    _POST_IS_SENT,
                )
                .values(_OPEN)
            )
            if reopened.rowcount:
                await insert_audit_entry(connection, briefing_id, failed)
            return reopened.rowcount == 1

    async def reopen_edited(self, post_id: str, asked_at: datetime) -> None:
        """Open the corrections again that an edit, asked for at an instant, failed to make."""
        async with self._database.transaction() as connection:
            await connection.execute(
                update(correction)
                .where(
                    correction.c.post_id == post_id,
                    correction.c.status == "edited",
                    correction.c.settled_at >= asked_at,
                    _POST_IS_SENT,
                )
                .values(_OPEN)
            )

    async def record_edit(
        self, server_id: int, post_id: str, facts: Mapping[str, str], at: datetime
    ) -> None:
        """Record that an edit brought a post up to date; closes its open corrections."""
        key = correction_id(post_id, facts)
        columns = {"server_id": server_id, "post_id": post_id, "found_at": at}
        edited = {"status": "edited", "settled_at": at}
        async with self._database.transaction() as connection:
            await connection.execute(
                self._database.insert(correction)
                .values(correction_id=key, **columns, **edited)
                .on_conflict_do_update(
                    index_elements=["correction_id"],
                    set_=edited,
                    where=correction.c.status.in_(("open", "dismissed")),
                )
            )
            await insert_facts(self._database, connection, correction_fact, {key: facts})
            await connection.execute(
                update(correction)
                .where(correction.c.post_id == post_id, correction.c.status == "open")
                .values(edited)
            )

    async def corrected_at(self, post_id: str) -> datetime | None:
        """When a post was last corrected, by an edit or by a reply; None if it never was."""
        async with self._database.transaction() as connection:
            rows = await connection.execute(
                select(func.max(correction.c.settled_at)).where(
                    correction.c.post_id == post_id,
                    correction.c.status.in_(("posted", "edited")),
                )
            )
            return rows.scalar_one()


async def _schedule_edit(connection: AsyncConnection, briefing_id: str, at: datetime) -> None:
    await connection.execute(
        update(briefing)
        .where(briefing.c.briefing_id == briefing_id)
        .values(version=briefing.c.version + 1, edit_at=func.coalesce(briefing.c.edit_at, at))
    )


async def _forget_failed_reply(connection: AsyncConnection, correction_id: str) -> None:
    await connection.execute(
        delete(post).where(
            post.c.kind == "correction",
            post.c.name == correction_id,
            post.c.status.not_in(("leased", "sent")),
        )
    )


async def _read(
    connection: AsyncConnection, *conditions: ColumnElement[bool]
) -> tuple[Correction, ...]:
    """The corrections that meet the conditions, oldest first."""
    # One statement: a second one might no longer see the same corrections.
    rows = await connection.execute(
        select(correction, correction_fact.c.fact, correction_fact.c.version)
        .join(correction_fact)
        .where(*conditions)
        .order_by(correction.c.found_at, correction.c.correction_id, correction_fact.c.fact)
    )
    found: dict[str, Correction] = {}
    facts: dict[str, dict[str, str]] = {}
    for row in rows.mappings():
        key: str = row["correction_id"]
        facts.setdefault(key, {})[row["fact"]] = row["version"]
        found.setdefault(key, _correction(row, facts[key]))
    return tuple(found.values())


def _correction(row: RowMapping, facts: Mapping[str, str]) -> Correction:
    return Correction(
        correction_id=row["correction_id"],
        server_id=row["server_id"],
        post_id=row["post_id"],
        facts=facts,
        status=row["status"],
        member_id=row["member_id"],
        found_at=row["found_at"],
    )
