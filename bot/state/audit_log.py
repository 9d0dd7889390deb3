"""The audit log of briefings: who did what, when, and what it changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import RowMapping, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.state.plan import PlanChanges
from bot.state.tables import audit_entry

AuditAction = Literal[
    "began",
    "edited",
    "asked",  # for approval
    "approved",
    "sent-back",
    "scheduled",
    "unscheduled",
    "posted",
    "proposed",  # an edit of the post
    "accepted",  # the proposed edit
    "dropped",
    "corrected",  # by a reply or by an edit of the post
    "uncorrected",  # a correction could not be posted
    "unedited",  # the post could not be edited
    "deleted",  # the post, not the briefing
    "cancelled",
    "blocked",
    "review",  # held back: a fact changed, or its author and approver may no longer post it
]


@dataclass(frozen=True)
class AuditEntry:
    """One entry. `member_id` is None for the bot itself.

    `detail` depends on the action: a remark, a reason, a settlement, or the link of a message.
    `changes` is set for `edited` only.
    """

    at: datetime
    member_id: int | None
    kind: AuditAction
    detail: str | None = None
    changes: PlanChanges | None = None


async def insert_audit_entry(
    connection: AsyncConnection, briefing_id: str, entry: AuditEntry
) -> None:
    """Add an entry to a briefing's log, within the connection's transaction."""
    await connection.execute(
        insert(audit_entry).values(
            briefing_id=briefing_id,
            at=entry.at,
            member_id=entry.member_id,
            kind=entry.kind,
            detail=entry.detail,
            changes=entry.changes,
        )
    )


async def audit_entries(connection: AsyncConnection, briefing_id: str) -> tuple[AuditEntry, ...]:
    """A briefing's log, oldest entry first."""
    rows = await connection.execute(
        select(audit_entry)
        .where(audit_entry.c.briefing_id == briefing_id)
        .order_by(audit_entry.c.audit_entry_id)
    )
    return tuple(_entry(row) for row in rows.mappings())


def _entry(row: RowMapping) -> AuditEntry:
    changes = row["changes"]
    return AuditEntry(
        row["at"],
        row["member_id"],
        row["kind"],
        row["detail"],
        # JSON has no tuples.
        changes and {field: (before, after) for field, (before, after) in changes.items()},
    )
