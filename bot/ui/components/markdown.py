"""A page as Discord's markdown: one text a part, everything that is not ours escaped."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from discord.utils import escape_mentions

from bot.cards.card import Line, Section
from bot.cards.limits import ONLY_PAGE, TEXT
from bot.cards.pages import Page
from bot.cards.wording import CitedSource, short_date, short_name
from bot.parsing.typed_text import unstacked
from bot.texts.catalogues import Words

# discord.py escapes only pairs, but a lone `*` pairs with one of ours; and it knows neither links
# by themselves, nor emoji names, nor numbered lists.
_INLINE = re.compile(r"[\\*_`~|<]|\[(?=[^\]]*\]\()|:(?=//|[\w+~-]+:)")
_BLOCK = re.compile(r"^ *(?:\d+(?=\.)|(?=[#>+-]))")


@lru_cache(maxsize=8192)  # most of what is said is said again
def escape(text: str) -> str:
    """The text so that Discord shows it letter by letter: no markup, no mention, no link name.

    Marks that are stacked on a letter are limited, as they would cover other lines.
    """
    plain = unstacked(text)
    return escape_mentions(_BLOCK.sub(r"\g<0>\\", _INLINE.sub(r"\\\g<0>", plain)))


def heading(page: Page) -> str:
    """A page's title and subtitle."""
    title = f"## {escape(page.card.title)}"
    return f"{title}\n-# {escape(page.subtitle)}" if page.subtitle else title


def section(page: Page, part: Section, words: Words, links: bool = True) -> str:
    """A section of a page, its heading first; with `links`, marks lead to their articles."""
    return "\n".join(_section_lines(_Marks(page, links), part, words))


def field(words: Words, name: str, value: str) -> str:
    """A field of a form or of settings: its name, and its value as markdown."""
    return words("typography.labelled", label=f"**{name}**", text=value)


def sources(page: Page, words: Words) -> str:
    """The sources of a page in one line of small print."""
    return _small_print(_short_source(cited, words) for cited in page.sources)


def first_sources(page: Page, words: Words, room: int) -> str:
    """The sources of a page without links; the first and how many follow, if there is no room."""
    names = [_short_source(cited, words, links=False) for cited in page.sources]
    if len(every := _small_print(names)) <= room:
        return every
    lines = (
        _small_print([*names[:number], words.count("sources.more", len(names) - number)])
        for number in range(len(names) - 1, 0, -1)
    )
    return next((line for line in lines if len(line) <= min(room, _FIRST_SOURCES)), "")


def _small_print(texts: Iterable[str]) -> str:
    line = " · ".join(texts)
    return f"-# {line}" if line else ""


def _short_source(cited: CitedSource, words: Words, links: bool = True) -> str:
    name = f"[{cited.number}] {short_name(cited.record, words)}"
    linked = link(name, cited.record.address if links else None)
    return words("source.short", name=linked, date=escape(short_date(cited.record, words)))


def link(text: str, address: str | None) -> str:
    """A text that leads to an address, or the text alone if there is none."""
    if address is None:
        return escape(text)
    return f"[{_BRACKET.sub(_ESCAPED, escape(text))}]({address})"


_FIRST_SOURCES = TEXT - ONLY_PAGE  # characters; a longer list is skipped, not read
_BRACKET = re.compile(r"(?<!\\)[\[\]]")
_ESCAPED = r"\\\g<0>"


@dataclass(frozen=True)
class _Marks:
    """The citation marks of a page."""

    page: Page
    links: bool

    def of(self, line: Line) -> str:
        """A mark for each source of a line: `[1][2]`."""
        cited = {cite.source for cite in line.cites}
        return "".join(
            link(f"[{source.number}]", source.record.address if self.links else None)
            for source in self.page.sources
            if source.record.source.id in cited
        )


def _section_lines(marks: _Marks, part: Section, words: Words) -> Iterator[str]:
    if part.heading:
        yield f"**{escape(part.heading)}**"
    bullet = "- " if part.listed else "-# " if part.small else ""
    for line in part.lines:
        yield f"{bullet}{_line(marks, line, words)}"
        for note in line.notes:
            yield f"{'  ' if part.listed else ''}-# {_line(marks, note, words)}"


def _line(marks: _Marks, line: Line, words: Words) -> str:
    text = link(line.text, line.link) if line.link else _text(line)
    kind = f"*{escape(line.label)}*" if line.label else ""
    for label in filter(None, (kind, escape(line.opening or ""))):
        text = words("typography.labelled", label=label, text=text)
    return f"{text} {marks.of(line)}".rstrip()


def _text(line: Line) -> str:
    return "".join(f"**{escape(p)}**" if matched else escape(p) for p, matched in line.parts())
