"""What people type for the things of the shipped base, and what the desk must make of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.answers.lifecycle import open_service
from bot.answers.service import AnswerService
from bot.cards.card import Card, Question
from bot.facts.load import Folders

ROOT = Path(__file__).parent.parent


def _read(name: str) -> Any:
    return yaml.load((ROOT / "tests/finding" / name).read_text("utf-8"), Loader=yaml.CSafeLoader)


QUERIES: list[dict[str, Any]] = _read("queries.yaml")
KNOWN_MISSES: dict[str, str] = _read("known-misses.yaml")
"""Why some queries, by their text, are not answered as they should be."""


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[AnswerService]:
    """The desk over the shipped base."""
    service = await open_service(Folders(ROOT / "facts", ROOT / "seeds"), tmp_path)
    yield service
    await service.store.close()


async def test_every_query_finds_what_is_meant(service: AnswerService) -> None:
    missed = {
        query["q"]: f"{query} -> {told}"
        for query in QUERIES
        if not _is_right(query, told := _told(await _asked(service, query)))
    }
    unknown = [told for text, told in missed.items() if text not in KNOWN_MISSES]
    assert not unknown, f"{len(unknown)} of {len(QUERIES)} wrong:\n" + "\n".join(unknown)
    assert set(KNOWN_MISSES) == set(missed), "a query of known-misses.yaml is right now"


async def _asked(service: AnswerService, query: dict[str, Any]) -> Card:
    return await service.answer(Question(query["command"], {"name": query["q"]}), "en")


def _told(card: Card) -> tuple[str, list[str]]:
    """What became of a query: answered, elsewhere, several or none, and the ids concerned."""
    choices = [choice.question.options["name"] for choice in card.choices]
    if card.found:
        return "answered", [card.question.options.get("name", "")]
    if any(choice.question.command != card.question.command for choice in card.choices):
        return "elsewhere", choices
    is_several = card.choices and card.subtitle is None
    return ("several" if is_several else "none"), choices


def _is_right(query: dict[str, Any], told: tuple[str, list[str]]) -> bool:
    verdict, ids = told
    if "offer" in query:
        return verdict == "several" and set(query["offer"]) <= set(ids)
    if "elsewhere" in query:
        return told == ("elsewhere", [query["elsewhere"]])
    if query["expect"] == "none":
        return verdict == "none"
    return told == ("answered", [query["expect"]])
