"""How long a briefing is: the sizes of a draft, and whether a briefing fits one message."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

from bot.cards.card import Card, Line
from bot.cards.limits import TEXT
from bot.cards.pages import cited_sources, number_sources
from bot.cards.plain import section_texts
from bot.cards.sizes import fits_one_page
from bot.cards.wording import CitedSource, short_date, short_name, source_line
from bot.facts.records import SourceRecord
from bot.texts.catalogues import Words

SizeName = Literal["short", "standard", "full"]

SIZES: Mapping[SizeName, int] = {"short": 600, "standard": 1_400, "full": 2_000}
"""The most characters of a draft of each size, as readers see it."""

_AROUND = 250  # characters above the card: the role that is notified, who posts it, what it is for
_MARKUP = 5  # characters that Discord's markup adds to a line of plain text
_SIGNS = "\\*_`~|<>[:@#+-."  # characters that are escaped if they may be markup


def length(card: Card, sources: Mapping[str, SourceRecord], words: Words) -> int:
    """The characters of a briefing as readers see it, without who posted it and its buttons."""
    numbers = number_sources(card.sections)
    texts = [card.title]
    for section in card.sections:
        texts += filter(None, [section.heading])
        bullet = "- " if section.listed else ""
        texts += (bullet + text for line in section.lines for text in _seen(line, numbers, words))
    cited = cited_sources(card.sections, numbers, sources)
    return len("\n".join([*texts, " · ".join(_short(source, words) for source in cited)]))


def _seen(line: Line, numbers: Mapping[str, int], words: Words) -> Iterator[str]:
    """A line and its notes as they are seen, with a mark for each source."""
    text = line.text
    for label in filter(None, (line.label, line.opening)):
        text = words("typography.labelled", label=label, text=text)
    marks = [f"[{numbers[source]}]" for source in dict.fromkeys(c.source for c in line.cites)]
    yield " ".join(filter(None, [text, "".join(marks)]))
    for note in line.notes:
        yield from _seen(note, numbers, words)


def _short(cited: CitedSource, words: Words) -> str:
    name, date = short_name(cited.record, words), short_date(cited.record, words)
    return words("source.short", name=f"[{cited.number}] {name}", date=date)


def fits_message(card: Card, sources: Mapping[str, SourceRecord], words: Words) -> bool:
    """Whether one message shows a briefing whole."""
    if not fits_one_page(card.title, card.sections):
        return False
    blocks = [(card.title,), *_blocks(card, sources, words)]
    blank_lines = len(blocks) - 1
    return _MARKUP * blank_lines + sum(map(_longest, blocks)) <= TEXT - _AROUND


def _blocks(
    card: Card, sources: Mapping[str, SourceRecord], words: Words
) -> Iterator[tuple[str, ...]]:
    """Everything below the headline, as blocks of lines: sections, sources, buttons."""
    numbers = number_sources(card.sections)
    for section in card.sections:
        yield tuple(section_texts(section, numbers, words))
    if cited := cited_sources(card.sections, numbers, sources):
        yield words("sources.heading"), *(source_line(source, words) for source in cited)
    if card.actions:
        yield words("related"), *(f"- {action.label}" for action in card.actions)


def _longest(lines: Iterable[str]) -> int:
    """The characters that lines of plain text may take as Markdown."""
    return sum(len(line) + sum(map(line.count, _SIGNS)) + _MARKUP for line in lines)
