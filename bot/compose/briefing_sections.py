"""The sections of a briefing, in reading order, and which section a fact belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from bot.compose.briefing_links import Place
from bot.facts.model import CLAIMS, ESSENTIAL, Event, EventKind
from bot.facts.records import FactRecord

SectionKind = Literal[
    "what", "background", "led", "happened", "agreed", "may", "said", "followed", "planned",
    "stands", "differ", "open", "hearsay", "care",
]  # fmt: skip
"""What it is, its background, what came before, what happened, what was agreed, what only may fall
into the period, what was said, what followed, what was planned, where it stands, where sources
differ, what is not established, what is easily assumed without an article, and what is easily
misread."""

SECTIONS: tuple[SectionKind, ...] = get_args(SectionKind)

_BESIDES: Mapping[EventKind, SectionKind] = {
    "announcement": "what",
    "measure": "followed",
    "ruling": "followed",
}
"""Where what such an event tells beside itself belongs: to what was announced, or after an act."""


@dataclass(frozen=True)
class BriefingFact:
    """A fact within the scope of a briefing.

    `event` is the event that has it, if one has, and `place` that event's place in the briefing.
    `number` is its place among what its event tells, in the order of its file; `is_first` says that
    it is the most telling of that, `begins` that the subject began with it, `appoints` that it
    tells how the subject took office. `is_own` says that the subject itself has it, `defines` that
    it says what the subject is, `is_outdated` that another event of the subject came after where it
    stands, `is_late` that it may miss the period, `is_put_first` that curators put it first,
    `is_minor` that they tell other things of a period and of no subject this. The lower its `rank`,
    the more telling it is.
    """

    record: FactRecord
    event: Event | None = None
    place: Place | None = None
    number: int = 0
    is_first: bool = False
    is_own: bool = False
    defines: bool = False
    is_outdated: bool = False
    begins: bool = False
    appoints: bool = False
    is_late: bool = False
    is_put_first: bool = False
    is_minor: bool = False
    rank: tuple[float, ...] = ()


def is_claim(record: FactRecord, event: Event | None) -> bool:
    """Whether a fact is a claim; what people planned in an event is a part of what happened."""
    is_decided = record.fact.kind == "plan" and event and not is_by_article(record)
    return record.fact.kind in CLAIMS and not is_decided


def is_by_article(record: FactRecord) -> bool:
    """Whether a claim is that of an article that it cites."""
    return any(record.fact.by == cite.source for cite in record.fact.cites)


def section_of(seen: BriefingFact, subject_is_event: bool) -> SectionKind:
    """The section that shows a fact."""
    record, event = seen.record, seen.event
    if record.part == "open":
        return "hearsay" if record.fact.hearsay else "open"
    if record.part == "stands":
        return _section_of_where_it_stands(seen)
    if event and event.status == "planned":
        if seen.is_own:
            return "what"
        return "planned"
    if seen.is_late:
        return "may"
    if record.fact.kind == "plan" and (is_claim(record, event) or not seen.is_first):
        return _section_of_plan(seen, subject_is_event)
    if is_claim(record, event) and record.fact.caution and not seen.is_put_first:
        return "care"
    if _is_a_difference(seen):
        return "differ"
    if is_claim(record, event):
        return "said"
    if seen.begins or seen.appoints or (subject_is_event and seen.is_own and seen.is_first):
        return "what"
    if event is None or seen.place is None:
        return _section_of_timeless(seen)
    if (event.kind == "anniversary" and not seen.is_own) or _is_aside(seen):
        return "background"
    if subject_is_event and seen.place.role == "own":
        return _section_of_subject(seen, event)
    return _section_of_event(seen.place)


def _section_of_plan(seen: BriefingFact, subject_is_event: bool) -> SectionKind:
    """What others foresaw of an event came before it; what it planned itself is what it was."""
    if not (subject_is_event and seen.event):
        return "planned"
    if is_claim(seen.record, seen.event):
        return "led"
    return "what" if seen.is_own else "planned"


def _section_of_where_it_stands(seen: BriefingFact) -> SectionKind:
    if not seen.is_outdated:
        return "stands"
    return "said" if is_claim(seen.record, None) else _section_of_timeless(seen)


def _is_a_difference(seen: BriefingFact) -> bool:
    """Whether the difference between sources is what it tells, and not just in its wording."""
    fact = seen.record.fact
    is_of_subject = seen.event is not None or seen.is_own  # not what another topic is
    return (
        bool(fact.accounts) and is_of_subject and not seen.is_first and fact.kind not in ESSENTIAL
    )


def _is_aside(seen: BriefingFact) -> bool:
    """Whether a fact only explains an event of the subject, and is no part of what happened."""
    is_own = seen.place is not None and seen.place.role == "own"
    return is_own and not seen.is_first and seen.record.fact.kind == "background"


def _section_of_timeless(seen: BriefingFact) -> SectionKind:
    if seen.defines:
        return "what"
    return "happened" if seen.record.fact.kind in ESSENTIAL else "background"


def _section_of_subject(seen: BriefingFact, event: Event) -> SectionKind:
    """The section of what the event that the briefing is about tells beside itself, or a part."""
    if seen.record.fact.kind == "agreement":
        return "agreed"
    return _BESIDES.get(event.kind, "happened") if seen.is_own else "happened"


def _section_of_event(place: Place) -> SectionKind:
    match place.role:
        case "own" | "turn":
            return "happened"
        case "whole":
            return "what"
        case "before":
            return "led"
        case "beside":
            return "background"
        case role:
            return role
