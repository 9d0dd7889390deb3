"""A line of text as a question: in plain words, as a command, or as JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import cast

from bot.answers.commands import COMMANDS, PRIVATE
from bot.answers.context import Command
from bot.cards.card import Question

ASK = "ask"
"""The command that answers a question in plain words."""


class BadQuestion(Exception):
    """A line that is not a question; the message says what to write instead."""


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
    names = [option.name for option in (*command.options, PRIVATE)]
    options = split_options(command.name, names, _PAGE.sub("", rest).strip())
    return Question(command.name, options, int(page[1]) if page else 1)


_PAGE = re.compile(r"(?:^|(?<=\s))page:([1-9]\d{0,2})\s*$")


def _command(name: str) -> Command:
    command = COMMANDS.get(name.strip().lower())
    if command is None:
        raise BadQuestion(f"no command /{name[:40]}; there are: /" + ", /".join(COMMANDS))
    return command


def split_options(command: str, names: Sequence[str], text: str) -> dict[str, str]:
    """`from:2023-03 actor:yoon`: named options; text before the first goes to the first option.

    Raises BadQuestion if the command has no option but `private` for that text.
    """
    marks = list(re.finditer(rf"(?:^|(?<=\s))({'|'.join(names)}):", text))
    options: dict[str, str] = {}
    unnamed = text[: marks[0].start()] if marks else text
    if unnamed.strip():
        if not names or names[0] == PRIVATE.name:
            raise BadQuestion(f"/{command} takes no name")
        options[names[0]] = unnamed.strip()
    ends = [*(mark.start() for mark in marks[1:]), len(text)]
    for mark, end in zip(marks, ends, strict=False):
        options[mark[1]] = text[mark.end() : end].strip().strip('"')
    return options
