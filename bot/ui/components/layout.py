"""A page as a Components V2 view: one column of text, its buttons below."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import discord
from discord import ui

from bot.cards.card import Action
from bot.cards.limits import BUTTONS_IN_ROW
from bot.cards.pages import Page
from bot.texts.catalogues import Words
from bot.ui.components import markdown

Button = Callable[[Action, bool], "ui.DynamicItem[Any]"]
"""Makes the button of an action, given whether it turns a page."""


def view(page: Page, words: Words, button: Button) -> ui.LayoutView:
    """The view of a page.

    It is built fresh for each message, has no timeout and holds nothing but dynamic buttons, so
    discord.py keeps no trace of it, and its buttons outlive the process.
    """
    layout = ui.LayoutView(timeout=None)
    box: ui.Container[Any] = ui.Container(accent_colour=discord.Colour(0x3B6EA5))
    box.add_item(ui.TextDisplay(markdown.heading(page)))
    for part in page.sections:
        box.add_item(ui.TextDisplay(markdown.section(page, part)))
    if small_print := markdown.sources(page, words):
        box.add_item(ui.Separator())
        box.add_item(ui.TextDisplay(small_print))
    layout.add_item(box)
    for row in _rows([button(action, True) for action in page.actions]):
        layout.add_item(row)
    if page.card.actions:
        layout.add_item(ui.TextDisplay(f"-# {markdown.escape(words('related'))}"))
    onward = [button(action, False) for action in (*page.card.choices, *page.card.actions)]
    for row in _rows(onward):
        layout.add_item(row)
    return layout


def _rows(buttons: Sequence[ui.DynamicItem[Any]]) -> list[ui.ActionRow[Any]]:
    rows: list[ui.ActionRow[Any]] = []
    for start in range(0, len(buttons), BUTTONS_IN_ROW):
        row: ui.ActionRow[Any] = ui.ActionRow()
        for item in buttons[start : start + BUTTONS_IN_ROW]:
            row.add_item(item)
        rows.append(row)
    return rows
