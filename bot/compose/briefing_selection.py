"""Which facts a draft proposes.

The parts take turns in a fixed order until the draft has its size, so the longer it is, the more
lines each part has. What says nearly the same as a line before it is passed over, and so is what
does not fit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from bot.compose.briefing_material import Material
from bot.compose.briefing_parts import Part
from bot.facts.model import Actor, Event, Topic
from bot.facts.records import FactRecord, ThingRecord
from bot.matching.normalize import MINOR
from bot.matching.vocabulary import words_of

_SAME = 0.5  # two facts more alike than this say the same
_STEM = 5  # letters that the forms of a word usually share

Fits = Callable[[Sequence[FactRecord]], bool]
"""Whether a briefing of some facts has the size that was asked for."""


_TURNS: tuple[Part, ...] = (
    "what", "happened", "open", "led", "stands", "happened", "happened", "happened", "background",
    "what", "differ", "happened", "said", "followed", "care", "happened", "led", "open", "said",
    "happened", "stands", "what", "followed", "happened", "background", "said", "care", "differ",
    "open",
)  # fmt: skip
_TURNS_OF_EVENT: tuple[Part, ...] = (
    "agreed", "happened", "led", "differ", "open", "followed", "agreed", "happened", "before",
    "what", "followed", "agreed", "happened", "said", "stands", "led", "before", "followed",
    "happened", "said", "care", "open", "happened", "agreed", "background", "differ", "said",
)  # fmt: skip
_TURNS_OF_PERIOD: tuple[Part, ...] = (
    "happened", "happened", "led", "happened", "happened", "open", "happened", "followed",
    "differ", "happened", "said", "led", "happened", "open", "happened", "said", "followed", "care",
)  # fmt: skip
"""The parts in the order in which they get their lines. An event has its date and people first."""

_PUT_FIRST = 5  # facts that curators put first have their lines before all parts
_BEFORE_OPEN = 2  # of these come before what is not established


def select(material: Material, fits: Fits, begun: Sequence[FactRecord] = ()) -> list[FactRecord]:
    """The facts of a draft, the most telling first; a longer one goes on from what was begun."""
    left, turns = _Candidates(material), Counter[Part]()
    chosen = left.take(begun)

    def fits_too(fact: FactRecord) -> bool:
        return fits([*chosen, fact])

    for part in () if begun else _opening_parts(material):
        chosen.extend(left.next(part, fits_too))
    for part in _turns(material):
        turns[part] += 1
        if sum(material.part_of(fact) == part for fact in chosen) < turns[part]:
            chosen.extend(left.next(part, fits_too))
    return chosen


def _opening_parts(material: Material) -> list[Part]:
    """What a topic is, so that no briefing opens with a claim; then what curators put first.

    What is not established of a topic or an actor comes early too; an event has its causes first.
    """
    is_topic = isinstance(material.about, Topic)
    parts: list[Part] = [part for key in _put_first(material) if (part := material.parts.get(key))]
    if is_topic:
        parts = ["what", *(part for part in parts if part != "what")]
    if "open" not in parts and isinstance(material.about, Topic | Actor):
        parts.insert(_BEFORE_OPEN + is_topic, "open")
    return parts


def _put_first(material: Material) -> tuple[str, ...]:
    """The keys of the facts that curators put first, which they know to be no repetition."""
    return material.about.order[:_PUT_FIRST] if material.about else ()


def _turns(material: Material) -> tuple[Part, ...]:
    match material.about:
        case Event():
            return _TURNS_OF_EVENT
        case None:
            return _TURNS_OF_PERIOD
        case _:
            return _TURNS


class _Candidates:
    """The facts that are not chosen yet, by part, and what those say that are."""

    def __init__(self, material: Material) -> None:
        self._material = material
        self._left: dict[Part, list[FactRecord]] = {}
        for record in material.ranked:
            self._left.setdefault(material.part_of(record), []).append(record)
        self._names = _actor_stems(material.store.things.values())
        self._said: list[set[object]] = []
        self._summed_up: set[str] = set()  # events behind where a topic stands
        self._put_first = _put_first(material)

    def take(self, facts: Iterable[FactRecord]) -> list[FactRecord]:
        """Facts that are chosen already."""
        taken = list(facts)
        for record in taken:
            part = self._material.part_of(record)
            self._left[part].remove(record)
            self._note(part, record)
        return taken

    def next(self, part: Part, fits: Callable[[FactRecord], bool]) -> list[FactRecord]:
        """The next fact of a part that fits and says something new; none if there is none."""
        left = self._left.get(part, [])
        while left:
            record = left.pop(0)
            if self._is_news(part, record) and fits(record):
                self._note(part, record)
                return [record]
        return []

    def _is_news(self, part: Part, record: FactRecord) -> bool:
        if part == "open":  # it cites the articles that lack it
            return True
        if part == "happened" and record.owner in self._summed_up:
            return False
        about = self._material.about
        if part == "stands" and isinstance(about, Event) and about.id in record.things:
            return False  # where a topic stands since the event is what the event tells
        if record.key in self._put_first:
            return True
        content = self._content(record)
        return all(_likeness(content, said) <= _SAME for said in self._said)

    def _note(self, part: Part, record: FactRecord) -> None:
        """Remember what a chosen fact says; where a topic stands tells the events behind it."""
        if part != "open":
            self._said.append(self._content(record))
        if part == "stands":
            self._summed_up |= record.things & self._material.events.keys()

    def _content(self, record: FactRecord) -> set[object]:
        """What a fact says: its paragraphs and the stems of its words, without names of actors."""
        paragraphs = {(cite.source, cite.paragraph) for cite in record.fact.cites}
        return {*paragraphs, *(_stems(record.fact.says) - self._names)}


def _likeness(one: set[object], other: set[object]) -> float:
    """How much of the content of two facts is the same: 0 nothing, 1 all."""
    return 2 * len(one & other) / max(1, len(one) + len(other))


def _actor_stems(things: Iterable[ThingRecord]) -> set[str]:
    actors = [thing for thing in things if thing.kind == "actor"]
    return {stem for actor in actors for stem in _stems(" ".join(actor.forms))}


def _stems(text: str) -> set[str]:
    return {word[:_STEM] for word in words_of(text) - MINOR}
