"""Which facts a draft proposes.

Where curators chose what a briefing tells, a draft has as much of that as fits, in their order. Of
other subjects the sections take turns in a fixed order until the draft has its size, so the longer
it is, the more lines each section has. What says nearly the same as a line before it is passed
over, and so is what does not fit. What is not established is proposed only where the draft
tells of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from bot.compose.briefing_material import Material
from bot.compose.briefing_sections import SECTIONS, SectionKind
from bot.facts.model import CLAIMS, Actor, Event, Topic
from bot.facts.records import FactRecord
from bot.facts.store import Store
from bot.matching.normalize import MINOR
from bot.matching.vocabulary import word_set

_EVENTS = frozenset[SectionKind]({"what", "led", "happened", "followed", "planned"})
_LIKELY = 1 / 3  # of an event's possible days, how many must lie in the period to propose it
_SAME = 0.45  # two facts more alike than this say the same
_STEM = 5  # letters that the forms of a word usually share

Fits = Callable[[Sequence[FactRecord]], bool]
"""Whether a briefing of some facts has the size that was asked for."""


_TURNS: tuple[SectionKind, ...] = (
    "what", "happened", "open", "led", "stands", "happened", "happened", "happened", "background",
    "what", "differ", "happened", "said", "planned", "followed", "hearsay", "care", "happened",
    "led", "open", "said", "happened", "stands", "what", "followed", "happened", "background",
    "planned", "said", "care", "differ", "open",
)  # fmt: skip
_TURNS_OF_EVENT: tuple[SectionKind, ...] = (
    "what", "agreed", "happened", "open", "led", "differ", "followed", "stands", "agreed",
    "followed", "led", "said", "happened", "agreed", "background", "said", "happened", "planned",
    "hearsay", "care", "happened", "what", "led", "said", "followed", "stands", "open", "happened",
    "agreed", "background", "planned", "said", "care",
)  # fmt: skip
_TURNS_OF_PERIOD: tuple[SectionKind, ...] = (
    "happened", "happened", "happened", "happened", "happened", "open", "may", "stands",
    "said", "happened", "happened", "happened", "led", "followed", "followed", "planned",
    "happened", "happened", "happened", "followed", "planned", "differ", "said", "may",
    "happened", "open", "led", "may", "said", "followed", "hearsay", "happened", "may", "happened",
    "stands", "open",
)  # fmt: skip
"""The sections in the order in which they get their lines."""

_MOST_PASSED_OVER = 3  # facts of a curated list that do not fit, before a draft is done
_PUT_FIRST = 5  # facts that curators put first have their lines before all sections, but of events
_BEFORE_OPEN = 2  # of these come before what is not established


def select(material: Material, fits: Fits, begun: Sequence[FactRecord] = ()) -> list[FactRecord]:
    """The facts of a draft, the most telling first; a longer one goes on from what was begun."""
    if material.about and material.about.briefing:
        return _curated(material, material.about.briefing, fits, begun)
    left, turns = _Candidates(material), Counter[SectionKind]()
    chosen = left.take(begun)

    def fits_too(fact: FactRecord) -> bool:
        return fits([*chosen, fact])

    for each in _openers(material, is_begun=bool(begun)):
        chosen.extend(left.next(each, fits_too) if each in SECTIONS else left.named(each, fits_too))
    for section in _turns(material):
        turns[section] += 1
        if sum(material.section_of(fact) == section for fact in chosen) < turns[section]:
            chosen.extend(left.next(section, fits_too))
    return chosen


def _curated(
    material: Material, listed: Iterable[str], fits: Fits, begun: Sequence[FactRecord]
) -> list[FactRecord]:
    """What curators chose, as far as it fits; they know it to be no repetition.

    After a few that do not fit, what is left is too far down the list to be told without them.
    """
    by_key = {record.key: record for record in material.facts}
    chosen, passed_over = list(begun), 0
    for record in filter(None, map(by_key.get, listed)):
        if record in chosen or not _has_premise(material, record, chosen):
            continue
        if fits([*chosen, record]):
            chosen.append(record)
        elif (passed_over := passed_over + 1) > _MOST_PASSED_OVER:
            break
    return chosen


def _has_premise(material: Material, record: FactRecord, chosen: Iterable[FactRecord]) -> bool:
    """Whether a draft tells of every event of which a fact says that something is not known."""
    if record.part != "open":
        return True
    told = (each.things for each in chosen if each.part != "open")
    about = record.things & material.events.keys()
    return about <= {material.subject.thing}.union(*told)


def _openers(material: Material, is_begun: bool) -> list[str]:
    """What a topic is, so that no briefing opens with a claim; then what curators put first.

    What is not established of a topic or an actor comes early too; an event has its causes first.
    A draft that is begun needs only what curators put first and did not fit.
    """
    is_topic = isinstance(material.about, Topic)
    openers: list[str] = [key for key in _put_first(material) if key in material.sections]
    if is_begun:
        return openers
    if isinstance(material.about, Topic | Actor) and not any(
        material.sections[key] == "open" for key in openers
    ):
        openers.insert(_BEFORE_OPEN, "open")
    return ["what", *openers] if is_topic else openers


def _put_first(material: Material) -> tuple[str, ...]:
    """The keys of the facts that curators put first, which they know to be no repetition."""
    about = material.about
    return () if about is None or isinstance(about, Event) else about.order[:_PUT_FIRST]


def _turns(material: Material) -> tuple[SectionKind, ...]:
    match material.about:
        case Event():
            return _TURNS_OF_EVENT
        case None:
            return _TURNS_OF_PERIOD
        case _:
            return _TURNS


class _Candidates:
    """The facts that are not chosen yet, by section, and what those say that are."""

    def __init__(self, material: Material) -> None:
        self._material = material
        self._left: dict[SectionKind, list[FactRecord]] = {}
        for record in material.ranked:
            self._left.setdefault(material.section_of(record), []).append(record)
        self._names = _actor_stems(material.store)
        self._chosen: list[FactRecord] = []
        self._said: list[set[object]] = []
        self._summed_up: set[str] = set()  # events behind where a topic stands, or with a part told
        self._told: set[str] = set()  # events of which a line tells
        self._put_first = _put_first(material)

    def take(self, facts: Iterable[FactRecord]) -> list[FactRecord]:
        """Facts that are chosen already."""
        taken = list(facts)
        for record in taken:
            section = self._material.section_of(record)
            self._left[section].remove(record)
            self._note(section, record)
        return taken

    def next(self, section: SectionKind, fits: Callable[[FactRecord], bool]) -> list[FactRecord]:
        """The next fact of a section that fits and says something new; none if there is none."""
        left = self._left.get(section, [])
        for record in [each for each in left if _has_premise(self._material, each, self._chosen)]:
            left.remove(record)
            if self._is_news(section, record) and fits(record):
                self._note(section, record)
                return [record]
        return []

    def named(self, key: str, fits: Callable[[FactRecord], bool]) -> list[FactRecord]:
        """The fact with this key if it is left, fits and says something new; else none."""
        section = self._material.sections[key]
        left = self._left.get(section, [])
        found = [record for record in left if record.key == key]
        found = [each for each in found if _has_premise(self._material, each, self._chosen)]
        if not found or not self._is_news(section, found[0]) or not fits(found[0]):
            return []
        left.remove(found[0])
        self._note(section, found[0])
        return found

    def _is_news(self, section: SectionKind, record: FactRecord) -> bool:
        if record.part == "open":  # it cites the articles that lack it
            return True
        if section == "may" and not self._is_likely(record):
            return False
        if record.key in self._put_first:
            return True
        if section in _EVENTS and record.owner in self._summed_up:
            return False
        if section == "stands" and self._is_told(record):
            return False
        content = self._content(record)
        return all(_likeness(content, said) <= _SAME for said in self._said)

    def _is_likely(self, record: FactRecord) -> bool:
        """Whether an event that may miss the period is likely enough to be in it."""
        span = record.dated.span if record.dated else None
        return self._material.period.share(span) >= _LIKELY

    def _is_told(self, record: FactRecord) -> bool:
        """Whether lines tell already of every event that a fact is about."""
        about = record.things & self._material.events.keys()
        return bool(about) and about <= self._told

    def _note(self, section: SectionKind, record: FactRecord) -> None:
        """Remember what a chosen fact says, and what it tells of.

        Where a topic stands tells the events behind it, a part of an event the event itself.
        """
        self._chosen.append(record)
        if record.part != "open":
            self._said.append(self._content(record))
        if section == "stands":
            self._summed_up |= record.things & self._material.events.keys()
        if (event := self._material.event_of(record)) and record.fact.kind not in CLAIMS:
            self._told.add(record.owner)
            self._summed_up |= {event.event.part_of or ""}

    def _content(self, record: FactRecord) -> set[object]:
        """What a fact says: its paragraphs and the stems of its words, without names of actors."""
        paragraphs = {(cite.source, cite.paragraph) for cite in record.fact.cites}
        return {*paragraphs, *(_stems(record.fact.says) - self._names)}


def _likeness(one: set[object], other: set[object]) -> float:
    """How much of the content of two facts is the same: 0 nothing, 1 all."""
    return 2 * len(one & other) / max(1, len(one) + len(other))


def _actor_stems(store: Store) -> set[str]:
    actors = store.names.called({"actor"})
    return {stem for _, names in actors for stem in _stems(" ".join(names))}


def _stems(text: str) -> set[str]:
    return {word[:_STEM] for word in word_set(text) - MINOR}
