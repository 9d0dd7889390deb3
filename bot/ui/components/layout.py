"""A page as a Components V2 view: one column of text, its buttons below."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import discord
from discord import ui

from bot.cards.card import Action
from bot.cards.limits import BUTTONS_IN_ROW
from bot.cards.pages import Page
from bot.texts.catalogues import Words
from bot.ui.components import markdown
from bot.ui.components.persistent_items import PersistentItem, row_of

Button = Callable[[Action, bool], PersistentItem]
"""Makes the button of an action, given whether it turns a page."""


def view(page: Page, words: Words, button: Button, *further: PersistentItem) -> ui.LayoutView:
    """The view of a page, with `further` buttons after those of its card.

    It is built fresh for each message, has no timeout and holds nothing but dynamic buttons, so
    discord.py keeps no trace of it, and its buttons outlive the process.
    """
    layout = ui.LayoutView(timeout=None)
    box: ui.Container[ui.LayoutView] = ui.Container(accent_colour=discord.Colour(0x3B6EA5))
    box.add_item(ui.TextDisplay(markdown.heading(page)))
    for part in page.sections:
        box.add_item(ui.TextDisplay(markdown.section(page, part, words)))
    if small_print := markdown.sources(page, words):
        box.add_item(ui.Separator())
        box.add_item(ui.TextDisplay(small_print))
    layout.add_item(box)
    _add_rows(layout, [button(action, True) for action in page.actions])
    if page.card.actions:
        layout.add_item(ui.TextDisplay(f"-# {markdown.escape(words('related'))}"))
    onward = [button(action, False) for action in (*page.card.choices, *page.card.actions)]
    _add_rows(layout, [*further, *onward])
    return layout


def _add_rows(layout: ui.LayoutView, buttons: Sequence[PersistentItem]) -> None:
    for start in range(0, len(buttons), BUTTONS_IN_ROW):
        layout.add_item(row_of(*buttons[start : start + BUTTONS_IN_ROW]))
