"""The base over which stories are told, and the same one with a fact corrected."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from bot.answers.service import AnswerService
from bot.facts.build import build
from bot.facts.built import built_bases
from bot.facts.store import Store
from tests.small_base import AGREEMENT, write_small_base

EARLIER = "Ilse Brandt and Tomas Lind signed the agreement on 4 May 2021."
NOW = "Ilse Brandt and Tomas Lind signed the agreement in Norhaven on 4 May 2021."
CORRECTED = AGREEMENT.replace(
    f"    says: {EARLIER}\n",
    f"    says: {NOW}\n"
    f"    was: [{{date: 2026-11-30, said: {EARLIER}, why: The place was missing.}}]\n",
)


def build_bases(folder: Path) -> tuple[Path, Path]:
    """Build the base and the corrected one; returns the folder of each."""
    base, corrected = folder / "base", folder / "corrected"
    build(write_small_base(base), base / "data")
    folders = write_small_base(corrected)
    (folders.facts / "events/ferry-agreement.yaml").write_text(CORRECTED, "utf-8", newline="\n")
    build(folders, corrected / "data")
    return base, corrected


@asynccontextmanager
async def open_services(bases: Iterable[Path]) -> AsyncGenerator[Mapping[Path, AnswerService]]:
    """The desk over each base, by its folder."""
    services: dict[Path, AnswerService] = {}
    try:
        for base in bases:
            services[base] = AnswerService(await Store.open(built_bases(base / "data")[0]))
        yield services
    finally:
        for service in services.values():
            await service.store.close()
