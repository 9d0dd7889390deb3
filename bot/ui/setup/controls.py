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
from bot.state.digests import Schedule
from bot.ui.components import own_card, refused_form
from bot.ui.components.authorization import require_manage_server
from bot.ui.components.client import Interaction, server_id_of
from bot.ui.components.language import reader_words
from bot.ui.components.messages import UserError, view
from bot.ui.components.moderator_commands import moderators_only
from bot.ui.components.persistent_items import PersistentItem, button, row_of
from bot.ui.components.refused_form import Entered
from bot.ui.components.submitted import form_values, picked
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
_AT_STEP = r"(?::(?P<step>server|digest))?"  # where it was opened, unless at its own step
FORM = re.compile(rf"setup-form:(?P<action>zone|hour){_AT_STEP}")
_LONGEST = 64  # characters of a time or a time zone


class SetupButton(
    PersistentItem, template=rf"setup:(?P<action>server|digest|zone|hour|test){_AT_STEP}"
):
    """Shows a step of the card, opens a form, or sends a test message."""

    async def press(self, interaction: Interaction, match: re.Match[str]) -> None:
        """Do what the button says."""
        match match["action"]:
            case "server" | "digest" as step:
                await manage(interaction, lambda: show(interaction, step))
            case "test":
                await manage(interaction, lambda: _or_alert(interaction, "digest", _test))
            case name:
                step = _step_of(match)
                await moderators_only(interaction, lambda: _open_form(interaction, name, step))


async def _open_form(interaction: Interaction, name: str, step: Step) -> None:
    require_manage_server(interaction)
    if name == "hour":
        await required(interaction)
    form = refused_form.refill(await _form(interaction, name, step), interaction.message)
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


async def take_form(interaction: Interaction, match: re.Match[str]) -> None:
    """Store what a form of the card gives."""
    action, step = match["action"], _step_of(match)
    await manage(interaction, lambda: _store(interaction, action, step))


def _step_of(match: re.Match[str]) -> Step:
    """The step at which a form was opened, which is shown again after it."""
    return "digest" if match["step"] == "digest" else FORMS[match["action"]][0]


def _at(action: str, step: Step) -> str:
    """The part of a custom id that opens a form at a step."""
    return action if step == FORMS[action][0] else f"{action}:{step}"


async def _store(interaction: Interaction, action: str, step: Step) -> None:
    (_, change), entered = FORMS[action], form_values(interaction)
    try:
        await change(interaction, entered)
    except UserError as error:
        await _show_refused(interaction, action, step, error)
    else:
        await show(interaction, step)


async def _show_refused(
    interaction: Interaction, action: str, step: Step, error: UserError
) -> None:
    """Show why a form was refused and what was typed, and a button that opens it again.

    Not if the digest was turned off meanwhile: then there is nothing to open it for.
    """
    words, form = reader_words(interaction), await _form(interaction, action, step)
    back = button(words("form.back"), f"setup:{step}")
    again = button(words("form.again"), f"setup:{_at(action, step)}", discord.ButtonStyle.primary)
    is_open = action != "hour" or await _digest(interaction) is not None
    buttons = row_of(*map(SetupButton, (again, back) if is_open else (back,)))
    layout = refused_form.refusal(error.reply, form, form_values(interaction), buttons)
    await own_card.show(interaction, layout)


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
    for item in view(card.reply).children:
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
        await show(interaction, step, error.reply.as_alert())


async def _form(interaction: Interaction, action: str, step: Step) -> ui.Modal:
    words, name = reader_words(interaction), _at(action, step)
    if action == "zone":
        zone = interaction.client.state.settings.of(server_id_of(interaction)).zone
        return _modal(words("setup.zone"), name, words("setup.zone.label"), zone, "Asia/Seoul")
    title = words("setup.hour")
    if (schedule := await _digest(interaction)) is None:  # it was turned off meanwhile
        return _modal(title, name, title, None, "09:00")
    config = schedule.config
    label = words("setup.hour.label", zone=zone_label(config.zone, words.language))
    return _modal(title, name, label, f"{config.at:%H:%M}", "09:00")


async def _digest(interaction: Interaction) -> Schedule | None:
    return await interaction.client.state.digests.get(server_id_of(interaction))


def _modal(title: str, name: str, label: str, value: str | None, example: str) -> ui.Modal:
    form = ui.Modal(title=shorten(title, FORM_TEXT), custom_id=f"setup-form:{name}")
    field = ui.TextInput[ui.Modal](
        custom_id=name.partition(":")[0], default=value, placeholder=example, max_length=_LONGEST
    )
    form.add_item(ui.Label(text=shorten(label, FORM_TEXT), component=field))
    form.stop()  # the cog hears it, so discord.py need not remember it
    return form
