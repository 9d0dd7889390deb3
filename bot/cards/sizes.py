"""How much of a page lines take, in characters."""

from __future__ import annotations

from collections.abc import Sequence

from bot.cards import limits
from bot.cards.card import Line, Section

_MARK = 4  # characters that the mark of a source takes, about


def fits_one_page(title: str, sections: Sequence[Section]) -> bool:
    """Whether a card of one page shows all of the sections. A single line always fits."""
    if sum(len(section.lines) for section in sections) <= 1:
        return True
    return len(title) + sum(map(_size, sections)) <= limits.ONLY_PAGE


def _size(section: Section) -> int:
    return len(section.heading or "") + sum(map(size, section.lines))


def size(line: Line) -> int:
    """The characters that a line takes on a page, about: text, markup, citation marks, notes."""
    own = len(line.text) + len(line.label or "") + len(line.opening or "") + 4
    return own + _MARK * len({cite.source for cite in line.cites}) + sum(map(size, line.notes))
