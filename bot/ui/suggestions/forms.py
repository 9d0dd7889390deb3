"""Members' suggestions as they are written, looked at, decided on and deleted.

The form and the buttons carry all that they need in their custom ids, so they outlive the process.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Self

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
from bot.state.state import State
from bot.state.suggestions import MOST, Decision, Suggestion, TooMany
from bot.texts.catalogues import Words
from bot.ui.components.error_reporting import report
from bot.ui.components.markdown import escape
from bot.ui.components.messages import Notice, answer, view
from bot.ui.components.permissions import Choices, may_moderate, pressed, spoken
from bot.ui.questions.replies import Interaction

log = structlog.stdlib.get_logger("factdesk.ui")

FORM = re.compile(r"suggest:form:(?P<thing>[a-z0-9-]{0,32})")
"""The custom id of a form: what the suggestion is about, or nothing."""

_KINDS: frozenset[ThingKind] = frozenset({"event", "actor", "topic"})
_FACT = re.compile(r"[a-z0-9-]{1,32}/[a-z0-9-]{1,32}")
_TEXT, _SOURCE = 1_000, 300  # characters
_FORM_TITLE = 45  # Discord's limit
_HINT = " · "  # some clients send what a choice says: a name, and what tells it apart

_Button = ui.DynamicItem[ui.Button[Any]]


# ---- What it is about --------------------------------------------------------------------------


async def complete_things(interaction: Interaction, typed: str) -> Choices:
    """Events, actors and topics for what is typed so far."""
    service: AnswerService = interaction.client.service
    words = spoken(interaction)
    entries = service.store.index.complete(clean_text(typed), _KINDS, CHOICES)
    things = [service.store.things[entry.id] for entry in entries]
    return [
        discord.app_commands.Choice(name=choice_label(thing_record, words), value=thing_record.id)
        for thing_record in things
    ]


async def begin(interaction: Interaction, about: str | None) -> None:
    """Open the form about what was picked or typed; where that is not clear, ask which is meant."""
    service: AnswerService = interaction.client.service
    words = spoken(interaction)
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
        AboutButton(choice_label(thing_record, words, BUTTON_LABEL), thing_record.id)
        for thing_record in things
    ]
    if finding.verdict == "several":
        notice = Notice(words("choose", text=echo(typed)))
    else:
        help_line = words("suggest.no-match.help")
        notice = Notice(words("suggest.no-match", text=echo(typed)), (help_line,))
    await answer(interaction, notice, *buttons)


class AboutButton(ui.DynamicItem[ui.Button[Any]], template=r"suggest:about:(?P<thing>[a-z0-9-]+)"):
    """Opens the form about a thing that a typed name may have meant."""

    def __init__(self, label: str, thing: str) -> None:
        self.thing = thing
        super().__init__(ui.Button(label=label, custom_id=f"suggest:about:{thing}"))

    @classmethod
    async def from_custom_id(
        cls, interaction: Interaction, item: ui.Item[Any], match: re.Match[str]
    ) -> Self:
        """The button that was pressed, from its custom id alone."""
        return cls(getattr(item, "label", None) or "…", match["thing"])

    async def callback(self, interaction: Interaction) -> None:
        """Answer the press. An exception here would reach no handler of discord.py's."""
        try:
            await begin(interaction, self.thing)
        except Exception as error:
            await report(interaction, error)


# ---- The form ----------------------------------------------------------------------------------


async def _open_form(interaction: Interaction, thing_record: ThingRecord | None) -> None:
    service: AnswerService = interaction.client.service
    facts = await service.store.facts(thing_record.id) if thing_record else ()
    await interaction.response.send_modal(_form(spoken(interaction), thing_record, facts))


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
    """Keep what was entered into the form about a thing. An exception here reaches no handler."""
    try:
        # Announced first: a database that is away may take longer than Discord waits.
        await interaction.response.defer(ephemeral=True, thinking=True)
        await _keep(interaction, thing, _entered(interaction.data))
    except Exception as error:
        await report(interaction, error)


def _entered(data: Any) -> dict[str, str]:
    """What was entered into a form, by its fields; of a list of choices, the one chosen."""
    fields = [part["component"] for part in data["components"] if "component" in part]
    return {
        field["custom_id"]: field.get("value") or next(iter(field.get("values") or ()), "")
        for field in fields
    }


async def _keep(interaction: Interaction, thing: str, entered: dict[str, str]) -> None:
    words = spoken(interaction)
    text, source = _tidy(entered["text"]), clean_text(entered["source"], _SOURCE)
    fact = _FACT.fullmatch(entered.get("fact", ""))
    given_back = (words("suggest.again"), *_quoted(words, text, source))
    if not text or not source:
        await answer(interaction, Notice(words("suggest.empty"), given_back))
        return
    try:
        made = await _state(interaction).suggestions.make(
            _server_id(interaction),
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
            SuggestionButton(words("suggest.delete"), "delete", made.suggestion_id),
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
) -> tuple[Notice, list[_Button]]:
    """A member's own suggestion, the latest where `shown` is none; what was done goes before."""
    words, state = spoken(interaction), _state(interaction)
    own = await state.suggestions.by_member(_server_id(interaction), interaction.user.id)
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
    delete = SuggestionButton(words("suggest.delete"), "delete", made.suggestion_id)
    return notice, [delete, *_turns(words, own, place, "mine")]


async def _queue(
    interaction: Interaction, shown: str = "", *told: str
) -> tuple[Notice, list[_Button]]:
    """A suggestion that waits, the oldest where `shown` is none; what was done goes before."""
    words, state = spoken(interaction), _state(interaction)
    waiting = await state.suggestions.waiting(_server_id(interaction))
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
        SuggestionButton(words("suggest.accept"), "accept", made.suggestion_id),
        SuggestionButton(words("suggest.decline"), "decline", made.suggestion_id),
    ]
    return notice, [*decide, *_turns(words, waiting, place, "queue")]


def _place(suggestions: Sequence[Suggestion], shown: str) -> int:
    """Where a suggestion stands; the first place where it is not there any more."""
    ids = [each.suggestion_id for each in suggestions]
    return ids.index(shown) if shown in ids else 0


def _turns(words: Words, suggestions: Sequence[Suggestion], place: int, act: str) -> list[_Button]:
    """The buttons to the suggestions before and behind one."""
    total = len(suggestions)
    turns: list[_Button] = []
    if place > 0:
        label = words("page.back", page=place, total=total)
        turns.append(SuggestionButton(label, act, suggestions[place - 1].suggestion_id))
    if place + 1 < total:
        label = words("page.more", page=place + 2, total=total)
        turns.append(SuggestionButton(label, act, suggestions[place + 1].suggestion_id))
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
    ui.DynamicItem[ui.Button[Any]],
    template=r"suggest:(?P<act>accept|decline|queue|delete|mine):(?P<suggestion_id>[0-9a-f]{8})",
):
    """Does something with one suggestion; the private reply that it stands in tells what next."""

    def __init__(self, label: str, act: str, suggestion_id: str) -> None:
        self.act = act
        self.suggestion_id = suggestion_id
        super().__init__(
            ui.Button(
                label=label,
                custom_id=f"suggest:{act}:{suggestion_id}",
                style=_STYLES.get(act, discord.ButtonStyle.secondary),
            )
        )

    @classmethod
    async def from_custom_id(
        cls, interaction: Interaction, item: ui.Item[Any], match: re.Match[str]
    ) -> Self:
        """The button that was pressed, from its custom id alone."""
        return cls(getattr(item, "label", None) or "…", match["act"], match["suggestion_id"])

    async def callback(self, interaction: Interaction) -> None:
        """Answer the press."""
        act = _ACTS[self.act]
        if self.act in _OF_MODERATORS and not may_moderate(interaction):
            # Which tells them privately what it needs.
            await pressed(interaction, lambda: _turn(interaction, act, self.suggestion_id))
        else:
            await _turn(interaction, act, self.suggestion_id)


Action = Callable[[Interaction, str], Awaitable[tuple[Notice, list[_Button]]]]


async def _turn(interaction: Interaction, act: Action, suggestion_id: str) -> None:
    """Act, and show in the place of the private reply what comes of it."""
    try:
        await interaction.response.defer()
        notice, buttons = await act(interaction, suggestion_id)
        await interaction.edit_original_response(view=view(notice, *buttons))
    except DatabaseUnavailable as error:
        await _tell_away(interaction, error)
    except Exception as error:
        await report(interaction, error)


async def _tell_away(interaction: Interaction, error: DatabaseUnavailable) -> None:
    words = spoken(interaction)
    log.warning("the state is away; a member was told", reason=error.reason)
    await answer(interaction, Notice(words("suggest.away"), (words("suggest.away.help"),)))


async def _accept(interaction: Interaction, suggestion_id: str) -> tuple[Notice, list[_Button]]:
    return await _decide(interaction, suggestion_id, "accepted")


async def _decline(interaction: Interaction, suggestion_id: str) -> tuple[Notice, list[_Button]]:
    return await _decide(interaction, suggestion_id, "declined")


async def _decide(
    interaction: Interaction, suggestion_id: str, decision: Decision
) -> tuple[Notice, list[_Button]]:
    """Keep a moderator's decision, and show what waits next."""
    words, suggestions = spoken(interaction), _state(interaction).suggestions
    server_id = _server_id(interaction)
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


async def _delete(interaction: Interaction, suggestion_id: str) -> tuple[Notice, list[_Button]]:
    """Delete a member's suggestion, and show the latest that is left."""
    words, suggestions = spoken(interaction), _state(interaction).suggestions
    await suggestions.delete(_server_id(interaction), interaction.user.id, suggestion_id)
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


def _server_id(interaction: Interaction) -> int:
    assert interaction.guild_id, "suggestions are made in servers"
    return interaction.guild_id


def _state(interaction: Interaction) -> State:
    return interaction.client.state
