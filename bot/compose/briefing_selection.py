"""Which facts a draft proposes: a weight for each fact, lowered by what is already chosen.

The weights were found by reading the drafts on every topic of the shipped base.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.answers.context import AnswerContext
from bot.answers.fact_lines import fact_line
from bot.compose.briefing_material import Material
from bot.facts.model import FactKind
from bot.facts.records import FactRecord, ThingRecord
from bot.matching.normalize import MINOR
from bot.matching.vocabulary import words_of
from bot.texts.catalogues import LANGUAGES, words

# What a fact is worth by itself.
_KINDS: Mapping[FactKind, float] = {
    "event": 4, "agreement": 4, "figure": 3, "plan": 3, "proposal": 3, "position": 2,
    "background": 2, "role": 2, "opinion": 1,
}  # fmt: skip
_CLAIM = 3  # instead: a claim that calls for care, unless it is an opinion
_PLANNED = 2  # says that an event was planned, which is easily repeated as if it took place
_OWN_LISTS: Mapping[str, float] = {"facts": 3, "stands": 6, "open": 2}  # in a list of the subject
_DEFINES = 4  # the first of each of these lists
_ELSEWHERE = -2  # does not name the subject
_ASIDE = -3  # an opinion in a list of another topic or actor
_FIRST = 1  # the first fact of a list, as curators put what matters first
_LATER = -0.5  # each place further down
_SOURCE = 0.7  # each article that carries it
_TOUCHING, _MOST_TOUCHING = 0.35, 4  # each fact about the same event, and the most for all of them
_UNDATED = -3
_CHARACTER = -1 / 160  # each character to read

# What it is worth after the facts chosen before it.
_AGAIN, _AGAIN_IN_STORY = -2.5, -0.4  # each fact before it in the same part
_SAME_EVENT = -3  # each fact of the same event before it in the story
_LIKENESS = -14  # times the square of its likeness to another
_NEW_PART = 3  # the first in its part
_NEW_SOURCE = 1  # brings in an article
_FIRST_ACCOUNTS = 2  # the first on which sources differ

_TOO_LITTLE = -6  # a fact below this is not worth its place
_SAME = 0.5  # two facts more alike than this say the same
_STEM = 5  # letters that the forms of a word usually share


@dataclass(frozen=True)
class _Candidate:
    """A fact that may be chosen, its own weight, and what it says."""

    record: FactRecord
    weight: float
    content: set[object]


def ranked(material: Material) -> Iterator[FactRecord]:
    """The facts that a draft chooses from, the most telling first, without near repetitions.

    Each choice makes facts of the same part, of the same event or of similar content less
    telling, and facts that bring in another article more telling.
    """
    left: list[_Candidate] = _candidates(material)
    chosen: list[FactRecord] = []
    likeness = {candidate.record.key: 0.0 for candidate in left}  # to the most similar choice

    def points(candidate: _Candidate) -> float:
        alike = likeness[candidate.record.key]
        return candidate.weight + _news(material, candidate.record, chosen) + _LIKENESS * alike**2

    while left:
        best = max(left, key=points)
        if points(best) < _TOO_LITTLE:
            return
        chosen.append(best.record)
        yield best.record
        for other in left:
            key = other.record.key
            likeness[key] = max(likeness[key], _likeness(best, other))
        left = [
            other for other in left if other is not best and likeness[other.record.key] <= _SAME
        ]


def _candidates(material: Material) -> list[_Candidate]:
    # Facts are weighed in one language, so that a draft is the same in all.
    context = AnswerContext(material.store, words(LANGUAGES[0]), {})
    names = _actor_stems(material.store.things.values())
    return [
        _Candidate(record, _weight(material, context, record), _content(record, names))
        for record in material.choices
    ]


# ---- The weight of a fact by itself ----------------------------------------------------------


def _weight(material: Material, context: AnswerContext, record: FactRecord) -> float:
    """How telling a fact is: what it is, how much depends on it, how long it takes to read."""
    fact, part = record.fact, material.part_of(record)
    position = _position(material, record)
    points = _CLAIM if part == "care" and fact.kind != "opinion" else _KINDS[fact.kind]
    points += _LATER * position if position else _FIRST
    points += _CHARACTER * fact_line(context, record).length
    if part != "open":  # what is not established cites the articles that lack it
        points += _SOURCE * len({cite.source for cite in fact.cites})
    return points + _event_weight(material, record) + _closeness(material, record, position)


def _position(material: Material, record: FactRecord) -> int:
    """The place of a fact among the candidates from the same list of a thing."""
    listed = [f.key for f in material.choices if (f.owner, f.part) == (record.owner, record.part)]
    return listed.index(record.key)


def _event_weight(material: Material, record: FactRecord) -> float:
    """What a fact gains from the event that it belongs to."""
    event = material.event_of(record)
    if event is None:
        return 0
    of_event = [f for f in material.facts if record.owner in (f.owner, *f.fact.about)]
    points = min(_MOST_TOUCHING, _TOUCHING * len(of_event))
    if event.dated.span is None:
        points += _UNDATED
    first = next(f for f in material.facts if f.owner == record.owner)
    is_plan = event.event.status == "planned" and record.key == first.key
    return points + _PLANNED * is_plan


def _closeness(material: Material, record: FactRecord, position: int) -> float:
    """What a fact gains from a list of the subject, or loses if it is about something else."""
    thing = material.subject.thing
    if record.owner == thing:
        return _OWN_LISTS[record.part] + (0 if position else _DEFINES)
    if thing not in (None, *record.things):
        return _ELSEWHERE
    is_aside = record.fact.kind == "opinion" and not material.event_of(record)
    return _ASIDE if is_aside else 0


# ---- The weight of a fact after others -------------------------------------------------------


def _news(material: Material, record: FactRecord, chosen: Sequence[FactRecord]) -> float:
    """What a fact gains by being new after the chosen ones, or loses by repeating them."""
    part = material.part_of(record)
    before = sum(material.part_of(other) == part for other in chosen)
    points = before * (_AGAIN_IN_STORY if part == "story" else _AGAIN)
    if part == "story" and record.owner != material.subject.thing:
        points += _SAME_EVENT * sum(other.owner == record.owner for other in chosen)
    if not before and record.fact.kind != "opinion":
        points += _NEW_PART
    if record.fact.accounts and not any(other.fact.accounts for other in chosen):
        points += _FIRST_ACCOUNTS
    sources = {cite.source for other in chosen for cite in other.fact.cites}
    brings_source = any(cite.source not in sources for cite in record.fact.cites)
    return points + _NEW_SOURCE * brings_source


def _content(record: FactRecord, names: set[str]) -> set[object]:
    """What a fact says: its paragraphs and the stems of its words, without names of actors."""
    paragraphs = {(cite.source, cite.paragraph) for cite in record.fact.cites}
    return {*paragraphs, *(_stems(record.fact.says) - names)}


def _likeness(one: _Candidate, other: _Candidate) -> float:
    """How much of the content of two facts is the same: 0 nothing, 1 all.

    What is not established is never a repetition.
    """
    if other.record.part == "open":
        return 0.0
    common = len(one.content & other.content)
    return 2 * common / max(1, len(one.content) + len(other.content))


def _actor_stems(things: Iterable[ThingRecord]) -> set[str]:
    actors = [thing for thing in things if thing.kind == "actor"]
    return {stem for actor in actors for stem in _stems(" ".join(actor.forms))}


def _stems(text: str) -> set[str]:
    return {word[:_STEM] for word in words_of(text) - MINOR}
