"""Building a base in a process of its own, so that a running bot keeps answering.

In a thread, a build and the event loop take turns at running Python, and answers wait. A pool of
`concurrent.futures` would do, too, but what it runs cannot be ended with the bot.

    python -m bot.facts.build_aside FACTS SEEDS DATA

writes to its output, as a pickle, what `build` returned or raised.
"""

from __future__ import annotations

import asyncio
import os
import pickle
import sys
from asyncio.subprocess import PIPE
from contextlib import suppress
from pathlib import Path

from bot.facts.build import BuiltBase, build
from bot.facts.errors import BaseError, UnfinishedBuild
from bot.facts.load import Folders

_NICE = 10  # on a machine with one core, answers come first


async def build_aside(folders: Folders, data: Path) -> BuiltBase:
    """Build the base in another process; returns and raises what `build` does.

    Raises UnfinishedBuild if that process ends before it has built anything. If cancelled, it is
    ended.
    """
    call = (sys.executable, "-m", __name__, folders.facts, folders.seeds, data)
    # A session of its own: what is typed to end the bot is not meant for it.
    process = await asyncio.create_subprocess_exec(*call, stdout=PIPE, start_new_session=True)
    try:
        output, _ = await process.communicate()
    except BaseException:
        with suppress(ProcessLookupError):
            process.kill()
        await process.communicate()  # until it has ended, and its pipe is closed
        raise
    if process.returncode:
        raise UnfinishedBuild(process.returncode)
    outcome: BuiltBase | Exception = pickle.loads(output)  # noqa: S301 - our own process wrote it
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


def _main(facts: str, seeds: str, data: str) -> None:
    if hasattr(os, "nice"):
        os.nice(_NICE)
    outcome: BuiltBase | Exception
    try:
        outcome = build(Folders(Path(facts), Path(seeds)), Path(data))
    except (BaseError, OSError) as error:
        outcome = error
    sys.stdout.buffer.write(pickle.dumps(outcome))


if __name__ == "__main__":
    _main(*sys.argv[1:])
