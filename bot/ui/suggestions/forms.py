"""Members' suggestions as they are written, looked at, decided on and deleted.

The form and the buttons carry all that they need in their custom ids, so they outlive the process.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Self

import discord
import structlog
from discord import ui
from discord.utils import format_dt, utcnow

from bot.answers.resolve import choice_label, echo
from bot.answers.service import AnswerService, clean_text
from bot.cards.limits import BUTTON_LABEL, CHOICE_LABEL, CHOICES, shorten
from bot.facts.model import ThingKind
from bot.facts.records import FactRecord, ThingRecord
from bot.state.errors import DatabaseUnavailable
from bot.state.suggestions import MOST, Decision, Suggestion, TooMany
from bot.texts.catalogues import Words
from bot.ui.components.client import Interaction, server_id_of
from bot.ui.components.language import reader_words
from bot.ui.components.markdown import escape
from bot.ui.components.messages import Notice, answer, view
from bot.ui.components.permissions import Choices, may_moderate, moderate
from bot.ui.components.persistent_items import PersistentItem, button
from bot.ui.components.submitted import form_values

log = structlog.stdlib.get_logger("factdesk.ui")

FORM = re.compile(r"suggest:form:(?P<thing>[a-z0-9-]{0,32})")
"""The custom id of a form: what the suggestion is about, or nothing."""

_KINDS: frozenset[ThingKind] = frozenset({"event", "actor", "topic"})
_FACT = re.compile(r"[a-z0-9-]{1,32}/[a-z0-9-]{1,32}")
_TEXT, _SOURCE = 1_000, 300  # characters
_FORM_TITLE = 45  # Discord's limit
_HINT = " · "  # some clients send what a choice says: a name, and what tells it apart


# ---- What it is about --------------------------------------------------------------------------


async def complete_things(interaction: Interaction, typed: str) -> Choices:
    """Events, actors and topics for what is typed so far."""
    words, service = reader_words(interaction), interaction.client.service
    entries = service.store.index.complete(clean_text(typed), _KINDS, CHOICES)
    things = [service.store.things[entry.id] for entry in entries]
    return [
        discord.app_commands.Choice(name=choice_label(thing_record, words), value=thing_record.id)
        for thing_record in things
    ]


async def begin(interaction: Interaction, about: str | None) -> None:
    """Open the form about what was picked or typed; where that is not clear, ask which is meant."""
    words, service = reader_words(interaction), interaction.client.service
    typed = clean_text(about or "")
    thing_record = service.store.things.get(typed)
    if not typed or (thing_record and thing_record.kind in _KINDS):
        await _open_form(interaction, thing_record)
        return
    finding = service.store.index.find(typed.partition(_HINT)[0], _KINDS)
    things = [service.store.things[entry.id] for entry in finding.entries]
    if finding.verdict == "sure":
        await _open_form(interaction, things[0])
        return
    buttons = [
        AboutButton.make(choice_label(thing_record, words, BUTTON_LABEL), thing_record.id)
        for thing_record in things
    ]
    if finding.verdict == "several":
        notice = Notice(words("choose", text=echo(typed)))
    else:
        help_line = words("suggest.no-match.help")
        notice = Notice(words("suggest.no-match", text=echo(typed)), (help_line,))
    await answer(interaction, notice, *buttons)


class AboutButton(PersistentItem, template=r"suggest:about:(?P<thing>[a-z0-9-]+)"):
    """Opens the form about a thing that a typed name may have meant."""

    @classmethod
    def make(cls, label: str, thing: str) -> Self:
        """The button of a thing."""
        return cls(button(label, f"suggest:about:{thing}"))

    async def press(self, interaction: Interaction, match: re.Match[str]) -> None:
        """Open the form."""
        await begin(interaction, match["thing"])


# ---- The form ----------------------------------------------------------------------------------


async def _open_form(interaction: Interaction, thing_record: ThingRecord | None) -> None:
    service = interaction.client.service
    facts = await service.store.facts(thing_record.id) if thing_record else ()
    await interaction.response.send_modal(_form(reader_words(interaction), thing_record, facts))


def _form(words: Words, thing_record: ThingRecord | None, facts: Sequence[FactRecord]) -> ui.Modal:
    """The form about a thing, or about what the desk lacks; it offers the thing's facts."""
    name = thing_record.name(words.language) if thing_record else None
    title = words("suggest.form.about", name=name) if name else words("suggest.form")
    modal = ui.Modal(
        title=shorten(title, _FORM_TITLE),
        custom_id=f"suggest:form:{thing_record.id if thing_record else ''}",
    )
    if facts:
        modal.add_item(_fact_field(words, facts))
    modal.add_item(_text_field(words))
    modal.add_item(_source_field(words))
    modal.add_item(ui.TextDisplay(words("suggest.form.next", most=MOST)))
    # discord.py would keep it in memory, and know it no more after a restart; the cog hears of
    # every form, and a stopped one is not kept.
    modal.stop()
    return modal


def _fact_field(words: Words, facts: Sequence[FactRecord]) -> ui.Label[ui.Modal]:
    options = [
        discord.SelectOption(label=shorten(record.fact.says, CHOICE_LABEL), value=record.key)
        for record in facts[:CHOICES]
    ]
    return ui.Label(
        text=words("suggest.form.fact"),
        description=words("suggest.form.fact.help"),
        component=ui.Select(custom_id="fact", options=options, min_values=0, required=False),
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


async def submit(interaction: Interaction, thing: str) -> None:
    """Keep what was entered into the form about a thing."""
    # Announced first: a database that is away may take longer than Discord waits.
    await interaction.response.defer(ephemeral=True, thinking=True)
    entered = {name: next(iter(values), "") for name, values in form_values(interaction).items()}
    await _keep(interaction, thing, entered)


async def _keep(interaction: Interaction, thing: str, entered: dict[str, str]) -> None:
    words = reader_words(interaction)
    text, source = _tidy(entered["text"]), clean_text(entered["source"], _SOURCE)
    fact = _FACT.fullmatch(entered.get("fact", ""))
    given_back = (words("suggest.again"), *_quoted(words, text, source))
    if not text or not source:
        await answer(interaction, Notice(words("suggest.empty"), given_back))
        return
    try:
        made = await interaction.client.state.suggestions.make(
            server_id_of(interaction),
            interaction.user.id,
            fact[0] if fact else thing or None,
            text,
            source,
            utcnow(),
        )
    except TooMany as error:
        when = words("suggest.too-many.help", at=format_dt(error.next_at, "R"))
        await answer(interaction, Notice(words("suggest.too-many", most=MOST), (when, *given_back)))
    except DatabaseUnavailable as error:
        log.warning("the state is away; a member was told", reason=error.reason)
        help_line = words("suggest.away.help")
        await answer(interaction, Notice(words("suggest.away"), (help_line, *given_back)))
    else:
        await answer(
            interaction,
            Notice(
                words("suggest.made"),
                _lines(words, interaction.client.service, made),
                (words("suggest.made.next"), words("suggest.made.mine")),
            ),
            SuggestionButton.make(words("suggest.delete"), "delete", made.suggestion_id),
        )


def _tidy(text: str) -> str:
    """The text without invisible characters and empty lines; its other lines stay."""
    lines = (clean_text(line, _TEXT) for line in text[:_TEXT].splitlines())
    return "\n".join(line for line in lines if line)


# ---- Looking at suggestions --------------------------------------------------------------------


async def show_own(interaction: Interaction) -> None:
    """Show a member what they have suggested in the server, the latest first."""
    await interaction.response.defer(ephemeral=True, thinking=True)
    try:
        notice, buttons = await _own(interaction)
    except DatabaseUnavailable as error:
        await _tell_away(interaction, error)
    else:
        await answer(interaction, notice, *buttons)


async def show_queue(interaction: Interaction) -> None:
    """Show a moderator what is waiting, the oldest first. Raises DatabaseUnavailable."""
    notice, buttons = await _queue(interaction)
    await answer(interaction, notice, *buttons)


async def _own(
    interaction: Interaction, shown: str = "", *told: str
) -> tuple[Notice, list[PersistentItem]]:
    """A member's own suggestion, the latest where `shown` is none; what was done goes before."""
    words, state = reader_words(interaction), interaction.client.state
    own = await state.suggestions.by_member(server_id_of(interaction), interaction.user.id)
    if not own:
        return Notice(words("suggest.mine.none"), (*told, words("suggest.mine.none.help"))), []
    own = own[::-1]
    place = _place(own, shown)
    made = own[place]
    status = f"**{words('suggest.field.status')}**: {_status(words, made)}"
    notice = Notice(
        words("suggest.mine", number=place + 1, total=len(own)),
        (*told, *_lines(words, interaction.client.service, made), status),
    )
    delete = SuggestionButton.make(words("suggest.delete"), "delete", made.suggestion_id)
    return notice, [delete, *_turns(words, own, place, "mine")]


async def _queue(
    interaction: Interaction, shown: str = "", *told: str
) -> tuple[Notice, list[PersistentItem]]:
    """A suggestion that waits, the oldest where `shown` is none; what was done goes before."""
    words, state = reader_words(interaction), interaction.client.state
    waiting = await state.suggestions.waiting(server_id_of(interaction))
    if not waiting:
        return Notice(words("suggest.queue.none"), told), []
    place = _place(waiting, shown)
    made = waiting[place]
    maker = f"**{words('suggest.field.from')}**: <@{made.member_id}> · "
    notice = Notice(
        words("suggest.queue", number=place + 1, total=len(waiting)),
        (
            *told,
            *_lines(words, interaction.client.service, made),
            maker + format_dt(made.made_at, "R"),
        ),
        (words("suggest.queue.next"),),
    )
    decide = [
        SuggestionButton.make(words("suggest.accept"), "accept", made.suggestion_id),
        SuggestionButton.make(words("suggest.decline"), "decline", made.suggestion_id),
    ]
    return notice, [*decide, *_turns(words, waiting, place, "queue")]


def _place(suggestions: Sequence[Suggestion], shown: str) -> int:
    """Where a suggestion stands; the first place where it is not there any more."""
    ids = [each.suggestion_id for each in suggestions]
    return ids.index(shown) if shown in ids else 0


def _turns(
    words: Words, suggestions: Sequence[Suggestion], place: int, act: str
) -> list[PersistentItem]:
    """The buttons to the suggestions before and behind one."""
    total = len(suggestions)
    turns: list[PersistentItem] = []
    if place > 0:
        label = words("page.back", page=place, total=total)
        turns.append(SuggestionButton.make(label, act, suggestions[place - 1].suggestion_id))
    if place + 1 < total:
        label = words("page.more", page=place + 2, total=total)
        turns.append(SuggestionButton.make(label, act, suggestions[place + 1].suggestion_id))
    return turns


def _lines(words: Words, service: AnswerService, made: Suggestion) -> tuple[str, ...]:
    """What a suggestion is about, what it says, and its source."""
    about = f"**{words('suggest.field.about')}**: {escape(_about(words, service, made.thing))}"
    return (about, *_quoted(words, made.text, made.source))


def _about(words: Words, service: AnswerService, thing: str | None) -> str:
    if thing is None:
        return words("suggest.about.none")
    owner, _, fact = thing.partition("/")
    thing_record = service.store.things.get(owner)
    name = thing_record.name(words.language) if thing_record else owner
    return f"{name} ({thing})" if fact else name


def _quoted(words: Words, text: str, source: str) -> tuple[str, ...]:
    """What somebody wrote, letter by letter, and the source that they give."""
    lines = [f"> {escape(line)}" for line in text.splitlines()]
    return (*lines, f"**{words('suggest.field.source')}**: {escape(source)}")


def _status(words: Words, made: Suggestion) -> str:
    return words(
        "suggest.status.waiting"
        if made.status == "waiting"
        else "suggest.status.accepted"
        if made.status == "accepted"
        else "suggest.status.declined"
    )


# ---- The buttons -------------------------------------------------------------------------------


class SuggestionButton(
    PersistentItem,
    template=r"suggest:(?P<act>accept|decline|queue|delete|mine):(?P<suggestion_id>[0-9a-f]{8})",
):
    """Does something with one suggestion; the private reply that it stands in tells what next."""

    @classmethod
    def make(cls, label: str, act: str, suggestion_id: str) -> Self:
        """The button that does one thing with a suggestion."""
        style = _STYLES.get(act, discord.ButtonStyle.secondary)
        return cls(button(label, f"suggest:{act}:{suggestion_id}", style))

    async def press(self, interaction: Interaction, match: re.Match[str]) -> None:
        """Do it, if the member may."""
        act = _ACTS[match["act"]]

        async def turn() -> None:
            await _turn(interaction, act, match["suggestion_id"])

        if match["act"] in _OF_MODERATORS and not may_moderate(interaction):
            await moderate(interaction, turn)  # which says privately what it needs
        else:
            await turn()


Action = Callable[[Interaction, str], Awaitable[tuple[Notice, list[PersistentItem]]]]


async def _turn(interaction: Interaction, act: Action, suggestion_id: str) -> None:
    """Act, and show in the place of the private reply what comes of it."""
    try:
        await interaction.response.defer()
        notice, buttons = await act(interaction, suggestion_id)
        await interaction.edit_original_response(view=view(notice, *buttons))
    except DatabaseUnavailable as error:
        await _tell_away(interaction, error)


async def _tell_away(interaction: Interaction, error: DatabaseUnavailable) -> None:
    words = reader_words(interaction)
    log.warning("the state is away; a member was told", reason=error.reason)
    await answer(interaction, Notice(words("suggest.away"), (words("suggest.away.help"),)))


async def _accept(
    interaction: Interaction, suggestion_id: str
) -> tuple[Notice, list[PersistentItem]]:
    return await _decide(interaction, suggestion_id, "accepted")


async def _decline(
    interaction: Interaction, suggestion_id: str
) -> tuple[Notice, list[PersistentItem]]:
    return await _decide(interaction, suggestion_id, "declined")


async def _decide(
    interaction: Interaction, suggestion_id: str, decision: Decision
) -> tuple[Notice, list[PersistentItem]]:
    """Keep a moderator's decision, and show what waits next."""
    words, suggestions = reader_words(interaction), interaction.client.state.suggestions
    server_id = server_id_of(interaction)
    if await suggestions.decide(server_id, suggestion_id, decision, interaction.user.id, utcnow()):
        done = words("suggest.accepted" if decision == "accepted" else "suggest.declined")
    else:
        done = _decided(words, await suggestions.get(server_id, suggestion_id))
    return await _queue(interaction, "", done)


def _decided(words: Words, found: Suggestion | None) -> str:
    """Why a suggestion cannot be decided on any more."""
    if found is None:
        return words("suggest.gone")
    key = "suggest.was-accepted" if found.status == "accepted" else "suggest.was-declined"
    return words(key, person=f"<@{found.decided_by}>")


async def _delete(
    interaction: Interaction, suggestion_id: str
) -> tuple[Notice, list[PersistentItem]]:
    """Delete a member's suggestion, and show the latest that is left."""
    words, suggestions = reader_words(interaction), interaction.client.state.suggestions
    await suggestions.delete(server_id_of(interaction), interaction.user.id, suggestion_id)
    return await _own(interaction, "", words("suggest.deleted"))


_ACTS: dict[str, Action] = {
    "accept": _accept,
    "decline": _decline,
    "queue": _queue,
    "delete": _delete,
    "mine": _own,
}
_OF_MODERATORS = frozenset({"accept", "decline", "queue"})
_STYLES = {
    "accept": discord.ButtonStyle.success,
    "queue": discord.ButtonStyle.primary,
    "delete": discord.ButtonStyle.danger,
    "mine": discord.ButtonStyle.primary,
}
