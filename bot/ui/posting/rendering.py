"""How each kind of scheduled post looks."""

from __future__ import annotations

from dataclasses import replace

from discord import ui

from bot.answers.service import AnswerService
from bot.delivery.outbox import OutgoingPost
from bot.texts.catalogues import words_in
from bot.ui.components.pictures import PicturedMessage
from bot.ui.corrections import offers
from bot.ui.posting import posts


def render(service: AnswerService, outgoing: OutgoingPost) -> PicturedMessage:
    """A post as a message, with the picture of its card if it has one."""

    def view(pictured: bool) -> ui.LayoutView:
        return _view(service, outgoing, pictured)

    return PicturedMessage(view, service.page(outgoing.card).picture, service.picture)


def _view(service: AnswerService, outgoing: OutgoingPost, pictured: bool) -> ui.LayoutView:
    """The view of a post, by its kind; `pictured` says that its picture's file is sent along."""
    card, post_id = outgoing.card, outgoing.post_id
    words = words_in(card.language)
    if outgoing.slot.kind == "offer":
        assert outgoing.slot.name, "an offer is of a correction"
        titled = replace(card, title=words("correction.offer"))
        return offers.offer(service, titled, outgoing.slot.name, post_id)
    if outgoing.slot.kind == "correction":
        card = replace(card, title=words("correction.title"))
    return posts.view(
        service,
        card,
        post_id,
        outgoing.target.role_id,
        posted_by=outgoing.posted_by,
        edited_by=outgoing.edited_by,
        pictured=pictured,
    )
