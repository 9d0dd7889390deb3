"""Copies of the articles, which a curator keeps beside the base and never publishes."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.documents import Fault
from bot.facts.load import Base
from bot.facts.model import Source

_LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True)
class Copy:
    """An article's text in paragraphs, counted from 1, and the fingerprint of its file."""

    name: str
    sha256: str
    paragraphs: tuple[str, ...]

    def holds(self, text: str) -> bool:
        """Whether some paragraph is `text`, whatever its quotation marks and spaces."""
        return _plain(text) in map(_plain, self.paragraphs)


def paragraphs(text: str) -> tuple[str, ...]:
    """The lines that hold more than white space; a no-break space is white space."""
    return tuple(line.strip() for line in _LINE_END.split(text) if line.strip())


def read_copies(folder: Path) -> tuple[list[Copy], list[Fault]]:
    """Every `*.txt` of a folder, and a fault for each that is no UTF-8 text.

    Raises OSError where a file cannot be read.
    """
    copies: list[Copy] = []
    faults: list[Fault] = []
    for path in sorted(folder.glob("*.txt")):
        raw = path.read_bytes()
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError as error:
            line = raw[: error.start].count(b"\n") + 1
            faults.append(Fault(path.name, line, "not UTF-8 text; save the copy as UTF-8"))
            continue
        copies.append(Copy(path.name, hashlib.sha256(raw).hexdigest(), paragraphs(text)))
    return copies, faults


def match(base: Base, copies: Iterable[Copy]) -> tuple[Mapping[str, Copy], list[Fault]]:
    """The copy of each source, by the source's id, and what does not fit.

    A copy is known by its fingerprint. One that fits no fingerprint but holds a source's title is
    taken for that source's copy, changed.
    """
    by_mark = {copy.sha256: copy for copy in copies}
    loose = {mark: copy for mark, copy in by_mark.items() if mark not in _marks(base)}
    matched: dict[str, Copy] = {}
    faults: list[Fault] = []
    for source in base.sources.values():
        copy = by_mark.get(source.sha256)
        if copy is None:
            copy = next((c for c in loose.values() if c.holds(source.title)), None)
            faults.append(_misfit(base, source, copy))
        if copy is None:
            continue
        loose.pop(copy.sha256, None)
        matched[source.id] = copy
        if copy.sha256 == source.sha256 and len(copy.paragraphs) != source.paragraphs:
            what = f"{copy.name} has {len(copy.paragraphs)} paragraphs; write that number"
            faults.append(base.documents[source.id].fault(("paragraphs",), what))
    faults += [_stray(copy) for copy in loose.values()]
    return matched, faults


def _marks(base: Base) -> set[str]:
    return {source.sha256 for source in base.sources.values()}


def _misfit(base: Base, source: Source, copy: Copy | None) -> Fault:
    document = base.documents[source.id]
    if copy is None:
        what = "no copy has this fingerprint; put the article's copy into the folder"
        return document.fault(("sha256",), what)
    count = len(copy.paragraphs)
    same = count == source.paragraphs
    counted = (
        f"still {count} paragraphs" if same else f"{count} paragraphs, not {source.paragraphs}"
    )
    what = f"{copy.name} has changed ({counted}); compare it, then write sha256 {copy.sha256}"
    return document.fault(("sha256",), what)


def _stray(copy: Copy) -> Fault:
    record = f"sha256: {copy.sha256} and paragraphs: {len(copy.paragraphs)}"
    return Fault(copy.name, 1, f"no record has this copy's fingerprint; add one with {record}")


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))
