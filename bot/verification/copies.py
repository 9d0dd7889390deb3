"""Copies of the articles, which a curator keeps outside the base and never publishes."""

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
        """Whether a paragraph equals `text`, ignoring case, punctuation and spaces."""
        return _plain(text) in map(_plain, self.paragraphs)


def paragraphs(text: str) -> tuple[str, ...]:
    """The lines that are not blank; a no-break space counts as blank."""
    return tuple(line.strip() for line in _LINE_END.split(text) if line.strip())


def read_copies(folder: Path) -> tuple[list[Copy], list[Fault]]:
    """Every `*.txt` of a folder, and a fault for each that is not UTF-8.

    Raises OSError if a file cannot be read.
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
    """The copy of each source, by the source's id, and a fault for each mismatch.

    A copy is matched by its fingerprint. If its fingerprint is unknown but it has a source's title,
    it counts as a changed copy of that source.
    """
    by_hash = {copy.sha256: copy for copy in copies}
    known = {source.sha256 for source in base.sources.values()}
    unmatched = {sha256: copy for sha256, copy in by_hash.items() if sha256 not in known}
    matched: dict[str, Copy] = {}
    faults: list[Fault] = []
    for source in base.sources.values():
        copy = by_hash.get(source.sha256)
        if copy is None:
            copy = next((c for c in unmatched.values() if c.holds(source.title)), None)
            faults.append(_mismatch(base, source, copy))
        if copy is None:
            continue
        unmatched.pop(copy.sha256, None)
        matched[source.id] = copy
        if copy.sha256 == source.sha256 and len(copy.paragraphs) != source.paragraphs:
            what = f"{copy.name} has {len(copy.paragraphs)} paragraphs; write that number"
            faults.append(base.files[source.id].fault(("paragraphs",), what))
    faults += [_stray(copy) for copy in unmatched.values()]
    return matched, faults


def _mismatch(base: Base, source: Source, copy: Copy | None) -> Fault:
    file = base.files[source.id]
    if copy is None:
        what = "no copy has this fingerprint; put the article's copy into the folder"
        return file.fault(("sha256",), what)
    count = len(copy.paragraphs)
    same = count == source.paragraphs
    counted = (
        f"still {count} paragraphs" if same else f"{count} paragraphs, not {source.paragraphs}"
    )
    what = f"{copy.name} has changed ({counted}); compare it, then write sha256 {copy.sha256}"
    return file.fault(("sha256",), what)


def _stray(copy: Copy) -> Fault:
    record = f"sha256: {copy.sha256} and paragraphs: {len(copy.paragraphs)}"
    return Fault(copy.name, 1, f"no record has this copy's fingerprint; add one with {record}")


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))
