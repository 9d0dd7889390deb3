"""Questions as custom ids of buttons, so that a button needs no stored state.

`event:1:~mfrggzdf` asks; `timeline:t2:20230301::~nbswy3dp:` turns the page of an answer. A letter
before the page is a part of the answer, and `S` its sources: `event:tdS1:~mfrggzdf`. Values are in
the order of the command's options. Things are short ids and dates have no hyphens, because a
search with every filter must fit Discord's 100 characters.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import discord

from bot.answers.commands import COMMANDS
from bot.answers.context import Option
from bot.answers.service import AnswerService
from bot.cards.card import PartKey, Question
from bot.cards.limits import CUSTOM_ID
from bot.facts.records import ThingRecord
from bot.ui.components.long_texts import key_of, text_in

TEMPLATE = (
    r"(?P<command>[a-z]+):(?P<turn>t?)(?P<part>[kspdo]?)(?P<sources>S?)(?P<page>\d{1,3})"
    r":(?P<values>.*)"
)

_PARTS: Mapping[str, PartKey] = {
    "k": "known",
    "s": "said",
    "p": "took-part",
    "d": "differ",
    "o": "open",
}
_LETTERS = {part: letter for letter, part in _PARTS.items()}

_DATE = re.compile(r"(\d{4})(\d{2})?(\d{2})?")
_WHOLE = 30  # characters of a text that a custom id holds as it is; of a longer one it has a key
_KEY = "="
_KEYED = re.compile(rf"{_KEY}([0-9a-f]{{8}})")
_TYPED = (24, 10)  # characters of a name that is not resolved yet


def encode(question: Question, service: AnswerService, turn: bool = False) -> str:
    """The custom id of a question; unresolved names are cut to what fits."""
    custom_id = ""
    for letters in _TYPED:
        values = [
            _short(option, value, service, letters) if value else ""
            for option in COMMANDS[question.command].options
            for value in (question.options.get(option.name),)
        ]
        custom_id = f"{question.command}:{_shown(question, turn)}:{':'.join(values)}"
        if len(custom_id) <= CUSTOM_ID:
            break
    return custom_id


def of_thing(thing: ThingRecord) -> str:
    """The custom id of the question about a thing."""
    return f"{thing.kind}:1:{thing.short_id}"


def decode(
    match: re.Match[str], service: AnswerService, message: discord.Message | None = None
) -> tuple[Question, bool] | None:
    """The question in a custom id, and whether it turns a page.

    None if no command asks it now, or if the message no longer shows a text that is too long for
    the custom id.
    """
    command = COMMANDS.get(match["command"])
    values = match["values"].split(":") if match["values"] else []
    if command is None or len(values) > len(command.options):
        return None
    options = {
        option.name: _long(option, value, service, message)
        for option, value in zip(command.options, values, strict=False)
        if value
    }
    if not all(options.values()):
        return None
    question = Question(
        command.name,
        options,
        page=int(match["page"]),
        part=_PARTS.get(match["part"]),
        sources=bool(match["sources"]),
    )
    return question, bool(match["turn"])


def _shown(question: Question, turn: bool) -> str:
    """What of the answer a button shows, and whether in place of the page before."""
    part = _LETTERS[question.part] if question.part else ""
    return f"{'t' if turn else ''}{part}{'S' if question.sources else ''}{question.page}"


def _short(option: Option, value: str, service: AnswerService, letters: int) -> str:
    if option.kind == "date" and _DATE.fullmatch(bare := value.replace("-", "")):
        return bare
    thing = service.store.things.get(value)
    if thing and thing.kind == option.kind:
        return thing.short_id
    typed = value.replace(":", " ")
    if option.kind == "text":
        return typed if len(value) <= _WHOLE and typed == value else f"{_KEY}{key_of(value)}"
    return typed[:letters]


def _long(
    option: Option, value: str, service: AnswerService, message: discord.Message | None
) -> str:
    """The value of an option; empty if it is a text that the message does not show."""
    if option.kind == "text" and (key := _KEYED.fullmatch(value)):
        return text_in(message, key[1]) or ""
    if option.kind == "date" and (match := _DATE.fullmatch(value)):
        return "-".join(filter(None, match.groups()))
    thing = service.store.things.with_short_id(value)
    return thing.id if thing else value
