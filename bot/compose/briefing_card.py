"""The card of a briefing: its facts by part, in reading order, each dated, labelled and cited."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from bot.answers.change_lines import change_line
from bot.answers.context import AnswerContext
from bot.answers.fact_lines import as_of, event_line, fact_line
from bot.cards.card import Action, Card, Line, Question, Section, all_cites
from bot.cards.limits import BUTTON_LABEL, shorten
from bot.cards.wording import dated_words
from bot.compose.briefing_material import Material, Part
from bot.facts.records import Dated, FactRecord
from bot.parsing.typed_text import clean_text
from bot.texts.catalogues import Words

LONGEST_REMARKS = 300
"""Characters of remarks that a moderator may write; a proposed draft leaves space for them."""

LONGEST_AUTHOR = 32
"""Characters of a name on Discord."""

_CHANGES = 2  # corrected facts in one briefing
_LONGEST_CHANGE = 600  # characters of a correction; `/corrections` tells longer ones


class BriefingLayout:
    """Lays facts out as a briefing in one language. The line of a fact is made once."""

    def __init__(self, material: Material, words: Words) -> None:
        self.material = material
        self.words = words
        self.actions = tuple(_onward(material, words))
        self._context = AnswerContext(material.store, words, {})
        self._lines: dict[str, Line] = {}
        self._changes = tuple(self._change_lines())

    def headline(self) -> str:
        """The headline that is proposed: what the briefing is about."""
        words, material = self.words, self.material
        if material.subject.thing is None:
            return words("briefing.headline", subject=material.period.worded(words))
        thing = material.thing
        name = thing.name(words.language) if thing else material.subject.thing
        event = material.events.get(material.subject.thing)
        if event and event.event.status == "planned":
            name = words("typography.bracketed", text=name, remark=words("mark.planned"))
        return words("briefing.headline", subject=name)

    def card(self, headline: str, sections: tuple[Section, ...]) -> Card:
        """The card with these sections; nothing is cut, however long it becomes."""
        return Card(
            question=_question(self.material),
            language=self.words.language,
            title=headline,
            found=True,
            subtitle=self.subtitle(sections),
            sections=sections,
            actions=self.actions,
            one_page=True,
        )

    def subtitle(self, sections: Iterable[Section]) -> str:
        """What the briefing is based on: the base, and the dates of the cited articles."""
        title = self.material.store.info.title
        sources = list(dict.fromkeys(cite.source for cite in all_cites(sections)))
        if not sources:
            return title
        return self.words("briefing.basis", base=title, articles=as_of(self._context, sources))

    def sections(
        self, facts: Iterable[FactRecord], remarks: str | None = None, author: str | None = None
    ) -> tuple[Section, ...]:
        """The facts by part, how accounts of them differ, and the moderator's signed remarks."""
        words, ordered = self.words, self.material.in_order(facts)
        parts: dict[Part, list[FactRecord]] = {"short": [], "story": [], "open": [], "care": []}
        for fact in ordered:
            parts[self.material.part_of(fact)].append(fact)
        differing = [self._accounts(fact) for fact in ordered if fact.fact.accounts]
        care = [*map(self._careful_line, parts["care"]), *self._changes]
        return (
            *_section(words("briefing.short"), map(self._line, parts["short"])),
            *self._story(parts["story"]),
            *_section(words("briefing.differ"), differing),
            *_section(words("part.open"), map(self._line, parts["open"])),
            *_section(words("briefing.care"), care),
            *self._remarks(remarks, author),
        )

    def _line(self, record: FactRecord) -> Line:
        """A fact as a line without its accounts, which have a part of their own."""
        line = self._lines.get(record.key)
        if line is None:
            bare = record.fact.model_copy(update={"accounts": ()})
            line = fact_line(self._context, record.model_copy(update={"fact": bare}))
            self._lines[record.key] = line
        return line

    def _story(self, facts: Sequence[FactRecord]) -> Iterator[Section]:
        """Facts of events in order of time; apart, those whose time is not known or not sure."""
        words, headings = self.words, [self._story_heading(fact) for fact in facts]
        for heading in (words("briefing.story"), words("timeline.undated"), words("timeline.may")):
            under = (fact for fact, own in zip(facts, headings, strict=True) if own == heading)
            yield from _section(heading, self._story_lines(under))

    def _story_heading(self, record: FactRecord) -> str:
        """The heading that a fact of an event belongs under."""
        words, span = self.words, self.material.events[record.owner].dated.span
        if self.material.period.may_miss(span):
            return words("timeline.may")
        return words("briefing.story") if span else words("timeline.undated")

    def _story_lines(self, facts: Iterable[FactRecord]) -> Iterator[Line]:
        """The facts, each event dated once: by its first fact, or by a line with its title."""
        for owner, group in groupby(facts, key=lambda fact: fact.owner):
            first, *rest = group
            if first.dated:
                yield replace(self._line(first), opening=self._date(first.dated))
            else:
                yield event_line(self._context, self.material.events[owner])
                yield self._line(first)
            yield from map(self._line, rest)

    def _date(self, dated: Dated) -> str:
        """A date in words, with a remark if it is worked out."""
        date = dated_words(dated, self.words)
        if dated.when.basis != "inferred":
            return date
        return self.words("typography.bracketed", text=date, remark=self.words("mark.inferred"))

    def _accounts(self, record: FactRecord) -> Line:
        """How the articles word a fact, below the fact."""
        accounts = record.fact.accounts
        notes = tuple(Line(account.says, cites=(account,)) for account in accounts)
        return Line(record.fact.says, cites=record.fact.cites, notes=notes)

    def _careful_line(self, record: FactRecord) -> Line:
        """A claim with its date, or a plan with the date that was planned."""
        line, event = self._line(record), self.material.event_of(record)
        if event and event.event.status == "planned":
            date = self._date(event.dated)
            return replace(line, opening=self.words("briefing.planned", date=date))
        return replace(line, opening=self._date(record.dated) if record.dated else None)

    def _change_lines(self) -> list[Line]:
        """The latest corrections of the subject's facts that are short enough."""
        lines = (change_line(self._context, record) for record in self.material.changed)
        return [line for line in lines if line.length <= _LONGEST_CHANGE][:_CHANGES]

    def _remarks(self, remarks: str | None, author: str | None) -> Iterator[Section]:
        """What the moderator adds, set apart and signed."""
        texts = [clean_text(text, LONGEST_REMARKS) for text in (remarks or "").splitlines()]
        lines = tuple(Line(text) for text in texts if text)
        if lines:
            name = clean_text(author or "", LONGEST_AUTHOR)
            key = "briefing.remarks" if name else "briefing.remarks-unsigned"
            yield Section(lines, self.words(key, author=name), listed=False)


def _section(heading: str, lines: Iterable[Line]) -> Iterator[Section]:
    """The lines under their heading, if there are any."""
    if shown := tuple(lines):
        yield Section(shown, heading)


def _question(material: Material) -> Question:
    """The question whose answer tells everything about the subject."""
    if material.subject.thing is None:
        dates = material.period.options.items()
        return Question("timeline", {option: iso for option, iso in dates if iso})
    thing = material.thing
    return Question(thing.kind, {"name": thing.id}) if thing else Question("about")


def _onward(material: Material, words: Words) -> Iterator[Action]:
    """The button that leads to everything about the subject."""
    if material.subject.thing is None:
        yield Action(words("timeline.title"), _question(material))
    elif thing := material.thing:
        label = words("briefing.onward", name=thing.name(words.language))
        yield Action(shorten(label, BUTTON_LABEL), _question(material))
