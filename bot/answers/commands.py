"""The one table of questions, behind the slash commands and `ask`."""

from __future__ import annotations

from collections.abc import Mapping

from bot.answers.context import Command, Option
from bot.answers.questions import (
    about,
    actor,
    ask,
    corrections,
    event,
    find,
    search,
    source,
    timeline,
    topic,
)

COMMANDS: Mapping[str, Command] = {
    module.COMMAND.name: module.COMMAND
    for module in (ask, event, actor, topic, timeline, search, source, corrections, find, about)
}
"""Every question that people can ask, by name."""

PRIVATE = Option("private", "flag")
"""The option that every command has besides: only the asker sees the reply."""
