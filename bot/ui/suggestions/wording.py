"""A suggestion in words, and what the member's list and the moderators' queue share."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

import structlog

from bot.answers.service import AnswerService
from bot.state.errors import DatabaseUnavailable
from bot.state.suggestions import Suggestion
from bot.texts.catalogues import Words
from bot.ui.components.client import Interaction
from bot.ui.components.language import reader_words
from bot.ui.components.markdown import escape, field
from bot.ui.components.mentions import thing_name
from bot.ui.components.messages import ReplyText, answer, view
from bot.ui.components.persistent_items import PersistentItem

log = structlog.stdlib.get_logger("factdesk.ui")

Reply = tuple[ReplyText, list[PersistentItem]]
MakeButton = Callable[[str, str], PersistentItem]
"""Makes a button from its label and the id of the suggestion that it shows."""


def suggestion_lines(words: Words, service: AnswerService, made: Suggestion) -> tuple[str, ...]:
    """What a suggestion is about, what it says, and its source."""
    about = field(words, words("suggest.field.about"), escape(_about(words, service, made.thing)))
    return (about, *quoted_lines(words, made.text, made.source))


def _about(words: Words, service: AnswerService, thing: str | None) -> str:
    if thing is None:
        return words("suggest.about.none")
    owner, _, fact = thing.partition("/")
    name = thing_name(words, service.store, owner)
    return words("typography.bracketed", text=name, remark=thing) if fact else name


def quoted_lines(words: Words, text: str, source: str) -> tuple[str, ...]:
    """A member's text, letter by letter, and their source; a question passed on has none."""
    lines = [f"> {escape(line)}" for line in text.splitlines()]
    if not source:
        return (words("suggest.question"), *lines)
    return (*lines, field(words, words("suggest.field.source"), escape(source)))


def index_of(suggestions: Sequence[Suggestion], suggestion_id: str) -> int:
    """The index of a suggestion in a list; the first if it is not there any more."""
    ids = [each.suggestion_id for each in suggestions]
    return ids.index(suggestion_id) if suggestion_id in ids else 0


def turn_buttons(
    words: Words, suggestions: Sequence[Suggestion], index: int, make: MakeButton
) -> list[PersistentItem]:
    """The buttons to the suggestions before and after one."""
    total = len(suggestions)
    turns: list[PersistentItem] = []
    if index > 0:
        label = words("page.back", page=index, total=total)
        turns.append(make(label, suggestions[index - 1].suggestion_id))
    if index + 1 < total:
        label = words("page.more", page=index + 2, total=total)
        turns.append(make(label, suggestions[index + 1].suggestion_id))
    return turns


async def replace_reply(interaction: Interaction, reply: Callable[[], Awaitable[Reply]]) -> None:
    """Do what a button says, and show the result in place of the private reply that has it."""
    await interaction.response.defer()
    try:
        reply_text, buttons = await reply()
    except DatabaseUnavailable as error:
        await report_unavailable(interaction, error)
    else:
        await interaction.edit_original_response(view=view(reply_text, *buttons))


async def report_unavailable(
    interaction: Interaction, error: DatabaseUnavailable, *more: str
) -> None:
    """Tell a member that the database is unavailable; `more` lines follow."""
    words = reader_words(interaction)
    log.warning("the database is unavailable; a member saw that", reason=error.reason)
    await answer(interaction, ReplyText(words("suggest.away"), (words("suggest.away.help"), *more)))
