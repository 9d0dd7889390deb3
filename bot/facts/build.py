"""Building `facts.db`: a base's files become one read-only SQLite file, or nothing changes.

The file's name includes a hash of the base's files, so an unchanged base is not rebuilt, a running
bot keeps the file that it opened, and no process ever sees a half-written one.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable
from contextlib import closing, suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from bot.documents import Fault
from bot.facts import built
from bot.facts.errors import FaultyBase, UnwritableBase
from bot.facts.garbage import no_collections
from bot.facts.last_build import FilesState
from bot.facts.load import Base, Folders, broken_ids, fingerprint, load
from bot.facts.unread import faults_of, find_unread, ids_of

if TYPE_CHECKING:
    from bot.facts.rows import Row, Values

Progress = Callable[[int, int], None]
"""Called with the number of rows written so far, and about how many there will be."""

_SCHEMA = Path(__file__).with_name("schema.sql")
# What follows from the other rows: which facts are units, and in how many units each term occurs.
_DERIVED = """
INSERT INTO fact_unit SELECT unit.rank, fact.rank, key FROM unit JOIN fact USING (key);
CREATE VIRTUAL TABLE temp.term USING fts5vocab(main, unit_text, row);
INSERT INTO unit_term SELECT doc, group_concat(term, ' ') FROM term GROUP BY doc;
"""
_BATCH = 1_000  # rows
_ROWS_A_FACT = 10  # about; only for the progress


@dataclass(frozen=True)
class BuiltBase:
    """A built base on disk, and whether this call built it."""

    path: Path
    was_built: bool


def check(folders: Folders, data: Path) -> tuple[Base | None, list[Fault]]:
    """The base in memory, or None if it has no `base.yaml`, and all its faults.

    Wordings are compared with the last base built in `data`. Raises OSError if a file cannot be
    read.
    """
    # Imported here because a base that is already built needs no rules.
    from bot.facts.lint import LintContext, lint

    base, faults = load(folders)
    unread = find_unread(folders)
    faults += faults_of(unread, folders)
    if base is None:
        return None, sorted(faults)
    broken = broken_ids(folders, base) | ids_of(unread)
    context = LintContext(base, broken, built.last_wordings(data))
    return base, sorted({*faults, *lint(context)})


@no_collections()
def build(folders: Folders, data: Path, progress: Progress = lambda done, total: None) -> BuiltBase:
    """Build the base into the folder `data`, unless the same files were built there before.

    Raises FaultyBase with every fault, UnwritableBase if the disk refuses, and OSError if a file of
    the base cannot be read.
    """
    files = FilesState(folders)
    path = files.built_before(data)
    is_built = path is not None
    if path is None:
        path = built.path_of(data, fingerprint(folders))
        is_built = built.is_intact(path)
    if is_built:
        with suppress(OSError):  # a read-only folder does not record which base was used last
            path.touch()
    else:
        base, faults = check(folders, data)
        if base is None or faults:
            raise FaultyBase(faults)
        _write_whole(path, base, progress)
        built.clear_away(data)
    files.note(path)
    return BuiltBase(path, was_built=not is_built)


def _write_whole(path: Path, base: Base, progress: Progress) -> None:
    """Write a draft next to the built base, and replace that once the draft is complete."""
    # Not the process's id: in containers that share the folder, every process has the same.
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}.draft")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(draft, base, built.fingerprint_of(path), progress)
        draft.replace(path)
    except (OSError, sqlite3.Error) as error:
        raise UnwritableBase(path, _reason(error)) from error
    finally:
        built.discard(draft)


def _reason(error: Exception) -> str:
    return (error.strerror or str(error)) if isinstance(error, OSError) else str(error)


def _write(path: Path, base: Base, fingerprint: str, progress: Progress) -> None:
    from bot.facts.rows import rows_of

    expected = _ROWS_A_FACT * sum(1 for _ in base.facts())
    rows, done = rows_of(base, fingerprint), 0
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        # Nothing guards a draft: one that is not finished is deleted.
        db.executescript(f"PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; {_schema()} BEGIN;")
        while batch := list(islice(rows, _BATCH)):
            _insert(db, batch)
            done += len(batch)
            progress(done, max(done, expected))
        progress(done, done)
        db.execute("COMMIT")
        db.executescript(f"BEGIN; {_DERIVED} COMMIT; ANALYZE;")
    with path.open("rb") as written:
        os.fsync(written.fileno())


def _schema() -> str:
    return _SCHEMA.read_text("utf-8")


def _insert(db: sqlite3.Connection, rows: Iterable[Row]) -> None:
    """Insert rows, those of a table together."""
    by_table: defaultdict[str, list[Values]] = defaultdict(list)
    for table, values in rows:
        by_table[table].append(values)
    for table, listed in by_table.items():
        slots = ", ".join("?" * len(listed[0]))
        db.executemany(f"INSERT OR IGNORE INTO {table} VALUES ({slots})", listed)
