"""Facts and events as lines: what kind of statement, who makes it, and what qualifies it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bot.answers.context import AnswerContext
from bot.cards.card import Line
from bot.cards.wording import dated_words, day_words, span_words
from bot.facts.model import CLAIMS, Fact
from bot.facts.records import EventRecord, FactRecord
from bot.facts.units import HEAD


def fact_line(context: AnswerContext, record: FactRecord, dated: bool = False) -> Line:
    """A fact with its label, citations and notes; `dated` puts the date of its event before it."""
    return Line(
        text=record.fact.says,
        cites=record.fact.cites,
        label=_label(context, record.fact),
        opening=_opening(context, record) if dated else None,
        notes=tuple(_notes(context, record.fact)),
        fact=record,
    )


def _opening(context: AnswerContext, record: FactRecord) -> str | None:
    """The date of a fact's event as the line begins with it, unless the sentence says it."""
    date = dated_words(record.dated, context.words) if record.dated else ""
    if not date or date in record.fact.says:
        return None
    return date[:1].upper() + date[1:]


def event_line(
    context: AnswerContext, record: EventRecord, year: int | None = None, basis: bool = True
) -> Line:
    """An event's date and title, with remarks if it was only planned or its date is worked out.

    `year` is one that the reader sees already; `basis` says whether a date is worked out.
    """
    return Line(
        text=with_remarks(context, record, context.name(record.event.id), basis),
        cites=record.cites,
        opening=dated_words(record.dated, context.words, year) or None,
        unit=f"{HEAD}{record.event.id}",
    )


def with_remarks(context: AnswerContext, record: EventRecord, text: str, basis: bool = True) -> str:
    """A text on an event, with remarks if this was only planned or its date is worked out."""
    words = context.words
    remarks = [
        words("mark.planned") if record.event.status == "planned" else None,
        words("mark.inferred") if basis and record.event.when.basis == "inferred" else None,
    ]
    marks = list(filter(None, remarks))
    return words("typography.bracketed", text=text, remark=words.series(marks)) if marks else text


def as_of(context: AnswerContext, sources: Iterable[str]) -> str:
    """The dates of the articles, each article once; undated ones are counted."""
    words = context.words
    records = [context.store.sources[source] for source in dict.fromkeys(sources)]
    articles = [
        words("actor.article-of", date=span_words(record.span, words))
        for record in records
        if record.span
    ]
    if undated := len(records) - len(articles):
        articles.append(words.count("actor.undated-articles", undated))
    return words.list(articles)


def _label(context: AnswerContext, fact: Fact) -> str | None:
    if fact.kind not in CLAIMS or not fact.by:
        return None
    words = context.words
    kind = words(f"kind.{fact.kind}")
    says = fact.says.casefold()
    if any(name.casefold() in says for name in _speaker_names(context, fact.by)):
        return kind  # the sentence itself says whose it is
    if fact.by in context.store.sources and fact.kind == "opinion":
        return _own_opinion(context, kind, fact.by)
    if fact.by in context.store.sources:
        return words("label.of-source", kind=kind)
    return words("label.of-actor", kind=kind, actor=context.name(fact.by))


def _own_opinion(context: AnswerContext, kind: str, source: str) -> str:
    """The label of an article's opinion, which tells it apart from articles cited beside it."""
    words, span = context.words, context.store.sources[source].span
    if span is None:
        return words("label.opinion-undated", kind=kind)
    return words("label.opinion-of", kind=kind, date=span_words(span, words))


def _speaker_names(context: AnswerContext, by: str) -> tuple[str, ...]:
    """How a sentence may name who makes a statement: an actor or, less its title, an article."""
    if source := context.store.sources.get(by):
        return source.source.also
    return context.store.things[by].forms


def _notes(context: AnswerContext, fact: Fact) -> Iterator[Line]:
    words = context.words
    if fact.inferred:
        yield Line(fact.inferred, label=words("note.inferred"))
    for index, account in enumerate(fact.accounts):
        label = None if index else words("note.account")
        yield Line(account.says, cites=(account,), label=label)
    if fact.caution:
        yield Line(fact.caution, label=words("note.caution"))
    if fact.was:
        last = fact.was[-1]
        day = day_words(last.date, words)
        yield Line(last.why, label=words("note.corrected", date=day))
