"""Components as Discord takes them, for pages of text with buttons that act by their custom ids.

discord.py's objects for them would only be taken apart again, which takes longer than an answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from discord import ButtonStyle, ComponentType, ui

from bot.cards.limits import BUTTON_LABEL, BUTTONS_IN_ROW, shorten

Component = dict[str, Any]  # Any: JSON
Components = list[Component]

_ACCENT = 0x3B6EA5


class ReadyView(ui.LayoutView):
    """A view of components that are made already, and of items that are added below."""

    def __init__(self, components: Components) -> None:
        super().__init__(timeout=None)
        self._components = components

    def has_components_v2(self) -> bool:
        """Whether they are Components V2."""
        return True

    def to_components(self) -> Components:
        """The components."""
        return [*self._components, *super().to_components()]


def text(content: str) -> Component:
    """A text in Discord's markdown."""
    return {"type": ComponentType.text_display.value, "content": content}


def box(parts: Sequence[Component]) -> Component:
    """Texts and pictures in a box."""
    return {
        "type": ComponentType.container.value,
        "accent_color": _ACCENT,
        "spoiler": False,
        "components": parts,
    }


def picture(address: str, alt: str) -> Component:
    """A picture at an address."""
    shown = {"media": {"url": address}, "spoiler": False, "description": alt}
    return {"type": ComponentType.media_gallery.value, "items": [shown]}


def button(label: str, custom_id: str, style: ButtonStyle = ButtonStyle.secondary) -> Component:
    """A button, its label cut to what Discord shows."""
    return {
        "type": ComponentType.button.value,
        "style": style.value,
        "disabled": False,
        "label": shorten(label, BUTTON_LABEL),
        "custom_id": custom_id,
    }


def menu(custom_id: str, hint: str, options: Iterable[tuple[str, str]]) -> Component:
    """A menu in which one option is picked; each has a label and a value."""
    return {
        "type": ComponentType.select.value,
        "custom_id": custom_id,
        "min_values": 1,
        "max_values": 1,
        "disabled": False,
        "required": True,
        "placeholder": hint,
        "options": [{"label": label, "value": value, "default": False} for label, value in options],
    }


def rows(buttons: Sequence[Component]) -> Components:
    """Buttons in rows."""
    starts = range(0, len(buttons), BUTTONS_IN_ROW)
    return [row(buttons[start : start + BUTTONS_IN_ROW]) for start in starts]


def row(controls: Sequence[Component]) -> Component:
    """A row of up to five buttons, or of one menu."""
    return {"type": ComponentType.action_row.value, "components": controls}
