"""Copies of a SQLite state: whole while the bot runs, and checked before they count.

A running state is three files, and a copy of one of them is out of date or damaged. SQLite's own
backup reads all three as one.
"""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
import sys
from collections.abc import Generator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.state.errors import NoState, StateInUse
from bot.state.migrations import versions

_LOGS = ("-wal", "-shm")  # what SQLite keeps beside a database while it is open
_COPIES = 3  # how many of those from before upgrades are kept
IN_USE = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
"""SQLite's codes for what another connection keeps from being done."""


@dataclass(frozen=True)
class Copy:
    """A state that was copied: the version of its tables, and how many servers it knows."""

    revision: str
    servers: int


def back_up(state: Path, copy: Path) -> Copy:
    """Copy the state into one new file, also while the bot writes to it.

    Raises NoState if there is none or it is damaged, FileExistsError, and OSError if the copy
    cannot be written.
    """
    if copy.exists():
        raise FileExistsError(None, "exists already; choose another name", str(copy))
    with _draft(copy) as draft:
        copied = _copy(state, draft)
        draft.replace(copy)
    return copied


def restore(copy: Path, state: Path) -> tuple[Copy, Path | None]:
    """Put a copy in the place of the state; returns it, and where the state before is kept.

    Raises NoState if the copy cannot be used, StateInUse if the bot runs, and OSError if the state
    cannot be written.
    """
    state.parent.mkdir(parents=True, exist_ok=True)
    with _draft(state) as draft:
        copied = _copy(copy, draft)
        _hand_over(draft, state)
        kept = _set_aside(state) if state.exists() else None
        for log in _LOGS:  # SQLite would play it into the copy
            state.with_name(state.name + log).unlink(missing_ok=True)
        draft.replace(state)
    return copied, kept


def _hand_over(draft: Path, state: Path) -> None:
    """Have a draft be what the state is: root may restore it, and the bot must write it."""
    if state.exists():
        shutil.copymode(state, draft)
    if sys.platform != "win32" and os.geteuid() == 0:  # only root gives files away
        owner = (state if state.exists() else state.parent).stat()
        os.chown(draft, owner.st_uid, owner.st_gid)


def keep_before(version: str, state: Path) -> None:
    """Copy the state beside itself before its tables are brought to a version.

    Of such copies the newest are kept. Raises NoState and OSError.
    """
    kept = _set_aside_name(state, version)
    with _draft(kept) as draft:
        _copy(state, draft)
        draft.replace(kept)
    copies = (_set_aside_name(state, each) for each in versions())
    for old in [copy for copy in copies if copy.exists()][:-_COPIES]:
        old.unlink()


def _set_aside_name(state: Path, version: str) -> Path:
    return state.with_name(f"{state.name}.before-{version}")


@contextmanager
def _draft(path: Path) -> Generator[Path]:
    """A file to write beside `path`; it is gone afterwards, unless it was moved."""
    draft = path.with_name(f"{path.name}.draft")
    draft.unlink(missing_ok=True)
    try:
        yield draft
    finally:
        draft.unlink(missing_ok=True)


def _copy(source: Path, draft: Path) -> Copy:
    """Copy a database with what its log holds, and check the copy. Raises NoState."""
    if not source.is_file():
        raise NoState(source, "there is no such file")
    draft.touch(0o600)  # SQLite's own error would not say why it cannot
    # Not `mode=ro`: that would leave a log behind, which the bot's user may not write to.
    address = f"{source.resolve().as_uri()}?mode=rw"
    try:
        with (
            closing(sqlite3.connect(address, uri=True)) as theirs,
            closing(sqlite3.connect(draft)) as ours,
        ):
            theirs.backup(ours)
            ours.execute("PRAGMA journal_mode = DELETE")  # one file, without a log
            return _check(source, ours)
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_FULL:
            raise OSError(errno.ENOSPC, "no space is left", str(draft)) from error
        raise NoState(source, str(error)) from error


def _check(source: Path, copy: sqlite3.Connection) -> Copy:
    (damage,) = copy.execute("PRAGMA integrity_check(1)").fetchone()
    if damage != "ok":
        raise NoState(source, f"it is damaged ({damage.splitlines()[-1]})")
    if not copy.execute("SELECT 1 FROM sqlite_schema WHERE name = 'alembic_version'").fetchone():
        raise NoState(source, "it is not a state of Factdesk")
    (revision,) = copy.execute("SELECT version_num FROM alembic_version").fetchone()
    if revision not in versions():
        raise NoState(source, f"its tables are of a newer version of Factdesk ({revision})")
    (servers,) = copy.execute("SELECT count(*) FROM server").fetchone()
    return Copy(revision, servers)


def _set_aside(state: Path) -> Path:
    """Copy the state before, whole or damaged, with its log. Raises StateInUse."""
    _require_unused(state)
    kept = state.with_name(f"{state.name}.before")
    for log in ("", *_LOGS):
        part, copy = (path.with_name(path.name + log) for path in (state, kept))
        copy.unlink(missing_ok=True)
        if part.exists():
            shutil.copy2(part, copy)
    return kept


def _require_unused(state: Path) -> None:
    """Raise StateInUse if any process has the state open; else leave no log of it."""
    try:
        with closing(sqlite3.connect(state, timeout=1)) as connection:
            # SQLite refuses this while anyone else has the database open.
            connection.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode in IN_USE:
            raise StateInUse(state) from error
        # A damaged state is no state to protect; it is kept as it is.
