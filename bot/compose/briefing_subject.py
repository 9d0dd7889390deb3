"""What a briefing is about, as its card needs it: its kind, and the way to everything about it."""

from __future__ import annotations

from collections.abc import Iterator

from bot.cards.card import Action, Question
from bot.cards.limits import BUTTON_LABEL, shorten
from bot.compose.briefing_material import Material
from bot.facts.model import Actor, Event
from bot.texts.catalogues import Words


def kind(material: Material) -> str:
    """What a subject is, as the heading of the first section says it."""
    match material.about:
        case Event(status="planned"):
            return "planned"
        case Event():
            return "event"
        case Actor(kind="person" | "group"):
            return "person"
        case _:
            return "thing"


def question(material: Material) -> Question:
    """The question whose answer tells everything about the subject."""
    if material.subject.thing is None:
        dates = material.period.options.items()
        return Question("timeline", {option: iso for option, iso in dates if iso})
    thing = material.thing
    return Question(thing.kind, {"name": thing.id}) if thing else Question("about")


def onward(material: Material, words: Words) -> Iterator[Action]:
    """The button that leads to everything about the subject."""
    if material.subject.thing is None:
        yield Action(words("timeline.title"), question(material))
    elif thing := material.thing:
        label = words("briefing.onward", name=thing.name(words.language))
        yield Action(shorten(label, BUTTON_LABEL), question(material))
