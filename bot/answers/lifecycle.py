"""Opening the answer service: over the base as its files are now, or over the one built last."""

from __future__ import annotations

import asyncio
import gc
import sqlite3
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from bot.answers.service import AnswerService
from bot.cards.wording import day_words
from bot.config import UNNAMED_HOST, Host
from bot.facts.build import Progress, build
from bot.facts.built import built_bases, fingerprint_of, is_intact
from bot.facts.errors import BaseError, UnreadableBase
from bot.facts.garbage import no_collections
from bot.facts.load import Folders
from bot.facts.store import Store
from bot.texts.catalogues import LANGUAGES, words_in

if TYPE_CHECKING:
    from structlog.stdlib import BoundLogger


async def open_service(folders: Folders, data: Path, host: Host = UNNAMED_HOST) -> AnswerService:
    """The service over the base in `folders`, built into `data`, or else over the one built last.

    It is prepared to answer many questions. Raises BaseError, or OSError if a file of the base
    cannot be read, if none was built before.
    """
    with no_collections():
        try:
            service = await build_service(folders, data, host=host)
        except (BaseError, OSError) as error:
            service = await open_last_service(data, error, host)
        await _prepare(service.store)
    return service


async def build_service(
    folders: Folders,
    data: Path,
    progress: Progress = lambda done, total: None,
    host: Host = UNNAMED_HOST,
) -> AnswerService:
    """The service over the base in `folders`, built into `data`. Raises BaseError or OSError."""
    built = await asyncio.to_thread(build, folders, data, progress)
    return AnswerService(await Store.open(built.path), host)


async def open_last_service(
    data: Path, error: Exception, host: Host = UNNAMED_HOST
) -> AnswerService:
    """The service over the base built last, with a warning; `error` says why not over another.

    Raises `error` if no built base can be opened.
    """
    service = await _last_service(data, host)
    if service is None:
        raise error
    _log().warning(
        "the base cannot be built; the one built last answers. `check` lists the faults",
        reason=str(error),
        serving=service.store.fingerprint,
    )
    return service


async def reopen_service(service: AnswerService, data: Path) -> Store | None:
    """Have the service answer from the base that was built last.

    Returns the base before, for the caller to close once no answer reads it; None if it is the
    same. Raises BaseError if the new one cannot be opened; the service then keeps the old one.
    """
    newest = next(iter(built_bases(data)), None)
    if newest is None or fingerprint_of(newest) == service.store.fingerprint:
        return None
    with no_collections():
        store = await _open_prepared(newest)
        gc.freeze()  # the base stays as long as it is used; the collector need not look through it
    before = service.swap(store)
    _log().info("another base answers", serving=service.store.fingerprint)
    return before


async def _open_prepared(path: Path) -> Store:
    """A base that can answer at once. Raises UnreadableBase, even for damage found only here."""
    store = await Store.open(path)
    try:
        await _prepare(store)
    except (sqlite3.Error, ValueError, LookupError) as error:
        await store.close()
        raise UnreadableBase(path, str(error)) from error
    return store


async def _prepare(store: Store) -> None:
    """Make now, while nobody waits, what the first questions would have to make."""
    await asyncio.to_thread(store.prepare)
    await asyncio.to_thread(day_words, date.min, words_in(LANGUAGES[0]))  # reads Babel's data
    await store.units.weights()


async def _last_service(data: Path, host: Host) -> AnswerService | None:
    for path in built_bases(data):
        if not await asyncio.to_thread(is_intact, path):
            continue
        try:
            return AnswerService(await Store.open(path), host)
        except BaseError:
            continue
    return None


def _log() -> BoundLogger:
    # Imported at use: structlog takes a tenth of a second, and `ask` seldom has anything to log.
    import structlog

    return structlog.stdlib.get_logger("factdesk.base")
