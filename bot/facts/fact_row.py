"""A fact as a row of `facts.db`, by whose columns cards count and choose."""

from __future__ import annotations

from typing import NamedTuple, Self

from bot.facts.model import Citation, FactKind
from bot.facts.records import FactRecord


class FactRow(NamedTuple):
    """A fact as it is counted and chosen; its `record`, a FactRecord as JSON, is for what is shown.

    A large base has a thousand facts about a thing, and the first page of its card shows five.
    `accounts` is how many it has. `bears_on` has the ids of the things that it is about, in order,
    and `cited` the paragraphs that it cites, in order of mention: `an-article:5 an-article:7`.
    """

    key: str
    owner: str
    part: str
    kind: FactKind
    by: str | None
    accounts: int
    says: str
    bears_on: str
    cited: str
    record: str

    @property
    def things(self) -> list[str]:
        """The ids of everything the fact is about, in order."""
        return self.bears_on.split()

    @property
    def sources(self) -> list[str]:
        """The sources of all of its citations, in order of mention."""
        return [cited.partition(":")[0] for cited in self.cited.split()]

    @property
    def cites(self) -> tuple[Citation, ...]:
        """The paragraphs that give the fact and its accounts."""
        pairs = (cited.split(":") for cited in self.cited.split())
        return tuple(Citation(source=source, paragraph=int(number)) for source, number in pairs)

    @classmethod
    def of(cls, record: FactRecord) -> Self:
        """The row of a fact."""
        fact = record.fact
        return cls(
            key=record.key,
            owner=record.owner,
            part=record.part,
            kind=fact.kind,
            by=fact.by,
            accounts=len(fact.accounts),
            says=fact.says,
            bears_on=" ".join(sorted(record.things)),
            cited=" ".join(map(cited_as, record.cites)),
            record=record.model_dump_json(),
        )


def cited_as(cite: Citation) -> str:
    """A paragraph as a FactRow cites it."""
    return f"{cite.source}:{cite.paragraph}"
