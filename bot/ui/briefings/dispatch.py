"""From a press on a control of a briefing to its action, and from the outcome to Discord.

Every control, forms too, is found again by its custom id alone, so all of them outlive the process
that showed them.
"""

from __future__ import annotations

import re
from itertools import chain

import structlog
from discord import ui
from discord.utils import utcnow

from bot.delivery.delivery_errors import DeliveryError
from bot.state.briefing_record import Briefing, EditConflict
from bot.state.errors import DatabaseUnavailable
from bot.ui.briefings import actions, render
from bot.ui.briefings.context import Action, ActionContext, Shown, refused
from bot.ui.briefings.controls import (
    BUTTON,
    MENU,
    Button,
    Form,
    Key,
    Panel,
    Pick,
    PickChannel,
    PickRole,
    Row,
    Style,
)
from bot.ui.briefings.looking import working_card
from bot.ui.components import messages, own_card, refused_form
from bot.ui.components.client import Interaction
from bot.ui.components.language import reader_words
from bot.ui.components.messages import ReplyText, UserError
from bot.ui.components.moderator_commands import moderators_only
from bot.ui.components.persistent_items import PersistentItem, row_of
from bot.ui.components.refused_form import Entered
from bot.ui.components.submitted import form_values, picked, require_storable

log = structlog.stdlib.get_logger("factdesk.ui")


# ---- What was pressed ------------------------------------------------------------------------


class ActionButton(PersistentItem, template=BUTTON):
    """A button on a briefing."""

    async def press(self, interaction: Interaction, match: re.Match[str]) -> None:
        """Take the button's action."""
        key = Key.read(match)
        await _hear(interaction, key, actions.BUTTONS.get(key.action), {})


class ActionMenu(PersistentItem, template=MENU):
    """A menu on a briefing."""

    async def press(self, interaction: Interaction, match: re.Match[str]) -> None:
        """Take the menu's action with what was offered and picked."""
        key = Key.read(match)
        options = self.item.options if isinstance(self.item, ui.Select) else ()
        entered = {
            "picked": picked(interaction),
            "offered": tuple(option.value for option in options),
        }
        await _hear(interaction, key, actions.MENUS.get(key.action), entered)


async def take_form(interaction: Interaction, match: re.Match[str]) -> None:
    """Take the action of a form that was sent."""
    key = Key.read(match)
    await _hear(interaction, key, actions.FORMS.get(key.action), form_values(interaction))


async def _hear(
    interaction: Interaction, key: Key, action: Action | None, entered: Entered
) -> None:
    """Answer a control if a moderator used it."""
    await moderators_only(interaction, lambda: _answer(interaction, key, action, entered))


async def _answer(
    interaction: Interaction, key: Key, action: Action | None, entered: Entered
) -> None:
    if action not in actions.OPENS_FORM:
        await own_card.defer(interaction)
    briefing = await _find(interaction, key.briefing_id)
    context = ActionContext(interaction, briefing, utcnow(), key.page, entered)
    if action is None or briefing.version != key.version:
        await _show_outdated(context, action)
    else:
        await run(context, action)


async def _find(interaction: Interaction, briefing_id: str) -> Briefing:
    """A briefing of this server. Raises UserError if there is none, and DatabaseUnavailable."""
    briefing = await interaction.client.state.briefings.get(briefing_id)
    if briefing is None or briefing.server_id != interaction.guild_id:
        raise refused(reader_words(interaction), "briefing.ui.gone")
    return briefing


# ---- What comes of it ------------------------------------------------------------------------


async def run(context: ActionContext, action: Action) -> None:
    """Take an action, show its outcome, and tell other moderators what it noted for them."""
    words, server_id = context.words, context.briefing.server_id
    try:
        require_storable(words, *chain.from_iterable(context.entered.values()))
        outcome = await action(context)
    except EditConflict as error:
        if error.present is None:
            raise refused(words, "briefing.ui.gone") from None
        await _show_outdated(context.at(error.present), action)
    except DeliveryError as error:
        log.warning("Discord did not answer", server=server_id, reason=repr(error))
        no_answer = words("moderating.no-answer"), words("briefing.ui.no-answer.help")
        raise UserError(*no_answer) from None
    except DatabaseUnavailable as error:
        log.warning("the database is away; a moderator saw that", reason=error.reason)
        raise UserError(words("moderating.away"), words("briefing.ui.no-answer.help")) from None
    except UserError as error:
        await _show_refused(context, action, error)
    else:
        await _show(context.interaction, outcome.shows)
        await context.interaction.client.notices.deliver_now(server_id, outcome.prepared)


async def _show_refused(context: ActionContext, action: Action, error: UserError) -> None:
    """Show on the moderator's card why an action was refused; elsewhere raise the error.

    A form that was sent comes back by a button, filled in with what was entered.
    """
    if action in actions.ASKS:
        await _show_form_again(context, action, error.reply)
    elif own_card.is_on(context.interaction):
        draw = actions.PANELS.get(action, working_card)
        await _show(context.interaction, await draw(context, error.reply.as_alert()))
    else:
        raise error


async def _show_outdated(context: ActionContext, action: Action | None) -> None:
    """Say that someone else changed the briefing, and show it as it is now."""
    words = context.words
    if action and action in actions.ASKS:
        reply = ReplyText(words("briefing.ui.outdated"))
        await _show_form_again(context, action, reply, is_outdated=True)
    else:
        panel = await working_card(context, words("briefing.ui.outdated.alert"))
        await _show(context.interaction, panel)


async def _show_form_again(
    context: ActionContext, action: Action, reply: ReplyText, *, is_outdated: bool = False
) -> None:
    """Show why a form was refused and what was entered, and a button that opens it so filled in.

    If someone else changed the briefing meanwhile, show also what it says now where that differs.
    """
    form, words = actions.FILLED[action](context), context.words
    modal = render.modal(form)
    differing = refused_form.differing(modal, context.entered) if is_outdated else ()
    now = [(words("form.now", label=label), text) for label, text in differing if text]
    again = Button(words("form.mine" if now else "form.again"), form.key.action, Style.primary)
    back = Button(words("form.back"), "open")
    buttons = (again, back) if await _may_ask(context, action) else (back,)
    layout = refused_form.refusal(
        reply, modal, context.entered, row(context.briefing, buttons), now
    )
    await own_card.show(context.interaction, layout)


async def _may_ask(context: ActionContext, action: Action) -> bool:
    """Whether the form can be opened again as the briefing is now."""
    try:
        await actions.ASKS[action](context)
    except UserError:
        return False
    return True


async def _show(interaction: Interaction, shown: Shown) -> None:
    """Show what an action returned; on the moderator's own card, a panel replaces the last."""
    match shown:
        case Form():
            form = refused_form.refill(render.modal(shown), interaction.message)
            await interaction.response.send_modal(form)
        case Panel():
            await own_card.show(interaction, view(shown))
        case ReplyText():
            await messages.answer(interaction, shown)
        case ui.LayoutView():
            await own_card.send(interaction, shown)


# ---- Panels on Discord -----------------------------------------------------------------------


def view(panel: Panel) -> ui.LayoutView:
    """The view of a panel; it holds persistent controls only."""
    layout = ui.LayoutView(timeout=None)
    if panel.alert:
        layout.add_item(ui.TextDisplay(panel.alert))
    for item in messages.view(panel.reply).children:
        layout.add_item(item)
    for each in panel.rows:
        layout.add_item(row(panel.briefing, each))
    return layout


def row(briefing: Briefing, row: Row) -> ui.ActionRow[ui.LayoutView]:
    """A row of controls."""
    if isinstance(row, Pick | PickChannel | PickRole):
        return row_of(ActionMenu(render.menu(briefing, row)))
    return row_of(*(ActionButton(render.button(briefing, button)) for button in row))
