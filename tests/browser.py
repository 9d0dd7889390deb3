"""The local page in a real Chromium: whoever uses it, and what shows that it went wrong.

Screenshots are written to the folder that FACTDESK_SCREENSHOTS names, or to the test's own. The
browser is the one that CHROMIUM names, or the first that is found.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import ConsoleMessage, Locator, Page, async_playwright, expect

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

needs_chromium = pytest.mark.skipif(
    CHROMIUM is None, reason=f"no Chromium: none of {', '.join(BROWSERS)} found, CHROMIUM not set"
)


class Conversation:
    """The page's conversation, as somebody uses it with keyboard and mouse."""

    def __init__(self, page: Page, name: str, folder: Path) -> None:
        self.page = page
        self._name = name
        self._screenshots = Path(os.environ.get("FACTDESK_SCREENSHOTS") or folder)

    async def view_as(self, name: str) -> None:
        """See and use the page as another of its people from now on."""
        await self._quiet()
        await self.page.get_by_label("Viewing as").select_option(label=name)
        await expect(self.page.locator("#action-status")).to_have_text("Preview ready")

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
        await self.press(self.page.get_by_role("button", name="Send", exact=True))

    async def press(self, button: Locator) -> None:
        """Press a button."""
        await self._quiet()
        await button.click(trial=True)
        # Whole at once: the page may draw itself anew between a mouse button's down and up.
        await button.dispatch_event("click")

    async def reply(self, heading: str | re.Pattern[str]) -> Locator:
        """The newest message, once it is one with this title."""
        newest = self.page.locator("article.channel-message").last
        title = newest.get_by_role("heading", level=2)
        await expect(title).to_have_text(heading)
        await title.scroll_into_view_if_needed()
        return newest

    async def _quiet(self) -> None:
        """Wait until the page does nothing any more: until then it drops what one presses."""
        await expect(self.page.locator("#action-status")).not_to_have_text(re.compile("…$"))

    async def keep(self, step: str) -> None:
        """Write a screenshot."""
        self._screenshots.mkdir(parents=True, exist_ok=True)
        path = self._screenshots / f"{self._name}-{step}.png"
        await self.page.screenshot(path=path, animations="disabled")


@asynccontextmanager
async def browsing(address: str, size: tuple[int, int], faults: list[str]) -> AsyncGenerator[Page]:
    """The page in a window of a size; what goes wrong in it is added to `faults`."""

    def heed(message: ConsoleMessage) -> None:
        # simcord's page has no icon, and every browser asks for one.
        if message.type == "error" and not message.location["url"].endswith("/favicon.ico"):
            faults.append(message.text)

    expect.set_options(timeout=PATIENCE)
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
