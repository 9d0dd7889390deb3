"""A briefing as a frozen value, and how one is read and changed in the database.

Every change increments its version; a change based on an older version is refused, so nobody
overwrites what they have not seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from sqlalchemy import RowMapping, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.state.audit_log import AuditEntry, insert_audit_entry
from bot.state.briefing_plan import BriefingPlan, BriefingText, plan_columns, plan_from, text_from
from bot.state.database import Database
from bot.state.tables import briefing

BriefingStatus = Literal[
    "draft",  # being written
    "waiting",  # for a second moderator
    "ready",  # posted when it is due
    "posting",  # being sent to Discord: nobody can change it any more
    "posted",
    "cancelled",
    "blocked",  # could not be posted; a moderator must act
]


@dataclass(frozen=True)
class Briefing:
    """A briefing in its present version.

    `author_id` last changed its text, and so signs it; `changed_by` last changed anything of its
    plan; `approver_id` approved it. `due_at` is when it is posted, None before it is ready.
    `base_version` is the base that its text was last written or reviewed with. `reason` says why
    it is blocked or held back.

    Of a posted one, `posted_text` is what its post says while an edit waits for approval, else
    None. `edited_by` made the edit that the post shows. `edit_at` is when the post is edited to
    match the plan; None if it matches.
    """

    briefing_id: str
    server_id: int
    version: int
    status: BriefingStatus
    plan: BriefingPlan
    author_id: int
    changed_by: int
    base_version: str | None
    changed_at: datetime
    approver_id: int | None = None
    due_at: datetime | None = None
    reason: str | None = None
    posted_text: BriefingText | None = None
    edited_by: int | None = None
    edit_at: datetime | None = None

    @property
    def is_held_back(self) -> bool:
        """Whether it was ready, and now waits for a moderator to look at it again."""
        return self.status == "waiting" and self.reason is not None

    @property
    def is_submittable(self) -> bool:
        """Whether its author can have it posted, or ask for approval."""
        return self.status in ("draft", "blocked") or self.is_held_back

    def may_be_approved_by(self, member_id: int) -> bool:
        """Whether a member is another than those who wrote it and who changed it last.

        An edit of a post belongs to the member who proposes it, not to the one who signed the post.
        """
        writers = (self.changed_by,) if self.posted_text else (self.changed_by, self.author_id)
        return member_id not in writers

    def as_posted(self) -> Briefing:
        """The briefing without the edit that waits for approval, if one does."""
        if self.posted_text is None:
            return self
        return replace(self, plan=replace(self.plan, text=self.posted_text))


class EditConflict(Exception):
    """The briefing has a newer version; carries it, or None if the briefing was deleted."""

    def __init__(self, present: Briefing | None) -> None:
        super().__init__(present)
        self.present = present


async def change_briefing(
    database: Database,
    old: Briefing,
    values: Mapping[str, object],
    at: datetime,
    entry: AuditEntry | None = None,
) -> Briefing:
    """Set columns of a briefing and log that; returns it as it is then.

    Raises EditConflict if it has a newer version than `old`, and DatabaseUnavailable.
    """
    async with database.transaction() as connection:
        changed = await connection.execute(
            update(briefing)
            .where(briefing.c.briefing_id == old.briefing_id, briefing.c.version == old.version)
            .values(version=old.version + 1, changed_at=at, **values)
        )
        present = await read_briefing(connection, old.briefing_id)
        if not changed.rowcount or not present:
            raise EditConflict(present)
        if entry:
            await insert_audit_entry(connection, old.briefing_id, entry)
        await database.announce(connection)
    return present


async def read_briefing(connection: AsyncConnection, briefing_id: str) -> Briefing | None:
    """A briefing, or None."""
    rows = await connection.execute(select(briefing).where(briefing.c.briefing_id == briefing_id))
    row = rows.mappings().one_or_none()
    return briefing_from(row) if row else None


def briefing_columns(made: Briefing) -> dict[str, object]:
    """The columns of a new briefing."""
    return {
        **plan_columns(made.plan),
        "briefing_id": made.briefing_id,
        "server_id": made.server_id,
        "version": made.version,
        "status": made.status,
        "author_id": made.author_id,
        "changed_by": made.changed_by,
        "base_version": made.base_version,
        "changed_at": made.changed_at,
    }


def briefing_from(row: RowMapping) -> Briefing:
    """The briefing in a row of its table."""
    plan = plan_from(row)
    return Briefing(
        briefing_id=row["briefing_id"],
        server_id=row["server_id"],
        version=row["version"],
        status=row["status"],
        plan=plan,
        author_id=row["author_id"],
        changed_by=row["changed_by"] or row["author_id"],
        approver_id=row["approver_id"],
        due_at=row["due_at"],
        base_version=row["base_version"],
        reason=row["reason"],
        posted_text=row["posted_text"] and text_from(row["posted_text"], plan.text),
        edited_by=row["edited_by"],
        edit_at=row["edit_at"],
        changed_at=row["changed_at"],
    )
