"""The bases that digests and briefings were drawn from, to tell what has changed since."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import delete, select, union_all

from bot.state.database import Database
from bot.state.tables import base_version_fact, briefing, digest, post


class BaseVersions:
    """The facts of each base that a digest was drawn from, by its fingerprint."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[str, Mapping[str, str]] = {}

    async def remember(self, base_version: str, facts: Mapping[str, str]) -> None:
        """Keep the versions of a base's facts by key. Raises DatabaseUnavailable."""
        if base_version in self._known:
            return
        rows = [
            {"base_version": base_version, "fact": fact, "version": version}
            for fact, version in facts.items()
        ]
        async with self._database.transaction() as connection:
            if rows:
                await connection.execute(
                    self._database.insert(base_version_fact).on_conflict_do_nothing(), rows
                )
        self._known[base_version] = facts

    async def facts(self, base_version: str) -> Mapping[str, str] | None:
        """The versions of a base's facts by key; None where nothing is known.

        Raises DatabaseUnavailable.
        """
        if base_version in self._known:
            return self._known[base_version]
        async with self._database.transaction() as connection:
            rows = await connection.execute(
                select(base_version_fact).where(base_version_fact.c.base_version == base_version)
            )
            facts = {row.fact: row.version for row in rows}
        if not facts:
            return None  # not for ever: another process may remember it
        self._known[base_version] = facts
        return facts

    async def forget_unused(self) -> None:
        """Delete the bases that nothing rests on any more. Raises DatabaseUnavailable."""
        used = union_all(
            select(digest.c.last_base_version).where(digest.c.last_base_version.is_not(None)),
            select(briefing.c.base_version).where(briefing.c.base_version.is_not(None)),
            select(post.c.base_version).where(post.c.status == "leased"),
        )
        async with self._database.transaction() as connection:
            await connection.execute(
                delete(base_version_fact).where(base_version_fact.c.base_version.not_in(used))
            )
        self._known.clear()
