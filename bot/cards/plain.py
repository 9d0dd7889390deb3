"""A page as plain text: what the terminal prints, and what a reader of the card sees."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from bot.cards.card import ASK, Card, Line, Section
from bot.cards.pages import Page
from bot.cards.wording import choice_label, citation_marks, source_line
from bot.texts.catalogues import Words

_RELATED = 6  # related things; the list is in the order of how closely they are


def plain(page: Page, words: Words) -> str:
    """The page's text, citations and sources included, without a trailing line break."""
    return "\n\n".join("\n".join(block) for block in _blocks(page, words))


def section_texts(section: Section, numbers: Mapping[str, int], words: Words) -> Iterator[str]:
    """The heading and the lines of a section; `numbers` are those of the cited sources."""
    if section.heading:
        yield section.heading
    for line in section.lines:
        yield from _line(line, numbers, words, "- " if section.listed else "")


def _blocks(page: Page, words: Words) -> Iterator[Iterable[str]]:
    """The text in blocks of lines, which blank lines part."""
    card = page.card
    yield filter(None, [card.title, page.subtitle])
    blocks: list[Iterable[str]] = [
        section_texts(section, page.numbers, words) for section in page.sections
    ]
    if page.picture:
        blocks.insert(page.lead, (page.picture.alt,))
    yield from blocks
    if card.choices:
        yield (f"- {choice.label}" for choice in card.choices)
    if page.sources:
        yield words("sources.heading"), *(source_line(cited, words) for cited in page.sources)
    if page.total > 1:
        yield (words("page.number", page=page.number, total=page.total),)
    yield from _onward(card, words)


def _onward(card: Card, words: Words) -> Iterator[Iterable[str]]:
    """What to go on with: questions that a button asks, each named as one, then pages."""
    asked = [action.label for action in card.actions if action.question.command == ASK]
    others = [action.label for action in card.actions if action.question.command != ASK]
    others += (choice_label(thing, words) for thing in card.related[:_RELATED])
    if asked:
        label = words("related.question")
        yield (words("typography.labelled", label=label, text=text) for text in asked)
    if others:
        yield words("related"), *(f"- {text}" for text in others)


def _line(line: Line, numbers: Mapping[str, int], words: Words, bullet: str) -> Iterator[str]:
    text = "".join(f"*{part}*" if matched else part for part, matched in line.parts())
    if line.link and line.link != line.text:
        text += f" <{line.link}>"
    for label in filter(None, (line.label, line.opening)):
        text = words("typography.labelled", label=label, text=text)
    yield f"{bullet}{text} {citation_marks(line.cites, numbers)}".rstrip()
    for note in line.notes:
        yield from _line(note, numbers, words, " " * len(bullet) + "  ")
