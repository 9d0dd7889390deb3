"""Corrections that posts call for: what changed of a post's facts, and what a moderator did."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Row, and_, delete, func, or_, select, update

from bot.state.briefings import AuditEntry, add_audit_entry
from bot.state.database import Database
from bot.state.tables import briefing, correction, post

Settlement = Literal["posted", "edited", "dismissed"]

_SENT = select(post.c.post_id).where(post.c.status == "sent")
_OPEN = {"status": "open", "member_id": None, "settled_at": None}


@dataclass(frozen=True)
class Correction:
    """A post whose facts were corrected. `facts` are those, by key, in their present version.

    `member_id` is the moderator who settled it; None where it is open, or settled by what came
    after it.
    """

    correction_id: str
    server_id: int
    post_id: str
    facts: Mapping[str, str]
    status: Literal["open", "posted", "edited", "dismissed"]
    member_id: int | None
    found_at: datetime


def correction_id(post_id: str, facts: Mapping[str, str]) -> str:
    """The id of a correction: 20 characters that follow from the post and from what changed."""
    what = " ".join([post_id, *_pairs(facts)])
    return base64.b32encode(hashlib.sha256(what.encode()).digest())[:20].decode().lower()


class Corrections:
    """The corrections in the database. Every method raises DatabaseUnavailable."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(
        self, server_id: int, post_id: str, facts: Mapping[str, str], at: datetime
    ) -> Correction:
        """Keep what changed of a post; the same change is kept once."""
        found = correction_id(post_id, facts)
        async with self._database.transaction() as connection:
            await connection.execute(
                self._database.insert(correction)
                .values(
                    correction_id=found,
                    server_id=server_id,
                    post_id=post_id,
                    facts=" ".join(_pairs(facts)),
                    status="open",
                    found_at=at,
                )
                # What was superseded, and changed back since, is open again.
                .on_conflict_do_update(
                    index_elements=["correction_id"],
                    set_=_OPEN,
                    where=and_(
                        correction.c.status == "dismissed", correction.c.member_id.is_(None)
                    ),
                )
            )
            # What changed again since takes the place of what was found before.
            await connection.execute(
                update(correction)
                .where(
                    correction.c.post_id == post_id,
                    correction.c.status == "open",
                    correction.c.correction_id != found,
                )
                .values(status="dismissed", settled_at=at)
            )
            rows = await connection.execute(
                select(correction).where(correction.c.correction_id == found)
            )
            return _correction(rows.one())

    async def get(self, correction_id: str) -> Correction | None:
        """A correction, or None."""
        async with self._database.transaction() as connection:
            rows = await connection.execute(
                select(correction).where(correction.c.correction_id == correction_id)
            )
            row = rows.one_or_none()
        return _correction(row) if row else None

    async def open(self, server_id: int | None = None) -> tuple[Correction, ...]:
        """What moderators, of one server or of all, have not settled yet, the oldest first."""
        here = [correction.c.server_id == server_id] if server_id else []
        async with self._database.transaction() as connection:
            rows = await connection.execute(
                select(correction)
                .where(correction.c.status == "open", *here)
                .order_by(correction.c.found_at, correction.c.correction_id)
            )
            return tuple(_correction(row) for row in rows)

    async def decided(self, post_id: str) -> dict[str, str]:
        """What moderators have settled of a post's facts: the latest versions by key."""
        async with self._database.transaction() as connection:
            rows = await connection.execute(
                select(correction)
                .where(correction.c.post_id == post_id, correction.c.member_id.is_not(None))
                .order_by(correction.c.settled_at)
            )
            return {key: version for row in rows for key, version in _correction(row).facts.items()}

    async def supersede(self, correction_id: str, at: datetime) -> None:
        """Close an open correction that is called for no more."""
        async with self._database.transaction() as connection:
            await connection.execute(
                update(correction)
                .where(correction.c.correction_id == correction_id, correction.c.status == "open")
                .values(status="dismissed", settled_at=at)
            )

    async def unsaid(self) -> tuple[Correction, ...]:
        """Corrections that a moderator had posted, and that are not known to be in the channel."""
        async with self._database.transaction() as connection:
            rows = await connection.execute(
                select(correction)
                .outerjoin(
                    post,
                    and_(post.c.name == correction.c.correction_id, post.c.kind == "correction"),
                )
                .where(
                    correction.c.status == "posted",
                    or_(
                        post.c.status.is_(None), post.c.status.in_(("leased", "failed", "unknown"))
                    ),
                )
            )
            return tuple(_correction(row) for row in rows)

    async def settle(
        self,
        correction_id: str,
        settlement: Settlement,
        briefing_id: str,
        member_id: int,
        at: datetime,
    ) -> bool:
        """Note what a moderator did about a briefing; False where it had been settled before.

        `edited` has the briefing's post edited, `posted` a reply made, also where one has failed
        before. All of it is kept, or nothing.
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
                await connection.execute(
                    update(briefing)
                    .where(briefing.c.briefing_id == briefing_id)
                    .values(
                        version=briefing.c.version + 1,
                        edit_at=func.coalesce(briefing.c.edit_at, at),
                    )
                )
            if settlement == "posted":
                await connection.execute(
                    delete(post).where(
                        post.c.kind == "correction",
                        post.c.name == correction_id,
                        post.c.status.not_in(("leased", "sent")),
                    )
                )
            await add_audit_entry(
                connection, briefing_id, AuditEntry(at, member_id, "corrected", settlement)
            )
            await self._database.announce(connection)
        return True

    async def reopen(self, correction_id: str, briefing_id: str, failed: AuditEntry) -> bool:
        """Give a correction that could not be posted back to the moderators, unless they have it.

        Returns whether it was given back now.
        """
        async with self._database.transaction() as connection:
            reopened = await connection.execute(
                update(correction)
                .where(
                    correction.c.correction_id == correction_id,
                    correction.c.status == "posted",
                    correction.c.post_id.in_(_SENT),
                )
                .values(_OPEN)
            )
            if reopened.rowcount:
                await add_audit_entry(connection, briefing_id, failed)
            return reopened.rowcount == 1

    async def unedited(self, post_id: str, asked_at: datetime) -> None:
        """Give back to the moderators what an edit that was refused was to correct."""
        async with self._database.transaction() as connection:
            await connection.execute(
                update(correction)
                .where(
                    correction.c.post_id == post_id,
                    correction.c.status == "edited",
                    correction.c.settled_at >= asked_at,
                    correction.c.post_id.in_(_SENT),
                )
                .values(_OPEN)
            )

    async def edited(
        self, server_id: int, post_id: str, facts: Mapping[str, str], at: datetime
    ) -> None:
        """Note that an edit brought a post up to date with facts that changed."""
        brought = {"status": "edited", "settled_at": at}
        async with self._database.transaction() as connection:
            await connection.execute(
                self._database.insert(correction)
                .values(
                    correction_id=correction_id(post_id, facts),
                    server_id=server_id,
                    post_id=post_id,
                    facts=" ".join(_pairs(facts)),
                    found_at=at,
                    **brought,
                )
                .on_conflict_do_update(
                    index_elements=["correction_id"],
                    set_=brought,
                    where=correction.c.status.in_(("open", "dismissed")),
                )
            )
            await connection.execute(
                update(correction)
                .where(correction.c.post_id == post_id, correction.c.status == "open")
                .values(brought)
            )

    async def corrected_at(self, post_id: str) -> datetime | None:
        """When a post was corrected last, by an edit or by a reply; None where it never was."""
        async with self._database.transaction() as connection:
            rows = await connection.execute(
                select(func.max(correction.c.settled_at)).where(
                    correction.c.post_id == post_id,
                    correction.c.status.in_(("posted", "edited")),
                )
            )
            return rows.scalar_one()


def _pairs(facts: Mapping[str, str]) -> list[str]:
    return [f"{key}={version}" for key, version in sorted(facts.items())]


def _correction(row: Row[Any]) -> Correction:
    pairs = (pair.partition("=") for pair in row.facts.split())
    return Correction(
        row.correction_id,
        row.server_id,
        row.post_id,
        {key: version for key, _, version in pairs},
        row.status,
        row.member_id,
        row.found_at,
    )
