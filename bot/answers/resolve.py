"""From what somebody typed to the thing that it names: one answer, choices, or an honest no."""

from __future__ import annotations

from bot.answers.context import Inquiry
from bot.cards.card import Action, Card, Question
from bot.cards.limits import BUTTON_LABEL, CHOICE_LABEL, shorten
from bot.cards.wording import dated_words
from bot.facts.model import ThingKind
from bot.facts.records import Head
from bot.matching.name_index import Entry
from bot.matching.normalize import view
from bot.texts.catalogues import Words

_HINT = " · "  # between a thing's name and what tells it apart
_ECHO = 60  # characters of somebody's text that are worth showing back


def resolve(inquiry: Inquiry, question: Question, option: str, kind: ThingKind) -> Head | Card:
    """The thing that an option names, or a card that says why it names none.

    `question` is the one asked; a choice asks it again with the chosen thing.
    """
    typed = inquiry.options[option]
    head = inquiry.store.heads.get(typed)
    if head and head.kind == kind:
        return head
    # Some clients send what a suggestion says instead of the id that it stands for.
    name = typed.partition(_HINT)[0]
    finding = inquiry.store.index.find(name, {kind})
    if finding.verdict == "sure":
        return inquiry.store.heads[finding.entries[0].id]
    if finding.verdict == "none" and (elsewhere := _of_another_kind(inquiry, typed)):
        return _other_kind(inquiry, question, typed, elsewhere)
    choices = tuple(_choice(inquiry, question, option, entry) for entry in finding.entries)
    key = "choose" if finding.verdict == "several" else f"no-match.{kind}"
    hint = inquiry.words("no-match.near" if choices else "no-match.help")
    return Card(
        question=question,
        language=inquiry.words.language,
        title=inquiry.words(key, text=echo(typed)),
        found=False,
        subtitle=None if finding.verdict == "several" else hint,
        choices=choices,
    )


def choice_label(head: Head, words: Words, limit: int = CHOICE_LABEL) -> str:
    """A thing's name and what tells it apart (date, role), in at most `limit` characters."""
    name = head.name(words.language)
    hint = head.disambiguate or (dated_words(head.dated, words) if head.dated else head.role)
    if not hint:
        return shorten(name, limit)
    room = limit - len(name) - len(_HINT)
    return f"{name}{_HINT}{shorten(hint, room)}" if room >= 8 else shorten(name, limit)


def echo(text: str) -> str:
    """What somebody typed, short enough to be shown back."""
    return shorten(text, _ECHO)


def _choice(inquiry: Inquiry, question: Question, option: str, entry: Entry) -> Action:
    label = choice_label(inquiry.store.heads[entry.id], inquiry.words, BUTTON_LABEL)
    return Action(label, question.with_option(option, entry.id))


def _of_another_kind(inquiry: Inquiry, typed: str) -> Head | None:
    finding = inquiry.store.index.find(typed)
    heads = [inquiry.store.heads[entry.id] for entry in finding.entries]
    if finding.verdict == "several":  # whose own name it is comes before whom it is also called by
        heads = [head for head in heads if view(head.label) == view(typed)]
    is_named = finding.verdict != "none" and finding.by_name
    return heads[0] if len(heads) == 1 and is_named else None


def _other_kind(inquiry: Inquiry, question: Question, typed: str, head: Head) -> Card:
    return Card(
        question=question,
        language=inquiry.words.language,
        title=inquiry.words(f"other-kind.{head.kind}", text=echo(typed)),
        found=False,
        choices=(
            Action(
                choice_label(head, inquiry.words, BUTTON_LABEL),
                Question(head.kind, {"name": head.id}),
            ),
        ),
    )
