"""The local page in a real Chromium: typing, choosing, reading and pressing, as a newcomer would.

Screenshots are written to the folder that FACTDESK_SCREENSHOTS names, or to the test's own. The
browser is the one that CHROMIUM names, or the first that is found.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import ConsoleMessage, Locator, Page, async_playwright, expect

from tests.local_page import SHIPPED, local_page, write_config

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE = 10_000  # milliseconds until anything must be seen
WINDOWS = {"wide": (1280, 900), "phone": (390, 844)}

CITATION = re.compile(r"\[\d+\s¶\d+")

pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason=f"no Chromium: none of {', '.join(BROWSERS)} found, CHROMIUM not set"
)


class Conversation:
    """The page's conversation, as somebody uses it with keyboard and mouse."""

    def __init__(self, page: Page, name: str, screenshots: Path) -> None:
        self.page = page
        self._name = name
        self._screenshots = screenshots

    async def begin(self, command: str) -> None:
        """Type the beginning of a command into the composer and take the one that is offered."""
        composer = self.page.get_by_placeholder("Message #ask-the-desk")
        await composer.press_sequentially(f"/{command}")
        offered = self.page.get_by_role("option", name=f"/{command}")
        await expect(offered).to_have_count(1)
        await composer.press("Enter")
        await expect(self.page.get_by_role("button", name=f"Command /{command}")).to_be_visible()

    async def fill(self, option: str, text: str) -> None:
        """Type into an option of the begun command, adding it first where it is not shown."""
        field = self.page.locator(f"input.command-option-input[data-option={option}]")
        if not await field.count():
            await self.page.get_by_role("button", name="Command /").click()
            await self.page.locator(f".command-suggestion[data-value={option}]").click()
        await field.press_sequentially(text)

    async def send(self) -> None:
        """Send the command with what was typed, whatever is offered: Enter would take a choice."""
        await self.page.get_by_role("button", name="Send").click()

    async def reply(self, heading: str | re.Pattern[str]) -> Locator:
        """The newest message, once it is one with this title."""
        newest = self.page.locator("article.channel-message").last
        title = newest.get_by_role("heading", level=2)
        await expect(title).to_have_text(heading)
        await title.scroll_into_view_if_needed()
        return newest

    async def keep(self, step: str) -> None:
        """Write a screenshot."""
        path = self._screenshots / f"{self._name}-{step}.png"
        await self.page.screenshot(path=path, animations="disabled")


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Settings for the shipped base, with a data folder of their own."""
    return write_config(tmp_path_factory.mktemp("page"), SHIPPED)


@pytest.fixture
def address(config: Path) -> Iterator[str]:
    """The address of a page that nobody has visited."""
    with local_page(config) as page:
        yield page.address


@pytest.fixture
def screenshots(tmp_path: Path) -> Path:
    """The folder for screenshots."""
    folder = Path(os.environ.get("FACTDESK_SCREENSHOTS") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@asynccontextmanager
async def browsing(address: str, size: tuple[int, int], faults: list[str]) -> AsyncGenerator[Page]:
    """The page in a window of a size; what goes wrong in it is added to `faults`."""

    def heed(message: ConsoleMessage) -> None:
        # simcord's page has no icon, and every browser asks for one.
        if message.type == "error" and not message.location["url"].endswith("/favicon.ico"):
            faults.append(message.text)

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            width, height = size
            page = await browser.new_page(viewport={"width": width, "height": height})
            page.set_default_timeout(PATIENCE)
            page.on("console", heed)
            page.on("pageerror", lambda error: faults.append(str(error)))
            await page.goto(address)
            yield page
        finally:
            await browser.close()


async def overflow(page: Page) -> dict[str, int]:
    """How many pixels each part that holds a card is wider inside than it can show; none is 0."""
    return await page.evaluate(
        """() => {
            const wider = {};
            for (const selector of ["#channel-timeline", ".component-container", ".component-row"])
                for (const part of document.querySelectorAll(selector)) {
                    const excess = part.scrollWidth - part.clientWidth;
                    if (excess > 0) wider[selector] = Math.max(wider[selector] || 0, excess);
                }
            return wider;
        }"""
    )


@pytest.mark.parametrize("window", WINDOWS)
async def test_a_newcomer_asks_and_reads(window: str, address: str, screenshots: Path) -> None:
    faults: list[str] = []
    async with browsing(address, WINDOWS[window], faults) as page:
        desk = Conversation(page, window, screenshots)
        expect.set_options(timeout=PATIENCE)
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
    await public.get_by_role("button", name="More (2/").click()
    await expect(desk.page.get_by_text("Only you can see this")).to_have_count(1)
    private = await desk.reply("Yoon-Kishida summit in Tokyo")
    await expect(private).to_contain_text("Page 2 of")
    await expect(private).to_contain_text(CITATION)
    await desk.keep("more")


async def _follows_a_related_event(desk: Conversation) -> None:
    public = desk.page.locator("article.channel-message").nth(-2)
    related = public.get_by_role("button", name="joint press conference")
    title = (await related.inner_text()).partition(" · ")[0]
    await related.click()
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
