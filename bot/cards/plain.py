"""A page as plain text: what the terminal prints, and what a reader of the card sees."""

from __future__ import annotations

from collections.abc import Iterator

from bot.cards.card import Line
from bot.cards.pages import Page
from bot.texts.catalogues import Words


def plain(page: Page, words: Words) -> str:
    """The page's text, citations and sources included, without a trailing line break."""
    return "\n".join(_page_lines(page, words))


def _page_lines(page: Page, words: Words) -> Iterator[str]:
    card = page.card
    yield card.title
    if card.subtitle:
        yield card.subtitle
    for section in page.sections:
        yield ""
        if section.heading:
            yield section.heading
        for line in section.lines:
            yield from _line(page, line, "- " if section.listed else "")
    if card.choices:
        yield ""
        yield from (f"- {choice.label}" for choice in card.choices)
    if page.sources:
        yield ""
        yield words("sources.heading")
        yield from page.sources
    if page.total > 1:
        yield ""
        yield words("page.number", page=page.number, total=page.total)
    if card.actions:
        yield ""
        yield words("related")
        yield from (f"- {action.label}" for action in card.actions)


def _line(page: Page, line: Line, bullet: str) -> Iterator[str]:
    lead = f"{line.lead}: " if line.lead else ""
    label = f"{line.label}: " if line.label else ""
    text = "".join(f"*{part}*" if matched else part for part, matched in line.parts())
    yield f"{bullet}{lead}{label}{text} {page.marks(line)}".rstrip()
    for note in line.notes:
        yield from _line(page, note, " " * len(bullet) + "  ")
