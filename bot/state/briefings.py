"""Moderators' briefings: their text, status, approval and due time.

A briefing belongs to its server, not to its author. Every change increments its version; a change
based on an older version is refused, so nobody overwrites what they have not seen.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import RowMapping, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.state.audit_log import AuditAction, AuditEntry, audit_entries, insert_audit_entry
from bot.state.database import Database
from bot.state.plan import Plan, plan_changes, plan_columns, plan_from
from bot.state.posts import MessageRef
from bot.state.servers import insert_servers
from bot.state.tables import briefing, correction, post, server

Status = Literal[
    "draft",  # being written
    "waiting",  # for a second moderator
    "ready",  # posted when it is due
    "posting",  # being sent to Discord: nobody can change it any more
    "posted",
    "cancelled",
    "blocked",  # could not be posted; a moderator must act
]
ENDED: tuple[Status, ...] = ("posted", "cancelled")


@dataclass(frozen=True)
class Briefing:
    """A briefing in its present version.

    `author_id` last changed its text, and so signs it; `approver_id` approved it. `due_at` is when
    it is posted, None before it is ready. `base_version` is the base that its text was last
    written or reviewed with. `reason` says why it is blocked or held back. `edit_at` is when its
    post is edited to match it; None if it matches.
    """

    briefing_id: str
    server_id: int
    version: int
    status: Status
    plan: Plan
    author_id: int
    base_version: str | None
    changed_at: datetime
    approver_id: int | None = None
    due_at: datetime | None = None
    reason: str | None = None
    edit_at: datetime | None = None


def signer(old: Briefing, plan: Plan, member_id: int) -> int:
    """The author of a briefing whose plan a member has changed: a new text is the member's own."""
    return member_id if plan.text != old.plan.text else old.author_id


class EditConflict(Exception):
    """The briefing has a newer version; carries it, or None if the briefing was deleted."""

    def __init__(self, present: Briefing | None) -> None:
        super().__init__(present)
        self.present = present


class Briefings:
    """The briefings in the database. Every method raises DatabaseUnavailable.

    Methods that take the `old` briefing raise EditConflict if it has a newer version.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(
        self, server_id: int, plan: Plan, base_version: str, member_id: int, at: datetime
    ) -> Briefing:
        """Create a draft."""
        made = Briefing(
            briefing_id=secrets.token_hex(4),
            server_id=server_id,
            version=1,
            status="draft",
            plan=plan,
            author_id=member_id,
            base_version=base_version,
            changed_at=at,
        )
        async with self._database.transaction() as connection:
            await insert_servers(self._database, connection, [server_id])
            await connection.execute(insert(briefing).values(_columns(made)))
            entry = AuditEntry(at, member_id, "began")
            await insert_audit_entry(connection, made.briefing_id, entry)
        return made

    async def get(self, briefing_id: str) -> Briefing | None:
        """A briefing, or None."""
        async with self._database.transaction() as connection:
            return await self._read(connection, briefing_id)

    async def of_server(self, server_id: int, most: int = 25) -> tuple[Briefing, ...]:
        """A server's briefings, most recently changed first."""
        async with self._database.transaction() as connection:
            rows = await connection.execute(
                select(briefing)
                .where(briefing.c.server_id == server_id)
                .order_by(briefing.c.changed_at.desc(), briefing.c.briefing_id)
                .limit(most)
            )
            return tuple(_briefing(row) for row in rows.mappings())

    async def next_due(self) -> dict[str, datetime]:
        """When each ready briefing is due, except those of servers that the bot left."""
        async with self._database.transaction() as connection:
            rows = await connection.execute(
                select(briefing.c.briefing_id, briefing.c.due_at)
                .join(server)
                .where(briefing.c.status.in_(("ready", "posting")), server.c.left_at.is_(None))
            )
            return {row.briefing_id: row.due_at for row in rows}

    async def rewrite(
        self, old: Briefing, plan: Plan, base_version: str, member_id: int, at: datetime
    ) -> Briefing:
        """Change what a briefing says, or where and when it is posted; it becomes a draft again.

        A member who changes its text becomes its author.
        """
        values = {
            **plan_columns(plan),
            "status": "draft",
            "author_id": signer(old, plan, member_id),
            "approver_id": None,
            "due_at": None,
            "base_version": base_version,
            "reason": None,
        }
        return await self._change(old, values, at, _edited(old, plan, member_id, at))

    async def rewrite_posted(
        self, old: Briefing, plan: Plan, member_id: int, at: datetime
    ) -> Briefing:
        """Change what a posted briefing says, and have its post edited."""
        values = {**plan_columns(plan), "edit_at": old.edit_at or at}
        return await self._change(old, values, at, _edited(old, plan, member_id, at))

    async def mark_reviewed(self, old: Briefing, base_version: str, at: datetime) -> Briefing:
        """Note with which base a moderator last reviewed a briefing."""
        return await self._change(old, {"base_version": base_version}, at)

    async def begin_posting(self, old: Briefing, at: datetime) -> Briefing:
        """Lock a briefing against changes while it is being sent."""
        return await self._change(old, {"status": "posting"}, at)

    async def edits(self) -> dict[str, datetime]:
        """When the post of each briefing is to be edited, if it is."""
        async with self._database.transaction() as connection:
            rows = await connection.execute(
                select(briefing.c.briefing_id, briefing.c.edit_at)
                .join(server)
                .where(briefing.c.edit_at.is_not(None), server.c.left_at.is_(None))
            )
            return {row.briefing_id: row.edit_at for row in rows}

    async def end_edit(self, old: Briefing, at: datetime) -> None:
        """Note that a post matches `old`; if there is a newer version, edit it again at `at`."""
        this = briefing.c.briefing_id == old.briefing_id
        is_old = briefing.c.version == old.version
        async with self._database.transaction() as connection:
            await connection.execute(update(briefing).where(this, is_old).values(edit_at=None))
            # Another process already made the later edit, and this one has undone it.
            await connection.execute(
                update(briefing)
                .where(this, ~is_old, briefing.c.edit_at.is_(None))
                .values(edit_at=at)
            )
            await self._database.announce(connection)

    async def move(
        self,
        old: Briefing,
        status: Status,
        kind: AuditAction,
        at: datetime,
        member_id: int | None,
        detail: str | None = None,
        **values: object,
    ) -> Briefing:
        """Move a briefing to another status, and set the columns `values`."""
        entry = AuditEntry(at, member_id, kind, detail)
        return await self._change(old, {"status": status, **values}, at, entry)

    async def mark_deleted(
        self, briefing_id: str, post_id: str, message_ref: MessageRef, member_id: int, at: datetime
    ) -> None:
        """Note that a briefing's post was deleted, and dismiss its open corrections."""
        async with self._database.transaction() as connection:
            await connection.execute(
                update(correction)
                .where(correction.c.post_id == post_id, correction.c.status == "open")
                .values(status="dismissed", member_id=member_id, settled_at=at)
            )
            await connection.execute(
                update(briefing).where(briefing.c.briefing_id == briefing_id).values(edit_at=None)
            )
            await connection.execute(
                update(post).where(post.c.post_id == post_id).values(status="deleted")
            )
            entry = AuditEntry(at, member_id, "deleted", message_ref.link)
            await insert_audit_entry(connection, briefing_id, entry)
            await self._database.announce(connection)

    async def add_audit_entry(self, briefing_id: str, entry: AuditEntry) -> None:
        """Log an action that does not change the briefing."""
        async with self._database.transaction() as connection:
            await insert_audit_entry(connection, briefing_id, entry)

    async def audit_log(self, briefing_id: str) -> tuple[AuditEntry, ...]:
        """A briefing's log, oldest entry first."""
        async with self._database.transaction() as connection:
            return await audit_entries(connection, briefing_id)

    async def forget(self, changed_before: datetime) -> None:
        """Delete posted and cancelled briefings that were last changed before an instant."""
        async with self._database.transaction() as connection:
            await connection.execute(
                delete(briefing).where(
                    briefing.c.status.in_(ENDED), briefing.c.changed_at < changed_before
                )
            )

    async def _change(
        self,
        old: Briefing,
        values: Mapping[str, object],
        at: datetime,
        entry: AuditEntry | None = None,
    ) -> Briefing:
        async with self._database.transaction() as connection:
            changed = await connection.execute(
                update(briefing)
                .where(briefing.c.briefing_id == old.briefing_id, briefing.c.version == old.version)
                .values(version=old.version + 1, changed_at=at, **values)
            )
            present = await self._read(connection, old.briefing_id)
            if not changed.rowcount or not present:
                raise EditConflict(present)
            if entry:
                await insert_audit_entry(connection, old.briefing_id, entry)
            await self._database.announce(connection)
        return present

    async def _read(self, connection: AsyncConnection, briefing_id: str) -> Briefing | None:
        rows = await connection.execute(
            select(briefing).where(briefing.c.briefing_id == briefing_id)
        )
        row = rows.mappings().one_or_none()
        return _briefing(row) if row else None


def _edited(old: Briefing, plan: Plan, member_id: int, at: datetime) -> AuditEntry:
    return AuditEntry(at, member_id, "edited", changes=plan_changes(old.plan, plan))


def _columns(made: Briefing) -> dict[str, object]:
    return {
        **plan_columns(made.plan),
        "briefing_id": made.briefing_id,
        "server_id": made.server_id,
        "version": made.version,
        "status": made.status,
        "author_id": made.author_id,
        "base_version": made.base_version,
        "changed_at": made.changed_at,
    }


def _briefing(row: RowMapping) -> Briefing:
    return Briefing(
        briefing_id=row["briefing_id"],
        server_id=row["server_id"],
        version=row["version"],
        status=row["status"],
        plan=plan_from(row),
        author_id=row["author_id"],
        approver_id=row["approver_id"],
        due_at=row["due_at"],
        base_version=row["base_version"],
        reason=row["reason"],
        edit_at=row["edit_at"],
        changed_at=row["changed_at"],
    )
