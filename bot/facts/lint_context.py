"""What the rules of the lint look at, and what a rule is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from bot.documents import Fault, Location
from bot.facts.load import Base
from bot.facts.model import CLAIMS, Citation


@dataclass(frozen=True)
class LintContext:
    """The input of the rules: the base, ids whose files are broken, and the last built wordings."""

    base: Base
    broken: frozenset[str] = frozenset()
    built: Mapping[str, str] | None = None
    """Each fact's wording in the last built base, by `owner/fact`."""

    def fault(self, thing: str, at: Location, what: str) -> Fault:
        """A fault at a place in a thing's file."""
        return self.base.files[thing].fault(at, what)

    def unknown(self, thing: str, known: Mapping[str, object]) -> bool:
        """Whether an id names nothing; a broken or renamed file is already reported."""
        return not (thing in known or thing in self.broken or thing in self.renamed)

    def is_broken(self, key: str) -> bool:
        """Whether the file that has a fact, or is of an event, could not be read."""
        return key.partition("/")[0] in self.broken

    @cached_property
    def tellable(self) -> Mapping[str, str]:
        """What a story may list, with the words that it tells: events and facts."""
        events = {event.id: event.title for event in self.base.events.values()}
        facts = {f"{owner}/{fact.id}": fact.says for owner, _, fact in self.base.facts()}
        return {**events, **facts}

    @cached_property
    def cites(self) -> Mapping[str, tuple[Citation, ...]]:
        """What each fact cites, by `owner/fact`."""
        return {f"{owner}/{fact.id}": fact.cites for owner, _, fact in self.base.facts()}

    @cached_property
    def labels(self) -> Mapping[str, str]:
        """What readers see a fact labelled as, by `owner/fact`: a kind of claim, open, or known."""
        return {
            f"{owner}/{fact.id}": "open"
            if at[0] == "open"
            else fact.kind
            if fact.kind in CLAIMS
            else "known"
            for owner, at, fact in self.base.facts()
        }

    @cached_property
    def renamed(self) -> Mapping[str, str]:
        """Ids that the last built base had, and the new ids under which their facts are now."""
        before = {says: key.partition("/")[0] for key, says in (self.built or {}).items()}
        known = set(before.values())
        return {
            before[fact.says]: owner
            for owner, _, fact in self.base.facts()
            if owner not in known
            and fact.says in before
            and before[fact.says] not in self.base.files
        }


Rule = Callable[[LintContext], Iterator[Fault]]
