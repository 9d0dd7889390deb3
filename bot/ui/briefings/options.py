"""The options of `/briefing`: suggestions while moderators type, then what they typed, parsed."""

from __future__ import annotations

from discord import app_commands

from bot.answers.context import AnswerContext
from bot.answers.resolve import echo, resolve_thing
from bot.answers.service import AnswerService
from bot.cards.card import Card, Question
from bot.cards.limits import CHOICE_LABEL, CHOICES, shorten
from bot.compose.briefing import Subject
from bot.facts.model import ThingKind
from bot.parsing.dates import parse_period
from bot.parsing.typed_text import clean_text
from bot.state.briefing_record import Briefing
from bot.state.errors import DatabaseUnavailable
from bot.state.state import State
from bot.texts.catalogues import Words
from bot.ui.briefings.panels import status_word
from bot.ui.components.authorization import may_moderate
from bot.ui.components.client import Interaction, server_id_of
from bot.ui.components.language import reader_words
from bot.ui.components.markdown import escape
from bot.ui.components.messages import UserError
from bot.ui.components.moderator_commands import Choices, Completion


def complete_kind(kind: ThingKind) -> Completion:
    """Suggests things of a kind that match what is typed so far."""

    async def complete(interaction: Interaction, typed: str) -> Choices:
        service: AnswerService = interaction.client.service
        choices = service.complete(kind, typed, reader_words(interaction).language)
        return [app_commands.Choice(name=choice.label, value=choice.id) for choice in choices]

    return complete


async def complete_briefings(interaction: Interaction, typed: str) -> Choices:
    """The server's briefings whose headline or number contains what is typed so far."""
    state: State = interaction.client.state
    if interaction.guild_id is None or not may_moderate(interaction):
        return []
    try:
        briefings = await state.briefings.of_server(server_id_of(interaction), most=100)
    except DatabaseUnavailable:
        return []
    words, plain = reader_words(interaction), clean_text(typed).casefold()
    fitting = [each for each in briefings if plain in _label(words, each).casefold()]
    return [
        app_commands.Choice(name=_label(words, each), value=each.briefing_id)
        for each in fitting[:CHOICES]
    ]


def _label(words: Words, briefing: Briefing) -> str:
    said = status_word(words, briefing)
    end = f" · {said} · {briefing.briefing_id}"
    headline = briefing.plan.text.headline
    return shorten(headline, CHOICE_LABEL - len(end)) + end


async def read_briefing(interaction: Interaction, typed: str) -> Briefing:
    """The briefing that was picked, or whose number or headline was typed. Raises UserError."""
    words, state = reader_words(interaction), interaction.client.state
    plain = clean_text(typed).casefold()
    numbered = await state.briefings.get(plain)
    if numbered and numbered.server_id == interaction.guild_id:
        return numbered
    briefings = await state.briefings.of_server(server_id_of(interaction), most=100)
    for briefing in briefings:
        if plain == _label(words, briefing).casefold():
            return briefing
    named = [each for each in briefings if plain in each.plan.text.headline.casefold()]
    if len(named) == 1:
        return named[0]
    near = [f"- {escape(_label(words, each))}" for each in named[:5]]
    raise UserError(
        words("briefing.ui.no-match", text=echo(clean_text(typed))),
        words("briefing.ui.no-match.help"),
        *near,
    )


def read_subject(
    service: AnswerService,
    words: Words,
    things: dict[ThingKind, str | None],
    start: str | None,
    end: str | None,
) -> Subject:
    """The subject of a briefing: one thing, or else a period. Raises UserError."""
    named: dict[ThingKind, str] = {kind: typed for kind, typed in things.items() if typed}
    if len(named) + bool(start or end) != 1:
        raise UserError(words("briefing.ui.one-subject"), words("briefing.ui.one-subject.help"))
    for kind, typed in named.items():
        return Subject(_thing(service, words, kind, typed))
    return _period(words, start, end)


def _thing(service: AnswerService, words: Words, kind: ThingKind, typed: str) -> str:
    plain = clean_text(typed)
    found = resolve_thing(
        AnswerContext(service.store, words, {kind: plain}), Question(kind), kind, kind
    )
    if isinstance(found, Card):
        near = [f"- {escape(choice.label)}" for choice in found.choices]
        hint = [found.subtitle] if found.subtitle else []
        raise UserError(found.title, *hint, *near)
    return found.id


def _period(words: Words, start: str | None, end: str | None) -> Subject:
    first, last = (parse_period(clean_text(text)) if text else None for text in (start, end))
    for typed, read in ((start, first), (end, last)):
        if typed and read is None:
            raise UserError(
                words("digest.no-day", text=echo(clean_text(typed))),
                words("briefing.ui.no-period.help"),
            )
    if first and last and first.first > last.last:
        raise UserError(
            words("filter.backwards", start=first.iso, end=last.iso),
            words("filter.backwards.help", start=first.iso, end=last.iso),
        )
    return Subject(None, first.first if first else None, last.last if last else None)
