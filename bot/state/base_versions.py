"""The bases that digests and briefings were drawn from, to tell what has changed since."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import delete, select, union_all

from bot.state.database import Database
from bot.state.tables import briefing, digest, edition_fact, post


class Editions:
    """The facts of each base that a digest was drawn from, by its fingerprint."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[str, Mapping[str, str]] = {}

    async def remember(self, edition: str, facts: Mapping[str, str]) -> None:
        """Keep the versions of a base's facts by key. Raises StateAway."""
        if edition in self._known:
            return
        rows = [
            {"edition": edition, "fact": fact, "version": version}
            for fact, version in facts.items()
        ]
        async with self._database.transaction() as connection:
            if rows:
                await connection.execute(
                    self._database.insert(edition_fact).on_conflict_do_nothing(), rows
                )
        self._known[edition] = facts

    async def facts(self, edition: str) -> Mapping[str, str] | None:
        """The versions of a base's facts by key; None where nothing is known. Raises StateAway."""
        if edition in self._known:
            return self._known[edition]
        async with self._database.transaction() as connection:
            rows = await connection.execute(
                select(edition_fact).where(edition_fact.c.edition == edition)
            )
            facts = {row.fact: row.version for row in rows}
        if not facts:
            return None  # not for ever: another process may remember it
        self._known[edition] = facts
        return facts

    async def forget_unused(self) -> None:
        """Delete the bases that nothing rests on any more. Raises StateAway."""
        used = union_all(
            select(digest.c.last_edition).where(digest.c.last_edition.is_not(None)),
            select(briefing.c.edition).where(briefing.c.edition.is_not(None)),
            select(post.c.edition).where(post.c.status == "claimed"),
        )
        async with self._database.transaction() as connection:
            await connection.execute(
                delete(edition_fact).where(edition_fact.c.edition.not_in(used))
            )
        self._known.clear()
