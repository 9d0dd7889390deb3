"""The controls and forms of a briefing as Discord's own."""

from __future__ import annotations

from discord import ui

from bot.cards.limits import FORM_TEXT, shorten
from bot.state.briefing_record import Briefing
from bot.ui.briefings.controls import Button, Form, Key, Pick, PickChannel, PickRole
from bot.ui.components import channels, persistent_items

_FORM_OPEN = 900.0  # seconds that discord.py remembers a form; `dispatch` hears it even later
_HINT = 150  # characters of a menu's hint


def button(briefing: Briefing, shown: Button) -> ui.Button[ui.LayoutView]:
    """A button on a briefing."""
    custom_id = Key.of(briefing, shown.action, shown.page).custom_id("b")
    return persistent_items.button(shown.label, custom_id, shown.style)


def menu(briefing: Briefing, shown: Pick | PickChannel | PickRole) -> ui.Item[ui.LayoutView]:
    """A menu on a briefing."""
    hint = shorten(shown.hint, _HINT)
    match shown:
        case Pick():
            return ui.Select(
                custom_id=Key.of(briefing, shown.action, shown.page).custom_id("bs"),
                placeholder=hint,
                options=list(shown.options),
                min_values=0 if shown.several else 1,
                max_values=len(shown.options) if shown.several else 1,
            )
        case PickChannel():
            return ui.ChannelSelect(
                custom_id=Key.of(briefing, shown.action).custom_id("bs"),
                placeholder=hint,
                channel_types=list(channels.KINDS),
                default_values=persistent_items.preselected(shown.chosen),
            )
        case PickRole():
            return ui.RoleSelect(
                custom_id=Key.of(briefing, shown.action).custom_id("bs"),
                placeholder=hint,
                min_values=0,
                default_values=persistent_items.preselected(shown.chosen),
            )


def modal(form: Form) -> ui.Modal:
    """A form."""
    made = ui.Modal(
        title=shorten(form.title, FORM_TEXT), custom_id=form.key.custom_id("bm"), timeout=_FORM_OPEN
    )
    for field in form.fields:
        label = shorten(field.label, FORM_TEXT)
        made.add_item(ui.Label(text=label, description=field.help, component=field.asks))
    return made
