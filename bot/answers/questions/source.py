"""`/source`: the articles that everything is based on, and the facts that each gives."""

from __future__ import annotations

from collections.abc import Iterator

from bot.answers import thing_card
from bot.answers.context import AnswerContext, Command, Option
from bot.cards.card import Action, Card, Line, Question, Section
from bot.cards.limits import BUTTON_LABEL, shorten
from bot.cards.wording import imprint, span_words
from bot.facts.model import Source
from bot.facts.records import SourceRecord
from bot.facts.units import RECORD
from bot.texts.catalogues import Words


async def answer(context: AnswerContext) -> Card:
    """One article's card, or the list of all."""
    if "name" not in context.options:
        return _all_sources(context)
    thing = context.thing("name")
    record = context.store.sources[thing.id]
    facts = await context.store.facts_from(thing.id)
    return Card(
        question=COMMAND.question(name=thing.id),
        language=context.words.language,
        title=record.source.title,
        found=True,
        subtitle=context.words(f"source-kind.{record.source.kind}"),
        sections=(_record_section(context, record, len(facts)),),
        parts=thing_card.parts(context, thing, facts),
        related=thing_card.related(context, thing, facts),
    )


COMMAND = Command("source", (Option("name", "source"),), answer)


def _all_sources(context: AnswerContext) -> Card:
    words = context.words
    sources = context.store.sources.values()
    return Card(
        question=COMMAND.question(),
        language=words.language,
        title=words("source.all"),
        found=True,
        subtitle=words("source.all-about"),
        sections=(Section(tuple(source_line(context, record) for record in sources)),),
        actions=tuple(_open(record) for record in list(sources)[:_OFFERED]),
    )


_OFFERED = 5  # buttons that fit one row


def source_line(context: AnswerContext, record: SourceRecord) -> Line:
    """An article with its author, publisher and date, as far as its copy shows them."""
    words = context.words
    title = words("typography.quoted", text=record.source.title)
    about = Line(f"{imprint(record, words)} · {words(f'source-kind.{record.source.kind}')}")
    key = f"{RECORD}{record.source.id}"
    return Line(title, link=record.address, notes=(about,), unit=key)


def _open(record: SourceRecord) -> Action:
    label = shorten(record.source.title, BUTTON_LABEL)
    return Action(label, Question("source", {"name": record.source.id}))


def _record_section(context: AnswerContext, record: SourceRecord, facts: int) -> Section:
    """What its copy shows of an article, and how much is drawn from it."""
    words, source = context.words, record.source
    date = span_words(record.span, words) if record.span else words("source.no-date")
    lines = (
        Line(
            source.author or words("source.no-author"),
            label=words("source.author"),
            unit=f"{RECORD}{source.id}",
        ),
        Line(source.publisher or words("source.no-publisher"), label=words("source.publisher")),
        Line(date, label=words("source.date")),
        Line(source.quality, label=words("source.copy")),
        Line(words.count("source.drawn", facts, paragraphs=source.paragraphs)),
        *_addresses(source, words),
    )
    return Section(lines, listed=False)


def _addresses(source: Source, words: Words) -> Iterator[Line]:
    """Where the article can be read."""
    if source.url:
        yield Line(source.url, label=words("source.url"), link=source.url)
    if source.archive_url:
        yield Line(source.archive_url, label=words("source.archive"), link=source.archive_url)
