"""The audit log of briefings: who did what, when, and what it changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import RowMapping, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.state.briefing_plan import PlanChanges
from bot.state.notices import Notice, NoticeKind, insert_notices
from bot.state.tables import audit_entry, briefing, server

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


_REQUESTS: tuple[AuditAction, ...] = ("asked", "proposed")
_WARNINGS: tuple[AuditAction, ...] = ("blocked", "review")
FAILURES: tuple[AuditAction, ...] = ("uncorrected", "unedited")
"""Entries that moderators must see even without a log channel."""


async def insert_audit_entry(
    connection: AsyncConnection, briefing_id: str, entry: AuditEntry
) -> None:
    """Add an entry to a briefing's log, and note whom to tell, within the transaction."""
    added = await connection.execute(
        insert(audit_entry).values(
            briefing_id=briefing_id,
            at=entry.at,
            member_id=entry.member_id,
            kind=entry.kind,
            detail=entry.detail,
            changes=entry.changes,
        )
    )
    (entry_id,) = added.inserted_primary_key or (None,)
    await insert_notices(connection, *await _notices(connection, briefing_id, entry, entry_id))


async def _notices(
    connection: AsyncConnection, briefing_id: str, entry: AuditEntry, entry_id: int | None
) -> list[Notice]:
    """The notices that an entry causes."""
    rows = await connection.execute(
        select(briefing.c.server_id, briefing.c.version, server.c.log_channel_id)
        .join(server)
        .where(briefing.c.briefing_id == briefing_id)
    )
    row = rows.one()
    details: dict[NoticeKind, str | None] = {}
    if row.log_channel_id or entry.kind in FAILURES:
        details["entry"] = str(entry_id)
    if entry.kind in _REQUESTS:
        details["request"] = str(row.version)
    if entry.kind in _WARNINGS:
        details["warning"] = entry.detail
    return [
        Notice(row.server_id, kind, entry.at, briefing_id, detail, entry.member_id)
        for kind, detail in details.items()
    ]


async def audit_entry_of(connection: AsyncConnection, entry_id: int) -> AuditEntry | None:
    """One entry, or None."""
    rows = await connection.execute(
        select(audit_entry).where(audit_entry.c.audit_entry_id == entry_id)
    )
    row = rows.mappings().one_or_none()
    return _entry(row) if row else None


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
