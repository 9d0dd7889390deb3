"""The daily digest on the local page: a moderator sets it up, and members read what is posted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import Locator, expect

from tests.browser import CITATION, WINDOWS, Conversation, browsing, needs_chromium, overflow
from tests.local_page import SHIPPED, LocalPage, local_page, write_config

LINK = re.compile(r"https://discord\.com/channels/\d+/\d+/(\d+)")

pytestmark = needs_chromium


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Settings for the shipped base, with a data folder of their own."""
    return write_config(tmp_path_factory.mktemp("page"), SHIPPED)


@pytest.fixture
def served(config: Path) -> Iterator[LocalPage]:
    """A page that nobody has visited."""
    with local_page(config) as page:
        yield page


@pytest.mark.parametrize("window", WINDOWS)
async def test_a_moderator_sets_the_digest_up_and_a_member_reads_it(
    window: str, served: LocalPage, tmp_path: Path
) -> None:
    faults: list[str] = []
    async with browsing(served.address, WINDOWS[window], faults) as page:
        desk = Conversation(page, f"digest-{window}", tmp_path)
        await _is_offered_to_moderators_alone(desk)
        await _sets_it_up(desk)
        await _sends_a_test_post(desk)
        await _previews_the_next(desk)
        post_id = await _posts_today_s_at_once(desk)
        await _is_told_of_the_last(desk, post_id)
        assert await overflow(page) == {}
        await _reads_it_as_a_member(desk, post_id)
        await _asks_what_was_corrected_since(desk)
        assert await overflow(page) == {}
    assert faults == []
    assert [line for line in served.complaints().splitlines() if "[info" not in line] == []


async def _is_offered_to_moderators_alone(desk: Conversation) -> None:
    composer = desk.page.get_by_placeholder("Message #ask-the-desk")
    await composer.press_sequentially("/")
    await expect(desk.page.get_by_role("option", name="/event")).to_be_visible()
    await expect(desk.page.get_by_role("option", name="/digest")).to_have_count(0)
    await composer.clear()
    await desk.view_as("moderator")
    await composer.press_sequentially("/")
    for name in ("set", "preview", "show", "pause", "resume", "off", "now"):
        await expect(desk.page.get_by_role("option", name=f"/digest {name}")).to_have_count(1)
    await composer.clear()


async def _sets_it_up(desk: Conversation) -> None:
    # Half a day from now, so that it is not due while the test lasts.
    time = f"{datetime.now(ZoneInfo('Asia/Seoul')) + timedelta(hours=12):%H:%M}"
    await desk.begin("digest set")
    await desk.fill("channel", "ask")
    await desk.page.get_by_role("option", name="ask-the-desk").click()
    await desk.fill("time", time)
    await desk.fill("timezone", "seo")
    seoul = desk.page.get_by_role("option", name="Seoul (Asia/Seoul)")
    await expect(seoul).to_be_visible()
    await desk.keep("timezone")
    await seoul.click()
    await desk.keep("options")
    await desk.send()
    reply = await desk.private("The digest is set up.")
    for setting in (
        "Channel: #ask-the-desk",
        f"When: {time} · Every day · Seoul (Asia/Seoul)",
        "Topics: All topics",
        "Notifies: nobody",
        "On a day without news: Post the fact in focus alone",
    ):
        await expect(reply).to_contain_text(setting)
    await expect(reply).to_contain_text(re.compile(r"Next: .+ \(in .+ hours\)"))
    await desk.keep("set")


async def _sends_a_test_post(desk: Conversation) -> None:
    await desk.press(desk.page.get_by_role("button", name="Send a test post"))
    await desk.private("The test post is there.")
    await desk.public("This is a test post.")
    await desk.keep("test-post")


async def _previews_the_next(desk: Conversation) -> None:
    await desk.begin("digest preview")
    await desk.send()
    preview = await desk.private("Preview of the digest due")
    await expect(preview).to_contain_text("Daily digest · ")
    await expect(preview).to_contain_text(CITATION)
    await desk.keep("preview")


async def _posts_today_s_at_once(desk: Conversation) -> str:
    """Returns the id of the post."""
    await desk.begin("digest now")
    await desk.send()
    reply = await desk.private("Today’s digest is posted.")
    await expect(reply).to_contain_text(LINK)
    await desk.keep("now")
    return await _linked(reply)


async def _is_told_of_the_last(desk: Conversation, post_id: str) -> None:
    await desk.begin("digest show")
    await desk.send()
    reply = await desk.private("The daily digest of this server")
    await expect(reply).to_contain_text(re.compile(r"Last: .+, posted .+: https://"))
    assert await _linked(reply) == post_id
    await desk.keep("show")


async def _reads_it_as_a_member(desk: Conversation, post_id: str) -> None:
    await desk.view_as("member")
    await expect(desk.page.get_by_text("Only you can see this")).to_have_count(0)
    post = await desk.public("Daily digest · ")
    await expect(post).to_have_attribute("data-message-id", post_id)
    await expect(post).to_contain_text(CITATION)
    await expect(post).to_contain_text("Sources")
    await desk.keep("post")


async def _asks_what_was_corrected_since(desk: Conversation) -> None:
    await desk.press(desk.page.get_by_role("button", name="Corrected since?"))
    await desk.private("Nothing in this post has been corrected since.")
    await desk.keep("since")


async def _linked(message: Locator) -> str:
    """The id of the message that a message links to."""
    found = LINK.search(await message.inner_text())
    assert found, "it holds no link to a message"
    return found[1]
