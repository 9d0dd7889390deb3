"""What else is shown of a fact than before, besides its statement: old and new, side by side."""

from __future__ import annotations

from collections.abc import Iterator

from bot.cards.card import Line
from bot.cards.wording import dated_words, span_words
from bot.facts.dates import parse_date
from bot.facts.model import When
from bot.facts.records import Dated
from bot.facts.shown import ShownFact, ShownSource
from bot.texts.catalogues import Words

PARTS = (
    "label", "date", "why", "status", "name", "sources", "inferred", "caution", "accounts",
)  # fmt: skip
"""Each part that a text names, in the order in which a correction lists them."""


def changed_parts(words: Words, old: ShownFact, new: ShownFact) -> tuple[Line, ...]:
    """A line for each part that a reader of this language sees changed: `Date: old → new`."""
    before, now = dict(_parts(words, old, new)), dict(_parts(words, new, old))
    none = words("corrections.part.none")
    return tuple(
        Line(
            f"{before.get(part, none)} → {now.get(part, none)}",
            label=words(f"corrections.part.{part}"),
        )
        for part in PARTS
        if before.get(part) != now.get(part)
    )


def _parts(words: Words, shown: ShownFact, other: ShownFact) -> Iterator[tuple[str, str]]:
    """Each part that is not empty, in words; of the sources, those that the other has not."""
    if label := _label(words, shown):
        yield "label", label
    if when := shown.when:
        yield "date", _date(words, when)
        yield "status", words("mark.planned" if shown.is_planned else "mark.reported")
        if when.why:
            yield "why", when.why
    yield "name", shown.owner.name(words.language)
    if sources := [_source(words, each) for each in shown.sources if each not in other.sources]:
        yield "sources", "; ".join(sources)
    if shown.inferred:
        yield "inferred", shown.inferred
    if shown.caution:
        yield "caution", shown.caution
    if shown.accounts:
        yield "accounts", " / ".join(account.says for account in shown.accounts)


def _label(words: Words, shown: ShownFact) -> str | None:
    if shown.is_open:
        return words("part.open")
    if shown.claim is None:
        return None
    kind = words(f"kind.{shown.claim}")
    if shown.speaker:
        return words("label.of-actor", kind=kind, actor=shown.speaker.name(words.language))
    return words("label.own-opinion" if shown.claim == "opinion" else "label.of-source", kind=kind)


def _date(words: Words, when: When) -> str:
    date = dated_words(Dated(when=when), words)
    if when.basis != "inferred":
        return date
    return words("typography.bracketed", text=date, remark=words("mark.inferred"))


def _source(words: Words, source: ShownSource) -> str:
    """An article with the paragraphs that are cited, as far as its copy names it."""
    title = words("typography.quoted", text=source.title)
    date = span_words(parse_date(source.date), words) if source.date else None
    cited = ", ".join(f"¶{paragraph}" for paragraph in source.paragraphs)
    return " · ".join(filter(None, (title, source.author, source.publisher, date, cited)))
