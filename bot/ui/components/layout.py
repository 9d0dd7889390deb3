"""A page as a Components V2 view: one column of text, its buttons and its menu below."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import discord
from discord import ui

from bot.cards.card import Action
from bot.cards.limits import BUTTONS_IN_ROW, TEXT
from bot.cards.pages import Page
from bot.texts.catalogues import Words
from bot.ui.components import markdown
from bot.ui.components.persistent_items import PersistentItem, row_of
from bot.ui.components.pictures import gallery

Button = Callable[[Action, bool], PersistentItem]
"""Makes the button of an action, given whether its answer replaces the page."""

Menu = Callable[[Sequence[Action], str], PersistentItem]
"""Makes the menu of actions, given what it says while nothing is picked."""


def view(
    page: Page,
    words: Words,
    button: Button,
    menu: Menu,
    further: Sequence[PersistentItem] = (),
    pictured: bool = False,
) -> ui.LayoutView:
    """The view of a page, with `further` buttons before those of its card.

    It shows the page's picture if it is `pictured`, that is sent with the picture's file. It is
    built fresh for each message, has no timeout and holds no items but dynamic ones that act, so
    discord.py keeps no trace of it, and its buttons outlive the process.
    """
    layout = ui.LayoutView(timeout=None)
    box: ui.Container[ui.LayoutView] = ui.Container(accent_colour=discord.Colour(0x3B6EA5))
    for item in _body(page, words, pictured):
        box.add_item(item)
    layout.add_item(box)
    _add_rows(layout, [button(action, True) for action in page.turns])
    _add_rows(layout, [*further, *_onward(page, words, button)])
    if page.card.related and page.part is None:
        layout.add_item(row_of(menu(page.card.related, words("related"))))
    return layout


def _onward(page: Page, words: Words, button: Button) -> Sequence[PersistentItem]:
    """The buttons of the card itself, and the one that says where its lines come from."""
    actions = [*page.card.choices, *page.card.actions]
    items = [button(action, False) for action in actions]
    if question := page.asks_sources:
        items.append(button(Action(words("sources.heading"), question), question.sources))
    return items


def _body(
    page: Page, words: Words, pictured: bool
) -> Iterator[ui.TextDisplay[ui.LayoutView] | ui.MediaGallery[ui.LayoutView]]:
    """The texts of a page; its picture follows the heading and the lead, if there is one."""
    heading, *texts = _texts(page, words)
    yield ui.TextDisplay(heading)
    for place, text in enumerate(texts):
        if place == page.lead and pictured and page.picture:
            yield gallery(page.picture.alt)
        if text:
            yield ui.TextDisplay(text)


def _texts(page: Page, words: Words) -> list[str]:
    """The texts of a page; marks are links as long as the message has room for their addresses."""
    for links in (True, False):
        sections = (markdown.section(page, part, words, links) for part in page.sections)
        texts = [markdown.heading(page), *sections, markdown.sources(page, words)]
        if sum(map(len, texts)) <= TEXT:
            break
    return texts


def _add_rows(layout: ui.LayoutView, buttons: Sequence[PersistentItem]) -> None:
    for start in range(0, len(buttons), BUTTONS_IN_ROW):
        layout.add_item(row_of(*buttons[start : start + BUTTONS_IN_ROW]))
