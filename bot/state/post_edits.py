"""Edits of posted briefings: proposed, approved or dropped, made on Discord; and deleted posts."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update

from bot.state.audit_log import AuditEntry, insert_audit_entry
from bot.state.briefing_plan import BriefingPlan, plan_changes, plan_columns, text_column
from bot.state.briefing_record import Briefing, change_briefing, read_briefing
from bot.state.database import Database
from bot.state.posts import MessageRef
from bot.state.tables import briefing, correction, post, server


class PostEdits:
    """The edits in the database. Every method raises DatabaseUnavailable.

    Those that return a briefing raise EditConflict if it has a newer version than `old`.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def make(
        self, old: Briefing, plan: BriefingPlan, member_id: int, at: datetime
    ) -> Briefing:
        """Change what a posted briefing says, and have its post edited."""
        values = {
            **plan_columns(plan),
            "changed_by": member_id,
            "posted_text": None,
            "edited_by": member_id,
            "edit_at": old.edit_at or at,
        }
        entry = AuditEntry(at, member_id, "edited", changes=plan_changes(old.plan, plan))
        return await change_briefing(self._database, old, values, at, entry)

    async def propose(
        self, old: Briefing, plan: BriefingPlan, member_id: int, at: datetime
    ) -> Briefing:
        """Change what a posted briefing is to say once another moderator has approved it."""
        posted_text = old.posted_text or old.plan.text
        values = {
            **plan_columns(plan),
            "changed_by": member_id,
            "posted_text": text_column(posted_text) if plan.text != posted_text else None,
        }
        entry = AuditEntry(at, member_id, "proposed", changes=plan_changes(old.plan, plan))
        return await change_briefing(self._database, old, values, at, entry)

    async def approve(self, old: Briefing, member_id: int, at: datetime) -> Briefing:
        """Have the post edited as proposed."""
        values = {
            "posted_text": None,
            "edited_by": old.changed_by,
            "edit_at": old.edit_at or at,
        }
        entry = AuditEntry(at, member_id, "accepted")
        return await change_briefing(self._database, old, values, at, entry)

    async def drop(self, old: Briefing, member_id: int, at: datetime) -> Briefing:
        """Drop a proposed edit; the post stays as it is."""
        values = {**plan_columns(old.as_posted().plan), "posted_text": None}
        return await change_briefing(
            self._database, old, values, at, AuditEntry(at, member_id, "dropped")
        )

    async def due(self) -> dict[str, datetime]:
        """When the post of each briefing is to be edited, if it is."""
        async with self._database.transaction() as connection:
            rows = await connection.execute(
                select(briefing.c.briefing_id, briefing.c.edit_at)
                .join(server)
                .where(
                    briefing.c.edit_at.is_not(None),
                    server.c.left_at.is_(None),
                    self._database.serves(server.c.server_id),
                )
            )
            return {row.briefing_id: row.edit_at for row in rows}

    async def end(self, old: Briefing, at: datetime) -> None:
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

    async def mark_deleted(
        self, briefing_id: str, post_id: str, message_ref: MessageRef, member_id: int, at: datetime
    ) -> None:
        """Note that a briefing's post was deleted; drop what was to be done with it."""
        async with self._database.transaction() as connection:
            await connection.execute(
                update(correction)
                .where(correction.c.post_id == post_id, correction.c.status == "open")
                .values(status="dismissed", member_id=member_id, settled_at=at)
            )
            if old := await read_briefing(connection, briefing_id):
                values = {**plan_columns(old.as_posted().plan), "posted_text": None}
                await connection.execute(
                    update(briefing)
                    .where(briefing.c.briefing_id == briefing_id)
                    .values(edit_at=None, **values)
                )
            await connection.execute(
                update(post).where(post.c.post_id == post_id).values(status="deleted")
            )
            entry = AuditEntry(at, member_id, "deleted", message_ref.link)
            await insert_audit_entry(connection, briefing_id, entry)
            await self._database.announce(connection)
