"""A page as Components V2: one column of text, its buttons and its menu below."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from bot.cards.card import Action
from bot.cards.limits import TEXT
from bot.cards.pages import Page
from bot.facts.records import ThingRecord
from bot.texts.catalogues import Words
from bot.ui.components import markdown, payload
from bot.ui.components.payload import Component, Components
from bot.ui.components.pictures import gallery

Button = Callable[[Action, bool], Component]
"""Makes the button of an action, given whether its answer replaces the page."""

Menu = Callable[[Sequence[ThingRecord], str], Component]
"""Makes the menu of things, given what it says while nothing is picked."""


def components(
    page: Page,
    words: Words,
    button: Button,
    menu: Menu,
    further: Sequence[Component] = (),
    pictured: bool = False,
) -> Components:
    """The components of a page, with `further` buttons before those of its card.

    They show the page's picture if it is `pictured`, that is sent with the picture's file.
    """
    related = page.card.related if page.part is None else ()
    return [
        payload.box(list(_body(page, words, pictured))),
        *payload.rows([button(action, True) for action in page.turns]),
        *payload.rows([*further, *_onward(page, words, button)]),
        *([payload.row([menu(related, words("related"))])] if related else ()),
    ]


def _onward(page: Page, words: Words, button: Button) -> Components:
    """The buttons of the card itself, and the one that says where its lines come from."""
    actions = [*page.card.choices, *page.card.actions]
    buttons = [button(action, False) for action in actions]
    if question := page.asks_sources:
        buttons.append(button(Action(words("sources.heading"), question), question.sources))
    return buttons


def _body(page: Page, words: Words, pictured: bool) -> Iterator[Component]:
    """The texts of a page; its picture follows the heading and the lead, if there is one."""
    heading, *texts = _texts(page, words)
    yield payload.text(heading)
    for place, text in enumerate(texts):
        if place == page.lead and pictured and page.picture:
            yield gallery(page.picture.alt)
        if text:
            yield payload.text(text)


def _texts(page: Page, words: Words) -> list[str]:
    """The texts of a page; marks are links if the message has room for their addresses.

    So are the names of its sources, of which it may have room for the first ones only.
    """
    heading, sources = markdown.heading(page), markdown.sources(page, words)
    texts = [heading, *_sections(page, words, links=True)]
    if _room(texts) < len(sources):
        texts = [heading, *_sections(page, words, links=False)]
    if (room := _room(texts)) < len(sources):
        sources = markdown.first_sources(page, words, room)
    return [*texts, sources]


def _sections(page: Page, words: Words, links: bool) -> Iterator[str]:
    return (markdown.section(page, part, words, links) for part in page.sections)


def _room(texts: Iterable[str]) -> int:
    """The characters that texts leave of a message."""
    return TEXT - sum(map(len, texts))
