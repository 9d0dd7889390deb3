"""What notices to moderators say, before it is worded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.delivery.briefing_editor import PreparedBriefing
from bot.delivery.jobs.briefings import BriefingProblem
from bot.delivery.jobs.digests import DigestProblem
from bot.delivery.outbox import Outgoing
from bot.state.audit_log import AuditEntry
from bot.state.briefing_record import Briefing
from bot.state.digests import Schedule


@dataclass(frozen=True)
class EntryLine:
    """An entry of a briefing's audit log."""

    briefing: Briefing
    entry: AuditEntry


@dataclass(frozen=True)
class ApprovalRequest:
    """A briefing, or an edit of its post, that a member asks to have approved."""

    prepared: PreparedBriefing
    member_id: int


@dataclass(frozen=True)
class BriefingWarning:
    """Why a briefing was not posted."""

    briefing: Briefing
    problem: BriefingProblem


@dataclass(frozen=True)
class DigestWarning:
    """Why a digest was not posted, or that this cannot be determined."""

    schedule: Schedule
    problem: DigestProblem


@dataclass(frozen=True)
class SettingStep:
    """A member is about to change a setting; `value` is Discord's markdown."""

    step: str
    member_id: int
    value: str | None


@dataclass(frozen=True)
class CorrectionWaits:
    """A correction of a briefing's post waits for a moderator."""

    briefing: Briefing


@dataclass(frozen=True)
class Welcome:
    """The bot has arrived; `questions` are some to ask it, by language."""

    questions: Mapping[str, Sequence[str]]


TextContent = EntryLine | BriefingWarning | DigestWarning | SettingStep | CorrectionWaits | Welcome
Content = TextContent | ApprovalRequest


@dataclass(frozen=True)
class OutgoingNotice(Outgoing):
    """A notice to send."""

    content: Content
