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
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        fail(f"{place}{error.strerror or error}.", FAULTS)
    except Exception as error:
        _fail_with(error)
        raise


def _fail_with(error: Exception) -> None:
    """End the verb if the error is one of the program's own."""
    # Imported only after an error, to keep every verb fast.
    from bot.config import FaultyConfig
    from bot.facts.errors import FaultyBase, UnreadableBase, UnwritableBase
    from bot.state.errors import DatabaseUnavailable, MissingDriver

    match error:
        case FaultyConfig(faults=faults) | FaultyBase(faults=faults):
            _list(faults)
        case UnwritableBase(path=path, reason=reason):
            fail(
                f"The base could not be written to {path.parent}: {reason}."
                " Free some space or choose another folder as `data`; the previous base stays in"
                " use.",
                FAULTS,
            )
        case UnreadableBase(path=path, reason=reason):
            fail(f"{path.name} cannot be opened: {reason}. Delete it and build again.", FAULTS)
        case MissingDriver(extra=extra):
            fail(f"This state needs the extra `{extra}`: pip install -e '.[{extra}]'")
        case DatabaseUnavailable(reason=reason):
            fail(f"The state cannot be used: {reason}. See `state` in config.yaml.", FAULTS)
        case _:
            pass


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
