"""Moderators' briefings: drafts, who approved them, when they are due, and every step on the way.

A briefing belongs to its server, not to who began it. Each change raises its version; a change
that was made on an older version is refused, so that nobody overwrites what another has written.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import RowMapping, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.state.database import Database
from bot.state.digests import Target
from bot.state.posts import MessageRef
from bot.state.servers import keep_servers
from bot.state.tables import audit_entry, briefing, correction, post, server

Status = Literal[
    "draft",  # being written
    "waiting",  # for a second moderator
    "ready",  # to be posted when it is due
    "posting",  # on its way to Discord: nobody can change it any more
    "posted",
    "cancelled",
    "blocked",  # could not be posted; a moderator must act
]
AuditAction = Literal[
    "began",
    "edited",
    "asked",  # for approval
    "approved",
    "sent-back",
    "scheduled",
    "unscheduled",
    "posted",
    "corrected",  # by a reply or by an edit of the post
    "uncorrected",  # a correction could not be posted
    "unedited",  # the post could not be edited
    "deleted",  # the post, not the briefing
    "cancelled",
    "blocked",
    "review",  # held back: a fact changed, or nobody who stood behind it may post it any more
]
ENDED: tuple[Status, ...] = ("posted", "cancelled")


@dataclass(frozen=True)
class PostingTime:
    """A time that a moderator gave: on the wall, its zone, and the instant that it means."""

    wall: datetime
    zone: str
    at: datetime


@dataclass(frozen=True)
class BriefingText:
    """What a briefing says: its subject (a thing, or else a period), facts by key, own remarks."""

    thing: str | None
    first: date | None
    last: date | None
    language: str
    headline: str
    facts: tuple[str, ...]
    remarks: str | None = None


@dataclass(frozen=True)
class Plan:
    """What is to be posted, where and when. Without `when`, as soon as it is ready."""

    text: BriefingText
    target: Target | None = None
    when: PostingTime | None = None


@dataclass(frozen=True)
class Briefing:
    """A briefing as it stands. `author_id` wrote last, so signs it; `approver_id` approved it.

    `due_at` is when it is posted, once it is ready. `base_version` is the base from which it was
    last written or looked over, and `reason` why it is held back or stuck.
    `edit_at` is when its post is to be made to say what it says now; None where it does.
    """

    briefing_id: str
    server_id: int
    version: int
    status: Status
    plan: Plan
    author_id: int
    approver_id: int | None
    due_at: datetime | None
    base_version: str | None
    reason: str | None
    edit_at: datetime | None
    changed_at: datetime


@dataclass(frozen=True)
class AuditEntry:
    """One step of a briefing: when, who (None: the bot itself), what, and what it changed."""

    at: datetime
    member_id: int | None
    kind: AuditAction
    detail: str | None


class EditConflict(Exception):
    """Somebody changed the briefing meanwhile; carries it as it stands now, None if it is gone."""

    def __init__(self, present: Briefing | None) -> None:
        super().__init__(present)
        self.present = present


class Briefings:
    """The briefings in the database. Every method raises DatabaseUnavailable."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(
        self, server_id: int, plan: Plan, base_version: str, member_id: int, at: datetime
    ) -> Briefing:
        """A new draft."""
        briefing_id = secrets.token_hex(4)
        async with self._database.transaction() as connection:
            await keep_servers(self._database, connection, [server_id])
            await connection.execute(
                insert(briefing).values(
                    briefing_id=briefing_id,
                    server_id=server_id,
                    version=1,
                    status="draft",
                    author_id=member_id,
                    base_version=base_version,
                    changed_at=at,
                    **_columns(plan),
                )
            )
            await add_audit_entry(connection, briefing_id, AuditEntry(at, member_id, "began", None))
            made = await self._read(connection, briefing_id)
        assert made, "what was just put in is there"
        return made

    async def get(self, briefing_id: str) -> Briefing | None:
        """A briefing, or None."""
        async with self._database.transaction() as connection:
            return await self._read(connection, briefing_id)

    async def of_server(self, server_id: int, most: int = 25) -> tuple[Briefing, ...]:
        """A server's briefings, what was changed last first."""
        async with self._database.transaction() as connection:
            rows = await connection.execute(
                select(briefing)
                .where(briefing.c.server_id == server_id)
                .order_by(briefing.c.changed_at.desc(), briefing.c.briefing_id)
                .limit(most)
            )
            return tuple(_briefing(row) for row in rows.mappings())

    async def next_due(self) -> dict[str, datetime]:
        """When each briefing is due that is to be posted; those of left servers are out."""
        async with self._database.transaction() as connection:
            rows = await connection.execute(
                select(briefing.c.briefing_id, briefing.c.due_at)
                .join(server)
                .where(briefing.c.status.in_(("ready", "posting")), server.c.left_at.is_(None))
            )
            return {row.briefing_id: row.due_at for row in rows}

    async def rewrite(
        self,
        old: Briefing,
        plan: Plan,
        base_version: str,
        member_id: int,
        at: datetime,
        detail: str,
    ) -> Briefing:
        """Change what a briefing says, or where and when; it is a draft again, whoever approved it.

        Whoever changes what it says signs it. Raises EditConflict where it was changed since `old`
        was read.
        """
        author_id = member_id if plan.text != old.plan.text else old.author_id
        values = {
            **_columns(plan),
            "status": "draft",
            "author_id": author_id,
            "approver_id": None,
            "base_version": base_version,
            "reason": None,
        }
        return await self._change(old, values, at, AuditEntry(at, member_id, "edited", detail))

    async def amend(
        self, old: Briefing, plan: Plan, member_id: int, at: datetime, detail: str
    ) -> Briefing:
        """Change what a posted briefing says, and have its post edited. Raises EditConflict."""
        values = {**_columns(plan), "due_at": old.due_at, "edit_at": old.edit_at or at}
        return await self._change(old, values, at, AuditEntry(at, member_id, "edited", detail))

    async def look_over(self, old: Briefing, base_version: str, at: datetime) -> Briefing:
        """Note from which base somebody has looked a briefing over. Raises EditConflict."""
        return await self._change(old, {"base_version": base_version}, at)

    async def begin_posting(self, old: Briefing, at: datetime) -> Briefing:
        """Keep a briefing from being changed, as it is on its way. Raises EditConflict."""
        return await self._change(old, {"status": "posting"}, at)

    async def edits(self) -> dict[str, datetime]:
        """When the post of each briefing is to be edited that is to be."""
        async with self._database.transaction() as connection:
            rows = await connection.execute(
                select(briefing.c.briefing_id, briefing.c.edit_at)
                .join(server)
                .where(briefing.c.edit_at.is_not(None), server.c.left_at.is_(None))
            )
            return {row.briefing_id: row.edit_at for row in rows}

    async def end_edit(self, old: Briefing, at: datetime) -> None:
        """Note that a post says what `old` does; if that was changed since, it is edited again."""
        this = briefing.c.briefing_id == old.briefing_id
        is_old = briefing.c.version == old.version
        async with self._database.transaction() as connection:
            await connection.execute(update(briefing).where(this, is_old).values(edit_at=None))
            # Another process has made the later edit, and this one has undone it.
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
        **values: Any,
    ) -> Briefing:
        """Take a briefing to another status. Raises EditConflict."""
        taken = AuditEntry(at, member_id, kind, detail)
        return await self._change(old, {"status": status, **values}, at, taken)

    async def deleted(
        self, briefing_id: str, post_id: str, place: MessageRef, member_id: int, at: datetime
    ) -> None:
        """Note that a briefing's post was deleted, and with it what was to be corrected there."""
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
            await add_audit_entry(
                connection, briefing_id, AuditEntry(at, member_id, "deleted", place.link)
            )
            await self._database.announce(connection)

    async def note(self, briefing_id: str, taken: AuditEntry) -> None:
        """Note a step that leaves the briefing as it is."""
        async with self._database.transaction() as connection:
            await add_audit_entry(connection, briefing_id, taken)

    async def audit_log(self, briefing_id: str) -> tuple[AuditEntry, ...]:
        """Every step of a briefing, the oldest first."""
        async with self._database.transaction() as connection:
            rows = await connection.execute(
                select(audit_entry)
                .where(audit_entry.c.briefing_id == briefing_id)
                .order_by(audit_entry.c.audit_entry_id)
            )
            return tuple(AuditEntry(row.at, row.member_id, row.kind, row.detail) for row in rows)

    async def forget(self, ended_before: datetime) -> None:
        """Delete what was posted or cancelled, and not changed since an instant."""
        async with self._database.transaction() as connection:
            await connection.execute(
                delete(briefing).where(
                    briefing.c.status.in_(ENDED), briefing.c.changed_at < ended_before
                )
            )

    async def _change(
        self,
        old: Briefing,
        values: Mapping[str, Any],
        at: datetime,
        taken: AuditEntry | None = None,
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
            if taken:
                await add_audit_entry(connection, old.briefing_id, taken)
            await self._database.announce(connection)
        return present

    async def _read(self, connection: AsyncConnection, briefing_id: str) -> Briefing | None:
        rows = await connection.execute(
            select(briefing).where(briefing.c.briefing_id == briefing_id)
        )
        row = rows.mappings().one_or_none()
        return _briefing(row) if row else None


async def add_audit_entry(connection: AsyncConnection, briefing_id: str, taken: AuditEntry) -> None:
    """Note a step of a briefing, within the connection's transaction."""
    await connection.execute(insert(audit_entry).values(briefing_id=briefing_id, **vars(taken)))


def _columns(plan: Plan) -> dict[str, Any]:
    target, when = plan.target, plan.when
    return {
        **vars(plan.text),
        "facts": " ".join(plan.text.facts),
        "channel_id": target.channel_id if target else None,
        "role_id": target.role_id if target else None,
        "publish": target.publish if target else False,
        "tag_id": target.tag_id if target else None,
        "due_at": None,
        "wall": when.wall.isoformat(timespec="minutes") if when else None,
        "zone": when.zone if when else None,
        "wall_at": when.at if when else None,
    }


def _briefing(row: RowMapping) -> Briefing:
    kept: dict[str, Any] = {field.name: row[field.name] for field in fields(BriefingText)}
    kept["facts"] = tuple(kept["facts"].split())
    text = BriefingText(**kept)
    target = Target(**{f.name: row[f.name] for f in fields(Target)}) if row["channel_id"] else None
    when = (
        PostingTime(datetime.fromisoformat(row["wall"]), row["zone"], row["wall_at"])
        if row["wall"]
        else None
    )
    return Briefing(
        briefing_id=row["briefing_id"],
        server_id=row["server_id"],
        version=row["version"],
        status=row["status"],
        plan=Plan(text, target, when),
        author_id=row["author_id"],
        approver_id=row["approver_id"],
        due_at=row["due_at"],
        base_version=row["base_version"],
        reason=row["reason"],
        edit_at=row["edit_at"],
        changed_at=row["changed_at"],
    )
