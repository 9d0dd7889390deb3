"""Beginning a briefing: from `/briefing new`, or from an answer with **Brief this**."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

from discord.utils import utcnow

from bot.answers.service import AnswerService, ResolvedQuestion
from bot.cards.card import Question
from bot.compose.briefing import BriefingDraft, Subject, propose
from bot.facts.store import Store
from bot.parsing.dates import parse_period
from bot.state.briefing_plan import BriefingPlan, BriefingText
from bot.state.digests import Target
from bot.texts.catalogues import words_in
from bot.ui.briefings import dispatch, looking
from bot.ui.briefings.context import ActionContext, refused
from bot.ui.components.client import Interaction, server_id_of
from bot.ui.components.language import reader_words, reply_language

_SUBJECTS = ("event", "actor", "topic")  # kinds of things that briefings are about


async def begin_draft(
    interaction: Interaction, subject: Subject, draft: BriefingDraft, language: str
) -> None:
    """Begin a briefing with a draft, and show its working card."""
    server_id, now = server_id_of(interaction), utcnow()
    channel_id = interaction.client.state.settings.of(server_id).channel_id
    said = BriefingText(
        subject.thing, subject.first, subject.last, language, draft.headline, draft.facts
    )
    plan = BriefingPlan(said, Target(channel_id) if channel_id else None)
    begun = await interaction.client.editor.begin(server_id, plan, interaction.user.id, now)
    context = ActionContext(interaction, begun.briefing, now, prepared=begun)
    await dispatch.run(context, looking.after_change)


async def begin_from_answer(
    interaction: Interaction, question: Question | None, facts: Collection[str]
) -> None:
    """Begin a briefing with what an answer shows; `question` is what it answers, if that is known.

    An answer about one thing or a period begins as any briefing about it, another one with the
    facts that it shows. Raises UserError if it shows none.
    """
    service, language = interaction.client.service, reply_language(interaction, private=False)
    asked = _subject_asked(service, question, language) if question else None
    subject = asked or _subject_of(service.store, facts)
    if subject is None:
        raise refused(reader_words(interaction), "briefing.ui.nothing")
    shown = () if asked else facts
    draft = await propose(service.store, words_in(language), subject, shown=shown)
    await begin_draft(interaction, subject, draft, language)


def _subject_asked(service: AnswerService, question: Question, language: str) -> Subject | None:
    """The thing or the period that a question names."""
    resolved = service.resolve(question, language)
    if not isinstance(resolved, ResolvedQuestion):
        return None
    options, things = resolved.resolved.options, service.store.things
    named = [things[value] for value in options.values() if value in things]
    if subjects := [thing for thing in named if thing.kind in _SUBJECTS]:
        return Subject(subjects[0].id)
    first, last = (parse_period(options.get(name, "")) for name in ("from", "to"))
    if first or last:
        return Subject(None, first.first if first else None, last.last if last else None)
    return None


def _subject_of(store: Store, facts: Collection[str]) -> Subject | None:
    """The thing that most of the facts are about."""
    owners = Counter(key.partition("/")[0] for key in facts)
    about = [owner for owner, _ in owners.most_common() if _is_subject(store, owner)]
    return Subject(about[0]) if about else None


def _is_subject(store: Store, thing_id: str) -> bool:
    thing = store.things.get(thing_id)
    return thing is not None and thing.kind in _SUBJECTS
