"""The local page in a real Chromium: whoever uses it, and what shows that it went wrong.

Screenshots are written to the folder that FACTDESK_SCREENSHOTS names, if it names one. The browser
is the one that CHROMIUM names, or the first that is found.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import ConsoleMessage, Locator, Page, async_playwright, expect
from playwright.async_api import TimeoutError as Impatience

from tests.patience import patience

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
DRAWN = re.compile("Preview ready|Action completed")
PATIENCE = patience(10_000)  # milliseconds until anything must be seen
WINDOWS = {"wide": (1280, 900), "phone": (390, 844)}

# What simcord's page tells of itself, as its own tools read it.
IDLE = (
    "simcordPreview.ready && !(simcordPreview.awaitingRevision > simcordPreview.publishedRevision)"
)
LAST = "simcordPreview.lastAction?.requestId ?? null"
UNDER_WAY = f"before => simcordPreview.pendingAction || ({LAST}) !== before"
COMPLETED = "() => !simcordPreview.pendingAction"
REFUSED = "simcordPreview.lastAction?.rejected === true"
# Looked at and clicked in one go: the page may draw itself anew between any two steps.
CLICK = f"control => {{ const idle = {IDLE}; if (idle) control.click(); return idle; }}"
TAKEN_WITHIN = 1_000  # milliseconds

ON_A_PHONE = ("phone", pytest.param("wide", marks=pytest.mark.matrix))
"""The windows of a conversation: `test_page_briefing.py` has one in the wide one by default."""

CITATION = re.compile(r"\[\d+\]")
PARAGRAPH = re.compile(r"¶\d+")

needs_chromium = pytest.mark.skipif(
    CHROMIUM is None, reason=f"no Chromium: none of {', '.join(BROWSERS)} found, CHROMIUM not set"
)


class Conversation:
    """The page's conversation, as somebody uses it with keyboard and mouse."""

    def __init__(self, page: Page, name: str) -> None:
        self.page = page
        self._name = name
        self._screenshots = os.environ.get("FACTDESK_SCREENSHOTS")

    async def view_as(self, name: str) -> None:
        """See and use the page as another of its people from now on."""
        await self._quiet()
        await self.page.get_by_label("Viewing as").select_option(label=name)
        # A message that the bot sends meanwhile has the page drawn again, which ends otherwise.
        await expect(self.page.locator("#action-status")).to_have_text(DRAWN)
        await self._quiet()

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

    async def press(self, control: Locator) -> None:
        """Press what acts at once: a button, or a choice in a list.

        It is pressed again as long as the page does not take it: simcord drops a press while it
        draws its page anew, and refuses one on what it has just redrawn.
        """
        async with asyncio.timeout(2 * PATIENCE / 1000):
            while not await self._takes(control):
                pass

    async def open(self, listed: Locator) -> None:
        """Open a list of choices."""
        await expect(listed).to_be_enabled()
        async with asyncio.timeout(PATIENCE / 1000):
            while await listed.get_attribute("aria-expanded") != "true":
                await self._quiet()
                await listed.evaluate(CLICK)

    async def message(self, text: str) -> Locator:
        """The newest message with a text, once it is there."""
        newest = self.page.locator("article.channel-message").filter(has_text=text).last
        await expect(newest).to_be_visible()
        await newest.get_by_text(text).first.scroll_into_view_if_needed()
        return newest

    async def private(self, text: str) -> Locator:
        """The newest message with a text, once it is there and its reader's alone."""
        message = await self.message(text)
        await expect(message).to_contain_text("Only you can see this")
        return message

    async def public(self, text: str) -> Locator:
        """The newest message with a text, once it is there and everybody's."""
        message = await self.message(text)
        await expect(message).not_to_contain_text("Only you can see this")
        return message

    async def reply(self, heading: str | re.Pattern[str]) -> Locator:
        """The newest message, once it is one with this title."""
        newest = self.page.locator("article.channel-message").last
        title = newest.get_by_role("heading", level=2)
        await expect(title).to_have_text(heading)
        await title.scroll_into_view_if_needed()
        return newest

    async def _takes(self, control: Locator) -> bool:
        """Press once; whether the page took it, and has done what it asked for."""
        await control.click(trial=True)
        await self._quiet()
        before = await self.page.evaluate(LAST)
        if not await control.evaluate(CLICK):
            return False
        try:
            await self.page.wait_for_function(UNDER_WAY, arg=before, timeout=TAKEN_WITHIN)
        except Impatience:
            return False
        await self.page.wait_for_function(COMPLETED)
        return not await self.page.evaluate(REFUSED)

    async def _quiet(self) -> None:
        """Wait until the page does nothing any more."""
        await self.page.wait_for_function(f"() => {IDLE}")

    async def keep(self, step: str) -> None:
        """Write a screenshot, if a folder is named for them: drawing them takes long."""
        if not self._screenshots:
            return
        path = Path(self._screenshots) / f"{self._name}-{step}.png"
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
