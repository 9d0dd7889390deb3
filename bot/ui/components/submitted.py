"""What people entered into forms and picked in menus, as Discord sends it."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable
from typing import TYPE_CHECKING, cast

import discord

from bot.parsing.typed_text import clean_text, unstorable
from bot.texts.catalogues import Words
from bot.ui.components.client import Interaction
from bot.ui.components.messages import UserError

if TYPE_CHECKING:  # discord.py's own types cannot be imported while it runs
    from discord.types.interactions import (
        ModalSubmitInteractionData,
        SelectMessageComponentInteractionData,
    )

_ID = re.compile("[0-9]{1,19}")
_LARGEST_ID = 2**63 - 1  # that a database keeps
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


def require_storable(words: Words, *texts: str) -> None:
    """Raise UserError if a text has a character that cannot be kept; the error names it."""
    if character := unstorable("".join(texts)):
        raise UserError(words("input.character", character=character))


def require_offered(words: Words, picked: Iterable[str], offered: Container[str]) -> None:
    """Raise UserError if something was picked that was not offered; the error names it."""
    for value in picked:
        if value not in offered:
            raise UserError(words("input.value", value=clean_text(value)))


def id_of(words: Words, picked: str) -> int:
    """The id of what was picked in a menu. Raises UserError if it is none."""
    if not _ID.fullmatch(picked) or int(picked) > _LARGEST_ID:
        raise UserError(words("input.value", value=clean_text(picked)))
    return int(picked)
