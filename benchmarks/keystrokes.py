"""How long a person who types a name on the local page waits for its choices.

    python -m benchmarks.keystrokes [--facts 100000] [--keep FOLDER]

Writes a base of `benchmarks.bases`, or takes the one that FOLDER has already, and serves it with
`factdesk try`; then the configured base, for comparison. In a real Chromium, names of the base are
typed letter by letter. Printed is how long after a letter its choices are shown: median and
longest. simcord's page itself waits a quarter of a second for the next letter.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
from asyncio.subprocess import PIPE
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path
from time import perf_counter

from playwright.async_api import Locator, Page

from benchmarks.bases import write_base
from bot.config import read_config
from tests.browser import WINDOWS, Conversation, browsing

_TYPED = {
    "event": ("france japan summit", "japn", "프랑스 일본"),
    "actor": ("minister of", "farnce"),
    "topic": ("trade",),
}
_TYPED_AT_HOME = {
    "event": ("tokyo summit", "kisida", "도쿄 정상회담"),
    "actor": ("fumio kishida", "yoon"),
    "topic": ("trade",),
}
_BUILT_WITHIN = 300  # seconds; the page says where it is once the base is built


async def main() -> None:
    """Measure on both bases, and print a line for each."""
    parser = argparse.ArgumentParser(description="Measure typing on the local page.")
    parser.add_argument("--facts", type=int, default=100_000)
    parser.add_argument("--keep", type=Path)
    given = parser.parse_args()
    config = read_config(Path("config.yaml"))
    with nullcontext(given.keep) if given.keep else tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if not (folder / "facts").exists():
            write_base(folder, given.facts)
        await _report("many facts", folder / "facts", folder / "seeds", folder / "data", _TYPED)
    with tempfile.TemporaryDirectory() as name:
        await _report("configured base", config.facts, config.seeds, Path(name), _TYPED_AT_HOME)


async def _report(
    what: str, facts: Path, seeds: Path, data: Path, typed: Mapping[str, Sequence[str]]
) -> None:
    waits = list[float]()
    async with (
        _served(facts, seeds, data) as address,
        browsing(address, WINDOWS["wide"], []) as page,
    ):
        for command, texts in typed.items():
            await Conversation(page, "keystrokes").begin(command)
            field = page.locator("input.command-option-input[data-option=name]")
            for text in texts:
                await field.fill("")
                waits += [await _waited(page, field, text[: n + 1]) for n in range(len(text))]
            await page.reload()
    median, longest = statistics.median(waits) * 1000, max(waits) * 1000
    print(f"{what:16} {len(waits)} letters: median {median:.0f} ms, longest {longest:.0f} ms")


async def _waited(page: Page, field: Locator, typed: str) -> float:
    """The seconds from the last letter of a text until its choices are shown."""
    began = perf_counter()
    await field.press_sequentially(typed[-1])
    shown = page.get_by_text(f"OPTIONS MATCHING {typed.upper()}", exact=True)
    await shown.wait_for(state="visible")
    await page.wait_for_function(
        "() => simcordPreview.commandPicker.autocomplete.state === 'answered'"
    )
    return perf_counter() - began


@asynccontextmanager
async def _served(facts: Path, seeds: Path, data: Path) -> AsyncGenerator[str]:
    """The address of the local page over a base."""
    with tempfile.TemporaryDirectory() as name:
        config = Path(name) / "config.yaml"
        folders = {"facts": facts, "seeds": seeds, "data": data}
        config.write_text(json.dumps({key: str(path.absolute()) for key, path in folders.items()}))
        call = (sys.executable, "-m", "bot", "try", "--config", config)
        process = await asyncio.create_subprocess_exec(*call, stdin=PIPE, stdout=PIPE)
        try:
            assert process.stdout
            line = await asyncio.wait_for(process.stdout.readline(), _BUILT_WITHIN)
            yield line.decode().removeprefix("Factdesk answers at ").strip()
        finally:
            process.terminate()
            await process.wait()


if __name__ == "__main__":
    asyncio.run(main())
