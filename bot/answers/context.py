"""What an answer is made from: the question's options, the open base, the reader's language."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeGuard, get_args

from bot.cards.card import Card, Question
from bot.config import UNNAMED_HOST, Host
from bot.facts.model import ThingKind
from bot.facts.records import ThingRecord
from bot.facts.store import Store
from bot.texts.catalogues import Words

OptionKind = ThingKind | Literal["date", "flag", "text"]


_THING_KINDS = frozenset[str](get_args(ThingKind))


def is_thing_kind(kind: OptionKind) -> TypeGuard[ThingKind]:
    """Whether an option takes the name of a thing."""
    return kind in _THING_KINDS


@dataclass(frozen=True)
class AnswerContext:
    """One question that is being answered. `options` are clean, and none is empty."""

    store: Store
    words: Words
    options: Mapping[str, str]
    host: Host = UNNAMED_HOST

    def thing(self, option: str) -> ThingRecord:
        """The thing that an option names; names are ids by the time a command answers."""
        return self.store.things[self.options[option]]

    def name(self, thing_id: str) -> str:
        """The name of a thing in the reader's language."""
        return self.store.things[thing_id].name(self.words.language)


@dataclass(frozen=True)
class Option:
    """One option of a command: what it names, whether it is required, how much of it is read."""

    name: str
    kind: OptionKind
    required: bool = False
    longest: int = 200  # characters; no name is that long


@dataclass(frozen=True)
class Command:
    """A question that people can ask: its options in order, and the function that answers it.

    `on_message` puts it into Discord's menu of messages instead of among the slash commands.
    """

    name: str
    options: tuple[Option, ...]
    answer: Callable[[AnswerContext], Awaitable[Card]]
    on_message: bool = False

    def question(self, **options: str | None) -> Question:
        """The question in its canonical form: ids and ISO dates, in the order of the options."""
        named = ((option.name, options.get(option.name)) for option in self.options)
        return Question(self.name, {name: value for name, value in named if value})
