"""The rules of the lint on asks: each leads to one answer, and every answer has enough of them."""

from __future__ import annotations

from collections.abc import Iterator

from bot.documents import Fault
from bot.facts.lint_context import LintContext
from bot.facts.load import ABSENT
from bot.facts.units import Unit, units
from bot.matching.normalize import normalize


def asks(context: LintContext) -> Iterator[Fault]:
    """No two answers claim an ask, none is listed as unanswered, and each answer has enough."""
    for actor in context.base.actors.values():
        if actor.asks and not actor.roles:
            what = "an actor without roles answers nothing; move its asks to the facts that do"
            yield context.fault(actor.id, ("asks",), what)
    claimed: dict[str, Unit] = {}
    for unit in units(context.base):
        yield from _too_few(context, unit)
        for language, listed in unit.asks.items():
            for index, ask in enumerate(listed):
                other = claimed.setdefault(normalize(ask), unit)
                if other is not unit or ask in listed[:index]:
                    what = f"“{ask}” also leads to `{other.key}`; keep it where it fits best"
                    yield context.fault(unit.owner.id, (*unit.at, language, index), what)
    for language, listed in context.base.absent.questions.items():
        for index, ask in enumerate(listed):
            if unit := claimed.get(normalize(ask)):
                what = f"“{ask}” leads to `{unit.key}`, so it is answered; drop it here"
                yield context.fault(ABSENT, ("questions", language, index), what)


def _too_few(context: LintContext, unit: Unit) -> Iterator[Fault]:
    for language, least in context.base.info.asks.items():
        if (number := len(unit.asks.get(language, ()))) < least:
            what = (
                f"`{unit.key}` has {number} of {least} asks in `{language}`; add what people type"
            )
            yield context.fault(unit.owner.id, unit.at, what)
