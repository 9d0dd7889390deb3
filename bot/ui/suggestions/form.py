"""The form in which a member writes a suggestion: choosing the subject, filling in, keeping it.

The form and its button carry all that they need in their custom ids, so they outlive the process.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Self

import discord
from discord import ui
from discord.utils import format_dt, utcnow

from bot.answers.resolve import echo
from bot.cards.limits import BUTTON_LABEL, CHOICE_LABEL, CHOICES, FORM_TEXT, shorten
from bot.cards.wording import choice_label
from bot.facts.model import ThingKind
from bot.facts.records import FactRecord, ThingRecord
from bot.matching.vocabulary import word_set
from bot.parsing.typed_text import clean_text
from bot.state.errors import DatabaseUnavailable
from bot.state.suggestions import MOST, Suggestion, TooMany
from bot.texts.catalogues import Words
from bot.ui.components import own_card, refused_form
from bot.ui.components.client import Interaction, server_id_of
from bot.ui.components.language import reader_words
from bot.ui.components.messages import ReplyText, answer
from bot.ui.components.moderator_commands import Choices
from bot.ui.components.persistent_items import PersistentItem, button, row_of
from bot.ui.components.submitted import form_values
from bot.ui.suggestions.own import OwnButton
from bot.ui.suggestions.wording import quoted_lines, report_unavailable, suggestion_lines

FORM = re.compile(r"suggest:form:(?P<thing>[a-z0-9-]{0,32})")
"""The custom id of a form: what the suggestion is about, or nothing."""

_KINDS: frozenset[ThingKind] = frozenset({"event", "actor", "topic"})
_FACT = re.compile(r"[a-z0-9-]{1,32}/[a-z0-9-]{1,32}")
_TEXT, _SOURCE = 1_000, 300  # characters
_HINT = " · "  # some clients send a choice's label: a name, and what tells it apart


async def complete_things(interaction: Interaction, typed: str) -> Choices:
    """Events, actors and topics for what is typed so far."""
    words, service = reader_words(interaction), interaction.client.service
    entries = service.store.index.complete(clean_text(typed), _KINDS, CHOICES)
    things = [service.store.things[entry.id] for entry in entries]
    return [
        discord.app_commands.Choice(name=choice_label(thing, words), value=thing.id)
        for thing in things
    ]


async def begin(interaction: Interaction, about: str | None) -> None:
    """Open the form about what was picked or typed; if that is not clear, ask which is meant."""
    service = interaction.client.service
    typed = clean_text(about or "")
    thing = service.store.things.get(typed)
    if not typed or (thing and thing.kind in _KINDS):
        await _open_form(interaction, thing)
        return
    finding = service.store.index.find(typed.partition(_HINT)[0], _KINDS)
    things = [service.store.things[entry.id] for entry in finding.entries]
    if finding.verdict == "sure":
        await _open_form(interaction, things[0])
        return
    words = reader_words(interaction)
    buttons = [
        AboutButton.make(choice_label(thing, words, BUTTON_LABEL), thing.id) for thing in things
    ]
    await answer(interaction, _which(words, typed, finding.verdict == "several"), *buttons)


def _which(words: Words, typed: str, is_ambiguous: bool) -> ReplyText:
    """The question which thing is meant, or the news that none has this name."""
    if is_ambiguous:
        return ReplyText(words("choose", text=echo(typed)))
    help_line = words("suggest.no-match.help")
    return ReplyText(words("suggest.no-match", text=echo(typed)), (help_line,))


class AboutButton(PersistentItem, template=r"suggest:about:(?P<thing>[a-z0-9-]*)"):
    """Opens the form about a thing, or about what the base lacks."""

    @classmethod
    def make(cls, label: str, thing: str) -> Self:
        """The button of a thing, or of none."""
        return cls(button(label, f"suggest:about:{thing}"))

    async def press(self, interaction: Interaction, match: re.Match[str]) -> None:
        """Open the form."""
        await begin(interaction, match["thing"])


async def _open_form(interaction: Interaction, thing: ThingRecord | None) -> None:
    form = await _form_about(interaction, thing)
    await interaction.response.send_modal(refused_form.refill(form, interaction.message))


async def _form_about(interaction: Interaction, thing: ThingRecord | None) -> ui.Modal:
    facts = await interaction.client.service.store.facts(thing.id) if thing else ()
    return _form(reader_words(interaction), thing, facts)


def _form(words: Words, thing: ThingRecord | None, facts: Sequence[FactRecord]) -> ui.Modal:
    """The form about a thing, or about what the base lacks; it offers the thing's facts."""
    name = thing.name(words.language) if thing else None
    title = words("suggest.form.about", name=name) if name else words("suggest.form")
    modal = ui.Modal(
        title=shorten(title, FORM_TEXT),
        custom_id=f"suggest:form:{thing.id if thing else ''}",
    )
    if len(facts) > CHOICES:
        modal.add_item(_fact_words_field(words))
    elif facts:
        modal.add_item(_fact_field(words, facts))
    modal.add_item(_text_field(words))
    modal.add_item(_source_field(words))
    modal.add_item(ui.TextDisplay(words("suggest.form.next", most=MOST)))
    # The cog handles every sent form, even after a restart, so discord.py need not remember this
    # one; it forgets a stopped form.
    modal.stop()
    return modal


def _fact_field(words: Words, facts: Sequence[FactRecord]) -> ui.Label[ui.Modal]:
    options = [
        discord.SelectOption(label=shorten(record.fact.says, CHOICE_LABEL), value=record.key)
        for record in facts
    ]
    return ui.Label(
        text=words("suggest.form.fact"),
        description=words("suggest.form.fact.help"),
        component=ui.Select(custom_id="fact", options=options, min_values=0, required=False),
    )


def _fact_words_field(words: Words) -> ui.Label[ui.Modal]:
    """A field for a thing that has more facts than a menu can list: it is searched instead."""
    return ui.Label(
        text=words("suggest.form.fact"),
        description=words("suggest.form.fact.words"),
        component=ui.TextInput(custom_id="words", max_length=_TEXT, required=False),
    )


def _text_field(words: Words) -> ui.Label[ui.Modal]:
    return ui.Label(
        text=words("suggest.form.text"),
        component=ui.TextInput(
            custom_id="text", style=discord.TextStyle.paragraph, max_length=_TEXT
        ),
    )


def _source_field(words: Words) -> ui.Label[ui.Modal]:
    return ui.Label(
        text=words("suggest.form.source"),
        description=words("suggest.form.source.help"),
        component=ui.TextInput(custom_id="source", max_length=_SOURCE),
    )


async def submit(interaction: Interaction, match: re.Match[str]) -> None:
    """Keep what was entered into the form about a thing."""
    thing = match["thing"]
    # Deferred first: a database that is unavailable may take longer than Discord waits.
    await interaction.response.defer(ephemeral=True, thinking=True)
    entered = {name: next(iter(values), "") for name, values in form_values(interaction).items()}
    words = reader_words(interaction)
    text, source = _tidy(entered["text"]), clean_text(entered["source"], _SOURCE)
    if text and source:
        fact = await _fact(interaction, thing, entered)
        await keep(interaction, fact or thing or None, text, source)
    else:
        form = await _form_about(interaction, interaction.client.service.store.things.get(thing))
        again = row_of(AboutButton.make(words("form.again"), thing))
        reply_text = ReplyText(words("suggest.empty"))
        layout = refused_form.refusal(reply_text, form, form_values(interaction), again)
        await own_card.send(interaction, layout)


async def keep(interaction: Interaction, thing: str | None, text: str, source: str) -> None:
    """Keep what a member suggests; on a failure they get their text back.

    The interaction must have been deferred.
    """
    words = reader_words(interaction)
    suggestions = interaction.client.state.suggestions
    server_id, member_id = server_id_of(interaction), interaction.user.id
    entry = _again(words, text, source)
    try:
        made = await suggestions.make(server_id, member_id, thing, text, source, utcnow())
    except TooMany as error:
        when = words("suggest.too-many.help", at=format_dt(error.next_at, "R"))
        await answer(interaction, ReplyText(words("suggest.too-many", most=MOST), (when, *entry)))
    except DatabaseUnavailable as error:
        await report_unavailable(interaction, error, *entry)
    else:
        await _confirm(interaction, made)


def _again(words: Words, text: str, source: str) -> tuple[str, ...]:
    """What a member entered, to be copied into another try."""
    return (words("suggest.again"), *quoted_lines(words, text, source))


async def _fact(interaction: Interaction, thing: str, entered: Mapping[str, str]) -> str | None:
    """The fact that was picked, or of all the thing's facts the one that the words fit best."""
    if picked := _FACT.fullmatch(entered.get("fact", "")):
        return picked[0]
    typed = word_set(entered.get("words", ""))
    if not typed:
        return None
    facts = await interaction.client.service.store.facts(thing)
    shared = {record.key: len(typed & word_set(record.fact.says)) for record in facts}
    best = max(shared, key=lambda key: shared[key], default=None)
    return best if best and 2 * shared[best] >= len(typed) else None


async def _confirm(interaction: Interaction, made: Suggestion) -> None:
    words = reader_words(interaction)
    reply_text = ReplyText(
        words("suggest.made"),
        suggestion_lines(words, interaction.client.service, made),
        (words("suggest.made.next"), words("suggest.made.mine")),
    )
    delete = OwnButton.make(words("suggest.delete"), "delete", made.suggestion_id)
    await answer(interaction, reply_text, delete)


def _tidy(text: str) -> str:
    """The text without invisible characters and empty lines; its other lines stay."""
    lines = (clean_text(line, _TEXT) for line in text[:_TEXT].splitlines())
    return "\n".join(line for line in lines if line)
