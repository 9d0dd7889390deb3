"""The card of a briefing: its facts by section, in reading order, dated, labelled and cited."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import MAXYEAR, MINYEAR

from bot.answers.change_lines import change_line
from bot.answers.context import AnswerContext
from bot.answers.fact_lines import fact_line
from bot.answers.questions.event import circumstances
from bot.cards.card import Card, Line, Section
from bot.cards.wording import dated_words, span_words
from bot.compose.briefing_material import Material
from bot.compose.briefing_role import role_sentence
from bot.compose.briefing_sections import SECTIONS, SectionKind
from bot.compose.briefing_subject import kind, onward, question
from bot.facts.model import CLAIMS, Actor, Citation, Event
from bot.facts.records import Dated, FactRecord
from bot.matching.normalize import MINOR
from bot.matching.vocabulary import word_set
from bot.parsing.typed_text import clean_text
from bot.texts.catalogues import Words

LONGEST_REMARKS = 300
"""Characters of remarks that a moderator may write."""

LONGEST_AUTHOR = 32
"""Characters of a name on Discord."""

_VIEWS = frozenset(CLAIMS) - {"plan"}  # what a briefing never opens with
_MOST_PEOPLE = 4  # in the line of an event's date and place
_OPENING = 4  # words in which a sentence may say when it was
_YEAR = re.compile(r"\b\d{4}\b", re.ASCII)
_LONGEST_CHANGE = 300  # characters of a correction; `/corrections` tells longer ones


class BriefingLayout:
    """Lays facts out as a briefing in one language."""

    def __init__(self, material: Material, words: Words) -> None:
        self.material = material
        self.words = words
        self._context = AnswerContext(material.store, words, {})
        self._actions = tuple(onward(material, words))
        self._head = tuple(self._head_lines())
        self._changes = tuple(self._change_lines())

    def headline(self) -> str:
        """The headline that is proposed: what the briefing is about."""
        return self.words("briefing.headline", subject=self._subject())

    def _subject(self) -> str:
        """What it is about, by name; of an event that was only planned with that remark."""
        words, material = self.words, self.material
        if material.subject.thing is None:
            return material.period.worded(words)
        thing = material.thing
        name = thing.name(words.language) if thing else material.subject.thing
        if kind(material) == "planned":
            return words("typography.bracketed", text=name, remark=words("mark.planned"))
        return name

    def card(
        self,
        headline: str,
        facts: Iterable[FactRecord],
        remarks: str | None = None,
        author: str | None = None,
    ) -> Card:
        """The card with these facts and the moderator's signed remarks; nothing is cut."""
        return Card(
            question=question(self.material),
            language=self.words.language,
            title=headline,
            found=True,
            sections=(*self._sections(facts), *self._remarks(remarks, author)),
            actions=self._actions,
            one_page=True,
        )

    def _sections(self, facts: Iterable[FactRecord]) -> Iterator[Section]:
        """The sections that have lines, each under its heading."""
        of_section: dict[SectionKind, list[FactRecord]] = {section: [] for section in SECTIONS}
        for fact in self.material.in_order(facts):
            of_section[self.material.section_of(fact)].append(fact)
        for section, own in of_section.items():
            above = tuple(self._above(own)) if section == "what" else ()
            is_dated = bool(above) or section != "what"
            lines = (*above, *self._lines(section, own, is_dated))
            if section == "care":
                lines += self._changes
            if lines:
                yield Section(lines, self._heading(section, own))

    def _heading(self, section: SectionKind, facts: Iterable[FactRecord]) -> str:
        match section:
            case "differ" if not any(map(_has_sources_that_differ, facts)):
                return self.words("briefing.section.worded")
            case "what":
                return self.words(f"briefing.what.{kind(self.material)}")
            case "differ" | "open":
                return self.words(f"part.{section}")
            case "may":
                return self.words("timeline.may")
            case _:
                return self.words(f"briefing.section.{section}")

    # ---- What comes first --------------------------------------------------------------------

    def _head_lines(self) -> Iterator[Line]:
        """An event's date, place and people, or an actor's roles; of many people facts tell."""
        about = self.material.about
        if isinstance(about, Event):
            record = self.material.events[about.id]
            if len(about.who) > _MOST_PEOPLE:
                record = record.model_copy(update={"event": about.model_copy(update={"who": ()})})
            line = circumstances(self._context, record)
            yield replace(line, text=_capitalised(line.text), notes=())
        elif isinstance(about, Actor):
            yield from (role_sentence(self._context, about, role) for role in about.roles)

    def _above(self, facts: Sequence[FactRecord]) -> Iterator[Line]:
        """The lines above the facts of the first section: who or when it was, or else the lead.

        A fact that says it takes their place. A briefing never opens with a claim.
        """
        about = self.material.about
        if not any(self._says_who_or_when(fact) for fact in facts):
            yield from self._head
        if about and about.lead and not (self._head or "what" in self.material.sections.values()):
            yield Line(about.lead.says, about.lead.cites)

    def _says_who_or_when(self, record: FactRecord) -> bool:
        """Whether a fact is an actor's role, or what happened at the event itself."""
        if isinstance(self.material.about, Actor) and self.material.section_of(record) == "what":
            return True
        about = self.material.about
        is_own = isinstance(about, Event) and record.owner == about.id
        return is_own and record.fact.kind not in _VIEWS and not self._is_planned(record)

    # ---- Facts -------------------------------------------------------------------------------

    def _lines(
        self, section: SectionKind, facts: Iterable[FactRecord], is_dated: bool
    ) -> Iterator[Line]:
        """The facts of a section, each event dated once, unless its sentence says when it was.

        `is_dated` says that readers have seen the date of the event that the briefing is about.
        """
        about = self.material.about
        before = (
            dated_words(self.material.events[about.id].dated, self.words)
            if isinstance(about, Event) and is_dated
            else None
        )
        for fact in facts:
            line, dated = self._line(section, fact), self._dated(fact)
            date = dated_words(dated, self.words) if dated else before
            if dated and date != before and self._adds(section, fact, dated):
                line = replace(line, opening=self._date(fact, dated), cites=self._cites(fact))
            yield replace(line, text=self._marked(fact))
            before = date

    def _line(self, section: SectionKind, record: FactRecord) -> Line:
        """A fact with what qualifies it; how it was inferred is left to the fact's own card.

        The wordings of its sources stand side by side where they are what it tells; else they are
        left to the card, since a remark that there are several would say nothing.
        """
        bare = record.fact.model_copy(update={"accounts": (), "inferred": None})
        line = fact_line(self._context, record.model_copy(update={"fact": bare}))
        if section == "planned" and record.fact.kind == "plan":
            line = replace(line, label=None)  # the heading says so
        if section != "differ":
            return line
        wordings = (Line(account.says, cites=(account,)) for account in record.fact.accounts)
        return replace(line, notes=(*wordings, *line.notes))

    def _marked(self, record: FactRecord) -> str:
        """What a fact says, with a remark after a year that it names and no text prints."""
        says, inferred = record.fact.says, record.fact.inferred or ""
        worked_out = set(_YEAR.findall(inferred))
        year = next((year for year in _YEAR.findall(says) if year in worked_out), "")
        marked = self.words(
            "typography.bracketed", text=year, remark=self.words("mark.inferred-year")
        )
        return says.replace(year, marked, 1) if year else says

    def _is_planned(self, record: FactRecord) -> bool:
        event = self.material.event_of(record)
        return event is not None and event.event.status == "planned"

    def _adds(self, section: SectionKind, record: FactRecord, dated: Dated) -> bool:
        """Whether a date says more than the sentence, which may name the year itself.

        A date that was only planned is always shown.
        """
        if self._is_planned(record):
            return True
        if dated.span is None:
            return section not in ("said", "care")
        begins, ends = dated.span.begins, dated.span.ends
        first = begins.start.year if begins else MINYEAR
        last = ends.start.year if ends else MAXYEAR
        return not any(first <= int(year) <= last for year in _YEAR.findall(record.fact.says))

    def _dated(self, record: FactRecord) -> Dated | None:
        """When a fact was; what was announced has the date of its announcement."""
        event = self.material.event_of(record)
        is_announced = event and record.fact.kind == "plan" and event.event.kind == "announcement"
        return event.dated if event and is_announced else record.dated

    def _cites(self, record: FactRecord) -> tuple[Citation, ...]:
        """The citations of a fact with the date of its event: those that give the date as well."""
        event = self.material.event_of(record)
        return (*record.fact.cites, *(event.cites if event else ()))

    def _date(self, record: FactRecord, dated: Dated) -> str:
        """A date in words, with a remark if it is worked out or was only planned."""
        date = dated_words(dated, self.words)
        if dated.span and _begins_with_a_word_of(date, record.fact.says):
            date = span_words(dated.span, self.words)
        date = date if self._is_planned(record) else _capitalised(date)
        if dated.when.basis == "inferred":
            date = self.words("typography.bracketed", text=date, remark=self.words("mark.inferred"))
        if self._is_planned(record):
            return _capitalised(self.words("briefing.planned", date=date))
        return date

    # ---- What else ---------------------------------------------------------------------------

    def _change_lines(self) -> Iterator[Line]:
        """What was withdrawn last, if that is short; a fact that was reworded says so itself."""
        withdrawn = (record for record in self.material.changed if record.fact.withdrawn)
        lines = (change_line(self._context, record) for record in withdrawn)
        yield from [line for line in lines if line.length <= _LONGEST_CHANGE][:1]

    def _remarks(self, remarks: str | None, author: str | None) -> Iterator[Section]:
        """What the moderator adds, set apart and signed."""
        texts = [clean_text(text, LONGEST_REMARKS) for text in (remarks or "").splitlines()]
        lines = tuple(Line(text) for text in texts if text)
        if lines:
            name = clean_text(author or "", LONGEST_AUTHOR)
            key = "briefing.remarks" if name else "briefing.remarks-unsigned"
            yield Section(lines, self.words(key, author=name), listed=False)


def _has_sources_that_differ(record: FactRecord) -> bool:
    """Whether the wordings of a fact are those of more than one source."""
    return len({account.source for account in record.fact.accounts}) > 1


def _begins_with_a_word_of(date: str, sentence: str) -> bool:
    """Whether a sentence opens with when it was, in words that a date has too."""
    opening = " ".join(sentence.split()[:_OPENING])
    return bool((word_set(date) & word_set(opening)) - MINOR)


def _capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]
