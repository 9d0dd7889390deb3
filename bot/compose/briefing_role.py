"""The office of an actor as a sentence, where no fact of the base says who this is."""

from __future__ import annotations

from bot.answers.context import AnswerContext
from bot.answers.fact_lines import as_of
from bot.cards.card import Line
from bot.facts.model import Actor, Role


def role_sentence(context: AnswerContext, actor: Actor, role: Role) -> Line:
    """An office that an actor held as of one article, a dated one if there is one."""
    words, sources = context.words, context.store.sources
    best = min(role.cites, key=lambda cite: sources[cite.source].span is None)
    shown = tuple(cite for cite in role.cites if cite.source == best.source)
    said = {
        "actor": context.name(actor.id),
        "role": _in_a_sentence(role.title),
        "articles": as_of(context, [best.source]),
    }
    if role.of is None or _names(context, role.title, role.of):
        return Line(words("briefing.role", **said), shown)
    return Line(words("briefing.role-of", of=_in_full(context, role.of), **said), shown)


def _in_a_sentence(title: str) -> str:
    """The title of an office in small letters, but for names in it."""
    first, *rest = title.split(" ")
    if all(word[0].isupper() for word in rest):  # Prime Minister
        return title.lower()
    return " ".join((first.lower(), *rest))


def _names(context: AnswerContext, title: str, actor_id: str) -> bool:
    """Whether a title names an actor itself."""
    return any(form in title.split(" ") for form in context.store.things[actor_id].forms)


def _in_full(context: AnswerContext, actor_id: str) -> str:
    """An actor's name with its article, if that is one of its forms: the United States."""
    name = context.name(actor_id)
    full = f"the {name}"
    return full if full in context.store.things[actor_id].forms else name
