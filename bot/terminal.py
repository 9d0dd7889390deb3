"""`ask`: the same answers in the terminal, one question a line, as text or as JSON."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from typing import cast

from bot.answers.commands import COMMANDS, PRIVATE
from bot.answers.context import Command
from bot.answers.service import AnswerService
from bot.cards.card import Action, Card, Question
from bot.cards.plain import plain
from bot.texts.catalogues import words

ASK = "ask"
"""The command that answers a question in plain words."""


class BadQuestion(Exception):
    """A line that is not a question; the message says what to write instead."""


@dataclass(frozen=True)
class Reply:
    """The answer to one question, as `--json` prints it."""

    command: str
    options: dict[str, str]
    found: bool
    tier: str
    thing: str | None
    facts: list[str]
    text: str
    pages: list[str]
    citations: list[dict[str, str | int]]
    choices: list[dict[str, object]]

    def json(self) -> str:
        """One JSON object on one line."""
        return json.dumps(vars(self), ensure_ascii=False)


@dataclass(frozen=True)
class Refusal:
    """A line that could not be read as a question, as `--json` prints it."""

    error: str
    line: int
    input: str = field(default="")

    def json(self) -> str:
        """One JSON object on one line."""
        return json.dumps(vars(self), ensure_ascii=False)


async def ask_all(
    service: AnswerService, lines: Iterable[str], language: str
) -> AsyncIterator[Reply | Refusal]:
    """The reply to each line that is not empty; a bad line gives a refusal and does not stop."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            question = parse(line)
        except BadQuestion as error:
            yield Refusal(str(error), number, line.strip()[:200])
        else:
            yield await ask(service, question, language)


async def ask(service: AnswerService, question: Question, language: str) -> Reply:
    """The answer to a question, as plain text and data."""
    card = await service.answer(question, language)
    texts = [plain(page, words(language)) for page in service.pages(card)]
    return Reply(
        command=question.command,
        options=dict(question.options),
        found=card.found,
        tier=card.certainty,
        thing=_thing(service, card),
        facts=list(card.keys()),
        text=texts[min(question.page, len(texts)) - 1],
        pages=texts,
        citations=[
            {"source": cite.source, "paragraph": cite.paragraph} for cite in card.citations()
        ],
        choices=[_choice(choice) for choice in card.choices],
    )


def _thing(service: AnswerService, card: Card) -> str | None:
    """The id of the event, actor, topic or source that a card answers with."""
    named = card.question.options.get("name", "")
    if card.found and named in service.store.things:
        return named
    key = next(iter(card.keys()), "") if card.question.command == ASK and card.found else ""
    owner = key.removeprefix(key[:2] if key[1:2] == ":" else "").partition("/")[0]
    return owner or None


def _choice(choice: Action) -> dict[str, object]:
    """A choice as a question that can be asked unchanged."""
    question = choice.question
    return {"label": choice.label, "command": question.command, "options": dict(question.options)}


def parse(line: str) -> Question:
    """The question in a line: in plain words, `/event tokyo summit`, or a JSON object.

    Raises BadQuestion.
    """
    text = line.strip()
    return _from_json(text) if text.startswith("{") else _from_text(text)


def _from_json(text: str) -> Question:
    try:
        # JSON may hold half of a surrogate pair, which cannot be written: it becomes `?`.
        plain_text = json.dumps(json.loads(text), ensure_ascii=False).encode("utf-8", "replace")
        data = json.loads(plain_text)
    except (ValueError, RecursionError):  # ValueError also if a number has too many digits
        raise BadQuestion(
            'not JSON; write {"command": "event", "options": {"name": "tokyo summit"}}'
        ) from None
    asked = cast(dict[str, object], data)
    name, options, page = asked.get("command"), asked.get("options"), asked.get("page", 1)
    # A choice of an earlier reply may be asked unchanged, with its label.
    if odd := set(asked) - {"command", "options", "page", "label"}:
        raise BadQuestion(f'no key "{min(odd)[:40]}"; there are "command", "options" and "page"')
    if not isinstance(name, str):
        raise BadQuestion('"command" is missing; it is one of: ' + ", ".join(COMMANDS))
    command = _command(name.removeprefix("/"))
    if options is not None and not isinstance(options, dict):
        raise BadQuestion('"options" must be an object, such as {"name": "tokyo summit"}')
    if not isinstance(page, int) or isinstance(page, bool) or page < 1:
        raise BadQuestion('"page" must be a whole number from 1')
    named = cast(dict[str, object], options or {})
    return Question(command.name, {n: _value(command, n, v) for n, v in named.items()}, page)


def _value(command: Command, name: str, value: object) -> str:
    names = [option.name for option in (*command.options, PRIVATE)]
    if name not in names:
        raise BadQuestion(
            f"/{command.name} has no option `{name[:40]}`; it has: {', '.join(names)}"
        )
    if isinstance(value, str | int):
        return str(value)
    raise BadQuestion(f"option `{name}` must be text")


def _from_text(text: str) -> Question:
    if not text.startswith("/"):
        return Question(ASK, {"question": text})
    name, _, rest = text[1:].partition(" ")
    command = _command(name)
    page = _PAGE.search(rest)
    options = _options(command, _PAGE.sub("", rest).strip())
    return Question(command.name, options, int(page[1]) if page else 1)


_PAGE = re.compile(r"(?:^|(?<=\s))page:([1-9]\d{0,2})\s*$")


def _command(name: str) -> Command:
    command = COMMANDS.get(name.strip().lower())
    if command is None:
        raise BadQuestion(f"no command /{name[:40]}; there are: /" + ", /".join(COMMANDS))
    return command


def _options(command: Command, text: str) -> dict[str, str]:
    """`from:2023-03 actor:yoon`: named options; text before the first goes to the first option."""
    names = [option.name for option in (*command.options, PRIVATE)]
    marks = list(re.finditer(rf"(?:^|(?<=\s))({'|'.join(names)}):", text))
    options: dict[str, str] = {}
    unnamed = text[: marks[0].start()] if marks else text
    if unnamed.strip():
        if not command.options:
            raise BadQuestion(f"/{command.name} takes no name")
        options[command.options[0].name] = unnamed.strip()
    ends = [*(mark.start() for mark in marks[1:]), len(text)]
    for mark, end in zip(marks, ends, strict=False):
        options[mark[1]] = text[mark.end() : end].strip().strip('"')
    return options
