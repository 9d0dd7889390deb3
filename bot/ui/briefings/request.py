"""The message that asks moderators to approve a briefing, or an edit of its post."""

from __future__ import annotations

from discord import ui

from bot.answers.service import AnswerService
from bot.delivery.briefing_editor import PreparedBriefing
from bot.texts.catalogues import Words
from bot.ui.briefings import dispatch, panels
from bot.ui.posting import posts


def view(
    service: AnswerService, words: Words, prepared: PreparedBriefing, member_id: int
) -> ui.LayoutView:
    """The draft or the edited post as it would be, with the buttons to decide on it."""
    briefing, target = prepared.briefing, prepared.briefing.plan.target
    is_edit = briefing.posted_text is not None
    key = "briefing.ui.request-edit" if is_edit else "briefing.ui.request"
    layout = posts.without_button(
        service,
        service.page(prepared.composed.card),
        role_id=target.role_id if target else None,
        note=words(key, person=f"<@{member_id}>"),
        posted_by=briefing.author_id,
        edited_by=briefing.changed_by if is_edit else None,
    )
    buttons = panels.edit_approval_row(words) if is_edit else panels.approval_row(words)
    layout.add_item(dispatch.row(briefing, buttons))
    return layout
