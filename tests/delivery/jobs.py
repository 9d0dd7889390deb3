"""What a process sees to: digests of one line, or briefings with all that follows them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import discord

from bot.answers.service import AnswerService
from bot.cards.card import Card, Line, Question, Section
from bot.delivery.jobs.briefings import BriefingEditor, BriefingJob
from bot.delivery.jobs.corrections import CorrectionJob, EditJob
from bot.delivery.jobs.digests import DigestDraft, DigestJob
from bot.delivery.outbox import Clock, Outbox
from bot.delivery.scheduler import Job
from bot.facts.model import Citation
from bot.state.briefings import AuditEntry, Briefing
from bot.state.digests import Schedule
from bot.state.posts import Contents
from bot.state.state import State
from bot.texts.catalogues import words
from bot.ui.briefings import audit_log
from bot.ui.posting.messenger import DiscordMessenger
from tests.delivery import world
from tests.delivery.orders import JobsName, Orders

FACT = "ferry-agreement/signed"


@dataclass(frozen=True)
class Parts:
    """What rounds are made of."""

    orders: Orders
    service: AnswerService
    state: State
    outbox: Outbox
    sender: DiscordMessenger
    client: discord.Client
    clock: Clock


class LineComposer:
    """Composes cards of one line."""

    def __init__(self, orders: Orders) -> None:
        self._orders = orders

    async def __call__(self, schedule: Schedule, day: date, is_late: bool) -> DigestDraft:
        """A digest with one fact, marked late where it is."""
        if schedule.server_id in map(world.server_id, self._orders.stumbles):
            raise RuntimeError("this server's digest cannot be composed")
        line = Line("They signed.", (Citation(source="ferry-report", paragraph=4),))
        card = Card(
            question=Question("about"),
            language="en",
            title=f"Digest of {day}",
            found=True,
            sections=(Section((line,)),),
            subtitle="late" if is_late else None,
        )
        return DigestDraft(card, Contents({FACT: "v1"}, FACT, "small"), worth_posting=True)


def _digests(parts: Parts) -> Sequence[Job]:
    composer = LineComposer(parts.orders)
    return [DigestJob(parts.state, composer, parts.outbox, parts.sender, parts.clock)]


def _briefings(parts: Parts) -> Sequence[Job]:
    """As `bot/client.py` puts them together."""
    service, state, outbox, sender = parts.service, parts.state, parts.outbox, parts.sender

    async def tell_audit_entry(briefing: Briefing, entry: AuditEntry) -> None:
        channel_id = state.settings.of(briefing.server_id).log_channel_id
        spoken = words(briefing.plan.text.language)
        await audit_log.tell(parts.client, channel_id, spoken, briefing, entry)

    editor = BriefingEditor(service, state, sender)
    return [
        BriefingJob(state, editor, outbox, sender, tell_audit_entry),
        CorrectionJob(service, state, outbox, tell_audit_entry),
        EditJob(service, state, editor, sender, tell_audit_entry),
    ]


JOBS: Mapping[JobsName, Callable[[Parts], Sequence[Job]]] = {
    "digests": _digests,
    "briefings": _briefings,
}
