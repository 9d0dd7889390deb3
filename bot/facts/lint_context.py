"""What the rules of the lint look at, and what a rule is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from bot.documents import Fault, Location
from bot.facts.load import Base


@dataclass(frozen=True)
class LintContext:
    """The input of the rules: the base, ids whose files are broken, and the last built wordings."""

    base: Base
    broken: frozenset[str] = frozenset()
    built: Mapping[str, str] | None = None
    """Each fact's wording in the last built base, by `owner/fact`."""

    def fault(self, thing: str, at: Location, what: str) -> Fault:
        """A fault at a place in a thing's file."""
        return self.base.documents[thing].fault(at, what)

    def unknown(self, thing: str, known: Mapping[str, object]) -> bool:
        """Whether an id names nothing; one whose file is broken is already reported."""
        return thing not in known and thing not in self.broken


Rule = Callable[[LintContext], Iterator[Fault]]
