"""Marks and titles as links to the articles, where a source has an address."""

from __future__ import annotations

from dataclasses import replace

from bot.answers.service import AnswerService
from bot.cards.card import Line, Question, Section
from bot.cards.limits import TEXT
from bot.cards.pages import Page, page
from bot.facts.records import SourceRecord
from bot.texts.catalogues import words_in
from bot.ui.components import markdown
from bot.ui.questions import replies
from tests.conftest import texts

ADDRESS = "https://example.org/articles/thaw"
UI = words_in("en")


async def linked(service: AnswerService, **addresses: str) -> Page:
    """The overview of an event, with addresses of The Diplomat's article."""
    card = await service.answer(Question("event", {"name": "tokyo-summit"}), "en")
    return page(card, with_addresses(service, **addresses), UI)


def with_addresses(service: AnswerService, **addresses: str) -> dict[str, SourceRecord]:
    """The sources of the base, one with addresses."""
    record = service.store.sources["thaw-drivers"]
    source = record.source.model_copy(update=addresses)
    return {
        **service.store.sources,
        "thaw-drivers": record.model_copy(update={"source": source}),
    }


async def test_each_mark_and_name_of_a_source_leads_to_its_article(service: AnswerService) -> None:
    shown = await linked(service, url=ADDRESS)
    above = "\n".join(markdown.section(shown, part, UI) for part in shown.sections)
    assert rf"[\[1\]]({ADDRESS})[2]" in above
    assert markdown.sources(shown, UI).startswith(
        rf"-# [\[1\] The Diplomat]({ADDRESS}), 21 Mar 2023 · [2] Korea JoongAng Daily, undated"
    )


async def test_an_archived_copy_serves_where_there_is_no_other_address(
    service: AnswerService,
) -> None:
    shown = await linked(service, archive_url=ADDRESS)
    assert f"]({ADDRESS})" in markdown.sources(shown, UI)


async def test_marks_are_no_links_if_their_addresses_would_not_fit_the_message(
    service: AnswerService,
) -> None:
    card = await service.answer(Question("event", {"name": "tokyo-summit"}), "en")
    cite = next(cite for cite in card.citations() if cite.source == "thaw-drivers")
    many = Section(tuple(Line(f"Line {number}.", (cite,)) for number in range(40)))
    long = replace(card, sections=(many,), parts=(), related=(), one_page=True)
    sources = with_addresses(service, url=ADDRESS + "x" * 200)
    shown = rendered(service, page(long, sources, UI))
    assert sum(map(len, shown)) <= TEXT
    assert "Line 39. [1]" in shown[1]
    assert "](https://" in shown[-1], "the source itself is one still"


async def test_of_very_many_sources_the_first_are_named_and_the_others_counted(
    service: AnswerService,
) -> None:
    card = await service.answer(Question("event", {"name": "tokyo-summit"}), "en")
    cite = card.citations()[0]
    record = service.store.sources[cite.source]
    ids = [f"article-{number}" for number in range(120)]
    cites = (cite.model_copy(update={"source": each}) for each in ids)
    wide = Section(tuple(Line("One of many.", (each,)) for each in cites))
    long = replace(card, sections=(wide,), parts=(), related=(), one_page=True)
    shown = page(long, dict.fromkeys(ids, record), UI)
    *_, sources = whole = rendered(service, shown)
    assert sum(map(len, whole)) <= TEXT
    named = sources.count(" · ")
    assert sources.endswith(f" · {len(shown.sources) - named} more sources")
    assert 20 < named < 40


def rendered(service: AnswerService, shown: Page) -> list[str]:
    """The texts of a page as Discord gets them."""
    return texts(replies.page_components(service, shown))
