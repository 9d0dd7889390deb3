"""How a verb fails: each of the program's errors gets its sentence and exit code here.

Exit codes: 0 fine, 1 faults were found, 2 wrong use.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

import typer

if TYPE_CHECKING:
    from bot.documents import Fault

FAULTS, WRONG_USE = 1, 2


@contextmanager
def worded() -> Generator[None]:
    """Turn the program's errors into sentences and exit codes."""
    try:
        yield
    except KeyboardInterrupt:
        raise typer.Exit(0) from None
    except BrokenPipeError:
        raise  # the reader of the pipe has closed it; click exits quietly
    except Exception as error:
        _list_faults_of(error)
        if sentence := sentence_of(error):
            fail(sentence, _code_of(error))
        raise


def sentence_of(error: Exception) -> str | None:
    """What an error of the system, the base or the state says to the host; None for any other."""
    if isinstance(error, OSError):
        prefix = f"{error.filename}: " if error.filename else ""
        return f"{prefix}{error.strerror or error}."
    return _of_the_base(error) or _of_the_state(error) or _of_processes(error)


# The errors are imported only after one, to keep every verb fast.


def _of_the_base(error: Exception) -> str | None:
    from bot.facts.errors import FaultyBase, UnreadableBase, UnwritableBase

    match error:
        case FaultyBase(faults=faults):
            return f"The base has {len(faults)} faults; `factdesk check` lists them."
        case UnwritableBase(path=path, reason=reason):
            return (
                f"The base could not be written to {path.parent}: {reason}."
                " Free some space or choose another folder as `data`; the previous base stays in"
                " use."
            )
        case UnreadableBase(path=path, reason=reason):
            return f"{path.name} cannot be opened: {reason}. Delete it and build again."
        case _:
            return None


def _of_the_state(error: Exception) -> str | None:
    from bot.state.errors import DatabaseUnavailable, MissingDriver, NewerState, NoState

    match error:
        case MissingDriver(extra=extra):
            return (
                f"This state needs an extra: add [{extra}] to what you installed, as '.[{extra}]'"
            )
        case NewerState(found=found, newest=newest):
            return (
                f"A newer version of Factdesk made the state: its tables are of version {found},"
                f" and this one knows them up to {newest}. Install the newer version again, or"
                " restore the copy from before the update, as docs/hosting.md says."
            )
        case NoState(path=path, reason=reason):
            return f"{path} is not a state that can be copied: {reason}."
        case DatabaseUnavailable(reason=reason):
            return (
                f"The state cannot be used: {reason}. See `state` in config.yaml;"
                " docs/hosting.md says how to restore a backup."
            )
        case _:
            return None


def _of_processes(error: Exception) -> str | None:
    """What an error says that other processes on the same state are the reason for."""
    from bot.state.errors import LostShards, NoSessions, OneProcessOnly, StateInUse, TablesInUse

    match error:
        case TablesInUse(found=found, newest=newest):
            return (
                "An older version of Factdesk still runs on this state. Its tables are brought from"
                f" version {found} to {newest} once every process of that one has been stopped."
            )
        case StateInUse(path=path):
            return f"{path} is in use; stop the bot first."
        case OneProcessOnly():
            return (
                "SQLite is for one process, which serves all shards: leave the shards out, or"
                " keep the state in PostgreSQL."
            )
        case NoSessions():
            return (
                "Several processes need a direct connection to PostgreSQL, or a pooler in session"
                " mode: this pooler gives each transaction another connection, so no process can"
                " hold its shards."
            )
        case LostShards(shards=shards):
            return (
                f"Another process may serve shards {shards} now, so this one has left Discord."
                " Start it again: it then waits until they are free."
            )
        case _:
            return None


def _code_of(error: Exception) -> int:
    from bot.state.errors import MissingDriver, NoSessions, OneProcessOnly

    is_wrong_use = isinstance(error, MissingDriver | NoSessions | OneProcessOnly)
    return WRONG_USE if is_wrong_use else FAULTS


def _list_faults_of(error: Exception) -> None:
    """End the verb if the error carries faults in files."""
    from bot.config import FaultyConfig
    from bot.facts.errors import FaultyBase

    if isinstance(error, FaultyConfig | FaultyBase):
        _list(error.faults)


def fail(sentence: str, code: int = WRONG_USE) -> NoReturn:
    """Print the sentence on standard error and end the verb with the exit code."""
    typer.echo(sentence, err=True)
    raise typer.Exit(code)


def _list(faults: Iterable[Fault]) -> NoReturn:
    listed = sorted(faults)
    for fault in listed:
        typer.echo(str(fault), err=True)
    typer.echo(f"{len(listed)} {'fault' if len(listed) == 1 else 'faults'}.", err=True)
    raise typer.Exit(FAULTS)
