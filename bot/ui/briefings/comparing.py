"""What changed in a briefing since moderators decided on it: corrected facts, then edits."""

from __future__ import annotations

from dataclasses import replace

from discord import ui

from bot.answers.context import AnswerContext
from bot.compose.corrections_since import corrections_since
from bot.compose.differences import changed_lines
from bot.delivery.briefing_editor import PreparedBriefing
from bot.delivery.fact_versions import seen_facts
from bot.state.earlier_text import earlier_text
from bot.ui.briefings.audit_log import reason
from bot.ui.briefings.changes import changes
from bot.ui.briefings.context import ActionContext, Outcome
from bot.ui.components import messages
from bot.ui.components.messages import ReplyText
from bot.ui.questions import replies


async def show_changes(context: ActionContext) -> Outcome:
    """Show what changed since the version that moderators decided on before."""
    prepared, briefing = await context.prepare(), context.briefing
    if prepared.changed or briefing.is_held_back:
        return Outcome(await _since_reviewed(context, prepared), briefing)
    words, edits = context.words, await _edits(context, prepared)
    if edits is None:
        reply = ReplyText(
            words("briefing.ui.changes.first"), (words("briefing.ui.changes.preview"),)
        )
        return Outcome(reply, briefing)
    lines = edits or (words("briefing.ui.changes.none"),)
    return Outcome(ReplyText(words("briefing.ui.changes"), lines), briefing)


async def _since_reviewed(context: ActionContext, prepared: PreparedBriefing) -> ui.LayoutView:
    """Why it is held back and the edits of it, below the facts that were corrected."""
    words, briefing = context.words, context.briefing
    layout = await _corrections(context, prepared) or ui.LayoutView(timeout=None)
    why = [reason(words, briefing.reason)] if briefing.reason else []
    if prepared.changed:
        why.append(words.count("briefing.ui.todo.changed", len(prepared.changed)))
    reply = ReplyText(
        words("briefing.ui.changes"), (*why, *(await _edits(context, prepared) or ()))
    )
    for item in messages.view(reply).children:
        layout.add_item(item)
    return layout


async def _corrections(context: ActionContext, prepared: PreparedBriefing) -> ui.LayoutView | None:
    """The old and the new wording of each corrected fact; None if the old ones are not on record.

    Raises DatabaseUnavailable.
    """
    base_version = context.briefing.base_version
    seen = await context.state.base_versions.facts(base_version) if base_version else None
    versions = {key: seen[key] for key in prepared.changed if seen and key in seen}
    if not versions:
        return None
    answers = AnswerContext(context.service.store, context.words, {})
    facts = await seen_facts(context.state, versions)
    return replies.view(context.service, await corrections_since(answers, facts))


async def _edits(context: ActionContext, prepared: PreparedBriefing) -> tuple[str, ...] | None:
    """The edits since approval was asked for the time before, word by word; None if this is the
    first time.
    """
    briefing = context.briefing
    entries = await context.state.briefings.audit_log(briefing.briefing_id)
    earlier = earlier_text(briefing, entries)
    if earlier is None:
        return None
    before = replace(briefing, plan=replace(briefing.plan, text=earlier))
    old = await context.editor.prepare(before)
    return changes(context.words, changed_lines(old.composed.card, prepared.composed.card))
