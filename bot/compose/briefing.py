"""The briefing: a cited, dated summary that a moderator posts under their own name.

It tells the story of a topic, an actor, an event or a period in sections that always come in the
same order (`briefing_sections`). The links between events say which of them are within its scope
(`briefing_links`, `briefing_scope`). A draft has one of three sizes (`briefing_size`), which decide
how many facts of each section it proposes (`briefing_selection`). The card is laid out in
`briefing_card`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from bot.cards.card import Card
from bot.compose.briefing_card import LONGEST_REMARKS, BriefingLayout
from bot.compose.briefing_material import Material, Subject, gather
from bot.compose.briefing_selection import select
from bot.compose.briefing_size import SIZES, SizeName, fits_message, length
from bot.facts.records import FactRecord
from bot.facts.store import Store
from bot.parsing.typed_text import clean_text
from bot.texts.catalogues import LANGUAGES, Words, words_in

__all__ = ["LONGEST_REMARKS", "Subject"]

LONGEST_HEADLINE = 150


@dataclass(frozen=True)
class BriefingDraft:
    """What a moderator begins with and may change: the headline, and the keys of the facts."""

    headline: str
    facts: tuple[str, ...]


@dataclass(frozen=True)
class ComposedBriefing:
    """A briefing ready to be posted, and how many characters long it is.

    `facts` are the versions of the facts that it shows, by key. `missing` are keys of the draft
    that the base does not answer, `left_out` those that do not fit the message. `more` is the
    number of other facts on the subject, to choose from.
    """

    card: Card
    facts: Mapping[str, str]
    missing: tuple[str, ...]
    left_out: tuple[str, ...]
    more: int
    length: int


async def propose(
    store: Store,
    words: Words,
    subject: Subject,
    size: SizeName = "standard",
    shown: Collection[str] = (),
) -> BriefingDraft:
    """A headline, and the facts that tell a subject best in this size, in reading order.

    Of facts that an answer has `shown`, those on the subject are taken as they are. The facts are
    the same in every language, so that a draft can change its language later.
    """
    material = await gather(store, subject)
    answered = [fact for fact in material.facts if fact.key in shown]
    facts = answered or _chosen(material, size)
    headline = BriefingLayout(material, words).headline()
    return BriefingDraft(headline, tuple(record.key for record in facts))


def _chosen(material: Material, size: SizeName) -> list[FactRecord]:
    """The facts of a draft in reading order; a full one has all that a standard one has."""
    layouts = [BriefingLayout(material, words_in(language)) for language in LANGUAGES]

    def fits(facts: Sequence[FactRecord]) -> bool:
        return all(
            length(each.card(each.headline(), facts), material.store.sources, each.words)
            <= SIZES[size]
            for each in layouts
        )

    begun = _chosen(material, "standard") if size == "full" else ()
    return material.in_order(select(material, fits, begun))


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
    card = layout.card(headline, (), remarks, author)
    for key in filter(by_key.__contains__, keys):
        longer = layout.card(headline, [*taken.values(), by_key[key]], remarks, author)
        if fits_message(longer, store.sources, words):
            taken[key], card = by_key[key], longer
    return ComposedBriefing(
        card=card,
        facts={key: record.version for key, record in taken.items()},
        missing=tuple(key for key in keys if key not in by_key),
        left_out=tuple(key for key in keys if key in by_key and key not in taken),
        more=len(by_key) - len(taken),
        length=length(card, store.sources, words),
    )
