"""Panels and forms on Discord, and what a press on their controls sets off.

Every control is found again by its custom id alone, the forms too, so all of them outlive the
process that showed them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import aiohttp
import discord
import structlog
from discord import ui
from discord.utils import utcnow

from bot.cards.limits import BUTTON_LABEL, shorten
from bot.delivery.delivery_errors import DeliveryError
from bot.state.audit_log import AuditEntry
from bot.state.briefings import Briefing, EditConflict
from bot.state.errors import DatabaseUnavailable
from bot.texts.catalogues import words as words_of
from bot.ui.briefings import actions, panels
from bot.ui.briefings.actions import Action, ActionContext, Outcome, Shown
from bot.ui.briefings.audit_log import tell
from bot.ui.briefings.controls import (
    BUTTON,
    FORM,
    MENU,
    Button,
    Form,
    Key,
    Panel,
    Pick,
    PickChannel,
    PickRole,
    Row,
)
from bot.ui.components import channels, messages
from bot.ui.components.client import Interaction
from bot.ui.components.error_reporting import reported
from bot.ui.components.language import reader_words, reply_language
from bot.ui.components.messages import Notice, UserError
from bot.ui.components.permissions import guarded
from bot.ui.components.persistent_items import PersistentItem
from bot.ui.components.submitted import form_id, form_values, picked

log = structlog.stdlib.get_logger("factdesk.ui")

_FORM_OPEN = 900.0  # seconds that discord.py remembers a form; it is heard of without that, too
_HINT = 150  # characters of a menu's hint
_LABEL = 45  # characters of a field's label, and of a form's title


# ---- Rendering -------------------------------------------------------------------------------


def render(panel: Panel) -> ui.LayoutView:
    """The view of a panel; it holds nothing but dynamic controls."""
    layout = ui.LayoutView(timeout=None)
    if panel.alert:
        layout.add_item(ui.TextDisplay(panel.alert))
    for item in messages.view(panel.notice).children:
        layout.add_item(item)
    for row in panel.rows:
        layout.add_item(_row(panel.briefing, row))
    return layout


def _row(briefing: Briefing, row: Row) -> ui.ActionRow[Any]:
    made: ui.ActionRow[Any] = ui.ActionRow()
    if isinstance(row, Pick | PickChannel | PickRole):
        made.add_item(ActionMenu(_menu(briefing, row)))
        return made
    for press in row:
        made.add_item(ActionButton(_button(briefing, press)))
    return made


def _button(briefing: Briefing, press: Button) -> ui.Button[Any]:
    return ui.Button(
        label=shorten(press.label, BUTTON_LABEL),
        style=press.style,
        custom_id=Key.of(briefing, press.action, press.page).custom_id("b"),
    )


def _menu(briefing: Briefing, menu: Pick | PickChannel | PickRole) -> ui.Item[Any]:
    hint = shorten(menu.hint, _HINT)
    match menu:
        case Pick():
            return ui.Select(
                custom_id=Key.of(briefing, menu.action, menu.page).custom_id("bs"),
                placeholder=hint,
                options=list(menu.options),
                min_values=0 if menu.several else 1,
                max_values=len(menu.options) if menu.several else 1,
            )
        case PickChannel():
            return ui.ChannelSelect(
                custom_id=Key.of(briefing, menu.action).custom_id("bs"),
                placeholder=hint,
                channel_types=list(channels.KINDS),
                default_values=[discord.Object(menu.chosen)] if menu.chosen else [],
            )
        case PickRole():
            return ui.RoleSelect(
                custom_id=Key.of(briefing, menu.action).custom_id("bs"),
                placeholder=hint,
                min_values=0,
                default_values=[discord.Object(menu.chosen)] if menu.chosen else [],
            )


def modal(form: Form) -> ui.Modal:
    """A form as Discord shows it."""
    made = ui.Modal(
        title=shorten(form.title, _LABEL),
        custom_id=form.key.custom_id("bm"),
        timeout=_FORM_OPEN,
    )
    for field in form.fields:
        made.add_item(
            ui.Label(
                text=shorten(field.label, _LABEL), description=field.help, component=field.asks
            )
        )
    return made


# ---- Hearing ---------------------------------------------------------------------------------


class ActionButton(PersistentItem, template=BUTTON):
    """A button on a briefing."""

    async def press(self, interaction: Interaction, match: re.Match[str]) -> None:
        """Do what it says."""
        key = Key.read(match)
        await _hear(interaction, key, actions.BUTTONS.get(key.action), {})


class ActionMenu(PersistentItem, template=MENU):
    """A menu on a briefing."""

    async def press(self, interaction: Interaction, match: re.Match[str]) -> None:
        """Keep what was picked."""
        key = Key.read(match)
        offered = self.item.options if isinstance(self.item, ui.Select) else ()
        given = {
            "picked": picked(interaction),
            "offered": tuple(option.value for option in offered),
        }
        await _hear(interaction, key, actions.MENUS.get(key.action), given)


async def hear_form(interaction: Interaction) -> None:
    """Keep what was filled into a form, if it is a form on a briefing that was sent."""
    if match := re.fullmatch(FORM, form_id(interaction) or ""):
        key, given = Key.read(match), form_values(interaction)
        await reported(interaction, _hear(interaction, key, actions.FORMS.get(key.action), given))


async def _hear(
    interaction: Interaction, key: Key, act: Action | None, given: Mapping[str, tuple[str, ...]]
) -> None:
    """Answer a control."""
    await guarded(interaction, lambda: _answer(interaction, key, act, given))


async def _answer(
    interaction: Interaction, key: Key, act: Action | None, given: Mapping[str, tuple[str, ...]]
) -> None:
    opens_form = any(act is actions.BUTTONS[name] for name in actions.AS_FORMS)
    if not opens_form:  # which must be the first answer; all others may take their time
        await _announce(interaction)
    briefing = await find(interaction, key.briefing_id)
    context = ActionContext(interaction, briefing, utcnow(), key.page, given)
    if act is None or briefing.version != key.version:
        await _tell_outdated(context)
    else:
        await run(context, act)


async def _announce(interaction: Interaction) -> None:
    if _is_private(interaction):
        await interaction.response.defer()
    else:
        await interaction.response.defer(ephemeral=True, thinking=True)


def _is_private(interaction: Interaction) -> bool:
    """Whether a control stands on the moderator's own card, which is then changed in place."""
    return interaction.message is not None and interaction.message.flags.ephemeral


async def find(interaction: Interaction, briefing_id: str) -> Briefing:
    """A briefing of this server. Raises UserError where there is none, and DatabaseUnavailable."""
    briefing = await interaction.client.state.briefings.get(briefing_id)
    if briefing is None or briefing.server_id != interaction.guild_id:
        words = reader_words(interaction)
        raise UserError(words("briefing.ui.gone"), words("briefing.ui.gone.help"))
    return briefing


async def run(context: ActionContext, act: Action) -> None:
    """Take an action, show what comes of it, and tell the step in the log channel."""
    try:
        outcome = await act(context)
    except EditConflict as error:
        if error.present is None:
            raise UserError(
                context.words("briefing.ui.gone"), context.words("briefing.ui.gone.help")
            ) from None
        await _tell_outdated(context.at(error.present))
    except DeliveryError as error:
        log.warning("Discord did not answer", server=context.briefing.server_id, reason=repr(error))
        raise UserError(
            context.words("moderating.no-answer"), context.words("briefing.ui.no-answer.help")
        ) from None
    except DatabaseUnavailable as error:
        log.warning("the state is away; a moderator was told", reason=error.reason)
        raise UserError(
            context.words("moderating.away"), context.words("briefing.ui.no-answer.help")
        ) from None
    else:
        await show(context.interaction, outcome.shows)
        if outcome.entry:
            await _log(context.at(outcome.briefing), outcome, outcome.entry)


async def _tell_outdated(context: ActionContext) -> None:
    """Say that somebody changed the briefing meanwhile, and show it as it is now.

    What was written in vain is shown as well, so that it need not be written again.
    """
    written = [text for name in ("headline", "remarks", "remark") if (text := context.text(name))]
    if written:
        lines = (
            context.words("briefing.ui.outdated.yours"),
            *(f"```\n{_fenced(t)}\n```" for t in written),
        )
        await messages.answer(
            context.interaction, Notice(context.words("briefing.ui.outdated"), lines)
        )
    alert = context.words("briefing.ui.outdated.alert")
    await show(context.interaction, await actions.card(context, alert))


def _fenced(text: str) -> str:
    return text.replace("```", "'''")


async def show(interaction: Interaction, shown: Shown) -> None:
    """Show what an action gave back: a panel takes the place of the one before it."""
    match shown:
        case Form():
            await interaction.response.send_modal(modal(shown))
        case Panel() if _is_private(interaction):
            layout = render(shown)
            if interaction.response.is_done():
                await interaction.edit_original_response(view=layout)
            else:
                await interaction.response.edit_message(view=layout)
        case Panel():
            await _send(interaction, render(shown))
        case Notice():
            await messages.answer(interaction, shown)
        case ui.LayoutView():
            await _send(interaction, shown)


async def _send(interaction: Interaction, layout: ui.LayoutView) -> None:
    if interaction.response.is_done():
        await interaction.followup.send(view=layout, ephemeral=True)
    else:
        await interaction.response.send_message(view=layout, ephemeral=True)


# ---- The log channel -------------------------------------------------------------------------


async def _log(context: ActionContext, outcome: Outcome, entry: AuditEntry) -> None:
    """Tell a step in the log channel; a briefing that waits is shown there with its buttons."""
    language = reply_language(context.interaction, private=False)
    channel_id = context.state.settings.of(context.briefing.server_id).log_channel_id
    await tell(context.interaction.client, channel_id, words_of(language), outcome.briefing, entry)
    if entry.kind == "asked" and channel_id:
        try:
            channel = context.interaction.client.get_partial_messageable(channel_id)
            await channel.send(
                view=await _request(context, language),
                allowed_mentions=discord.AllowedMentions.none(),
            )
        except (
            discord.HTTPException,
            aiohttp.ClientError,
            DeliveryError,
            DatabaseUnavailable,
        ) as error:
            log.warning("approval could not be asked for in the log channel", reason=str(error))
            unasked = context.words("briefing.ui.unasked.help", channel=f"<#{channel_id}>")
            notice = Notice(context.words("briefing.ui.unasked"), (unasked,))
            await messages.answer(context.interaction, notice)


async def _request(context: ActionContext, language: str) -> ui.LayoutView:
    """The draft as it would be posted, with the buttons to approve it and to send it back."""
    words = words_of(language)
    note = words("briefing.ui.request", person=f"<@{context.member_id}>")
    layout = await actions.as_asked(context, note)
    layout.add_item(_row(context.briefing, panels.approval_row(words)))
    return layout
