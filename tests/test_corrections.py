"""`/corrections`: what changed stands with its date and reason, and nothing withdrawn as true."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.answers.lifecycle import open_service
from bot.answers.service import AnswerService
from bot.cards.card import Card, Line, Question
from bot.cards.plain import plain
from bot.facts.build import build
from bot.facts.load import Folders
from bot.texts.catalogues import LANGUAGES, words_in
from tests.small_base import AGREEMENT, STORM, TOPIC, write_small_base

UI = words_in("en")
CITED = "cites: [{source: ferry-report, paragraph: 4}]"


def _changed(text: str, says: str, change: str) -> str:
    """A file in which the fact with these words has a change."""
    lines = text.splitlines()
    (place,) = [number for number, line in enumerate(lines) if says in line]
    return "\n".join([*lines[: place + 1], f"    {change}", *lines[place + 1 :], ""])


CHANGED = {
    "events/ferry-agreement.yaml": _changed(
        AGREEMENT,
        "Tomas Lind signed",
        "was: [{date: 2026-11-23, said: They signed on 5 May 2021., why: A slip.},"
        " {date: 2026-11-25, said: They signed it., why: The day was missing.}]",
    ),
    "events/storm-2014.yaml": _changed(
        STORM,
        "A storm in November",
        "withdrawn: {date: 2026-11-26, why: The council counted otherwise.}",
    ),
    "topics/ferry-line.yaml": _changed(
        TOPIC,
        "Greta Holm said",
        "was: [{date: 2026-11-24, said: Fifty lorries a day., why: It was forty.}]",
    ),
}


async def _open(folder: Path, changed: dict[str, str]) -> AnswerService:
    folders = write_small_base(folder)
    for name, text in changed.items():
        (folders.facts / name).write_text(text, "utf-8")
    build(folders, folder / "var")
    return await open_service(Folders(folders.facts, folders.seeds), folder / "var")


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[AnswerService]:
    """The desk over the small base, in which two facts were reworded and one was withdrawn."""
    service = await _open(tmp_path, CHANGED)
    yield service
    await service.store.close()


async def _ask(service: AnswerService, language: str = "en", **options: str) -> Card:
    named = {name.rstrip("_"): value for name, value in options.items()}
    return await service.answer(Question("corrections", named), language)


def _lines(card: Card) -> list[Line]:
    return [line for section in card.sections for line in section.lines]


def _notes(line: Line) -> list[tuple[str | None, str]]:
    return [(note.label, note.text) for note in line.notes]


def _leads(card: Card) -> list[str | None]:
    return [line.opening for line in _lines(card)]


STORM_LEAD = "26 November 2026 · Storm that closed the ferry line"
SIGNED_LEAD = "25 November 2026 · Ferry agreement of Norhaven and Sudby"
LORRIES_LEAD = "24 November 2026 · Ferry line"


async def test_every_change_stands_there_the_latest_first(service: AnswerService) -> None:
    card = await _ask(service)
    assert card.found
    assert card.subtitle == UI.count("corrections.count", 3)
    assert _leads(card) == [STORM_LEAD, SIGNED_LEAD, LORRIES_LEAD]


async def test_a_reworded_fact_is_told_as_it_is_now_above_all_that_it_was(
    service: AnswerService,
) -> None:
    signed = _lines(await _ask(service))[1]
    assert signed.label == UI("corrections.now")
    assert signed.text == "Ilse Brandt and Tomas Lind signed the agreement on 4 May 2021."
    assert [(cite.source, cite.paragraph) for cite in signed.cites] == [("ferry-report", 4)]
    assert _notes(signed)[:4] == [
        ("Until 25 November 2026", "“They signed it.”"),
        ("Why", "The day was missing."),
        ("Until 23 November 2026", "“They signed on 5 May 2021.”"),
        ("Why", "A slip."),
    ]
    assert [label for label, _ in _notes(signed)[4:]] == [UI("note.caution")]


async def test_a_claim_keeps_its_label(service: AnswerService) -> None:
    lorries = _lines(await _ask(service))[2]
    claim = UI("label.of-actor", kind=UI("kind.position"), actor="Harbour Council")
    assert lorries.label == f"{UI('corrections.now')} · {claim}"


async def test_a_withdrawn_fact_is_quoted_as_withdrawn_and_rests_on_nothing(
    service: AnswerService,
) -> None:
    storm = _lines(await _ask(service))[0]
    assert storm.label == UI("corrections.withdrawn")
    assert storm.text.startswith("“A storm in November")
    assert storm.text.endswith("”")
    assert not storm.cites
    assert _notes(storm) == [
        ("Why", "The council counted otherwise."),
        (None, UI("corrections.cited")),
    ]
    assert [cite.paragraph for cite in storm.notes[-1].cites] == [5]


@pytest.mark.parametrize(
    ("options", "leads"),
    [
        ({"from_": "2026-11-25"}, [STORM_LEAD, SIGNED_LEAD]),
        ({"to": "2026-11-24"}, [SIGNED_LEAD, LORRIES_LEAD]),
        ({"from_": "2026-11-24", "to": "2026-11-24"}, [LORRIES_LEAD]),
        ({"topic": "ferry line"}, [STORM_LEAD, SIGNED_LEAD, LORRIES_LEAD]),
        ({"topic": "ferry line", "from_": "26 November 2026"}, [STORM_LEAD]),
    ],
)
async def test_filters_keep_what_was_changed_then_and_there(
    service: AnswerService, options: dict[str, str], leads: list[str]
) -> None:
    assert _leads(await _ask(service, **options)) == leads


async def test_filters_that_nothing_fits_are_named(service: AnswerService) -> None:
    card = await _ask(service, from_="2027")
    assert not card.found
    assert card.title == UI("corrections.empty", filters=UI("date.since", start="2027"))
    assert card.subtitle == UI("corrections.empty.help")


async def test_a_topic_shows_only_what_is_told_of_it(tmp_path: Path) -> None:
    weather = f"id: weather\ntitle: Weather\nfacts:\n  - {{id: what, kind: background, {CITED}, "
    weather += "says: It was fair., added: 2026-11-22}\n"
    service = await _open(tmp_path, CHANGED | {"topics/weather.yaml": weather})
    try:
        assert not (await _ask(service, topic="weather")).found
    finally:
        await service.store.close()


async def test_where_nothing_was_changed_the_card_says_so(tmp_path: Path) -> None:
    service = await _open(tmp_path, {})
    try:
        card = await _ask(service)
    finally:
        await service.store.close()
    assert card.found
    assert card.subtitle == UI("corrections.none")
    assert [line.text for line in _lines(card)] == [UI("corrections.kept")]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_it_reads_in_every_language(service: AnswerService, language: str) -> None:
    card = await _ask(service, language)
    text = "\n".join(plain(page, words_in(language)) for page in service.pages(card))
    assert words_in(language)("corrections.withdrawn") in text
    assert "¶4" in text
    assert "{" not in text
