"""What a newcomer does on the local page: typing, choosing, reading and pressing, in a browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import Locator, expect

from tests.browser import (
    CITATION,
    ON_A_PHONE,
    PARAGRAPH,
    WINDOWS,
    Conversation,
    browsing,
    needs_chromium,
    overflow,
)
from tests.forks import Forks
from tests.local_page import SHIPPED, local_page, write_config

pytestmark = needs_chromium

SCREEN = 640
"""Pixels of a card that a phone shows at once, below the channel's name and above the keyboard."""


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Settings for the shipped base, with a data folder of their own."""
    return write_config(tmp_path_factory.mktemp("page"), SHIPPED)


@pytest.fixture
def address(config: Path, forks: Forks) -> Iterator[str]:
    """The address of a page that nobody has visited."""
    with local_page(forks, config) as page:
        yield page.address


@pytest.mark.parametrize("window", ON_A_PHONE)
async def test_a_newcomer_asks_and_reads(window: str, address: str) -> None:
    faults: list[str] = []
    async with browsing(address, WINDOWS[window], faults) as page:
        service = Conversation(page, window)
        await expect(page.get_by_text("Type for example")).to_be_visible()
        await service.keep("empty")

        await _chooses_an_event(service)
        await _opens_a_part_privately(service)
        await _follows_a_related_event(service)
        await _types_a_name_without_choosing(service)
        await _narrows_a_timeline(service)

        assert await overflow(page) == {}
    assert faults == []


async def _chooses_an_event(service: Conversation) -> None:
    await service.begin("event")
    await service.fill("name", "tokyo su")
    choice = service.page.get_by_role(
        "option", name=re.compile("Yoon-Kishida summit in Tokyo · .*2023")
    )
    await expect(choice).to_be_visible()
    await service.keep("autocomplete")
    await choice.click()
    await service.send()
    card = await service.reply("Yoon-Kishida summit in Tokyo")
    await expect(card).to_contain_text("16 March 2023")
    await expect(card).to_contain_text(CITATION)
    await expect(card).to_contain_text("[1] The Diplomat, 21 Mar 2023")
    await expect(card.get_by_text("Only you can see this")).to_have_count(0)
    await service.keep("event")
    assert await _height(card) <= SCREEN * 1.5


async def _opens_a_part_privately(service: Conversation) -> None:
    public = service.page.locator("article.channel-message").last
    await service.press(public.get_by_role("button", name=re.compile(r"Known \d")))
    await expect(service.page.get_by_text("Only you can see this")).to_have_count(1)
    private = await service.reply("Yoon-Kishida summit in Tokyo")
    await expect(private.get_by_role("button", name="Overview")).to_be_visible()
    await expect(private).to_contain_text(CITATION)
    await service.keep("known")
    await service.press(private.get_by_role("button", name="Sources", exact=True))
    sources = await service.reply("Sources")
    await expect(sources).to_contain_text("What's Driving the Japan–South Korea Thaw?")
    await expect(sources).to_contain_text(PARAGRAPH)
    await service.keep("sources")


async def _follows_a_related_event(service: Conversation) -> None:
    public = service.page.locator("article.channel-message").nth(-2)
    await service.open(public.get_by_role("combobox", name="Related"))
    related = service.page.get_by_role("option", name="joint press conference")
    title = (await related.inner_text()).partition(" · ")[0]
    await service.press(related)
    await expect(service.page.get_by_text("Only you can see this")).to_have_count(2)
    await expect(await service.reply(title)).to_contain_text(CITATION)
    await service.keep("related")


async def _types_a_name_without_choosing(service: Conversation) -> None:
    await service.begin("actor")
    await service.fill("name", "기시다")
    await service.send()
    card = await service.reply("Fumio Kishida")
    await expect(card).to_contain_text(CITATION)
    assert await _height(card) <= SCREEN * 1.5
    await service.keep("actor")


async def _narrows_a_timeline(service: Conversation) -> None:
    await service.begin("timeline")
    await service.fill("from", "2023-03")
    await service.fill("to", "2023-04")
    await service.send()
    card = await service.reply("Timeline")
    await expect(card).to_contain_text("March–April 2023")
    await expect(card).to_contain_text("Apparent North Korean ICBM launch")
    await expect(card).to_contain_text(CITATION)
    chart = card.get_by_role("img", name=re.compile(r"Timeline, \d+ dated events\."))
    await expect(chart).to_be_visible()
    await expect(chart).to_have_js_property("naturalWidth", 600)
    await service.keep("timeline")
    size = service.page.viewport_size
    if size and size["width"] == WINDOWS["phone"][0]:  # a wide screen shows the chart larger
        assert await _height(card) <= SCREEN * 2


async def _height(card: Locator) -> float:
    """How many pixels a card takes."""
    box = await card.bounding_box()
    assert box is not None
    return box["height"]
