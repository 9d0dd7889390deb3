"""Whether a base uses its own words: no long run of words is copied from an article."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import cast

from bot.documents import Fault, Location
from bot.facts.load import Base
from bot.facts.model import Citation
from bot.verification.comparison import Comparison
from bot.verification.mentions import key, words
from bot.verification.statements import listed

LONGEST_RUN = 11
"""How many words in a row may be an article's own."""


def own_words(comparison: Comparison) -> Iterator[Fault]:
    """No run of twelve words is an article's own; a title, an office or a name counts as one."""
    names = _one_word_names(comparison.base)
    size = LONGEST_RUN + 1
    known: dict[tuple[str, ...], Citation] = {}
    for source, copy in comparison.copies.items():
        for number, text in enumerate(copy.paragraphs, 1):
            run = _joined(text, names)
            cite = Citation(source=source, paragraph=number)
            known |= {tuple(run[i : i + size]): cite for i in range(len(run) - size + 1)}
    for thing, file in comparison.base.files.items():
        for at, text in _texts(file.document.data):
            run = _joined(text, names)
            for i in range(len(run) - size + 1):
                if cite := known.get(tuple(run[i : i + size])):
                    begins = " ".join(run[i : i + 4]).replace("\0", " ")
                    what = f"{size} words of {listed([cite])} from “{begins}” on; reword it"
                    yield comparison.fault(thing, at, what)
                    break


def _one_word_names(base: Base) -> Mapping[str, list[tuple[str, ...]]]:
    """The names that count as one word, by their first word, the longest first."""
    texts = chain(
        (source.title for source in base.sources.values()),
        (form for actor in base.actors.values() for form in (actor.name, *actor.also)),
        (role.title for actor in base.actors.values() for role in actor.roles),
    )
    by_first: defaultdict[str, list[tuple[str, ...]]] = defaultdict(list)
    for name in sorted(set(map(key, texts)), key=lambda name: (-len(name), name)):
        if name:
            by_first[name[0]].append(name)
    return by_first


def _joined(text: str, names: Mapping[str, list[tuple[str, ...]]]) -> list[str]:
    """The words of a text, with each name as one word."""
    run = [word.key for word in words(text)]
    joined: list[str] = []
    while run:
        candidates = names.get(run[0], [])
        name = next((n for n in candidates if tuple(run[: len(n)]) == n), (run[0],))
        joined.append("\0".join(name))
        run = run[len(name) :]
    return joined


def _texts(data: object, at: Location = ()) -> Iterator[tuple[Location, str]]:
    """Every text in a document's data, with its location."""
    if isinstance(data, str):
        yield at, data
    elif isinstance(data, dict):
        for name, value in cast(dict[str, object], data).items():
            yield from _texts(value, (*at, name))
    elif isinstance(data, list):
        for index, value in enumerate(cast(Sequence[object], data)):
            yield from _texts(value, (*at, index))
