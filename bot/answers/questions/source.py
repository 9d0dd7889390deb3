"""`/source`: the articles that everything rests on, and what the base takes from each."""

from __future__ import annotations

from collections.abc import Iterator

from bot.answers.context import Command, Inquiry, Option
from bot.answers.fact_lines import section
from bot.answers.resolve import resolve
from bot.cards.card import Action, Card, Line, Question, Section
from bot.cards.limits import BUTTON_LABEL, shorten
from bot.cards.wording import imprint, span_words
from bot.facts.records import FactRecord, SourceRecord


async def answer(inquiry: Inquiry) -> Card:
    """One article's card, the list of all, or a card that says what the name may mean."""
    if "name" not in inquiry.options:
        return _all_sources(inquiry)
    head = resolve(inquiry, COMMAND.question(**inquiry.options), "name", "source")
    if isinstance(head, Card):
        return head
    record = inquiry.store.sources[head.id]
    facts = await inquiry.store.facts_from(head.id)
    return Card(
        question=COMMAND.question(name=head.id),
        language=inquiry.words.language,
        title=record.source.title,
        found=True,
        subtitle=inquiry.words(f"source-kind.{record.source.kind}"),
        sections=tuple(_sections(inquiry, record, facts)),
    )


COMMAND = Command("source", (Option("name", "source"),), answer)


def _all_sources(inquiry: Inquiry) -> Card:
    words = inquiry.words
    sources = inquiry.store.sources.values()
    return Card(
        question=COMMAND.question(),
        language=words.language,
        title=words("source.all"),
        found=True,
        subtitle=words("source.all-about"),
        sections=(Section(tuple(_source_line(inquiry, record) for record in sources)),),
        actions=tuple(_open(record) for record in list(sources)[:_OFFERED]),
    )


_OFFERED = 5  # buttons that fit one row


def _source_line(inquiry: Inquiry, record: SourceRecord) -> Line:
    kind = inquiry.words(f"source-kind.{record.source.kind}")
    return Line(f"“{record.source.title}” · {imprint(record, inquiry.words)} · {kind}")


def _open(record: SourceRecord) -> Action:
    label = shorten(record.source.title, BUTTON_LABEL)
    return Action(label, Question("source", {"name": record.source.id}))


def _sections(
    inquiry: Inquiry, record: SourceRecord, facts: tuple[FactRecord, ...]
) -> Iterator[Section]:
    words, source = inquiry.words, record.source
    date = span_words(record.span, words) if record.span else words("source.no-date")
    yield Section(
        (
            Line(source.author or words("source.no-author"), label=words("source.author")),
            Line(source.publisher or words("source.no-publisher"), label=words("source.publisher")),
            Line(date, label=words("source.date")),
            Line(source.quality, label=words("source.copy")),
            Line(words.count("source.drawn", len(facts), paragraphs=source.paragraphs)),
        ),
        listed=False,
    )
    yield from section(inquiry, "source.facts", facts)
