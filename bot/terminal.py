"""`ask`: the same answers in the terminal, one question a line, as text or as JSON."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field

from bot.answers.service import AnswerService
from bot.answers.typed_questions import ASK, BadQuestion, parse
from bot.cards.card import Action, Card, Question
from bot.cards.plain import plain
from bot.texts.catalogues import words_in


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
    texts = [plain(page, words_in(language)) for page in service.pages(card)]
    return Reply(
        command=question.command,
        options=dict(question.options),
        found=card.found,
        tier=card.certainty,
        thing=_thing(service, card),
        facts=list(card.unit_keys()),
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
    key = next(iter(card.unit_keys()), "") if card.question.command == ASK and card.found else ""
    owner = key.removeprefix(key[:2] if key[1:2] == ":" else "").partition("/")[0]
    return owner or None


def _choice(choice: Action) -> dict[str, object]:
    """A choice as a question that can be asked unchanged."""
    question = choice.question
    return {"label": choice.label, "command": question.command, "options": dict(question.options)}
