"""Digests of one line, in place of those that are composed from the base."""

from __future__ import annotations

from datetime import date

from bot.answers.service import AnswerService
from bot.cards.card import Card, Line, Question, Section
from bot.delivery.digest_composer import DigestComposer, DigestDraft
from bot.facts.model import Citation
from bot.state.digests import Schedule
from bot.state.posts import Contents
from bot.state.state import State
from tests.delivery import world
from tests.delivery.orders import Orders

FACT = "ferry-agreement/signed"


class LineComposer(DigestComposer):
    """Composes cards of one line."""

    def __init__(self, orders: Orders, service: AnswerService, state: State) -> None:
        super().__init__(service, state)
        self._orders = orders

    async def __call__(self, schedule: Schedule, day: date, is_late: bool) -> DigestDraft:
        """A digest with one fact, marked if it is late."""
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
        return DigestDraft(
            card, Contents({FACT: "v1"}, "the-storm", "small"), has_more_than_story=True
        )
