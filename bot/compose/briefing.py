"""The briefing: a cited, dated summary that a moderator posts under their own name.

It sums up a topic, an actor, an event or a period in one message: what matters, in order of time,
where sources differ, what is not established, and which claims call for care. What the base holds
is gathered in `briefing_material`, what a draft proposes is chosen in `briefing_selection`, the
card is laid out in `briefing_card` and measured in `briefing_size`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.cards.card import Card
from bot.compose.briefing_card import LONGEST_AUTHOR, LONGEST_REMARKS, BriefingLayout
from bot.compose.briefing_material import Subject, gather
from bot.compose.briefing_selection import ranked
from bot.compose.briefing_size import fits
from bot.facts.records import FactRecord
from bot.facts.store import Store
from bot.parsing.typed_text import clean_text
from bot.texts.catalogues import LANGUAGES, Words
from bot.texts.catalogues import words as words_in

__all__ = ["LONGEST_REMARKS", "Subject"]

LONGEST_HEADLINE = 150

_MOST = 12  # facts of a proposed draft: as many as members read to the end


@dataclass(frozen=True)
class BriefingDraft:
    """What a moderator begins with and may change: the headline, and the keys of the facts."""

    headline: str
    facts: tuple[str, ...]


@dataclass(frozen=True)
class ComposedBriefing:
    """A briefing ready to be posted.

    `facts` are the versions of the facts that it shows, by key. `missing` are keys of the draft
    that the base does not answer, `left_out` those that do not fit the message.
    """

    card: Card
    facts: Mapping[str, str]
    missing: tuple[str, ...]
    left_out: tuple[str, ...]


async def propose(store: Store, words: Words, subject: Subject) -> BriefingDraft:
    """A headline, and the facts that tell a subject best in one message, in reading order.

    The facts are the same in every language, so that a draft can change its language later.
    """
    material = await gather(store, subject)
    layouts = {language: BriefingLayout(material, words_in(language)) for language in LANGUAGES}
    chosen: list[FactRecord] = []
    for record in ranked(material):
        if all(_leaves_space(layout, [*chosen, record]) for layout in layouts.values()):
            chosen.append(record)
        if len(chosen) == _MOST:
            break
    keys = tuple(record.key for record in material.in_order(chosen))
    return BriefingDraft(layouts[words.language].headline(), keys)


def _leaves_space(layout: BriefingLayout, facts: list[FactRecord]) -> bool:
    """Whether a message holds these facts and the longest remarks as well."""
    return fits(layout, layout.headline(), facts, "x" * LONGEST_REMARKS, "x" * LONGEST_AUTHOR)


async def candidates(store: Store, subject: Subject) -> tuple[FactRecord, ...]:
    """Every fact that a briefing on a subject can show, in reading order."""
    return (await gather(store, subject)).facts


async def compose(
    store: Store,
    words: Words,
    subject: Subject,
    draft: BriefingDraft,
    remarks: str | None = None,
    author: str | None = None,
) -> ComposedBriefing:
    """The briefing as it will be posted, and what of the draft it leaves out.

    Facts are taken in the order of the draft as long as they fit, and shown in reading order.
    Raises ValueError if the headline or the remarks are too long.
    """
    if len(draft.headline) > LONGEST_HEADLINE or len(remarks or "") > LONGEST_REMARKS:
        raise ValueError("a headline or remarks that would have to be cut")
    material = await gather(store, subject)
    layout = BriefingLayout(material, words)
    headline = clean_text(draft.headline, LONGEST_HEADLINE) or layout.headline()
    by_key = {record.key: record for record in material.facts}
    keys = dict.fromkeys(draft.facts)
    taken: dict[str, FactRecord] = {}
    for key in filter(by_key.__contains__, keys):
        if fits(layout, headline, [*taken.values(), by_key[key]], remarks, author):
            taken[key] = by_key[key]
    return ComposedBriefing(
        card=layout.card(headline, layout.sections(taken.values(), remarks, author)),
        facts={key: record.version for key, record in taken.items()},
        missing=tuple(key for key in keys if key not in by_key),
        left_out=tuple(key for key in keys if key in by_key and key not in taken),
    )
