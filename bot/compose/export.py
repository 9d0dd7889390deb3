"""A briefing as a Markdown file, with its citations and sources in full."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from bot.cards.card import Line
from bot.cards.pages import Page
from bot.cards.wording import citation_marks, source_line
from bot.texts.catalogues import Words

_INLINE = re.compile(r"[\\`*_{}\[\]<>|~&]")
_BLOCK = re.compile(r"^\s*(?:\d+(?=[.)])|(?=[#+=-]))")


def markdown(page: Page, words: Words, ending: Iterable[str] = ()) -> str:
    """A briefing's page as the text of a Markdown file; `ending` are plain lines below it."""
    return "\n".join(_lines(page, words, ending)).rstrip() + "\n"


def _lines(page: Page, words: Words, ending: Iterable[str]) -> Iterator[str]:
    yield f"# {_escaped(page.card.title)}"
    for section in page.sections:
        if section.heading:
            yield ""
            yield f"## {_escaped(section.heading)}"
        for index, line in enumerate(section.lines):
            if not section.listed or not index:
                yield ""  # lines that are no list are paragraphs
            yield from _line(page, line, words, "- " if section.listed else "")
    if page.sources:
        yield ""
        yield f"## {_escaped(words('sources.heading'))}"
        yield ""
        yield from (f"- {_escaped(source_line(cited, words))}" for cited in page.sources)
    for line in ending:
        yield ""
        yield _escaped(line)


def _line(page: Page, line: Line, words: Words, bullet: str) -> Iterator[str]:
    text = _escaped(line.text)
    if line.label:
        text = words("typography.labelled", label=f"*{_escaped(line.label)}*", text=text)
    parts = [
        f"**{_escaped(line.opening)}**" if line.opening else "",
        text,
        _escaped(citation_marks(line.cites, page.numbers)),
    ]
    yield bullet + " ".join(part for part in parts if part)
    for note in line.notes:
        yield from _line(page, note, words, f"{' ' * len(bullet)}- ")


def _escaped(text: str) -> str:
    """The text so that Markdown shows it letter by letter."""
    return _BLOCK.sub(r"\g<0>\\", _INLINE.sub(r"\\\g<0>", text))
