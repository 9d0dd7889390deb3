"""A page as Discord's markdown: one text a part, everything that is not ours escaped."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from discord.utils import escape_mentions

from bot.cards.card import Line, Section
from bot.cards.pages import Page
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
    return f"{title}\n-# {escape(page.card.subtitle)}" if page.card.subtitle else title


def section(page: Page, part: Section, words: Words) -> str:
    """A section of a page, its heading first."""
    return "\n".join(_section_lines(page, part, words))


def field(words: Words, name: str, value: str) -> str:
    """A field of a form or of settings: its name, and its value as markdown."""
    return words("typography.labelled", label=f"**{name}**", text=value)


def sources(page: Page, words: Words) -> str:
    """The sources of a page in small print, and the page's number where there are several."""
    lines = [f"-# {escape(source)}" for source in page.sources]
    if lines:
        lines.insert(0, f"-# **{escape(words('sources.heading'))}**")
    if page.total > 1:
        number = words("page.number", page=page.number, total=page.total)
        lines.append(f"-# {escape(number)}")
    return "\n".join(lines)


def _section_lines(page: Page, part: Section, words: Words) -> Iterator[str]:
    if part.heading:
        yield f"### {escape(part.heading)}"
    for line in part.lines:
        yield f"{'- ' if part.listed else ''}{_line(page, line, words)}"
        for note in line.notes:
            yield f"{'  ' if part.listed else ''}-# {_line(page, note, words)}"


def _line(page: Page, line: Line, words: Words) -> str:
    text = "".join(f"**{escape(p)}**" if matched else escape(p) for p, matched in line.parts())
    if line.label:
        text = words("typography.labelled", label=f"*{escape(line.label)}*", text=text)
    parts = [
        f"**{escape(line.opening)}**" if line.opening else "",
        text,
        escape(page.marks(line).replace(" ¶", "\N{NO-BREAK SPACE}¶")),
    ]
    return " ".join(part for part in parts if part)
