"""The rules of the lint on names: each means one thing, or is known not to be in the base."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from bot.documents import Fault
from bot.facts.lint_context import LintContext
from bot.facts.load import ABSENT, forms_of
from bot.matching.normalize import normalize


def names(context: LintContext) -> Iterator[Fault]:
    """A name means one thing, unless every thing with it sets `disambiguate`."""
    claimed: defaultdict[str, set[str]] = defaultdict(set)
    things = {thing.id: (kind, thing) for kind, thing in context.base.things()}
    for thing_id, (_, thing) in things.items():
        for form in forms_of(thing):
            claimed[normalize(form)].add(thing_id)
    for form, owners in claimed.items():
        for owner in owners:
            rivals = [o for o in owners if o != owner and things[o][0] == things[owner][0]]
            if rivals and not things[owner][1].disambiguate:
                what = f"“{form}” also names `{rivals[0]}`; set `disambiguate` in both, or drop it"
                yield context.fault(owner, ("also",), what)


def absent_names(context: LintContext) -> Iterator[Fault]:
    """An absent name is no name of a thing, and is listed once."""
    if not context.base.absent.names:
        return
    things = {normalize(f): thing.id for _, thing in context.base.things() for f in forms_of(thing)}
    listed: dict[str, str] = {}
    for key, absent in context.base.absent.names.items():
        for form in dict.fromkeys(map(normalize, absent.forms)):
            owner = things.get(form) or listed.setdefault(form, key)
            if owner != key or form in things:
                what = f"“{form}” is a name of `{owner}`; drop it here"
                yield context.fault(ABSENT, ("names", key), what)
