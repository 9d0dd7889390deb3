"""How each kind of scheduled post looks, and the warning to moderators if it cannot be made."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from discord import ui

from bot.answers.service import AnswerService
from bot.delivery.jobs.briefings import Trouble
from bot.delivery.jobs.digests import DigestProblem
from bot.delivery.outbox import OutgoingPost
from bot.state.briefing_record import Briefing
from bot.state.digests import Schedule
from bot.texts.catalogues import words as words_of
from bot.ui.briefings import audit_log
from bot.ui.corrections import offers
from bot.ui.digests import overview
from bot.ui.posting import posts


def render(service: AnswerService, outgoing: OutgoingPost) -> ui.LayoutView:
    """The view of a post, by its kind."""
    card, post_id = outgoing.card, outgoing.post_id
    words = words_of(card.language)
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
    )


def warning(
    about: Schedule | Briefing, trouble: DigestProblem | Trouble, chosen: str | None, server: str
) -> str:
    """The warning to a server's moderators in the language it chose, as Discord's markdown."""
    if isinstance(about, Schedule):
        spoken = words_of(chosen or about.config.language)
        return overview.warning(spoken, about, cast(DigestProblem, trouble), server)
    return audit_log.warning(words_of(chosen or about.plan.text.language), about, trouble, server)
