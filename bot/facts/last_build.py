"""Recognising an unchanged base by the sizes and times of its files, without reading them.

Reading and hashing the files of a large base takes seconds, and so does checking the built one. A
record in the data folder names both as they were at the last start; if anything differs, nothing is
concluded from it.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import time
from contextlib import suppress
from pathlib import Path

from bot import __version__
from bot.facts.load import FOLDERS, FORMAT, Folders, is_fact_file

RECORD = "last-build.json"
_SETTLED = 2.0  # seconds after which a file that changes again has another time


class FilesState:
    """The files of a base as they are now. Raises OSError if a folder cannot be read."""

    def __init__(self, folders: Folders) -> None:
        self._seen_at = time.time()
        places = (folders.info, folders.absent)
        files = [[_file(path.name, path.stat()) for path in places if path.exists()]]
        files += [_yaml_files(folders.place(folder)) for folder in FOLDERS]
        self._newest = max((changed for listed in files for changed, _ in listed), default=0)
        # The version: files that an installer unpacks may all have one and the same time.
        listed = "//".join("/".join(sorted(said for _, said in each)) for each in files)
        state = f"{(__version__, FORMAT, folders)!r}//{listed}"
        self._digest = hashlib.sha256(os.fsencode(state)).hexdigest()

    def built_before(self, data: Path) -> Path | None:
        """The base that was built from these files, if neither has changed since `note`."""
        try:
            record = json.loads((data / RECORD).read_text("ascii"))
            path = data / record["path"]
            return path if record == self._record(path) else None
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def note(self, path: Path) -> None:
        """Note that a whole base was built from these files.

        A file that changed just now may change again without another time or size, so that nothing
        is noted. Nor is it if the data folder cannot be written.
        """
        if self._newest / 1e9 > self._seen_at - _SETTLED:
            return
        record = path.with_name(RECORD)
        draft = record.with_name(f"{RECORD}.{secrets.token_hex(4)}")
        with suppress(OSError):
            draft.write_text(json.dumps(self._record(path)), "ascii")
            draft.replace(record)

    def _record(self, path: Path) -> dict[str, object]:
        stat = path.stat()
        return {
            "files": self._digest,
            "path": path.name,
            "size": stat.st_size,
            "time": stat.st_mtime_ns,
        }


_File = tuple[int, str]
"""When a file changed, in nanoseconds, and a text with its name, its size and that.

The parts of the text have slashes between them, as no name has one.
"""


def _yaml_files(folder: Path) -> list[_File]:
    """The files of a folder that facts are read from, in no order."""
    try:
        with os.scandir(folder) as entries:
            return [_file(e.name, e.stat()) for e in entries if is_fact_file(e.name)]
    except FileNotFoundError:
        return []


def _file(name: str, stat: os.stat_result) -> _File:
    changed = stat.st_mtime_ns
    return changed, f"{name}/{stat.st_size}/{changed}"
