"""Moderators' briefings: their text, status, approval and due time.

A briefing belongs to its server, not to its author.
"""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy import delete, insert, select

from bot.state.audit_log import (
    AuditAction,
    AuditEntry,
    audit_entries,
    audit_entry_of,
    insert_audit_entry,
)
from bot.state.briefing_plan import BriefingPlan, plan_changes, plan_columns
from bot.state.briefing_record import (
    Briefing,
    BriefingStatus,
    briefing_columns,
    briefing_from,
    change_briefing,
    read_briefing,
)
from bot.state.database import Database
from bot.state.servers import insert_servers
from bot.state.tables import briefing, server

ENDED: tuple[BriefingStatus, ...] = ("posted", "cancelled")


def signer(old: Briefing, plan: BriefingPlan, member_id: int) -> int:
    """The author of a briefing whose plan a member has changed: a new text is the member's own."""
    return member_id if plan.text != old.plan.text else old.author_id


class Briefings:
    """The briefings in the database. Every method raises DatabaseUnavailable.

    Methods that take the `old` briefing raise EditConflict if it has a newer version.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(
        self, server_id: int, plan: BriefingPlan, base_version: str, member_id: int, at: datetime
    ) -> Briefing:
        """Create a draft."""
        made = Briefing(
            briefing_id=secrets.token_hex(4),
            server_id=server_id,
            version=1,
            status="draft",
            plan=plan,
            author_id=member_id,
            changed_by=member_id,
            base_version=base_version,
            changed_at=at,
        )
        async with self._database.transaction() as connection:
            await insert_servers(self._database, connection, [server_id])
            await connection.execute(insert(briefing).values(briefing_columns(made)))
            entry = AuditEntry(at, member_id, "began")
            await insert_audit_entry(connection, made.briefing_id, entry)
        return made

    async def get(self, briefing_id: str) -> Briefing | None:
        """A briefing, or None."""
        async with self._database.transaction() as connection:
            return await read_briefing(connection, briefing_id)

    async def of_server(self, server_id: int, most: int = 25) -> tuple[Briefing, ...]:
        """A server's briefings, most recently changed first."""
        async with self._database.transaction() as connection:
            rows = await connection.execute(
                select(briefing)
                .where(briefing.c.server_id == server_id)
                .order_by(briefing.c.changed_at.desc(), briefing.c.briefing_id)
                .limit(most)
            )
            return tuple(briefing_from(row) for row in rows.mappings())

    async def next_due(self) -> dict[str, datetime]:
        """When each ready briefing is due, except those of servers that the bot left."""
        async with self._database.transaction() as connection:
            rows = await connection.execute(
                select(briefing.c.briefing_id, briefing.c.due_at)
                .join(server)
                .where(
                    briefing.c.status.in_(("ready", "posting")),
                    server.c.left_at.is_(None),
                    self._database.serves(server.c.server_id),
                )
            )
            return {row.briefing_id: row.due_at for row in rows}

    async def rewrite(
        self, old: Briefing, plan: BriefingPlan, base_version: str, member_id: int, at: datetime
    ) -> Briefing:
        """Change what a briefing says, or where and when it is posted; it becomes a draft again.

        A member who changes its text becomes its author.
        """
        values = {
            **plan_columns(plan),
            "status": "draft",
            "author_id": signer(old, plan, member_id),
            "changed_by": member_id,
            "approver_id": None,
            "due_at": None,
            "base_version": base_version,
            "reason": None,
        }
        entry = AuditEntry(at, member_id, "edited", changes=plan_changes(old.plan, plan))
        return await change_briefing(self._database, old, values, at, entry)

    async def mark_reviewed(self, old: Briefing, base_version: str, at: datetime) -> Briefing:
        """Note with which base a moderator last reviewed a briefing."""
        return await change_briefing(self._database, old, {"base_version": base_version}, at)

    async def begin_posting(self, old: Briefing, at: datetime) -> Briefing:
        """Lock a briefing against changes while it is being sent."""
        return await change_briefing(self._database, old, {"status": "posting"}, at)

    async def move(
        self,
        old: Briefing,
        status: BriefingStatus,
        kind: AuditAction,
        at: datetime,
        member_id: int | None,
        detail: str | None = None,
        **values: object,
    ) -> Briefing:
        """Move a briefing to another status, and set the columns `values`."""
        entry = AuditEntry(at, member_id, kind, detail)
        return await change_briefing(self._database, old, {"status": status, **values}, at, entry)

    async def add_audit_entry(self, briefing_id: str, entry: AuditEntry) -> None:
        """Log an action that does not change the briefing."""
        async with self._database.transaction() as connection:
            await insert_audit_entry(connection, briefing_id, entry)

    async def audit_entry(self, entry_id: int) -> AuditEntry | None:
        """One entry of a briefing's log, or None."""
        async with self._database.transaction() as connection:
            return await audit_entry_of(connection, entry_id)

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
