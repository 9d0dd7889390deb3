"""From typed names to the things that they name: an answer, choices, or an honest no."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.answers.context import AnswerContext, Command, is_thing_kind
from bot.cards.card import Action, Card, Question
from bot.cards.limits import BUTTON_LABEL, BUTTONS_IN_ROW, shorten
from bot.cards.wording import HINT, choice_label
from bot.facts.absent import AbsentName
from bot.facts.model import ThingKind
from bot.facts.records import ThingRecord
from bot.matching.entries import Finding
from bot.matching.normalize import normalize
from bot.parsing.dates import parse_period

_ECHO = 60  # characters of a typed text that are worth showing back


@dataclass(frozen=True)
class _Match:
    """The thing that a typed text names, and whether the text is one of its names."""

    thing: ThingRecord
    as_typed: bool


@dataclass(frozen=True)
class Resolved:
    """A question with ids for names, and remarks on the names that were not typed exactly.

    `command` names the command that answers: another one if what was asked for is of another kind.
    """

    command: str
    options: Mapping[str, str]
    remarks: tuple[str, ...]


@dataclass(frozen=True)
class _NameToResolve:
    """One name in a question: the option that it was typed into, and the kind of thing wanted.

    `any_kind` says that a thing of another kind may be answered as well.
    """

    question: Question
    option: str
    kind: ThingKind
    any_kind: bool = False

    def choice(self, context: AnswerContext, thing: ThingRecord) -> Action:
        """A button that asks the same question with a thing, or for the thing itself."""
        own = self.question.with_option(self.option, thing.id)
        other = Question(thing.kind, {"name": thing.id})
        label = choice_label(thing, context.words, BUTTON_LABEL)
        return Action(label, own if thing.kind == self.kind else other)


def resolve_names(context: AnswerContext, command: Command) -> Resolved | Card:
    """The question with an id for each typed name, or a card that says why one names nothing."""
    question, remarks, answering = _dated(context, command), list[str](), command.name
    if question is None:  # the command refuses the date
        return Resolved(command.name, context.options, ())
    for option in command.options:
        if not is_thing_kind(option.kind) or option.name not in context.options:
            continue
        asked = _NameToResolve(
            question, option.name, option.kind, any_kind=option.kind == command.name
        )
        found = _look_up(context, asked)
        if isinstance(found, Card):
            return found
        remarks += _remarks(context, asked, found)
        question = question.with_option(option.name, found.thing.id)
        answering = found.thing.kind if asked.any_kind else answering
    return Resolved(answering, {**context.options, **question.options}, tuple(remarks))


def resolve_thing(
    context: AnswerContext, question: Question, option: str, kind: ThingKind
) -> ThingRecord | Card:
    """The thing that an option names, or a card that says why it names none.

    Each choice on that card asks `question` again with the chosen thing.
    """
    found = _look_up(context, _NameToResolve(question, option, kind))
    return found if isinstance(found, Card) else found.thing


def echo(text: str) -> str:
    """A typed text, short enough to be shown back."""
    return shorten(text, _ECHO)


def _dated(context: AnswerContext, command: Command) -> Question | None:
    """The question with its dates as ISO dates, or None if one of them is no date."""
    options = dict(context.options)
    for option in command.options:
        if option.kind == "date" and option.name in options:
            period = parse_period(options[option.name])
            if period is None:
                return None
            options[option.name] = period.iso
    return command.question(**options)


def _look_up(context: AnswerContext, asked: _NameToResolve) -> _Match | Card:
    store, typed = context.store, context.options[asked.option]
    thing = store.things.get(typed)
    if thing and thing.kind == asked.kind:
        return _Match(thing, as_typed=True)
    # Some clients send the label of a choice instead of its value, the id.
    name = typed.partition(HINT)[0]
    if absent := store.absent_in(name):
        return _not_mentioned(context, asked, absent)
    finding = store.index.find(name, {asked.kind})
    if finding.verdict == "sure":
        return _Match(store.things[finding.entries[0].id], finding.as_typed)
    others = _of_other_kinds(context, name)
    if finding.absent and not others:
        return _not_mentioned(context, asked, [store.absent[finding.absent.id]])
    if finding.verdict == "several":
        meant = [*_things(context, finding), *(other.thing for other in others)]
        return _choices(context, asked, list({thing.id: thing for thing in meant}.values()))
    if len(others) == 1 and asked.any_kind:
        return others[0]
    if others:
        return _other_kinds(context, asked, others)
    return _no_match(context, asked, finding)


def _remarks(context: AnswerContext, asked: _NameToResolve, found: _Match) -> Iterable[str]:
    words, typed = context.words, context.options[asked.option]
    if not found.as_typed:
        yield words("shown-for", text=echo(typed))
    if found.thing.kind != asked.kind:
        name = found.thing.name(words.language)
        yield words(f"other-kind.{found.thing.kind}", text=name)


def _things(context: AnswerContext, finding: Finding) -> list[ThingRecord]:
    return [context.store.things[entry.id] for entry in finding.entries]


def _of_other_kinds(context: AnswerContext, name: str) -> list[_Match]:
    """The things of any kind that a text names; one that merely describes them gives none."""
    finding = context.store.index.find(name)
    if finding.verdict == "none" or not finding.by_name:
        return []
    if finding.verdict == "several" and not finding.as_typed:
        return []
    things = _things(context, finding)
    # A thing's own name counts more than its other names.
    own = [thing for thing in things if normalize(thing.label) == normalize(name)]
    return [_Match(thing, finding.as_typed) for thing in own or things]


def _choices(context: AnswerContext, asked: _NameToResolve, things: Sequence[ThingRecord]) -> Card:
    title = context.words("choose", text=echo(context.options[asked.option]))
    return _unanswered(context, asked, title, things)


def _other_kinds(context: AnswerContext, asked: _NameToResolve, others: Sequence[_Match]) -> Card:
    """Things of other kinds, which the option cannot take, each with a button to its card."""
    if len(others) > 1:
        return _choices(context, asked, [other.thing for other in others])
    thing = others[0].thing
    title = context.words(f"other-kind.{thing.kind}", text=echo(context.options[asked.option]))
    return _unanswered(context, asked, title, [thing])


def _no_match(context: AnswerContext, asked: _NameToResolve, finding: Finding) -> Card:
    title = context.words(f"no-match.{asked.kind}", text=echo(context.options[asked.option]))
    near = _things(context, finding)
    hint = context.words("no-match.near" if near else "no-match.help")
    return _unanswered(context, asked, title, near, hint)


def _unanswered(
    context: AnswerContext,
    asked: _NameToResolve,
    title: str,
    things: Sequence[ThingRecord],
    hint: str | None = None,
) -> Card:
    return Card(
        question=asked.question,
        language=context.words.language,
        title=title,
        found=False,
        subtitle=hint,
        choices=tuple(asked.choice(context, thing) for thing in things[:BUTTONS_IN_ROW]),
    )


def _not_mentioned(
    context: AnswerContext, asked: _NameToResolve, absent: Sequence[AbsentName]
) -> Card:
    names = context.words.list([name.name(context.words.language) for name in absent])
    typed = context.options[asked.option]
    return Card(
        question=asked.question,
        language=context.words.language,
        title=context.words("absent", names=names),
        found=False,
        subtitle=typed,
        actions=(Action(context.words("absent.covered"), Question("about")),),
        unanswered=typed,
    )
