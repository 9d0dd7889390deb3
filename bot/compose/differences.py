"""What differs between two wordings of a card, word by word."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Literal

from bot.cards.card import Card, Line
from bot.cards.plain import section_texts
from bot.texts.catalogues import words_in

_WORD = re.compile(r"\s+|[ぁ-ヿ一-鿿]|[^\W_ぁ-ヿ一-鿿]+|[\W_]")
"""White space, a Japanese character, which no space parts from the next, a word, or a mark."""
_ALIKE = 0.4  # of two lines; those less alike are shown one after the other


@dataclass(frozen=True)
class Stretch:
    """A part of a line that is in both wordings, or only in the old or the new one."""

    text: str
    within: Literal["both", "old", "new"]


def changed_lines(old: Card, new: Card) -> tuple[tuple[Stretch, ...], ...]:
    """The lines that differ between two cards, without marks of sources, whose numbers shift."""
    before, after = list(_lines(old)), list(_lines(new))
    found: list[tuple[Stretch, ...]] = []
    for kind, i, j, k, m in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind != "equal":
            found += _pairs(before[i:j], after[k:m])
    return tuple(found)


def _lines(card: Card) -> Iterator[str]:
    words = words_in(card.language)
    yield card.title
    for section in card.sections:
        bare = replace(section, lines=tuple(map(_bare, section.lines)), listed=False)
        yield from (text.strip() for text in section_texts(bare, {}, words))


def _bare(line: Line) -> Line:
    return replace(line, cites=(), notes=tuple(map(_bare, line.notes)))


def _pairs(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[Stretch, ...]]:
    for before, after in zip_longest(old, new):
        if before and after and SequenceMatcher(None, before, after).ratio() >= _ALIKE:
            yield tuple(_stretches(before, after))
            continue
        if before:
            yield (Stretch(before, "old"),)
        if after:
            yield (Stretch(after, "new"),)


def _stretches(old: str, new: str) -> Iterator[Stretch]:
    before, after = _WORD.findall(old), _WORD.findall(new)
    for kind, i, j, k, m in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            yield Stretch("".join(before[i:j]), "both")
            continue
        if i < j:
            yield Stretch("".join(before[i:j]), "old")
        if k < m:
            yield Stretch("".join(after[k:m]), "new")
