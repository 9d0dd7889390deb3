"""Corrections that posts call for: what changed of a post's facts, and what a moderator did."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Row, and_, or_, select, update

from bot.state.database import Database
from bot.state.tables import correction, post

Settlement = Literal["posted", "edited", "dismissed"]


@dataclass(frozen=True)
class Correction:
    """A post whose facts were corrected. `facts` are those, by key, in their present version."""

    correction_id: str
    server_id: int
    post_id: str
    facts: Mapping[str, str]
    status: Literal["open", "posted", "edited", "dismissed"]
    found_at: datetime


def correction_id(post_id: str, facts: Mapping[str, str]) -> str:
    """The id of a correction: 20 characters that follow from the post and from what changed."""
    what = " ".join([post_id, *_pairs(facts)])
    return base64.b32encode(hashlib.sha256(what.encode()).digest())[:20].decode().lower()


class Corrections:
    """The corrections in the database. Every method raises StateAway."""

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
                .on_conflict_do_nothing()
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

    async def open(self, server_id: int) -> tuple[Correction, ...]:
        """What a server's moderators have not settled yet, the oldest first."""
        async with self._database.transaction() as connection:
            rows = await connection.execute(
                select(correction)
                .where(correction.c.server_id == server_id, correction.c.status == "open")
                .order_by(correction.c.found_at, correction.c.correction_id)
            )
            return tuple(_correction(row) for row in rows)

    async def unsaid(self) -> tuple[Correction, ...]:
        """Corrections that a moderator had posted, and that are not in the channel yet."""
        async with self._database.transaction() as connection:
            rows = await connection.execute(
                select(correction)
                .outerjoin(
                    post,
                    and_(post.c.name == correction.c.correction_id, post.c.kind == "correction"),
                )
                .where(
                    correction.c.status == "posted",
                    or_(post.c.status.is_(None), post.c.status == "claimed"),
                )
            )
            return tuple(_correction(row) for row in rows)

    async def settle(
        self, correction_id: str, settlement: Settlement, member_id: int, at: datetime
    ) -> bool:
        """Note what a moderator did; False where somebody had settled it before."""
        async with self._database.transaction() as connection:
            settled = await connection.execute(
                update(correction)
                .where(correction.c.correction_id == correction_id, correction.c.status == "open")
                .values(status=settlement, member_id=member_id, settled_at=at)
            )
            await self._database.announce(connection)
            return settled.rowcount == 1


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
        row.found_at,
    )
