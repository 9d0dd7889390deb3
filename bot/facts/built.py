"""Built bases on disk: `facts-<fingerprint>.db` files in a data folder, which never change."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Mapping
from contextlib import closing, suppress
from pathlib import Path

_KEPT = 3  # the one in use, the one before, and one that a slow process still opens
_LONGEST_BUILD = 3_600  # seconds without a write after which a draft counts as abandoned


def path_of(data: Path, fingerprint: str) -> Path:
    """The path of the built base with this fingerprint."""
    return data / f"facts-{fingerprint}.db"


def fingerprint_of(path: Path) -> str:
    """The fingerprint in the name of a built base."""
    return path.stem.removeprefix("facts-")


def built_bases(data: Path) -> list[Path]:
    """The built bases in a data folder, most recently used first."""
    try:
        dated = [(path.stat().st_mtime_ns, path) for path in data.glob("facts-*.db")]
    except OSError:
        return []
    return [path for _, path in sorted(dated, reverse=True)]


def is_intact(path: Path) -> bool:
    """Whether a built base exists, is undamaged, and has the fingerprint in its name."""
    if not path.exists():
        return False
    try:
        with closing(_open_read_only(path)) as db:
            undamaged = db.execute("PRAGMA quick_check").fetchone() == ("ok",)
            row = db.execute("SELECT value FROM about WHERE key = 'fingerprint'").fetchone()
            return undamaged and row == (fingerprint_of(path),)
    except sqlite3.Error:
        return False


def last_wordings(data: Path) -> Mapping[str, str] | None:
    """Each fact's wording in the last built base, by `owner/fact`; None if none is readable.

    A damaged base is skipped for the one before.
    """
    for path in built_bases(data):
        try:
            with closing(_open_read_only(path)) as db:
                return dict(db.execute("SELECT key, says FROM fact").fetchall())
        except sqlite3.Error:
            continue
    return None


def uri(path: Path) -> str:
    """The SQLite URI that opens a built base: read-only, and without locks, as it never changes."""
    return f"{path.resolve().as_uri()}?mode=ro&immutable=1"


def _open_read_only(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(uri(path), uri=True)


def clear_away(data: Path) -> None:
    """Delete the bases that are no longer used, and the drafts that killed builds left behind."""
    for path in (*built_bases(data)[_KEPT:], *_abandoned_drafts(data)):
        discard(path)


def _abandoned_drafts(data: Path) -> list[Path]:
    drafts = data.glob("facts-*.draft*")
    return [path for path in drafts if time.time() - path.stat().st_mtime > _LONGEST_BUILD]


def discard(path: Path) -> None:
    """Delete a file if it exists and the system allows it."""
    # Windows refuses to delete an open file; a later build tries again.
    with suppress(OSError):
        path.unlink(missing_ok=True)
