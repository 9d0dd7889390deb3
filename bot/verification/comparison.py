"""A base together with the copies of its articles: the input of every rule."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from itertools import chain

from bot.documents import Fault, Location
from bot.facts.load import Base
from bot.facts.model import Citation
from bot.verification.copies import Copy
from bot.verification.coverage import furniture
from bot.verification.evidence import Paragraph, Reading, in_year_of
from bot.verification.mentions import Forms, always_capital
from bot.verification.statements import statements_of


class Comparison:
    """The input of the rules: the base, the copies of its articles, and each paragraph as read."""

    def __init__(self, base: Base, copies: Mapping[str, Copy]) -> None:
        self.base = base
        self.copies = copies
        articles = (text for copy in copies.values() for text in copy.paragraphs)
        statements = (statement.text for statement in statements_of(base))
        self.reading = Reading(Forms(base), always_capital(chain(articles, statements)))

    @cached_property
    def paragraphs(self) -> Mapping[Citation, Paragraph]:
        """Every paragraph of every copy, by the citation that names it."""
        return {
            Citation(source=source, paragraph=number): in_year_of(
                self.base.sources.get(source), self.reading.paragraph(text)
            )
            for source, copy in self.copies.items()
            for number, text in enumerate(copy.paragraphs, 1)
        }

    @cached_property
    def content(self) -> Mapping[Citation, Paragraph]:
        """The paragraphs that are not furniture."""
        skipped = {source.id: furniture(source) for source in self.base.sources.values()}
        return {c: p for c, p in self.paragraphs.items() if c.paragraph not in skipped[c.source]}

    def evidence(self, cites: Iterable[Citation]) -> list[Paragraph]:
        """The cited paragraphs, and each cited article's author, publisher and date."""
        plain = [Citation(source=cite.source, paragraph=cite.paragraph) for cite in cites]
        records = [
            self.reading.record(self.base.sources[source])
            for source in sorted({cite.source for cite in plain})
            if source in self.base.sources
        ]
        return [*(self.paragraphs[cite] for cite in plain if cite in self.paragraphs), *records]

    def has_all(self, cites: Iterable[Citation]) -> bool:
        """Whether every cited paragraph is there; a missing one is reported by its own rule."""
        return all(
            Citation(source=cite.source, paragraph=cite.paragraph) in self.paragraphs
            for cite in cites
        )

    def fault(self, thing: str, at: Location, what: str) -> Fault:
        """A fault at a place in a thing's file."""
        return self.base.files[thing].fault(at, what)
