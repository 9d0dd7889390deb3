"""YAML files as data with line numbers: reports every fault at once and guesses nothing.

The dialect is small on purpose. Scalars are text (so `no`, `2023-3-6` and `12:30` stay as typed),
an empty or plain `null` value is absent, and anchors, merge keys and tags are faults.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from sys import intern
from typing import cast

import yaml

Location = tuple[str | int, ...]

_DEEPEST = 20  # levels; far more than any model has, far fewer than Python's own limit
_SHORT = 32  # characters of a text that is likely to be in a base many times
_LONGEST = 1_000  # characters of a fault; a fact's wording fits
_ABSENT = {"", "null", "~"}


@dataclass(frozen=True, order=True)
class Fault:
    """One thing wrong in a file that a person wrote, and how to fix it."""

    path: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {_short(self.what)}"


def _short(text: str) -> str:
    """The text on one line; a very long one loses its middle."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[:200]} … {line[-400:]}"


@dataclass(frozen=True)
class Document:
    """A YAML mapping as plain data, with the line of each of its parts."""

    path: str
    data: dict[str, object]
    text: str = field(default="", repr=False)

    @cached_property
    def lines(self) -> dict[Location, int]:
        """The line of each part; read again for them, as only what has faults needs any."""
        lines: dict[Location, int] = {}
        if self.text:
            _Reader(self.path, self.text, lines).document()
        return lines

    def line(self, *location: str | int) -> int:
        """The line of `location`, or of the nearest part around it that has one."""
        while location and location not in self.lines:
            location = location[:-1]
        return self.lines.get(location, 1)

    def fault(self, location: Location, what: str) -> Fault:
        """A fault at `location` in this document."""
        return Fault(self.path, self.line(*location), what)


@dataclass(frozen=True)
class YamlFile:
    """A file that held one document, which is read again where it is needed.

    Its text takes memory, and only a file with faults needs it.
    """

    path: str
    file: Path

    @cached_property
    def document(self) -> Document:
        """What the file holds now; an empty document if that cannot be read."""
        try:
            document, _ = read(self.file, self.path)
        except OSError:
            document = None
        return document or Document(self.path, {})

    def fault(self, location: Location, what: str) -> Fault:
        """A fault at `location` in this file."""
        return self.document.fault(location, what)


class _Broken(Exception):
    """The rest of the text cannot be read; carries what is wrong and on which line."""

    def __init__(self, line: int, what: str) -> None:
        super().__init__(what)
        self.line = line
        self.what = what


def read(path: Path, shown_as: str) -> tuple[Document | None, list[Fault]]:
    """Read one YAML file: the document, or None if it cannot be read, and its faults.

    `shown_as` is the path as faults show it. Raises OSError if the file cannot be opened.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        return None, [Fault(shown_as, line, "not UTF-8 text; save the file as UTF-8")]
    reader = _Reader(shown_as, text)
    try:
        return reader.document(), reader.faults
    except _Broken as broken:
        return None, [*reader.faults, Fault(shown_as, broken.line, broken.what)]


class _Reader:
    """Turns libyaml's events into data, and may record the line on which each value begins."""

    def __init__(self, path: str, text: str, lines: dict[Location, int] | None = None) -> None:
        self.path = path
        self.text = text
        self.lines = lines
        self.faults: list[Fault] = []
        # Never None, as nothing is asked for after the end of the stream.
        self.next = cast(Callable[[], yaml.Event], yaml.CBaseLoader(text).get_event)

    def document(self) -> Document:
        try:
            return self._document()
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            if mark and error.context_mark and mark.index >= len(self.text.rstrip()):
                mark = error.context_mark  # left open: its start says more than the file's end
            raise _Broken(mark.line + 1 if mark else 1, self._worded(error)) from None
        except yaml.reader.ReaderError as error:
            line = self.text.encode()[: error.position].count(b"\n") + 1  # libyaml counts bytes
            raise _Broken(line, "a control character; remove it") from None

    def _document(self) -> Document:
        self.next()  # the start of the stream says nothing
        if isinstance(self.next(), yaml.StreamEndEvent):
            raise _Broken(1, "the file is empty; it must hold one mapping, such as `id: ...`")
        data = self._value(self.next(), ())
        if not isinstance(data, dict):
            raise _Broken(1, "the file must hold one mapping, such as `id: ...`")
        self.next()
        more = self.next()
        if isinstance(more, yaml.DocumentStartEvent):
            raise _Broken(_line(more), "a second document; one file holds one thing")
        return Document(self.path, cast(dict[str, object], data), self.text)

    def _worded(self, error: yaml.MarkedYAMLError) -> str:
        mark = error.problem_mark
        lines = self.text.splitlines()
        if mark and mark.line < len(lines) and "\t" in lines[mark.line]:
            return "a tab; YAML is indented with spaces"
        return f"not YAML: {error.problem or error.context}; text with `: ` or ` #` needs quotes"

    def _value(self, event: yaml.Event, at: Location) -> object:
        self._note(event, at)
        if isinstance(event, yaml.ScalarEvent):
            value = event.value
            is_absent = value in _ABSENT and event.style in ("", None)
            return None if is_absent else _shared(value)
        if len(at) > _DEEPEST:
            raise _Broken(_line(event), "nested too deeply; no field here is that deep")
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(at)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(at)
        return None

    def _sequence(self, at: Location) -> list[object]:
        values: list[object] = []
        while not isinstance(event := self.next(), yaml.SequenceEndEvent):
            values.append(self._value(event, (*at, len(values))))
        return values

    def _mapping(self, at: Location) -> dict[str, object]:
        values: dict[str, object] = {}
        while not isinstance(event := self.next(), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                raise _Broken(_line(event), "a key must be plain text")
            key, within = str(event.value), (*at, str(event.value))
            self._note(event, within)
            if key in values:
                what = f"`{key}` appears twice here; keep one"
                self.faults.append(Fault(self.path, _line(event), what))
            values[key] = self._value(self.next(), within)
        return values

    def _note(self, event: yaml.Event, at: Location) -> None:
        """Note where a key or a value begins, and that it has none of what is not allowed."""
        if self.lines is not None:
            self.lines.setdefault(at, _line(event))
        if getattr(event, "anchor", None):
            what = "an anchor or alias (`&`, `*`); write the value out, or quote the text"
            self.faults.append(Fault(self.path, _line(event), what))
        elif getattr(event, "tag", None) not in (None, "!"):
            what = "a tag (`!`); write the value without it"
            self.faults.append(Fault(self.path, _line(event), what))


def _shared(value: str) -> str:
    """One and the same text for all that are equal, if it is short: ids are in many files."""
    return intern(value) if len(value) <= _SHORT else value


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1
