"""What the bot posts of its own accord, by its kind, and what moderators read where it cannot."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from discord import ui

from bot.answers.desk import Desk
from bot.delivery.briefings import Trouble
from bot.delivery.courier import Parcel
from bot.delivery.digests import Problem
from bot.state.briefings import Briefing
from bot.state.digests import Schedule
from bot.texts.catalogues import words as words_of
from bot.ui import corrections, digests, posts
from bot.ui.briefings import steps


def view(desk: Desk, parcel: Parcel) -> ui.LayoutView:
    """The view of a post."""
    card, post_id = parcel.card, parcel.post_id
    words = words_of(card.language)
    if parcel.slot.kind == "offer":
        assert parcel.slot.name, "an offer is of a correction"
        titled = replace(card, title=words("correction.offer"))
        return corrections.offer(desk, titled, parcel.slot.name, post_id)
    if parcel.slot.kind == "correction":
        card = replace(card, title=words("correction.title"))
    return posts.view(desk, card, post_id, parcel.target.role_id, posted_by=parcel.posted_by)


def warning(
    about: Schedule | Briefing, trouble: Problem | Trouble, chosen: str | None, server: str
) -> str:
    """What a server's moderators are told, as Discord's markdown, in the language it chose."""
    if isinstance(about, Schedule):
        spoken = words_of(chosen or about.wish.language)
        return digests.warning(spoken, about, cast(Problem, trouble), server)
    return steps.warning(words_of(chosen or about.plan.text.language), about, trouble, server)
