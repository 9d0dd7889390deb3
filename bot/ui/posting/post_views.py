"""What the bot posts of its own accord, by its kind, and what moderators read where it cannot."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from discord import ui

from bot.answers.service import Desk
from bot.delivery.jobs.briefings import Trouble
from bot.delivery.jobs.digests import Problem
from bot.delivery.outbox import Parcel
from bot.state.briefings import Briefing
from bot.state.digests import Schedule
from bot.texts.catalogues import words as words_of
from bot.ui.briefings import audit_log
from bot.ui.corrections import offers
from bot.ui.digests import overview
from bot.ui.posting import posts


def view(desk: Desk, parcel: Parcel) -> ui.LayoutView:
    """The view of a post."""
    card, post_id = parcel.card, parcel.post_id
    words = words_of(card.language)
    if parcel.slot.kind == "offer":
        assert parcel.slot.name, "an offer is of a correction"
        titled = replace(card, title=words("correction.offer"))
        return offers.offer(desk, titled, parcel.slot.name, post_id)
    if parcel.slot.kind == "correction":
        card = replace(card, title=words("correction.title"))
    return posts.view(desk, card, post_id, parcel.target.role_id, posted_by=parcel.posted_by)


def warning(
    about: Schedule | Briefing, trouble: Problem | Trouble, chosen: str | None, server: str
) -> str:
    """What a server's moderators are told, as Discord's markdown, in the language it chose."""
    if isinstance(about, Schedule):
        spoken = words_of(chosen or about.wish.language)
        return overview.warning(spoken, about, cast(Problem, trouble), server)
    return audit_log.warning(words_of(chosen or about.plan.text.language), about, trouble, server)
