"""What a digest says of changes in the base since the last one: corrected and added facts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from bot.answers.change_lines import change_line, detail_line, last_change, wordings_since
from bot.answers.context import AnswerContext
from bot.answers.fact_lines import fact_line
from bot.cards.card import Line
from bot.compose.digest_material import DigestHistory, DigestMaterial
from bot.compose.fact_of_the_day import ESSENTIAL
from bot.compose.message_budget import Passage, Variants
from bot.facts.model import Fact, Wording
from bot.facts.records import FactRecord


def corrections(material: DigestMaterial, history: DigestHistory) -> Iterator[Variants]:
    """What was withdrawn or changed since the last digest; withdrawn first, then the latest."""
    seen = history.versions or {}
    now = material.versions
    changed = [r for r in material.facts if seen.get(r.key, now[r.key]) != now[r.key]]
    changed.sort(key=lambda r: (r.fact.withdrawn is not None, _last_change(r.fact)), reverse=True)
    for record in changed:
        line = _correction(material.context, record, seen[record.key], history.last_day)
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


def _correction(
    context: AnswerContext, record: FactRecord, version: str, last_day: date | None
) -> Line:
    """What a fact says now, what it said in the version that the server saw, and why it changed."""
    missed = record.fact.model_copy(
        update={"was": _missed_wordings(record.fact, version, last_day)}
    )
    record = record.model_copy(update={"fact": missed})
    if missed.was or missed.withdrawn:
        return change_line(context, record)
    return detail_line(context, record, "digest.changed")


def _missed_wordings(fact: Fact, version: str, last_day: date | None) -> tuple[Wording, ...]:
    """The wording that a server saw, and those that came after it; none if only details changed.

    If a detail changed as well, the day of its last digest has to decide.
    """
    wordings = wordings_since(fact, version)
    if wordings is not None:
        return wordings
    return tuple(wording for wording in fact.was if last_day is None or wording.date >= last_day)


def _last_change(fact: Fact) -> date:
    """The day of a fact's last change, or the first of all days if none is recorded."""
    return last_change(fact) if fact.was or fact.withdrawn else date.min
