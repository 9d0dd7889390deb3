"""From a question in plain words to the units that answer it, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass

from bot.asking.features import Comparison
from bot.asking.question import Asked, understand
from bot.asking.ranking import GATHERED, rank
from bot.asking.small_talk import Talk, talk_of
from bot.asking.tiers import OPEN, chance, tier_of
from bot.cards.card import Tier
from bot.facts.absent import AbsentName
from bot.facts.records import UnitRecord
from bot.facts.store import Store

SHOWN = 3
"""The most units that an answer shows."""


@dataclass(frozen=True)
class Found:
    """What a question found: the best units first, and how sure it is that they answer it.

    `absent` is what the question names and no article mentions. `talk` says that the question is
    not about the articles at all. `is_open` says that by the base itself the articles do not tell
    it; then the first unit says so.
    """

    asked: Asked
    tier: Tier
    units: tuple[UnitRecord, ...] = ()
    absent: tuple[AbsentName, ...] = ()
    talk: Talk | None = None
    is_open: bool = False


async def find(store: Store, text: str) -> Found:
    """What answers a question."""
    weights = await store.units.weights()
    asked = understand(text, store.units.reader, store.vocabulary, weights)
    if talk := talk_of(text):
        return Found(asked, "none", talk=talk)
    if not asked.terms.all:
        return Found(asked, "none")
    gathered = await store.units.gather(asked.terms.all, GATHERED)
    comparison = Comparison(asked, weights, gathered)
    ranked = rank(comparison, gathered)
    units = tuple(each.unit for each in ranked[:SHOWN])
    if absent := store.absent_in(text):
        return Found(asked, "none", units, absent)
    unanswered = comparison.unanswered(await store.units.unanswered())
    likely = chance(asked, ranked, unanswered, weights)
    if likely >= OPEN and units[0].is_open:
        return Found(asked, "none", units, is_open=True)
    return Found(asked, tier_of(likely), units)
