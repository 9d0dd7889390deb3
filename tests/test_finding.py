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
from bot.texts.catalogues import words_in

ROOT = Path(__file__).parent.parent
UI = words_in("en")


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
    missed: dict[str, str] = {}
    for query in QUERIES:
        card = await _asked(service, query)
        told = _told(query, card)
        if not _is_right(service, query, card, told):
            missed[query["q"]] = f"{query} -> {told}"
    unknown = [told for text, told in missed.items() if text not in KNOWN_MISSES]
    assert not unknown, f"{len(unknown)} of {len(QUERIES)} wrong:\n" + "\n".join(unknown)
    assert set(KNOWN_MISSES) == set(missed), "a query of known-misses.yaml is right now"


async def _asked(service: AnswerService, query: dict[str, Any]) -> Card:
    options = {query.get("option", "name"): query["q"]}
    return await service.answer(Question(query["command"], options), "en")


def _told(query: dict[str, Any], card: Card) -> tuple[str, list[str]]:
    """What became of a query: answered, elsewhere, several, absent or none, and the ids."""
    if card.found:
        elsewhere = card.question.command != query["command"]
        return "elsewhere" if elsewhere else "answered", [card.question.options.get("name", "")]
    choices = [choice.question.options["name"] for choice in card.choices]
    if card.choices and card.subtitle is None:
        return "several", choices
    is_absent = card.title.startswith(UI("absent", names="")[:-1])
    return ("absent", [card.title]) if is_absent else ("none", choices)


def _is_right(
    service: AnswerService, query: dict[str, Any], card: Card, told: tuple[str, list[str]]
) -> bool:
    verdict, ids = told
    if "absent" in query:
        return service.store.absent[query["absent"]].name("en") in card.title
    if "offer" in query:
        all_offered = verdict == "several" and set(query["offer"]) <= set(ids)
        return all_offered and query.get("first", ids[0]) == ids[0]
    is_shown = UI("shown-for", text=query["q"]) in (card.subtitle or "")
    if is_shown != query.get("shown", is_shown):
        return False
    if "elsewhere" in query:
        return told == ("elsewhere", [query["elsewhere"]])
    if query["expect"] == "none":
        return verdict in ("none", "absent")
    return told == ("answered", [query["expect"]])
