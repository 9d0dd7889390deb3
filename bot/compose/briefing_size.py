"""Whether a briefing fits one message, measured from its lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from bot.cards.card import Section
from bot.cards.limits import TEXT
from bot.cards.pages import cited_sources, fits_one_page, number_sources
from bot.cards.plain import section_texts
from bot.cards.wording import source_line
from bot.compose.briefing_card import BriefingLayout
from bot.facts.records import FactRecord

_AROUND = 250  # characters above the card: the role that is notified, who posts it, what it is for
_MARKUP = 5  # characters that Discord's markup adds to a line of plain text
_SIGNS = "\\*_`~|<>[:@#+-."  # characters that are escaped if they may be markup


def fits(
    layout: BriefingLayout,
    headline: str,
    facts: Sequence[FactRecord],
    remarks: str | None = None,
    author: str | None = None,
) -> bool:
    """Whether one message shows a briefing whole."""
    sections = layout.sections(facts, remarks, author)
    subtitle = layout.subtitle(sections)
    if not fits_one_page(headline, subtitle, sections):
        return False
    blocks = [(headline, subtitle), *_blocks(layout, sections)]
    blank_lines = len(blocks) - 1
    return _MARKUP * blank_lines + sum(map(_longest, blocks)) <= TEXT - _AROUND


def _blocks(layout: BriefingLayout, sections: Sequence[Section]) -> Iterator[tuple[str, ...]]:
    """Everything below the headline, as blocks of lines: sections, sources, buttons."""
    words = layout.words
    numbers = number_sources(sections)
    for section in sections:
        yield tuple(section_texts(section, numbers, words))
    if cited := cited_sources(sections, numbers, layout.material.store.sources):
        yield words("sources.heading"), *(source_line(source, words) for source in cited)
    if layout.actions:
        yield words("related"), *(f"- {action.label}" for action in layout.actions)


def _longest(lines: Iterable[str]) -> int:
    """The characters that lines of plain text may take as Markdown."""
    return sum(len(line) + sum(map(line.count, _SIGNS)) + _MARKUP for line in lines)
