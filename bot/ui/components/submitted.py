"""What people entered into forms and picked in menus, as Discord sends it."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import discord

from bot.ui.components.client import Interaction

if TYPE_CHECKING:  # discord.py's own types cannot be imported while it runs
    from discord.types.interactions import (
        ModalSubmitInteractionData,
        SelectMessageComponentInteractionData,
    )

_LABEL = 18  # the type of the component that holds a field


def form_id(interaction: Interaction) -> str | None:
    """The custom id of the form that was sent; None for any other interaction."""
    if interaction.type is not discord.InteractionType.modal_submit:
        return None
    return cast("ModalSubmitInteractionData", interaction.data)["custom_id"]


def form_values(interaction: Interaction) -> dict[str, tuple[str, ...]]:
    """What was entered into each field of a form, by the fields' names; menus have several."""
    data = cast("ModalSubmitInteractionData", interaction.data)
    fields = [part["component"] for part in data["components"] if part["type"] == _LABEL]
    return {
        field["custom_id"]: (
            tuple(field["values"]) if "values" in field else (str(field["value"] or ""),)
        )
        for field in fields
    }


def picked(interaction: Interaction) -> tuple[str, ...]:
    """The values that were picked in a menu."""
    data = cast("SelectMessageComponentInteractionData", interaction.data)
    return tuple(data["values"])
