"""What a digest says of changes in the base since the last one: corrected and added facts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from bot.answers.change_lines import change_from, change_since, last_change
from bot.answers.fact_lines import fact_line
from bot.cards.card import Line
from bot.compose.digest_material import DigestHistory, DigestMaterial
from bot.compose.message_budget import Passage, Variants
from bot.facts.model import ESSENTIAL, Fact
from bot.facts.records import FactRecord


def corrections(material: DigestMaterial, history: DigestHistory) -> Iterator[Variants]:
    """What was withdrawn or changed since the last digest; withdrawn first, then the latest."""
    seen = history.versions or {}
    now = material.versions
    changed = [r for r in material.facts if seen.get(r.key, now[r.key]) != now[r.key]]
    changed.sort(key=lambda r: (r.fact.withdrawn is not None, _last_change(r.fact)), reverse=True)
    for record in changed:
        line = _correction(material, record, history)
        yield (_passage(record, line),)


def added(material: DigestMaterial, history: DigestHistory) -> Iterator[Variants]:
    """Facts that the base did not have at the last digest; what happened first, then the rest."""
    seen = history.versions
    if seen is None:
        return
    new = [r for r in material.facts if r.key not in seen and not r.fact.withdrawn]
    for record in sorted(new, key=lambda r: (r.part == "open", r.fact.kind not in ESSENTIAL)):
        line = fact_line(material.context, record, dated=True)
        if record.part == "open":
            line = replace(line, label=material.context.words("part.open"))
        yield (_passage(record, line),)


def _passage(record: FactRecord, line: Line) -> Passage:
    return Passage(record.owner, (line,), (record,))


def _correction(material: DigestMaterial, record: FactRecord, history: DigestHistory) -> Line:
    """What a fact says now, what it showed in the version that the server saw, and why."""
    context, was = material.context, record.fact.was
    if old := history.shown.get(record.key):
        return change_from(context, record, old, material.shown[record.key], "digest.changed")
    # It is not known what the server saw: the day of its last digest has to decide.
    last_day = history.last_day
    missed = tuple(each for each in was if last_day is None or each.date >= last_day)
    return change_since(context, record, missed, "digest.changed")


def _last_change(fact: Fact) -> date:
    """The day of a fact's last change, or the first of all days if none is recorded."""
    return last_change(fact) if fact.was or fact.withdrawn else date.min
