"""The fact versions of each base that a digest or briefing was made from, to find what changed."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import delete, literal, select, union_all

from bot.state.database import Database
from bot.state.fact_versions import facts_of, insert_facts, insert_shown
from bot.state.tables import base_version_fact, briefing, digest, post


class BaseVersions:
    """The versions of each base's facts, by the base's fingerprint. Cached in memory."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[str, Mapping[str, str]] = {}

    def is_known(self, base_version: str) -> bool:
        """Whether a base is in memory, and so in the database. No I/O."""
        return base_version in self._known

    async def remember(
        self, base_version: str, facts: Mapping[str, str], shown: Mapping[str, str]
    ) -> None:
        """Keep the versions of a base's facts by key, and what they show by version.

        Raises DatabaseUnavailable.
        """
        if base_version in self._known:
            return
        async with self._database.transaction() as connection:
            await insert_facts(self._database, connection, base_version_fact, {base_version: facts})
            await insert_shown(self._database, connection, shown)
        self._known[base_version] = facts

    async def facts(self, base_version: str) -> Mapping[str, str] | None:
        """The versions of a base's facts by key; None if the base is not known.

        Raises DatabaseUnavailable.
        """
        if base_version in self._known:
            return self._known[base_version]
        async with self._database.transaction() as connection:
            facts = await facts_of(connection, base_version_fact, base_version)
        if not facts:
            return None  # not cached, as another process may remember it later
        self._known[base_version] = facts
        return facts

    async def forget_unused(self, present: str) -> None:
        """Delete the bases that no digest, briefing or lease refers to, but not the present one.

        Raises DatabaseUnavailable.
        """
        used = union_all(
            select(literal(present)),
            select(digest.c.last_base_version).where(digest.c.last_base_version.is_not(None)),
            select(briefing.c.base_version).where(briefing.c.base_version.is_not(None)),
            select(post.c.base_version).where(post.c.status == "leased"),
        )
        async with self._database.transaction() as connection:
            await connection.execute(
                delete(base_version_fact).where(base_version_fact.c.base_version.not_in(used))
            )
        self._known.clear()
