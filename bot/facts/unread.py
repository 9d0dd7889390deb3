"""Files in a base's folders that are not read: a fact in one would be missing silently."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from pathlib import Path

from bot.documents import Fault
from bot.facts.load import FOLDERS, Folders, is_leftover

_NOTES, _SCHEMAS = ".md", "schemas"


def find_unread(folders: Folders) -> list[Path]:
    """The files and folders that no fact is read from. Raises OSError if a folder cannot be read.

    Schemas, notes, copies of the articles and what editors leave behind may be there.
    """
    schemas = folders.facts / _SCHEMAS
    places = [folders.facts, schemas, *map(folders.place, FOLDERS)]
    others = (*schemas.glob("*.json"), *folders.seeds.glob("*.txt"))
    meant = {*places, *folders.all_files(), *others}
    return [
        path
        for place in dict.fromkeys(places)
        if place.exists()
        for path in sorted(place.iterdir())
        if path not in meant and _holds_something(path)
    ]


def _holds_something(path: Path) -> bool:
    if is_leftover(path.name) or path.suffix == _NOTES:
        return False
    return not path.is_dir() or any(map(_holds_something, path.iterdir()))


def ids_of(unread: Iterable[Path]) -> frozenset[str]:
    """The ids that the names of unread files promise."""
    return frozenset(path.stem for each in unread for path in (each, *each.rglob("*")))


def faults_of(unread: Iterable[Path], folders: Folders) -> Iterator[Fault]:
    """A fault for each file and folder that is not read."""
    for path in unread:
        advice = _of_folder(folders, path) if path.is_dir() else _of_file(path)
        yield Fault(folders.shown(path), 1, f"not read; {advice}")


def _of_folder(folders: Folders, path: Path) -> str:
    if path.parent not in (folders.facts, folders.facts / _SCHEMAS):
        return f"move its files to {folders.shown(path.parent)}"
    meant = get_close_matches(path.name, _things(), 1)
    return f"did you mean `{meant[0]}`?" if meant else _places()


def _of_file(path: Path) -> str:
    if path.suffix.lower() in (".yaml", ".yml") and path.suffix != ".yaml":
        return f"call it {path.stem}.yaml"
    if path.suffix == ".yaml":
        return _places()
    return "the name of a fact's file ends in .yaml; keep other files elsewhere"


def _places() -> str:
    return f"facts are read from the folders {', '.join(_things())}"


def _things() -> list[str]:
    return sorted(set(FOLDERS) - {"seeds"})
