"""A form that was refused: the reply shows what was typed, and its button fills the form in again.

Discord opens a form only as the answer to a press. What was typed is kept in the reply itself, so
nothing is stored and the button works after a restart.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

import discord
from discord import ui

from bot.ui.components.messages import ReplyText, view_of

Entered = Mapping[str, tuple[str, ...]]
"""What was entered into each field of a form, by the field's name."""

_BLOCK = re.compile(r"\*\*(?P<label>[^\n]+)\*\*\n```\n(?P<text>.*)\n```", re.DOTALL)
_FENCE, _UNFENCED = "``", "`\u200b`"


def refusal(
    reply: ReplyText,
    form: ui.Modal,
    entered: Entered,
    buttons: ui.ActionRow[ui.LayoutView],
    now: Iterable[tuple[str, str]] = (),
) -> ui.LayoutView:
    """Why a form was refused, what was entered, and the buttons, of which one opens it again.

    `now` are labels and values that someone else stored meanwhile.
    """
    texts = (*now, *_entered_texts(form, entered))
    layout = view_of(reply, [_block(*each) for each in texts])
    layout.add_item(buttons)
    return layout


def differing(form: ui.Modal, entered: Entered) -> Iterator[tuple[str, str]]:
    """The label and the present value of each field in which something else was entered."""
    typed = dict(_entered_texts(form, entered))
    for label in _labels(form):
        if (present := _present(label)) != typed.get(label.text, ""):
            yield label.text, present


def _present(label: ui.Label[ui.Modal]) -> str:
    field = label.component
    if isinstance(field, ui.Select):
        return ", ".join(option.label for option in field.options if option.default)
    return field.default or "" if isinstance(field, ui.TextInput) else ""


def refill(form: ui.Modal, message: discord.Message | None) -> ui.Modal:
    """The form, filled in with what a refusal on the message shows, if it shows any."""
    shown = dict(_blocks(message.components)) if message else {}
    if shown:
        for label in _labels(form):
            _fill(label, shown.get(label.text))
    return form


def _fill(label: ui.Label[ui.Modal], text: str | None) -> None:
    field = label.component
    if isinstance(field, ui.TextInput):
        field.default = text
    elif isinstance(field, ui.Select):
        for option in field.options:
            option.default = option.label == text


def _entered_texts(form: ui.Modal, entered: Entered) -> Iterator[tuple[str, str]]:
    """The label of each field that was filled in, and what was entered as it was shown."""
    for label in _labels(form):
        field = label.component
        values = entered.get(getattr(field, "custom_id", ""), ())
        if isinstance(field, ui.Select):
            values = tuple(option.label for option in field.options if option.value in values)
        if text := ", ".join(values):
            yield label.text, text


def _labels(form: ui.Modal) -> Iterator[ui.Label[ui.Modal]]:
    return (item for item in form.children if isinstance(item, ui.Label))


def _block(label: str, text: str) -> str:
    shown = text.encode(errors="replace").decode().replace("\0", "?")  # as Discord can show it
    return f"**{label}**\n```\n{shown.replace(_FENCE, _UNFENCED)}\n```"


def _blocks(components: Iterable[object]) -> Iterator[tuple[str, str]]:
    for component in components:
        if isinstance(component, discord.TextDisplay) and (
            found := _BLOCK.fullmatch(component.content)
        ):
            yield found["label"], found["text"].replace(_UNFENCED, _FENCE)
        yield from _blocks(getattr(component, "children", ()))
