"""What a process sees to: digests of one line, or briefings with all that follows them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import discord

from bot.answers.service import Desk
from bot.cards.card import Card, Line, Question, Section
from bot.delivery.jobs.briefings import BriefingEditor, BriefingRound
from bot.delivery.jobs.corrections import CorrectionRound, EditRound
from bot.delivery.jobs.digests import DigestRound, Draft
from bot.delivery.outbox import Clock, Courier
from bot.delivery.scheduler import Round
from bot.facts.model import Citation
from bot.state.briefings import Briefing, Step
from bot.state.digests import Schedule
from bot.state.posts import Contents
from bot.state.state import State
from bot.texts.catalogues import words
from bot.ui.briefings import audit_log
from bot.ui.posting.messenger import DiscordMessenger
from tests.delivery import world
from tests.delivery.orders import Orders, RoundsName

FACT = "ferry-agreement/signed"


@dataclass(frozen=True)
class Parts:
    """What rounds are made of."""

    orders: Orders
    desk: Desk
    state: State
    courier: Courier
    sender: DiscordMessenger
    client: discord.Client
    clock: Clock


class LineComposer:
    """Composes cards of one line."""

    def __init__(self, orders: Orders) -> None:
        self._orders = orders

    async def __call__(self, schedule: Schedule, day: date, is_late: bool) -> Draft:
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
        return Draft(card, Contents({FACT: "v1"}, FACT, "small"), worth_posting=True)


def _digests(parts: Parts) -> Sequence[Round]:
    composer = LineComposer(parts.orders)
    return [DigestRound(parts.state, composer, parts.courier, parts.sender, parts.clock)]


def _briefings(parts: Parts) -> Sequence[Round]:
    """As `bot/client.py` puts them together."""
    desk, state, courier, sender = parts.desk, parts.state, parts.courier, parts.sender

    async def tell_step(briefing: Briefing, step: Step) -> None:
        channel_id = state.settings.of(briefing.server_id).log_channel_id
        spoken = words(briefing.plan.text.language)
        await audit_log.tell(parts.client, channel_id, spoken, briefing, step)

    editor = BriefingEditor(desk, state, sender)
    return [
        BriefingRound(state, editor, courier, sender, tell_step),
        CorrectionRound(desk, state, courier, tell_step),
        EditRound(desk, state, editor, sender, tell_step),
    ]


ROUNDS: Mapping[RoundsName, Callable[[Parts], Sequence[Round]]] = {
    "digests": _digests,
    "briefings": _briefings,
}
