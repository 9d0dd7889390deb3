"""What the cards of all things share: a lead, facts, parts, and what is related.

The overview holds what a reader needs first; each part holds all that the base has of one kind.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import groupby
from typing import TypeVar

from bot.answers.context import AnswerContext
from bot.answers.fact_lines import fact_line
from bot.cards.card import Action, ComposedLines, Line, Part, PartKey, Question, Section
from bot.cards.limits import CHOICES, OVERVIEW
from bot.cards.sizes import size
from bot.facts.fact_row import FactRow, cited_as
from bot.facts.model import CLAIMS, Lead
from bot.facts.records import EventRecord, FactRecord, ThingRecord
from bot.matching.normalize import MINOR
from bot.matching.vocabulary import word_set
from bot.texts.catalogues import Words


def lead_section(lead: Lead | None, facts: Iterable[FactRecord]) -> tuple[Section, ...]:
    """The lead, which rests on the facts that cite its paragraphs; nothing if there is none."""
    if lead is None:
        return ()
    cited = set(lead.cites)
    rests_on = tuple(fact for fact in facts if cited.intersection(fact.fact.cites))
    return (Section((Line(lead.says, lead.cites, rests_on=rests_on),), listed=False),)


def lead_of_card(
    context: AnswerContext, lead: Lead | None, facts: Iterable[FactRow]
) -> tuple[Section, ...]:
    """The lead, for which only the facts are decoded that cite one of its paragraphs."""
    has_none = frozenset(map(cited_as, lead.cites if lead else ())).isdisjoint
    near = (context.store.record(fact) for fact in facts if not has_none(fact.cited.split()))
    return lead_section(lead, near)


def essential_facts(
    context: AnswerContext,
    thing: ThingRecord,
    facts: Sequence[FactRow],
    order: Sequence[str],
    around: Sequence[Section],
    taken: int = 0,
) -> Iterator[Section]:
    """The facts to show first, or else the first ones, as far as the overview has room for them.

    `taken` is what the picture takes of that room, in characters.

    What the lead says is not said twice. Without a lead, there is at least one fact.
    """
    lead = word_set(
        " ".join(line.text for section in around for line in section.lines if line.rests_on)
    )
    room = room_left(context, thing, around) - taken
    shown: list[Line] = []
    for fact in facts[: len(order)] or facts:
        has_room = len(fact.says) <= room or not (shown or lead)
        if fact.part == "open" or not has_room or (lead and _is_said(fact, lead)):
            continue
        line = _line(context, thing, fact)
        if size(line) <= room or not (shown or lead):
            room -= size(line)
            shown.append(line)
    if shown:
        yield Section(tuple(shown))


def _line(context: AnswerContext, thing: ThingRecord, fact: FactRow) -> Line:
    return fact_line(context, context.store.record(fact), dated=fact.owner != thing.id)


def _is_said(fact: FactRow, lead: set[str]) -> bool:
    """Whether most words of a fact are in the lead."""
    words = word_set(fact.says) - MINOR
    return len(words & lead) > len(words) / 2


def room_left(context: AnswerContext, thing: ThingRecord, sections: Iterable[Section]) -> int:
    """The characters that are left on the overview of a thing beside some sections."""
    used = sum(size(line) for section in sections for line in section.lines)
    return OVERVIEW - len(thing.name(context.words.language)) - used


AnyFact = TypeVar("AnyFact", FactRow, FactRecord)


def in_order(order: Sequence[str], facts: Iterable[AnyFact]) -> list[AnyFact]:
    """The facts, those of the thing's `order` first."""
    rank = {key: number for number, key in enumerate(order)}
    return sorted(facts, key=lambda fact: rank.get(fact.key, len(order)))


# ---- Parts -----------------------------------------------------------------------------------


def parts(
    context: AnswerContext,
    thing: ThingRecord,
    facts: Iterable[FactRow],
    took_part: Sequence[Line] = (),
) -> tuple[Part, ...]:
    """All facts by what kind of knowledge they are, each in one part; empty parts are left out."""
    of_kind: dict[PartKey, list[FactRow]] = {key: [] for key in _PARTS}
    for fact in facts:
        of_kind[_part_of(fact)].append(fact)
    made = {key: tuple(_sections(context, thing, found)) for key, found in of_kind.items()}
    if took_part:
        made["took-part"] = (Section(took_part),)
    return tuple(Part(key, context.words(f"part.{key}"), made[key]) for key in _PARTS if made[key])


_PARTS: tuple[PartKey, ...] = ("known", "said", "took-part", "differ", "open")


def _part_of(fact: FactRow) -> PartKey:
    if fact.part == "open":
        return "open"
    if fact.accounts:
        return "differ"
    return "said" if fact.kind in CLAIMS else "known"


def _sections(
    context: AnswerContext, thing: ThingRecord, facts: Iterable[FactRow]
) -> Iterator[Section]:
    """The facts under their headings; those without a heading come first."""

    def place(fact: FactRow) -> tuple[int, str]:
        return _place(context.words, thing, fact)

    line = partial(_line, context, thing)
    for (_, heading), group in groupby(sorted(facts, key=place), place):
        yield Section(ComposedLines(line, group), heading or None)


def _place(words: Words, thing: ThingRecord, fact: FactRow) -> tuple[int, str]:
    """The position of a fact in its part, and its heading, if it needs one."""
    if thing.kind == "source":
        return 0, ""
    if thing.kind == "actor":
        is_anothers = fact.kind in CLAIMS and fact.by != thing.id
        return (1, words("part.said-by-others")) if is_anothers else (0, "")
    if fact.owner != thing.id:
        return 2, words("part.elsewhere")
    return (1, words("topic.stands")) if fact.part == "stands" else (0, "")


# ---- Related things --------------------------------------------------------------------------


def related(
    context: AnswerContext,
    thing: ThingRecord,
    facts: Iterable[FactRow],
    closest: Iterable[str] = (),
) -> tuple[ThingRecord, ...]:
    """The closest things, then those that most of the facts are about."""
    found = dict[str, ThingRecord]()
    for other in map(context.store.things.__getitem__, _closest_first(closest, facts)):
        if len(found) == CHOICES:
            break
        if other.id != thing.id and other.kind != "source":
            found[other.id] = other
    return tuple(found.values())


def _closest_first(closest: Iterable[str], facts: Iterable[FactRow]) -> Iterator[str]:
    """The ids of these things and then of those in the facts, which are counted only if needed."""
    yield from closest
    shared = Counter(other for fact in facts for other in fact.things)
    yield from (other for other, _ in shared.most_common())


def timeline(
    context: AnswerContext, thing: ThingRecord, events: Sequence[EventRecord]
) -> tuple[Action, ...]:
    """The button to the thing's events in order of time, if it has any."""
    if not events:
        return ()
    label = context.words("page.part", part=context.words("timeline.title"), number=len(events))
    return (Action(label, Question("timeline", {thing.kind: thing.id})),)
