"""How each kind of scheduled post looks."""

from __future__ import annotations

from dataclasses import replace

from discord import ui

from bot.answers.service import AnswerService
from bot.cards.card import Card
from bot.cards.pages import Page
from bot.delivery.outbox import OutgoingPost
from bot.texts.catalogues import words_in
from bot.ui.components.pictures import PicturedMessage
from bot.ui.corrections import offers
from bot.ui.posting import posts


def render(service: AnswerService, outgoing: OutgoingPost) -> PicturedMessage:
    """A post as a message, with the picture of its card if it has one."""
    page = service.page(_titled(outgoing))

    def view(pictured: bool) -> ui.LayoutView:
        return _view(service, outgoing, page, pictured)

    return PicturedMessage(view, page.picture, service.picture)


def _titled(outgoing: OutgoingPost) -> Card:
    """The card of a post under the title of its kind, if that has one."""
    card, words = outgoing.card, words_in(outgoing.card.language)
    if outgoing.slot.kind == "offer":
        return replace(card, title=words("correction.offer"))
    if outgoing.slot.kind == "correction":
        return replace(card, title=words("correction.title"))
    return card


def _view(
    service: AnswerService, outgoing: OutgoingPost, page: Page, pictured: bool
) -> ui.LayoutView:
    """The view of a post, by its kind; `pictured` says that its picture's file is sent along."""
    if outgoing.slot.kind == "offer":
        assert outgoing.slot.name, "an offer is of a correction"
        return offers.offer(service, page, outgoing.slot.name, outgoing.post_id)
    return posts.view(
        service,
        page,
        outgoing.post_id,
        outgoing.target.role_id,
        posted_by=outgoing.posted_by,
        edited_by=outgoing.edited_by,
        pictured=pictured,
    )
