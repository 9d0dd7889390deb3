"""Questions as custom ids of buttons, so that a button works for ever and keeps no state.

`event:1:tokyo-summit` asks; `timeline:t2:20230301::yoon-suk-yeol:` turns the page of an answer.
Values stand in the order of the command's options. Dates lose their hyphens, as a timeline with
every option must fit Discord's 100 characters.
"""

from __future__ import annotations

import re

from bot.answers.desk import COMMANDS
from bot.cards.card import Question

TEMPLATE = r"(?P<command>[a-z]+):(?P<turn>t?)(?P<page>\d{1,3}):(?P<values>.*)"

_DATE = re.compile(r"(\d{4})(\d{2})?(\d{2})?")


def encode(question: Question, turn: bool = False) -> str:
    """The custom id of a question whose options are canonical: ids and ISO dates."""
    options = COMMANDS[question.command].options
    values = [
        question.options.get(option.name, "").replace("-", "" if option.kind == "date" else "-")
        for option in options
    ]
    return f"{question.command}:{'t' if turn else ''}{question.page}:{':'.join(values)}"


def decode(match: re.Match[str]) -> tuple[Question, bool] | None:
    """The question in a custom id, and whether it turns a page; None where nothing asks it now."""
    command = COMMANDS.get(match["command"])
    values = match["values"].split(":") if match["values"] else []
    if command is None or len(values) > len(command.options):
        return None
    options = {
        option.name: _dashed(value) if option.kind == "date" else value
        for option, value in zip(command.options, values, strict=False)
        if value
    }
    return Question(command.name, options, int(match["page"])), bool(match["turn"])


def _dashed(value: str) -> str:
    match = _DATE.fullmatch(value)
    return "-".join(filter(None, match.groups())) if match else value
