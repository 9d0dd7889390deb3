"""Delivers notices to moderators, in the order of every post: lease, send, record.

A notice is a row until it is delivered, so neither a crash nor an outage loses it. What matters and
reaches nobody waits for the next moderator who uses the bot.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal, Protocol, cast

import structlog

from bot.answers.service import AnswerService
from bot.answers.things_to_ask import things_to_ask
from bot.delivery.briefing_editor import BriefingEditor, PreparedBriefing
from bot.delivery.delivery_errors import DeliveryError, Refused
from bot.delivery.jobs.briefings import BriefingProblem
from bot.delivery.jobs.digests import DigestProblem
from bot.delivery.jobs.notice_contents import (
    ApprovalRequest,
    BriefingWarning,
    Content,
    CorrectionWaits,
    DigestWarning,
    EntryLine,
    OutgoingNotice,
    SettingStep,
    Welcome,
)
from bot.delivery.outbox import Blocked, Clock, Outbox, RetryAt, Undetermined
from bot.delivery.scheduler import AT_ONCE, Finished
from bot.state.audit_log import FAILURES
from bot.state.briefing_record import Briefing
from bot.state.digests import Target
from bot.state.errors import DatabaseUnavailable
from bot.state.notices import Notice
from bot.state.posts import Contents, Slot
from bot.state.state import State
from bot.texts.catalogues import LANGUAGES, words_in

log = structlog.stdlib.get_logger("factdesk.delivery")

Place = Literal["log", "updates", "adder", "system"] | int
"""Where a notice may go: a channel for logs, community updates or system messages, or a member.

A member is given by id, or is the one who added the bot.
"""

ARRIVAL_PLACES: Sequence[Place] = ("adder", "system")
"""Where the bot says that it has arrived."""

_NOTHING = Contents({}, None, "")
_PASSING = ("entry", "setting", "welcome")
"""Kinds of passing interest: one that reaches nobody is dropped."""
_QUESTIONS = 3  # that a welcome proposes


class Addresses(Protocol):
    """Finds the channels that notices go to; may raise DeliveryError."""

    async def channel_id(self, server_id: int, place: Place) -> int | None:
        """The channel of a place in a server, or of direct messages; None if there is none."""
        ...


class NoticeJob:
    """The notices that wait to be delivered, by their ids."""

    def __init__(
        self,
        service: AnswerService,
        state: State,
        editor: BriefingEditor,
        addresses: Addresses,
        outbox: Outbox[OutgoingNotice],
        clock: Clock,
    ) -> None:
        self._service = service
        self._state = state
        self._editor = editor
        self._addresses = addresses
        self._outbox = outbox
        self._clock = clock

    async def next_due(self) -> Mapping[str, datetime]:
        """The notices to deliver. Raises DatabaseUnavailable."""
        return dict.fromkeys(await self._state.notices.due(), AT_ONCE)

    async def run(self, key: str, now: datetime) -> Finished | RetryAt:
        """Deliver a notice. Raises DatabaseUnavailable and DeliveryError."""
        return await self._run(key, None)

    async def _run(self, key: str, prepared: PreparedBriefing | None) -> Finished | RetryAt:
        notice = await self._state.notices.get(key)
        if notice is None:
            return Finished(None)
        content = await self.content(notice, prepared)
        reached = content is None or await self._deliver(notice, content)
        if isinstance(reached, RetryAt):
            return reached
        if reached or notice.kind in _PASSING:
            await self._state.notices.end([key])
        else:
            await self._state.notices.mark_unreached(key)
        return Finished(None)

    async def deliver_now(self, server_id: int, prepared: PreparedBriefing | None = None) -> None:
        """Deliver a server's notices at once; what fails is delivered later.

        `prepared` is the briefing that they are about, if it is prepared already.
        """
        try:
            for key in await self._state.notices.due_in(server_id):
                await self._run(key, prepared)
        except (DatabaseUnavailable, DeliveryError) as error:
            log.warning("a notice waits", server=server_id, reason=repr(error))

    async def announce(self, notice: Notice) -> bool:
        """Deliver a notice before what it announces; returns whether that may go ahead.

        It may if nobody can be reached, but not while Discord is away. Raises DatabaseUnavailable.
        """
        await self._state.notices.add(notice)
        try:
            outcome = await self._run(notice.notice_id, None)
        except DeliveryError as error:
            log.warning("a change is put off", server=notice.server_id, reason=repr(error))
            outcome = RetryAt(self._clock())
        if isinstance(outcome, Finished):
            return True
        await self._state.notices.end([notice.notice_id])
        return False

    async def content(
        self, notice: Notice, known: PreparedBriefing | None = None
    ) -> Content | None:
        """What a notice says; None if its cause is gone.

        `known` is a briefing that is prepared already. Raises DatabaseUnavailable and
        DeliveryError.
        """
        if notice.kind == "digest":
            schedule = await self._state.digests.get(notice.server_id)
            return schedule and DigestWarning(schedule, cast(DigestProblem, notice.detail))
        if notice.kind == "setting":
            return SettingStep(notice.about or "", notice.member_id or 0, notice.detail)
        if notice.kind == "welcome":
            return await self._welcome()
        briefing = await self._briefing(notice)
        return briefing and await self._of_briefing(notice, briefing, known)

    async def _welcome(self) -> Welcome:
        store = self._service.store
        asked = {each: await things_to_ask(store, words_in(each), _QUESTIONS) for each in LANGUAGES}
        return Welcome(asked)

    async def _briefing(self, notice: Notice) -> Briefing | None:
        about = notice.about or ""
        if notice.kind != "correction":
            return await self._state.briefings.get(about)
        correction = await self._state.corrections.get(about)
        if correction is None or correction.status != "open":
            return None
        post = await self._state.posts.get(correction.post_id)
        return await self._state.briefings.get(post.name or "") if post else None

    async def _of_briefing(
        self, notice: Notice, briefing: Briefing, known: PreparedBriefing | None
    ) -> Content | None:
        match notice.kind:
            case "entry":
                entry = await self._state.briefings.audit_entry(int(notice.detail or 0))
                return entry and EntryLine(briefing, entry)
            case "request":
                is_asked = briefing.status == "waiting" or briefing.posted_text is not None
                if not is_asked or str(briefing.version) != notice.detail:
                    return None  # it was decided, or has changed: then another request follows
                if known is None or known.briefing != briefing:
                    known = await self._editor.prepare(briefing)
                return ApprovalRequest(known, notice.member_id or 0)
            case "warning":
                return BriefingWarning(briefing, cast(BriefingProblem, notice.detail))
            case _:
                return CorrectionWaits(briefing)

    async def _deliver(self, notice: Notice, content: Content) -> bool | RetryAt:
        """Send it to the first place that can be reached, if one can. Raises DeliveryError."""
        report = log.info  # no place is set up
        for number, place in enumerate(_places(content)):
            try:
                channel_id = await self._addresses.channel_id(notice.server_id, place)
            except Refused:
                report = log.warning
                continue
            if channel_id is None:
                continue
            report = log.warning
            slot = _slot(notice, number, channel_id)
            outgoing = OutgoingNotice(slot, Target(channel_id), content)
            outcome = await self._outbox.deliver(outgoing, _NOTHING)
            if isinstance(outcome, RetryAt):
                return outcome
            if not isinstance(outcome, Blocked | Undetermined) and await self._is_sent(slot):
                return True
        report("a notice reached nobody", server=notice.server_id, kind=notice.kind)
        return False

    async def _is_sent(self, slot: Slot) -> bool:
        post = await self._state.posts.get(slot.post_id)
        return post is not None and post.status == "sent"


def _places(content: Content) -> Sequence[Place]:
    """The places to try, in order, until one is reached."""
    match content:
        case EntryLine(briefing, entry) if entry.kind in FAILURES:
            return ("log", briefing.author_id, "updates")
        case EntryLine():
            return ("log",)
        case BriefingWarning(briefing, problem):
            # If its author may not post any more, others must act.
            others_first = problem in ("unapproved", "unattended")
            author = briefing.author_id
            return ("log", "updates", author) if others_first else (author, "log", "updates")
        case DigestWarning(schedule):
            return (schedule.config.set_by, "log", "updates")
        case CorrectionWaits(briefing):
            return (briefing.author_id,)
        case Welcome():
            return ARRIVAL_PLACES
        case ApprovalRequest() | SettingStep():
            return ("log", "updates")


def _slot(notice: Notice, number: int, channel_id: int) -> Slot:
    at, name = notice.made_at, f"{notice.notice_id}-{number}"
    return Slot(notice.server_id, "notice", at.date(), at, channel_id, name)
