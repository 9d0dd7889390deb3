"""What a briefing said before, from its audit log: what approvers compare it with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import cast

from bot.state.audit_log import AuditEntry
from bot.state.briefing_plan import BriefingText, PlanChanges
from bot.state.briefing_record import Briefing


def earlier_text(briefing: Briefing, audit_log: Sequence[AuditEntry]) -> BriefingText | None:
    """What its post says, or what it said when approval was asked for the time before.

    None if this is the first time.
    """
    if briefing.posted_text:
        return briefing.posted_text
    text, requests = briefing.plan.text, 0
    for entry in reversed(audit_log):
        requests += entry.kind == "asked"
        if requests == 2:
            return text
        text = _undone(text, entry.changes or {})
    return None


def _undone(text: BriefingText, changes: PlanChanges) -> BriefingText:
    """A text before it was changed."""
    before = {field: old for field, (old, _) in changes.items() if field in _WORDED}
    if "facts" in changes:
        removed, added = cast("tuple[list[str], list[str]]", changes["facts"])
        kept = [key for key in text.facts if key not in added]
        text = replace(text, facts=(*kept, *removed))
    return replace(
        text,
        headline=str(before.get("headline", text.headline)),
        language=str(before.get("language", text.language)),
        remarks=cast("str | None", before.get("remarks", text.remarks)),
    )


_WORDED = ("headline", "language", "remarks")
