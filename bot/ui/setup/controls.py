"""The controls of the card of `/setup`: from a press to the change, and back to the card.

Everything is in the custom ids and in the state, so the controls work after a restart.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping

import discord
from discord import ui

from bot.cards.limits import FORM_TEXT, shorten
from bot.parsing.timezones import zone_label
from bot.ui.components import own_card, refused_form
from bot.ui.components.client import Interaction, server_id_of
from bot.ui.components.error_reporting import reported
from bot.ui.components.language import reader_words
from bot.ui.components.messages import UserError, view
from bot.ui.components.permissions import moderators_only, require_manage_server
from bot.ui.components.persistent_items import PersistentItem, button, row_of
from bot.ui.components.refused_form import Entered
from bot.ui.components.submitted import form_id, form_values, picked
from bot.ui.digests.set_up import required, send_test
from bot.ui.setup import changes
from bot.ui.setup.card import Step, setup_card

Change = Callable[[Interaction, Entered], Awaitable[None]]

MENUS: Mapping[str, tuple[Step, Change]] = {
    "language": ("server", changes.choose_language),
    "role": ("server", changes.choose_role),
    "log": ("server", changes.choose_log),
    "channel": ("digest", changes.choose_channel),
    "topics": ("digest", changes.choose_topics),
}
FORMS: Mapping[str, tuple[Step, Change]] = {
    "zone": ("server", changes.enter_zone),
    "hour": ("digest", changes.enter_hour),
}
_FORM = re.compile(r"setup-form:(?P<action>zone|hour)")
_LONGEST = 64  # characters of a time or a time zone


class SetupButton(PersistentItem, template=r"setup:(?P<action>server|digest|zone|hour|test)"):
    """Shows a step of the card, opens a form, or sends a test message."""

    async def press(self, interaction: Interaction, match: re.Match[str]) -> None:
        """Do what the button says."""
        match match["action"]:
            case "server" | "digest" as step:
                await manage(interaction, lambda: show(interaction, step))
            case "test":
                await manage(interaction, lambda: _or_alert(interaction, "digest", _test))
            case name:
                await moderators_only(interaction, lambda: _open_form(interaction, name))


async def _open_form(interaction: Interaction, name: str) -> None:
    require_manage_server(interaction)
    form = refused_form.refill(await _form(interaction, name), interaction.message)
    await interaction.response.send_modal(form)


async def _test(interaction: Interaction) -> None:
    schedule = await required(interaction)
    sent = await send_test(interaction, schedule.config.target.channel_id)
    await show(interaction, "digest", sent.as_alert())


class SetupMenu(PersistentItem, template=r"setup-menu:(?P<action>[a-z]+)"):
    """Chooses a setting."""

    async def press(self, interaction: Interaction, match: re.Match[str]) -> None:
        """Store what was picked."""
        step, change = MENUS[match["action"]]

        async def choose(interaction: Interaction) -> None:
            await change(interaction, {"picked": picked(interaction)})
            await show(interaction, step)

        await manage(interaction, lambda: _or_alert(interaction, step, choose))


async def hear_form(interaction: Interaction) -> None:
    """Store what a form of the card gives, if it is one that was sent."""
    if match := _FORM.fullmatch(form_id(interaction) or ""):
        await reported(interaction, manage(interaction, lambda: _store(interaction, match[1])))


async def _store(interaction: Interaction, action: str) -> None:
    (step, change), entered = FORMS[action], form_values(interaction)
    try:
        await change(interaction, entered)
    except UserError as error:
        words, form = reader_words(interaction), await _form(interaction, action)
        again = button(words("form.again"), f"setup:{action}", discord.ButtonStyle.primary)
        back = button(words("form.back"), f"setup:{step}")
        buttons = row_of(SetupButton(again), SetupButton(back))
        layout = refused_form.refusal(error.notice, form, entered, buttons)
        await own_card.show(interaction, layout)
    else:
        await show(interaction, step)


async def manage(interaction: Interaction, act: Callable[[], Awaitable[None]]) -> None:
    """Do what a member with Manage Server asks for; refuse anyone else privately."""

    async def deferred() -> None:
        await own_card.defer(interaction)
        require_manage_server(interaction)
        await act()

    await moderators_only(interaction, deferred)


async def show(interaction: Interaction, step: Step, alert: str | None = None) -> None:
    """Show the card at a step."""
    card = await setup_card(interaction, step)
    layout = ui.LayoutView(timeout=None)
    if alert:
        layout.add_item(ui.TextDisplay(alert))
    for item in view(card.notice).children:
        layout.add_item(item)
    for row in card.rows:
        controls = (SetupButton(i) if isinstance(i, ui.Button) else SetupMenu(i) for i in row)
        layout.add_item(row_of(*controls))
    await own_card.show(interaction, layout)


async def _or_alert(
    interaction: Interaction, step: Step, act: Callable[[Interaction], Awaitable[None]]
) -> None:
    """Do what a control says; if that is refused, show why above the card."""
    try:
        await act(interaction)
    except UserError as error:
        await show(interaction, step, error.notice.as_alert())


async def _form(interaction: Interaction, action: str) -> ui.Modal:
    words, state = reader_words(interaction), interaction.client.state
    server_id = server_id_of(interaction)
    if action == "zone":
        zone = state.settings.of(server_id).zone
        return _modal(words("setup.zone"), action, words("setup.zone.label"), zone, "Asia/Seoul")
    config = (await required(interaction)).config
    label = words("setup.hour.label", zone=zone_label(config.zone, words.language))
    return _modal(words("setup.hour"), action, label, f"{config.at:%H:%M}", "09:00")


def _modal(title: str, name: str, label: str, value: str | None, example: str) -> ui.Modal:
    form = ui.Modal(title=shorten(title, FORM_TEXT), custom_id=f"setup-form:{name}")
    field = ui.TextInput[ui.Modal](
        custom_id=name, default=value, placeholder=example, max_length=_LONGEST
    )
    form.add_item(ui.Label(text=shorten(label, FORM_TEXT), component=field))
    form.stop()  # the cog hears it, so discord.py need not remember it
    return form
