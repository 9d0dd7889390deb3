"""The answer service: one open base that answers every question, for Discord and the terminal."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from itertools import islice, product

from bot.answers.commands import COMMANDS, PRIVATE
from bot.answers.context import AnswerContext, Command
from bot.answers.filters import refusal
from bot.answers.pictures import KEPT, Pictures
from bot.answers.resolve import Resolved, resolve_names
from bot.cards.card import Card, Question
from bot.cards.limits import CHOICES
from bot.cards.pages import Page, page, pages
from bot.cards.sources_card import sources_card
from bot.cards.wording import choice_label
from bot.config import UNNAMED_HOST, Host
from bot.facts.model import ThingKind
from bot.facts.store import Store
from bot.parsing.typed_text import clean_text
from bot.pictures.chart import Chart
from bot.texts.catalogues import LANGUAGES, words_in

_REMEMBERED = 500
"""Cards: a busy server asks the same few. Each takes a kilobyte for each fact of its thing."""

_LABELS = 8_192


@dataclass(frozen=True)
class Choice:
    """A choice of an autocomplete: what it says, and the id of the thing that it offers."""

    label: str
    id: str


@dataclass(frozen=True)
class ResolvedQuestion:
    """A question that was understood: its names are ids, its dates ISO dates."""

    question: Question
    language: str
    resolved: Resolved

    @property
    def key(self) -> tuple[object, ...]:
        """What the card depends on, apart from remarks on how its names were typed."""
        options = self.resolved.options.items()
        asked = sorted(item for item in options if item[0] != PRIVATE.name)
        return self.resolved.command, self.language, *asked

    @property
    def remarks(self) -> tuple[str, ...]:
        """How its names were typed, if not exactly."""
        return self.resolved.remarks

    @property
    def may_be_kept(self) -> bool:
        """Whether nothing of what a person typed is in the answer but ids and dates."""
        options = COMMANDS[self.resolved.command].options
        return all(o.kind != "text" for o in options if o.name in self.resolved.options)


@dataclass(frozen=True)
class _OpenBase:
    """An open base, and the labels, cards and pictures that were made from it.

    A base never changes while it is open, so the caches never go stale.
    """

    store: Store
    cards: OrderedDict[tuple[object, ...], Card] = field(
        default_factory=OrderedDict[tuple[object, ...], Card]
    )
    pictures: Pictures = field(default_factory=Pictures)

    def recall(self, key: tuple[object, ...]) -> Card | None:
        """The card that was remembered under a key; it counts as used."""
        if key in self.cards:
            self.cards.move_to_end(key)
        return self.cards.get(key)

    def remember(self, key: tuple[object, ...], card: Card) -> None:
        """Keep a card, and forget the one that was not used for longest if there are too many."""
        self.cards[key] = card
        if len(self.cards) > _REMEMBERED:
            self.cards.popitem(last=False)

    @cached_property
    def label(self) -> Callable[[str, str], str]:
        """The label of a thing, by its id, in a language."""
        things = self.store.things  # not `self`: a cycle would keep the base after it is closed

        @lru_cache(maxsize=_LABELS)
        def label(thing_id: str, language: str) -> str:
            return choice_label(things[thing_id], words_in(language))

        return label


class AnswerService:
    """Answers from the open base. Closing the base is up to its owner."""

    def __init__(self, store: Store, host: Host = UNNAMED_HOST) -> None:
        self._base = _OpenBase(store)
        self._host = host

    @property
    def store(self) -> Store:
        """The open base."""
        return self._base.store

    def swap(self, store: Store) -> Store:
        """Answer from another base from now on; returns the previous one for its owner to close."""
        previous = self.store
        self._base = _OpenBase(store)
        return previous

    def resolve(self, question: Question, language: str) -> ResolvedQuestion | Card:
        """The question with ids for the names in it, or a card that says why one names nothing.

        The command must exist.
        """
        command = COMMANDS[question.command]
        context = AnswerContext(self.store, words_in(language), _clean(command, question.options))
        refused = _incomplete(context, command) or resolve_names(context, command)
        if isinstance(refused, Card):
            return _turned(refused, question)
        return ResolvedQuestion(question, language, refused)

    async def answer(self, question: Question, language: str) -> Card:
        """The answer to a question, in the words of `language`. The command must exist."""
        asked = self.resolve(question, language)
        return asked if isinstance(asked, Card) else await self.card(asked)

    async def card(self, asked: ResolvedQuestion) -> Card:
        """The answer to a question that was understood. Cards that may be kept are remembered."""
        base = self._base
        card = base.recall(asked.key)
        if card is None:
            command = COMMANDS[asked.resolved.command]
            options = asked.resolved.options
            context = AnswerContext(base.store, words_in(asked.language), options, self._host)
            card = await command.answer(context)
            if base is not self._base:  # another was opened, whose articles the page will cite
                return await self.answer(asked.question, asked.language)
            if card.found and asked.may_be_kept:
                base.remember(asked.key, card)
        if asked.remarks:
            card = replace(card, subtitle=" · ".join(filter(None, (*asked.remarks, card.subtitle))))
        card = _turned(card, asked.question)
        return self._sources_of(card) if card.question.sources else card

    def _sources_of(self, card: Card) -> Card:
        """The card that says where a part of a card comes from."""
        part = card.question.part
        shown = [p for p in self.pages(card) if (p.part.key if p.part else None) == part]
        return sources_card(
            card, shown or [self.page(card)], self.store.sources, words_in(card.language)
        )

    def page(self, card: Card) -> Page:
        """The page of a card that its question asks for."""
        return page(card, self.store.sources, words_in(card.language))

    def pages(self, card: Card) -> tuple[Page, ...]:
        """All pages of a card."""
        return pages(card, self.store.sources, words_in(card.language))

    async def picture(self, chart: Chart) -> bytes | None:
        """A chart as a PNG; None if it cannot be drawn, or not in time."""
        return await self._base.pictures.png(chart)

    async def draw_ahead(self) -> None:
        """Draw the charts of the topics with most facts in each language, as far as they are kept.

        To draw one takes longer than all else that an answer needs.
        """
        topics = self.store.things.of_kind("topic")
        for topic, language in islice(product(topics, LANGUAGES), KEPT):
            card = await self.answer(Question("topic", {"name": topic.id}), language)
            if picture := self.page(card).picture:
                await self.picture(picture.chart)

    def label(self, thing_id: str, language: str) -> str:
        """The label of a thing as choices and menus show it, in a language."""
        return self._base.label(thing_id, language)

    def complete(self, kind: ThingKind, typed: str, language: str) -> list[Choice]:
        """Up to 25 choices for a half-typed name; no I/O, as it runs on every keystroke."""
        entries = self.store.index.complete(clean_text(typed), {kind}, CHOICES)
        return [Choice(self._base.label(entry.id, language), entry.id) for entry in entries]


def _clean(command: Command, options: Mapping[str, str]) -> dict[str, str]:
    """The options without invisible characters and excess length; empty ones are left out."""
    longest = {option.name: option.longest for option in (*command.options, PRIVATE)}
    cleaned = {
        name: clean_text(value, longest[name]) for name, value in options.items() if name in longest
    }
    return {name: value for name, value in cleaned.items() if value}


def _incomplete(context: AnswerContext, command: Command) -> Card | None:
    """A card that asks for an option that is missing, or None."""
    missing = [o.name for o in command.options if o.required and o.name not in context.options]
    if not missing:
        return None
    if command.on_message:
        return refusal(context, Question(command.name), "find.none")
    values = {"command": command.name, "option": missing[0]}
    return refusal(context, Question(command.name), "ask.missing-option", **values)


def _turned(card: Card, question: Question) -> Card:
    """The card at the page, and of the part, that a question asks for."""
    page = max(1, question.page)
    return replace(card, question=card.question.turned(page, question.part, question.sources))
