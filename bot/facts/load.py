"""Reading a base from disk: YAML files in, frozen values and every fault out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import chain
from operator import attrgetter
from pathlib import Path
from typing import TypeVar

from bot import documents, validation
from bot.documents import Document, Fault, YamlFile
from bot.facts.absent import Absent
from bot.facts.model import (
    Actor,
    BaseInfo,
    Event,
    Fact,
    Lead,
    Source,
    Subject,
    ThingKind,
    Topic,
)
from bot.facts.stories import Retelling, Story

FORMAT = 32
"""The version of the format of `facts.db`; increasing it causes a rebuild."""

ABSENT = "absent.yaml"
"""The file of what no article has; its document goes by this name, which no id can be."""

FOLDERS = ("seeds", "events", "actors", "topics", "stories")
"""The folders of files with an id; `seeds` has a place of its own."""

_LEFTOVERS = ("~", "#", ".bak", ".orig", ".rej", ".swp", ".tmp")

Named = Event | Actor | Topic | Source
T = TypeVar("T", bound=Named | Story)


@dataclass(frozen=True)
class Base:
    """A whole base in memory, as its files have it."""

    info: BaseInfo
    sources: Mapping[str, Source]
    events: Mapping[str, Event]
    actors: Mapping[str, Actor]
    topics: Mapping[str, Topic]
    absent: Absent
    stories: Mapping[str, Story]
    files: Mapping[str, YamlFile] = field(repr=False)

    def things(self) -> Iterator[tuple[ThingKind, Named]]:
        """Everything that can be asked for by name, with its kind."""
        for event in self.events.values():
            yield "event", event
        for actor in self.actors.values():
            yield "actor", actor
        for topic in self.topics.values():
            yield "topic", topic
        for source in self.sources.values():
            yield "source", source

    def subjects(self) -> Iterator[Subject]:
        """Everything that facts are about."""
        yield from (*self.events.values(), *self.actors.values(), *self.topics.values())

    def leads(self) -> Iterator[tuple[str, str, Lead]]:
        """Each lead of a thing and opening of a story: the id of its file, and its field there."""
        for thing in self.subjects():
            if thing.lead:
                yield thing.id, "lead", thing.lead
        for story in self.stories.values():
            yield story.id, "opening", story.opening

    def retellings(self) -> Iterator[tuple[str, tuple[str | int, ...], Retelling]]:
        """Each line of a story in its own words: the story's id, its location there, the line."""
        for story in self.stories.values():
            for index, line in enumerate(story.tells):
                if isinstance(line, Retelling):
                    yield story.id, ("tells", index), line

    def facts(self) -> Iterator[tuple[str, tuple[str | int, ...], Fact]]:
        """Each fact with the id of the thing whose file has it, and its location in that file."""
        for _, thing in self.things():
            for part, facts in fact_lists(thing):
                for index, fact in enumerate(facts):
                    yield thing.id, (part, index), fact

    def about(self) -> dict[str, set[str | None]]:
        """What each fact is about, by `owner/fact`."""
        return {
            f"{owner}/{fact.id}": {owner, *fact.about, fact.by} for owner, _, fact in self.facts()
        }


def fact_lists(thing: Named) -> tuple[tuple[str, tuple[Fact, ...]], ...]:
    """A thing's lists of facts, each with the name of its field."""
    if isinstance(thing, Topic):
        return ("facts", thing.facts), ("stands", thing.stands), ("open", thing.open)
    return () if isinstance(thing, Source) else (("facts", thing.facts),)


def forms_of(thing: Named) -> tuple[str, ...]:
    """Every form of a thing's name that people may type, the label first."""
    return (thing.label, *thing.also, *chain.from_iterable(thing.names.values()))


def is_leftover(name: str) -> bool:
    """Whether a file is hidden, or an editor's lock or copy, so that it is no fact."""
    return name.startswith(".") or name.endswith(_LEFTOVERS)


def is_fact_file(name: str) -> bool:
    """Whether a file of this name in one of FOLDERS is read."""
    return name.endswith(".yaml") and name[0] != "."  # no other leftover ends like that


@dataclass(frozen=True)
class Folders:
    """The folders of a base: the curated facts, and the records of their articles."""

    facts: Path
    seeds: Path

    def place(self, folder: str) -> Path:
        """Where one of FOLDERS is."""
        return self.seeds if folder == "seeds" else self.facts / folder

    def files(self, folder: str) -> list[Path]:
        """The YAML files of one folder, in order of their names; none if there is no such folder.

        Raises OSError if it cannot be read.
        """
        try:
            paths = sorted(self.place(folder).iterdir(), key=attrgetter("name"))
        except FileNotFoundError:
            return []
        return [path for path in paths if is_fact_file(path.name)]

    def all_files(self) -> list[Path]:
        """Every file of the base, and the optional ones even if missing. Raises OSError."""
        things = chain.from_iterable(map(self.files, FOLDERS))
        return [self.info, self.absent, *things]

    def shown(self, path: Path) -> str:
        """A file's path as faults show it, starting with the base's own folder."""
        for folder in (self.facts, self.seeds):
            with suppress(ValueError):
                return f"{folder.name}/{path.relative_to(folder).as_posix()}"
        return path.name

    @property
    def info(self) -> Path:
        """The file that says what the base is about."""
        return self.facts / "base.yaml"

    @property
    def absent(self) -> Path:
        """The file that lists what people will ask for and no article has; optional."""
        return self.facts / ABSENT


def fingerprint(folders: Folders) -> str:
    """A hash of a base's files and of the format of `facts.db`, as 12 hexadecimal digits.

    Raises OSError if a file cannot be read.
    """
    digest = hashlib.sha256(f"format {FORMAT}".encode())
    for path in folders.all_files():
        if path.exists():
            digest.update(f"\0{folders.shown(path)}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def load(folders: Folders) -> tuple[Base | None, list[Fault]]:
    """The base, or None if it has no readable `base.yaml`, and every fault of form in its files.

    A file with faults is left out of the base. Raises OSError if a file cannot be read.
    """
    reader = _Reader(folders)
    info = reader.info()
    base = Base(
        info=info or BaseInfo(title="-", about="-", language="en"),
        sources=reader.files("seeds", Source),
        events=reader.files("events", Event),
        actors=reader.files("actors", Actor),
        topics=reader.files("topics", Topic),
        absent=reader.absent(),
        stories=reader.files("stories", Story),
        files=reader.known,
    )
    return (base if info else None), sorted(reader.faults)


class _Reader:
    """Collects faults, and the files that could be read, while a base is read."""

    def __init__(self, folders: Folders) -> None:
        self.folders = folders
        self.known: dict[str, YamlFile] = {}
        self.faults: list[Fault] = []

    def info(self) -> BaseInfo | None:
        path = self.folders.info
        if not path.exists():
            shown = self.folders.shown(path)
            self.faults.append(Fault(shown, 1, "missing; it says what the base is about"))
            return None
        return self._shaped(path, BaseInfo)[0]

    def absent(self) -> Absent:
        if not self.folders.absent.exists():
            return Absent()
        listed, document = self._shaped(self.folders.absent, Absent)
        if listed is None or document is None:
            return Absent()
        self.known[ABSENT] = YamlFile(document.path, self.folders.absent)
        return listed

    def files(self, folder: str, model: type[T]) -> dict[str, T]:
        """What each file of a folder holds, by id."""
        things: dict[str, T] = {}
        for path in self.folders.files(folder):
            thing, document = self._shaped(path, model)
            if thing is None or document is None:
                continue
            if thing.id in self.known:
                other = self.known[thing.id].path
                what = f"the id `{thing.id}` is taken by {other}; choose another"
                self.faults.append(document.fault(("id",), what))
                continue
            if path.stem != thing.id:
                what = f"the file of `{thing.id}` must be called {thing.id}.yaml"
                self.faults.append(document.fault(("id",), what))
            self.known[thing.id] = YamlFile(document.path, path)
            things[thing.id] = thing
        return things

    def _shaped(
        self, path: Path, model: type[validation.Model]
    ) -> tuple[validation.Model | None, Document | None]:
        document, faults = documents.read(path, self.folders.shown(path))
        self.faults += faults
        if document is None:
            return None, None
        shaped, faults = validation.validate(document, model)
        self.faults += faults
        return shaped, document


def broken_ids(folders: Folders, base: Base) -> frozenset[str]:
    """The ids of the files in the base's folders that could not be read."""
    stems = (path.stem for folder in FOLDERS for path in folders.files(folder))
    return frozenset(stems).difference(base.files)
