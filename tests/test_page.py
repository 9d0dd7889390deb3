"""What a newcomer does on the local page: typing, choosing, reading and pressing, in a browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.browser import (
    CITATION,
    WINDOWS,
    Conversation,
    browsing,
    needs_chromium,
    overflow,
)
from tests.local_page import SHIPPED, local_page, write_config

pytestmark = needs_chromium


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Settings for the shipped base, with a data folder of their own."""
    return write_config(tmp_path_factory.mktemp("page"), SHIPPED)


@pytest.fixture
def address(config: Path) -> Iterator[str]:
    """The address of a page that nobody has visited."""
    with local_page(config) as page:
        yield page.address


@pytest.mark.parametrize("window", WINDOWS)
async def test_a_newcomer_asks_and_reads(window: str, address: str, tmp_path: Path) -> None:
    faults: list[str] = []
    async with browsing(address, WINDOWS[window], faults) as page:
        desk = Conversation(page, window, tmp_path)
        await expect(page.get_by_text("Type for example /event")).to_be_visible()
        await desk.keep("empty")

        await _chooses_an_event(desk)
        await _turns_the_page_privately(desk)
        await _follows_a_related_event(desk)
        await _types_a_name_without_choosing(desk)
        await _narrows_a_timeline(desk)

        assert await overflow(page) == {}
    assert faults == []


async def _chooses_an_event(desk: Conversation) -> None:
    await desk.begin("event")
    await desk.fill("name", "tokyo su")
    choice = desk.page.get_by_role(
        "option", name=re.compile("Yoon-Kishida summit in Tokyo · .*2023")
    )
    await expect(choice).to_be_visible()
    await desk.keep("autocomplete")
    await choice.click()
    await desk.send()
    card = await desk.reply("Yoon-Kishida summit in Tokyo")
    await expect(card).to_contain_text("16 March 2023")
    await expect(card).to_contain_text(CITATION)
    await expect(card).to_contain_text("What's Driving the Japan–South Korea Thaw?")
    await expect(card.get_by_text("Only you can see this")).to_have_count(0)
    await desk.keep("event")


async def _turns_the_page_privately(desk: Conversation) -> None:
    public = desk.page.locator("article.channel-message").last
    await desk.press(public.get_by_role("button", name="More (2/"))
    await expect(desk.page.get_by_text("Only you can see this")).to_have_count(1)
    private = await desk.reply("Yoon-Kishida summit in Tokyo")
    await expect(private).to_contain_text("Page 2 of")
    await expect(private).to_contain_text(CITATION)
    await desk.keep("more")


async def _follows_a_related_event(desk: Conversation) -> None:
    public = desk.page.locator("article.channel-message").nth(-2)
    related = public.get_by_role("button", name="joint press conference")
    title = (await related.inner_text()).partition(" · ")[0]
    await desk.press(related)
    await expect(desk.page.get_by_text("Only you can see this")).to_have_count(2)
    await expect(await desk.reply(title)).to_contain_text(CITATION)
    await desk.keep("related")


async def _types_a_name_without_choosing(desk: Conversation) -> None:
    await desk.begin("actor")
    await desk.fill("name", "기시다")
    await desk.send()
    card = await desk.reply("Fumio Kishida")
    await expect(card).to_contain_text(CITATION)
    await desk.keep("actor")


async def _narrows_a_timeline(desk: Conversation) -> None:
    await desk.begin("timeline")
    await desk.fill("from", "2023-03")
    await desk.fill("to", "2023-04")
    await desk.send()
    card = await desk.reply("Timeline")
    await expect(card).to_contain_text("March 2023 to April 2023")
    await expect(card).to_contain_text("Yoon-Kishida summit in Tokyo")
    await expect(card).to_contain_text(CITATION)
    await desk.keep("timeline")
