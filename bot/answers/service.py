"""The desk: one open base that answers every question, for Discord and the terminal alike."""

from __future__ import annotations

import re
import unicodedata
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.answers.context import AnswerContext, Command, Option
from bot.answers.filters import refusal
from bot.answers.questions import (
    about,
    actor,
    corrections,
    event,
    find,
    search,
    source,
    timeline,
    topic,
)
from bot.answers.resolve import choice_label
from bot.cards.card import Card, Question
from bot.cards.limits import CHOICES
from bot.cards.pages import Page, page, pages
from bot.facts.model import ThingKind
from bot.facts.store import Store
from bot.texts.catalogues import words

COMMANDS: Mapping[str, Command] = {
    module.COMMAND.name: module.COMMAND
    for module in (event, actor, topic, timeline, search, source, corrections, find, about)
}
"""Every question that people can ask: the one table behind the slash commands and `ask`."""

PRIVATE = Option("private", "flag")
"""The option that every command has besides: only the asker sees the reply."""

_BLANK_LETTERS = "\u115f\u1160\u2800\u3164\uffa0"  # Hangul fillers and an empty Braille cell
_STACKED = re.compile("([\u0300-\u036f]{2})[\u0300-\u036f]+")  # marks that would cover other lines

_REMEMBERED = 500  # cards; a busy server asks the same few, and each takes some kilobytes
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


@dataclass(frozen=True)
class Choice:
    """A choice of an autocomplete: what it says, and the id that it stands for."""

    label: str
    id: str


class AnswerService:
    """Answers from the open base. Closing the base is its owner's."""

    def __init__(self, store: Store) -> None:
        self._serve(store)

    def _serve(self, store: Store) -> None:
        self.store = store
        self._labels: dict[tuple[str, str], str] = {}
        self._cards: OrderedDict[tuple[object, ...], Card] = OrderedDict()

    def swap(self, store: Store) -> Store:
        """Answer from another base from now on; returns the one before, for its owner to close."""
        before = self.store
        self._serve(store)
        return before

    async def answer(self, question: Question, language: str) -> Card:
        """The answer to a question, in the words of `language`. The command must exist.

        A base never changes while it is open, so what was found lately is given again. What found
        nothing, or was asked of somebody's message, is not kept.
        """
        command = COMMANDS[question.command]
        options = _clean(command, question.options)
        asked = sorted(item for item in options.items() if item[0] != PRIVATE.name)
        key = (command.name, language, *asked)
        card = self._cards.pop(key, None)
        if card is None:
            card = await self._composed(command, options, language)
        if card.found and not command.on_message:
            self._cards[key] = card
        if len(self._cards) > _REMEMBERED:
            self._cards.popitem(last=False)
        return replace(card, question=card.question.turned(max(1, question.page)))

    async def _composed(self, command: Command, options: Mapping[str, str], language: str) -> Card:
        context = AnswerContext(self.store, words(language), options)
        missing = [o.name for o in command.options if o.required and o.name not in context.options]
        if missing and command.on_message:
            return refusal(context, Question(command.name), "find.none")
        if missing:
            return _nothing_asked(context, command, missing[0])
        return await command.answer(context)

    def page(self, card: Card) -> Page:
        """The page of a card that its question asks for."""
        return page(card, self.store.sources, words(card.language))

    def pages(self, card: Card) -> tuple[Page, ...]:
        """All pages of a card."""
        return pages(card, self.store.sources, words(card.language))

    def complete(self, kind: ThingKind, typed: str, language: str) -> list[Choice]:
        """Up to 25 choices for a half-typed name; no I/O, as it runs at every key."""
        entries = self.store.index.complete(clean_text(typed), {kind}, CHOICES)
        return [Choice(self._label(entry.id, language), entry.id) for entry in entries]

    def _label(self, thing_id: str, language: str) -> str:
        label = self._labels.get((thing_id, language))
        if label is None:
            label = choice_label(self.store.things[thing_id], words(language))
            self._labels[thing_id, language] = label
        return label


def _clean(command: Command, options: Mapping[str, str]) -> dict[str, str]:
    """The options without invisible characters and excess length; empty ones are left out."""
    longest = {option.name: option.longest for option in (*command.options, PRIVATE)}
    cleaned = {
        name: clean_text(value, longest[name]) for name, value in options.items() if name in longest
    }
    return {name: value for name, value in cleaned.items() if value}


def clean_text(text: str, longest: int = 200) -> str:
    """The text on one line, without characters that show nothing or turn its direction."""
    if text.isascii() and text.isprintable():
        return " ".join(text[:longest].split())
    seen = "".join(" " if _shows_nothing(c) else c for c in text[: longest * 2])
    return " ".join(_STACKED.sub(r"\1", seen).split())[:longest]


def _shows_nothing(char: str) -> bool:
    return char in _BLANK_LETTERS or unicodedata.category(char) in _INVISIBLE


def _nothing_asked(context: AnswerContext, command: Command, option: str) -> Card:
    return Card(
        question=Question(command.name),
        language=context.words.language,
        title=context.words("ask.missing-option", command=command.name, option=option),
        found=False,
        subtitle=context.words("ask.missing-option.help", command=command.name, option=option),
    )
