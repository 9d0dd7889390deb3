"""How a verb fails: every error of the program is worded here, and gets its exit code.

Exit codes: 0 fine, 1 faults were found, 2 wrong use.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable
from contextlib import contextmanager
from typing import NoReturn

import typer

from bot.config import FaultyConfig
from bot.documents import Fault
from bot.facts.errors import FaultyBase, UnreadableBase, UnwritableBase
from bot.state.errors import DatabaseUnavailable, MissingDriver

FAULTS, WRONG_USE = 1, 2


@contextmanager
def worded() -> Generator[None]:
    """Turn the program's errors into sentences and exit codes."""
    try:
        yield
    except FaultyConfig as error:
        _list(error.faults)
    except FaultyBase as error:
        _list(error.faults)
    except UnwritableBase as error:
        fail(
            f"The base could not be written to {error.path.parent}: {error.reason}."
            " Make room or choose another folder as `data`; the base built before stays in use.",
            FAULTS,
        )
    except UnreadableBase as error:
        fail(
            f"{error.path.name} cannot be opened: {error.reason}. Delete it and build again.",
            FAULTS,
        )
    except MissingDriver as error:
        fail(f"This state needs the extra `{error.extra}`: pip install -e '.[{error.extra}]'")
    except DatabaseUnavailable as error:
        fail(f"The state cannot be used: {error.reason}. See `state` in config.yaml.", FAULTS)
    except BrokenPipeError:
        raise  # whoever read along has gone; click ends the program quietly
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        fail(f"{place}{error.strerror or error}.", FAULTS)
    except KeyboardInterrupt:
        raise typer.Exit(0) from None


def fail(sentence: str, code: int = WRONG_USE) -> NoReturn:
    """Say the sentence on standard error and end the verb with the exit code."""
    typer.echo(sentence, err=True)
    raise typer.Exit(code)


def _list(faults: Iterable[Fault]) -> NoReturn:
    listed = sorted(faults)
    for fault in listed:
        typer.echo(str(fault), err=True)
    typer.echo(f"{len(listed)} {'fault' if len(listed) == 1 else 'faults'}.", err=True)
    raise typer.Exit(FAULTS)
