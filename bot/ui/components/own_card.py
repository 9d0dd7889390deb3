"""A private card: what is pressed on it replaces it; elsewhere a new one is sent."""

from __future__ import annotations

from discord import ui

from bot.ui.components.client import Interaction


def is_on(interaction: Interaction) -> bool:
    """Whether the press is on a card that only its reader sees."""
    return interaction.message is not None and interaction.message.flags.ephemeral


async def defer(interaction: Interaction) -> None:
    """Acknowledge the press: Discord waits only three seconds for the answer."""
    if is_on(interaction):
        await interaction.response.defer()
    else:
        await interaction.response.defer(ephemeral=True, thinking=True)


async def show(interaction: Interaction, layout: ui.LayoutView) -> None:
    """Show a card in place of the one that was pressed, or as a new one."""
    if not is_on(interaction):
        await send(interaction, layout)
    elif interaction.response.is_done():
        await interaction.edit_original_response(view=layout)
    else:
        await interaction.response.edit_message(view=layout)


async def send(interaction: Interaction, layout: ui.LayoutView) -> None:
    """Send a private message, besides the card that was pressed."""
    if interaction.response.is_done():
        await interaction.followup.send(view=layout, ephemeral=True)
    else:
        await interaction.response.send_message(view=layout, ephemeral=True)
