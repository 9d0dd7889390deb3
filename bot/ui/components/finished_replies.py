"""Finished replies: the components of an answer's page, as they are sent to Discord.

To find the facts and to word a page takes as long as to send it, and members ask the same few
questions. Replies are kept by what was asked, page and language, as long as the base is open; what
people typed in their own words is never kept.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from discord import ComponentType, ui

from bot.answers.service import AnswerService
from bot.cards.card import Card, Picture, Question
from bot.cards.pages import Page
from bot.facts.store import Store
from bot.ui.components.payload import Component, Components, ReadyView
from bot.ui.components.pictures import PicturedMessage, Send, Sent

KEPT = 1_000
"""Replies; each takes some ten kilobytes. Their pictures are kept by the answer service."""

Render = Callable[[AnswerService, Page, bool], Components]
"""Makes the components of a page, with its picture or without."""


@dataclass(frozen=True)
class FinishedPicture:
    """A reply's components with its picture, and the picture."""

    components: Components
    picture: Picture


@dataclass(frozen=True)
class FinishedReply:
    """A reply to send: its components, and the versions of the facts that it shows by key.

    `found` is false if the question could not be answered as it was put.
    """

    components: Components
    facts: Mapping[str, str]
    found: bool
    picture: FinishedPicture | None = None

    def with_row(self, row: Component) -> FinishedReply:
        """The reply with another row of controls below."""
        picture = self.picture and replace(self.picture, components=[*self.picture.components, row])
        return replace(self, components=[*self.components, row], picture=picture)


class FinishedReplies:
    """The replies that were asked for lately."""

    def __init__(self, service: AnswerService, render: Render) -> None:
        self._service = service
        self._render = render
        self._store: Store | None = None
        self._kept: OrderedDict[tuple[object, ...], FinishedReply] = OrderedDict()

    async def reply(self, question: Question, language: str) -> FinishedReply:
        """The reply to a question, in the words of `language`. The command must exist."""
        resolved = self._service.resolve(question, language)
        if isinstance(resolved, Card):
            return self._finish(resolved)
        key = (*resolved.key, question.page, question.part, question.sources)
        if self._store is self._service.store and key in self._kept and not resolved.remarks:
            self._kept.move_to_end(key)
            return self._kept[key]
        card, store = await self._service.card(resolved), self._service.store
        finished = self._finish(card)
        lasts = card.found and store is self._service.store
        if lasts and resolved.may_be_kept and not resolved.remarks:
            self._keep(key, finished)
        return finished

    async def send(self, reply: FinishedReply, send: Send[Sent]) -> Sent:
        """Send a reply with its picture, or without one that cannot be drawn or is refused."""
        finished = reply.picture

        def view(pictured: bool) -> ui.LayoutView:
            return ReadyView(finished.components if finished and pictured else reply.components)

        picture = finished.picture if finished else None
        return await PicturedMessage(view, picture, self._service.picture).send(send)

    def _finish(self, card: Card) -> FinishedReply:
        page = self._service.page(card)
        components = self._render(self._service, page, page.picture is not None)
        if page.picture is None:
            return FinishedReply(components, page.facts(), card.found)
        picture = FinishedPicture(components, page.picture)
        return FinishedReply(_without_picture(components), page.facts(), card.found, picture)

    def _keep(self, key: tuple[object, ...], finished: FinishedReply) -> None:
        """Keep a reply, and forget those of another base, or the one that was not used longest."""
        if self._store is not self._service.store:
            self._store = self._service.store
            self._kept.clear()
        self._kept[key] = finished
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)


def _without_picture(components: Components) -> Components:
    """The components of a page as they are without its picture."""
    gallery = ComponentType.media_gallery.value
    return [
        {**each, "components": [part for part in each["components"] if part["type"] != gallery]}
        for each in components
    ]
