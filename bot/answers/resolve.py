"""From a typed name to the thing that it names: one answer, choices, or an honest no."""

from __future__ import annotations

from collections.abc import Sequence

from bot.answers.context import AnswerContext
from bot.cards.card import Action, Card, Question
from bot.cards.limits import BUTTON_LABEL, CHOICE_LABEL, shorten
from bot.cards.wording import dated_words
from bot.facts.absent import AbsentName
from bot.facts.model import ThingKind
from bot.facts.records import ThingRecord
from bot.matching.entries import Entry
from bot.matching.normalize import normalize
from bot.texts.catalogues import Words

_HINT = " · "  # between a thing's name and what tells it apart
_ECHO = 60  # characters of a typed text that are worth showing back


def resolve_thing(
    context: AnswerContext, question: Question, option: str, kind: ThingKind
) -> ThingRecord | Card:
    """The thing that an option names, or a card that says why it names none.

    Each choice on that card asks `question` again with the chosen thing.
    """
    typed = context.options[option]
    thing = context.store.things.get(typed)
    if thing and thing.kind == kind:
        return thing
    # Some clients send the label of a choice instead of its value, the id.
    name = typed.partition(_HINT)[0]
    if absent := context.store.absent_in(name):
        return _not_mentioned(context, question, absent)
    finding = context.store.index.find(name, {kind})
    if finding.verdict == "sure":
        return context.store.things[finding.entries[0].id]
    if finding.verdict == "none" and (elsewhere := _of_another_kind(context, typed)):
        return _other_kind(context, question, typed, elsewhere)
    choices = tuple(_choice(context, question, option, entry) for entry in finding.entries)
    key = "choose" if finding.verdict == "several" else f"no-match.{kind}"
    hint = context.words("no-match.near" if choices else "no-match.help")
    return Card(
        question=question,
        language=context.words.language,
        title=context.words(key, text=echo(typed)),
        found=False,
        subtitle=None if finding.verdict == "several" else hint,
        choices=choices,
    )


def _not_mentioned(
    context: AnswerContext, question: Question, absent: Sequence[AbsentName]
) -> Card:
    names = context.words.list([name.name(context.words.language) for name in absent])
    return Card(
        question=question,
        language=context.words.language,
        title=context.words("absent", names=names),
        found=False,
        actions=(Action(context.words("absent.covered"), Question("about")),),
    )


def choice_label(thing: ThingRecord, words: Words, limit: int = CHOICE_LABEL) -> str:
    """A thing's name and what tells it apart (date, role), in at most `limit` characters."""
    name = thing.name(words.language)
    hint = _hint(thing, words)
    if not hint:
        return shorten(name, limit)
    left = limit - len(name) - len(_HINT)
    return f"{name}{_HINT}{shorten(hint, left)}" if left >= 8 else shorten(name, limit)


def _hint(thing: ThingRecord, words: Words) -> str | None:
    """What tells a thing apart, in the reader's language if its name is and its date is known."""
    date = dated_words(thing.dated, words) if thing.dated else None
    is_translated = thing.name(words.language) != thing.label
    return (is_translated and date) or thing.disambiguate or date or thing.role


def echo(text: str) -> str:
    """A typed text, short enough to be shown back."""
    return shorten(text, _ECHO)


def _choice(context: AnswerContext, question: Question, option: str, entry: Entry) -> Action:
    label = choice_label(context.store.things[entry.id], context.words, BUTTON_LABEL)
    return Action(label, question.with_option(option, entry.id))


def _of_another_kind(context: AnswerContext, typed: str) -> ThingRecord | None:
    finding = context.store.index.find(typed)
    things = [context.store.things[entry.id] for entry in finding.entries]
    if finding.verdict == "several":  # own names count more than other names
        things = [thing for thing in things if normalize(thing.label) == normalize(typed)]
    is_named = finding.verdict != "none" and finding.by_name
    return things[0] if len(things) == 1 and is_named else None


def _other_kind(context: AnswerContext, question: Question, typed: str, thing: ThingRecord) -> Card:
    return Card(
        question=question,
        language=context.words.language,
        title=context.words(f"other-kind.{thing.kind}", text=echo(typed)),
        found=False,
        choices=(
            Action(
                choice_label(thing, context.words, BUTTON_LABEL),
                Question(thing.kind, {"name": thing.id}),
            ),
        ),
    )
