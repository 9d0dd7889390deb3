"""Opening the desk: build the base where its files changed, or fall back on the one built last."""

from __future__ import annotations

import asyncio
from pathlib import Path

import structlog

from bot.answers.service import AnswerService
from bot.facts.build import Progress, build
from bot.facts.built import built_bases, fingerprint_of, is_intact
from bot.facts.errors import BaseError
from bot.facts.load import Folders
from bot.facts.store import Store

log = structlog.stdlib.get_logger("factdesk.base")


async def open_service(
    folders: Folders, data: Path, progress: Progress = lambda done, total: None
) -> AnswerService:
    """The desk over the base in `folders`, built into `data`.

    A base that cannot be built leaves the one built last in service, with a warning. Raises
    BaseError, or OSError where a file of the base cannot be read, where there is none either.
    """
    try:
        built = await asyncio.to_thread(build, folders, data, progress)
        return AnswerService(await Store.open(built.path))
    except (BaseError, OSError) as error:
        service = await _last_service(data)
        if service is None:
            raise
        log.warning(
            "the base cannot be built; the one built last answers. `check` lists the faults",
            reason=str(error),
            serving=service.store.fingerprint,
        )
        return service


async def reopen(service: AnswerService, data: Path) -> Store | None:
    """Have the desk answer from the base that was built last.

    Returns the base before, for the caller to close once nobody reads it any more; None where it
    is the same. Raises BaseError where the new one cannot be opened; the desk then goes on.
    """
    newest = next(iter(built_bases(data)), None)
    if newest is None or fingerprint_of(newest) == service.store.fingerprint:
        return None
    before = service.swap(await Store.open(newest))
    log.info("another base answers", serving=service.store.fingerprint)
    return before


async def _last_service(data: Path) -> AnswerService | None:
    for path in built_bases(data):
        if not await asyncio.to_thread(is_intact, path):
            continue
        try:
            return AnswerService(await Store.open(path))
        except BaseError:
            continue
    return None
