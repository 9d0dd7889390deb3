"""Finding answerable units by the terms of a question, in a built base."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

import aiosqlite

from bot.facts.model import BaseInfo
from bot.facts.names import NameCatalogue
from bot.facts.queries import Records, fetch
from bot.facts.records import AskIndex, AskTable, UnitRecord
from bot.facts.unit_records import term_reader
from bot.matching.question_terms import TermReader
from bot.matching.term_weights import TermWeights


class UnitIndex:
    """The answerable units of an open base."""

    def __init__(
        self,
        db: aiosqlite.Connection,
        names: NameCatalogue,
        info: BaseInfo,
    ) -> None:
        self._db = db
        self._records = Records(db, UnitRecord, "unit", "key")
        self._names = names
        self._info = info
        self._weights: TermWeights | None = None
        self._unanswered: AskIndex | None = None

    @cached_property
    def reader(self) -> TermReader:
        """Reads questions as the units were read."""
        return term_reader(self._names, self._info)

    async def gather(self, terms: Iterable[str], most: int) -> tuple[UnitRecord, ...]:
        """The units that have most in common with terms, the closest first."""
        rows = await fetch(
            self._db,
            "SELECT key FROM (SELECT rowid AS rank, bm25(unit_text, 2.0, 1.0) AS score"
            "  FROM unit_text WHERE unit_text MATCH :query ORDER BY score, rowid LIMIT :most)"
            " JOIN unit USING (rank) ORDER BY score, rank",
            query=any_of(terms),
            most=most,
        )
        return await self.of(key for (key,) in rows)

    async def of(self, keys: Iterable[str]) -> tuple[UnitRecord, ...]:
        """The units with these keys, in that order."""
        return await self._records.of(keys)

    async def every(self) -> tuple[UnitRecord, ...]:
        """Every unit."""
        return await self._records.where("ORDER BY rank")

    async def unanswered(self) -> AskIndex:
        """The questions that no article answers; read once."""
        if self._unanswered is None:
            rows = await fetch(self._db, "SELECT record FROM unanswered")
            self._unanswered = AskIndex(AskTable.model_validate_json(rows[0][0]))
        return self._unanswered

    async def weights(self) -> TermWeights:
        """What each term weighs among the units; read once."""
        if self._weights is None:
            rows = await fetch(self._db, "SELECT units, terms FROM unit_term")
            number = await fetch(self._db, "SELECT count(*) FROM unit")
            terms = {units: terms.split(" ") for units, terms in rows}
            self._weights = TermWeights(terms, number[0][0])
        return self._weights


def any_of(terms: Iterable[str]) -> str:
    """A query of FTS5 for any of these terms; quoted, so that none is read as syntax."""
    return " OR ".join(f'"{term}"' for term in terms)
