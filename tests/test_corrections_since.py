"""Corrected since a post: its facts as it has them, held against the base of today."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.answers.context import AnswerContext
from bot.answers.service import AnswerService
from bot.cards.card import Card, Line
from bot.compose.corrections_since import corrections_since
from bot.facts.shown import SeenFact
from bot.texts.catalogues import LANGUAGES, words_in
from tests.small_base import AGREEMENT
from tests.test_corrections import CHANGED, _open  # pyright: ignore[reportPrivateUsage]


async def _seen(folder: Path, changed: dict[str, str]) -> Mapping[str, SeenFact]:
    service = await _open(folder, changed)
    shown = await service.store.shown_facts(await service.store.versions())
    await service.store.close()
    return {key: SeenFact(fact.version, fact) for key, fact in shown.items()}


async def _since(
    folder: Path,
    seen: Mapping[str, SeenFact],
    language: str = "en",
    changed: dict[str, str] = CHANGED,
) -> Card:
    service = await _open(folder, changed)
    card = await corrections_since(AnswerContext(service.store, words_in(language), {}), seen)
    await service.store.close()
    return card


def _lines(card: Card) -> list[Line]:
    return [line for section in card.sections for line in section.lines]


def _said(line: Line) -> list[str]:
    return [line.text, *(note.text for note in line.notes)]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_what_a_post_holds_is_told_where_it_is_not_so_any_more(
    tmp_path: Path, language: str
) -> None:
    before = await _seen(tmp_path / "before", {})
    now = await _seen(tmp_path / "now", CHANGED)
    changed = [key for key in before if before[key] != now[key]]
    assert len(changed) == 1, "a wording that was only noted gives no other version"
    card = await _since(tmp_path / "after", before, language)
    (line,) = _lines(card)
    assert line.label == words_in(language)("corrections.withdrawn")
    assert "The council counted otherwise." in _said(line)
    assert card.citations()


async def test_a_reworded_fact_stands_with_what_the_post_said_and_not_with_older_wordings(
    tmp_path: Path,
) -> None:
    old = AGREEMENT.replace(
        "Ilse Brandt and Tomas Lind signed the agreement on 4 May 2021.", "They signed it."
    )
    before = await _seen(tmp_path / "before", {"events/ferry-agreement.yaml": old})
    key = next(key for key in before if key.endswith("/signed"))
    (line,) = _lines(await _since(tmp_path / "after", {key: before[key]}))
    assert line.text.startswith("Ilse Brandt and Tomas Lind")
    assert "“They signed it.”" in _said(line)
    assert "The day was missing." in _said(line)
    assert "“They signed on 5 May 2021.”" not in _said(line)


async def test_a_fact_that_the_base_lost_is_told_too(tmp_path: Path) -> None:
    (line,) = _lines(await _since(tmp_path, {"gone/away": SeenFact("1")}))
    assert line.text == words_in("en")("corrections.since.gone")


async def test_what_stayed_as_it_was_is_not_told(tmp_path: Path) -> None:
    now = await _seen(tmp_path / "now", CHANGED)
    card = await _since(tmp_path / "after", now)
    assert card.subtitle == words_in("en")("corrections.since.none")
    assert not _lines(card)


async def test_what_is_not_on_record_is_said_to_be_unknown(tmp_path: Path) -> None:
    card = await _since(tmp_path, {})
    assert not card.found
    assert card.title == words_in("en")("corrections.since.unknown")
    assert card.subtitle == words_in("en")("corrections.since.unknown.help")


async def test_what_one_message_has_no_room_for_is_counted(service: AnswerService) -> None:
    versions = await service.store.versions()
    card = await corrections_since(
        AnswerContext(service.store, words_in("en"), {}),
        dict.fromkeys(versions, SeenFact("another")),
    )
    (page,) = service.pages(card)
    shown = [line for section in page.sections for line in section.lines]
    assert shown == _lines(card), "nothing is cut"
    left_out = len(versions) - (len(shown) - 1)
    assert left_out > 0
    assert shown[-1].text == words_in("en").count("digest.more-corrections", left_out)


REWORDED = """added: 2026-11-22
    was:
      - {date: 2026-11-22, said: They met., why: They signed as well.}
      - {date: 2026-11-23, said: They signed it., why: The day was missing.}
"""
WITHDRAWN = f"{REWORDED}    withdrawn: {{date: 2026-11-26, why: Nobody signed it.}}\n"
SIGNED = "Ilse Brandt and Tomas Lind signed the agreement on 4 May 2021."


@pytest.mark.parametrize(
    ("post", "said"),
    [
        (
            AGREEMENT.replace(SIGNED, "They signed it."),
            ["“They signed it.”", "The day was missing."],
        ),
        (AGREEMENT.replace("added: 2026-11-22", REWORDED, 1), []),
    ],
    ids=["before it was reworded", "before it was withdrawn"],
)
async def test_a_withdrawn_fact_stands_with_the_wording_of_the_post(
    tmp_path: Path, post: str, said: list[str]
) -> None:
    name, key = "events/ferry-agreement.yaml", "ferry-agreement/signed"
    before = await _seen(tmp_path / "before", {name: post})
    after = {name: AGREEMENT.replace("added: 2026-11-22", WITHDRAWN, 1)}
    (line,) = _lines(await _since(tmp_path / "after", {key: before[key]}, changed=after))
    assert _said(line)[1:-1] == [*said, "Nobody signed it."]


NAME, KEY = "events/ferry-agreement.yaml", "ferry-agreement/signed"


@pytest.mark.parametrize(
    ("file", "old", "new", "key", "label", "told"),
    [
        (NAME, "2021-05-04", "2021-05-05", KEY, "Date", "4 May 2021 → 5 May 2021"),
        (NAME, "2021-05-04", "2021-05", KEY, "Date", "4 May 2021 → May 2021"),
        (
            NAME, "basis: stated", "basis: inferred, why: So the council counts.", KEY, "Date",
            "4 May 2021 → 4 May 2021 (date inferred)",
        ),
        (NAME, "kind: agreement\n", "kind: agreement\nstatus: planned\n", KEY, "Status",
         "reported → planned"),
        (NAME, "title: Ferry agreement of", "title: Agreement of", KEY, "Name",
         "Ferry agreement of Norhaven and Sudby → Agreement of Norhaven and Sudby"),
        (NAME, "It was the third such agreement; the", "The", KEY, "Caution",
         "It was the third such agreement; the article says nothing of the other two."
         " → The article says nothing of the other two."),
        (NAME, "them.\n    kind: figure", "them.\n    kind: opinion\n    by: tomas-lind",
         "ferry-agreement/gap", "Label", "none → Opinion, Tomas Lind"),
        (NAME, "paragraph: 5}", "paragraph: 6}", "ferry-agreement/gap", "Sources",
         "“Port towns reopen ferry line after seven years” · Per Olsen · The Coast Gazette · ¶4, ¶5"
         " → “Port towns reopen ferry line after seven years” · Per Olsen · The Coast Gazette ·"
         " ¶4, ¶6"),
        ("actors/harbour-council.yaml", "name: Harbour Council", "name: Council of the Harbour",
         "ferry-line/lorries", "Label",
         "Position, Harbour Council → Position, Council of the Harbour"),
    ],
)  # fmt: skip
async def test_whatever_readers_are_shown_is_told_as_it_was_and_as_it_is(
    tmp_path: Path, file: str, old: str, new: str, key: str, label: str, told: str
) -> None:
    before = await _seen(tmp_path / "before", {})
    text = (tmp_path / "before/facts" / file).read_text("utf-8")
    assert old in text
    card = await _since(
        tmp_path / "now", {key: before[key]}, changed={file: text.replace(old, new)}
    )
    (line,) = _lines(card)
    assert (label, told) in [(note.label, note.text) for note in line.notes]


async def test_a_wording_that_is_on_no_record_is_told_too(tmp_path: Path) -> None:
    before = await _seen(tmp_path / "before", {})
    unpublished = {NAME: AGREEMENT.replace(SIGNED, "They signed it.")}
    (line,) = _lines(await _since(tmp_path / "now", {KEY: before[KEY]}, changed=unpublished))
    assert line.text == "They signed it."
    assert (line.notes[0].label, line.notes[0].text) == ("Before", f"“{SIGNED}”")


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        (NAME, "also: [ferry deal]", "also: [ferry deal, the pact]"),
        (NAME, "about: [ilse-brandt, tomas-lind, ferry-line]", "about: [ferry-line]"),
        (NAME, "topics: [ferry-line]", "topics: []"),
        (NAME, "kind: figure", "kind: background"),
    ],
)
async def test_what_serves_finding_alone_gives_no_other_version(
    tmp_path: Path, file: str, old: str, new: str
) -> None:
    before = await _seen(tmp_path / "before", {})
    text = (tmp_path / "before/facts" / file).read_text("utf-8")
    assert await _seen(tmp_path / "now", {file: text.replace(old, new)}) == before
