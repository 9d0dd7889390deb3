"""What a base of many facts costs: building it, opening it, answering from it.

    python -m benchmarks.size [--facts 10000] [--keep FOLDER]

Writes a base of `benchmarks.bases`, or takes the one that FOLDER has already, and prints how long
each takes: a build, a start on an unchanged base, a build after one file changed, the first start
after that, which reads every file once more, opening, first answers, autocompletes, and the longest
stop of the loop while the base is built again and swapped.
Each part runs in a process of its own and says how much memory that took; one that builds imports
no more than a build does.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import multiprocessing
import resource
import statistics
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from importlib import import_module
from pathlib import Path
from time import perf_counter, process_time, sleep
from typing import TYPE_CHECKING

from bot.facts.build import build
from bot.facts.load import Folders

if TYPE_CHECKING:
    from bot.answers.service import AnswerService
    from bot.facts.model import ThingKind

_ROUNDS = 20
_SETTLED = 3  # seconds after which a start takes files as they were at the last one


def main() -> None:
    """Measure everything, each in its own process."""
    parser = argparse.ArgumentParser(description="Measure a base of many facts.")
    parser.add_argument("--facts", type=int, default=10_000)
    parser.add_argument("--keep", type=Path)
    given = parser.parse_args()
    place = nullcontext(given.keep) if given.keep else tempfile.TemporaryDirectory()
    with place as name:
        folder = Path(name)
        if not (folder / "facts").exists():
            from benchmarks.bases import write_base

            write_base(folder, given.facts)
            sleep(_SETTLED)
        for measured in (_build, _unchanged, _one_changed, _start, _open, _swap):
            process = multiprocessing.get_context("spawn").Process(target=measured, args=(folder,))
            process.start()
            process.join()


def _folders(folder: Path) -> tuple[Folders, Path]:
    return Folders(folder / "facts", folder / "seeds"), folder / "data"


def _report(what: str, seconds: float, note: str = "") -> None:
    print(f"{what:24}{seconds * 1000:10.1f} ms  {note}", flush=True)


def _peak() -> str:
    return f"at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB"


def _timed_build(folder: Path) -> tuple[float, str]:
    """The seconds that a build takes, and how much of the processor and of memory."""
    began, cpu = perf_counter(), process_time()
    build(*_folders(folder))
    taken = perf_counter() - began
    return taken, f"{process_time() - cpu:.2f} s of CPU, {_peak()}"


def _build(folder: Path) -> None:
    for path in (folder / "data").glob("*"):
        path.unlink()
    _report("build", *_timed_build(folder))


def _unchanged(folder: Path) -> None:
    _report("unchanged start", *_timed_build(folder))


def _one_changed(folder: Path) -> None:
    _change(folder)
    _report("build, one file changed", *_timed_build(folder))


def _start(folder: Path) -> None:
    _report("first start after that", *_timed_build(folder))


def _change(folder: Path) -> None:
    """Give one event another place."""
    path = folder / "facts" / "events" / "e1.yaml"
    text = path.read_text("utf-8")
    other = '"where": "Oslo"' if '"where": "Bergen"' in text else '"where": "Bergen"'
    start = text.index('"where"')
    path.write_text(text[:start] + other + text[text.index(",\n", start) :], "utf-8")


def _open(folder: Path) -> None:
    asyncio.run(_opened(folder))


async def _opened(folder: Path) -> None:
    from bot.answers.lifecycle import open_service

    import_module("bot.ui.questions.replies")  # as a bot that opens a base has done
    began, cpu = perf_counter(), process_time()
    service = await open_service(*_folders(folder))
    note = f"{process_time() - cpu:.2f} s of CPU, {_peak()}"
    _report("open", perf_counter() - began, note)
    gc.collect()
    gc.freeze()  # as the running bot does
    try:
        await _answers(service)
    finally:
        await service.store.close()
    print(f"with all answers{_peak():>26}")


async def _answers(service: AnswerService) -> None:
    """First answers about the busiest things, and about the twentieth."""
    things = service.store.things
    kinds: tuple[ThingKind, ...] = ("event", "actor", "topic")
    for kind in kinds:
        ids = [thing.id for thing in things.of_kind(kind)]
        for place in (0, min(19, len(ids) - 1)):
            await _first(f"/{kind} of rank {place + 1}", service, kind, name=ids[place])
    await _first("/timeline", service, "timeline")
    busiest = next(things.of_kind("actor")).id
    await _first("/timeline, an actor", service, "timeline", actor=busiest)
    await _first("/search, common words", service, "search", text="harbour tariff")
    await _first("/ask", service, "ask", question="when was the summit of France and Japan")
    await _first("unsure name", service, "event", name="farnce japn sumit 2009")
    await _first("unknown name", service, "event", name="falklands war")
    for typed in ("", "f", "fra", "france-jap", "프랑스", "farnce"):
        await _autocomplete(service, typed)


async def _first(what: str, service: AnswerService, command: str, **options: str) -> None:
    from bot.cards.card import Question
    from bot.ui.questions.replies import view

    began, cpu = perf_counter(), process_time()
    view(service, await service.answer(Question(command, options), "en")).to_components()
    _report(what, perf_counter() - began, f"{(process_time() - cpu) * 1000:.1f} ms of CPU")


async def _autocomplete(service: AnswerService, typed: str) -> None:
    def once() -> float:
        began = perf_counter()
        service.complete("event", typed, "en")
        return perf_counter() - began

    _report(f"autocomplete `{typed}`", statistics.median(once() for _ in range(_ROUNDS)))


def _swap(folder: Path) -> None:
    asyncio.run(_swapped(folder))


async def _swapped(folder: Path) -> None:
    from bot.answers.lifecycle import open_service

    folders, data = _folders(folder)
    service = await open_service(folders, data)
    _change(folder)
    longest = await _longest_stop(lambda: _rebuild(service, folders, data))
    _report("longest stop of the loop", longest, "while the base is built and swapped")
    await service.store.close()


async def _rebuild(service: AnswerService, folders: Folders, data: Path) -> None:
    from bot.answers.lifecycle import reopen_service
    from bot.facts.build_aside import build_aside

    await build_aside(folders, data)
    before = await reopen_service(service, data)
    assert before, "the base has changed"
    await before.close()


async def _longest_stop(work: Callable[[], Awaitable[None]]) -> float:
    """The longest time for which nothing else ran while some work was done."""
    working = asyncio.ensure_future(work())
    longest = 0.0
    while not working.done():
        began = perf_counter()
        await asyncio.sleep(0.001)
        longest = max(longest, perf_counter() - began)
    await working
    return longest


if __name__ == "__main__":
    main()
