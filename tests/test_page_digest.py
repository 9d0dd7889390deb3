"""The daily digest on the local page: a moderator sets it up, and members read what is posted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import Locator, expect

from tests.browser import (
    CITATION,
    ON_A_PHONE,
    WINDOWS,
    Conversation,
    browsing,
    needs_chromium,
    overflow,
)
from tests.forks import Forks
from tests.local_page import SHIPPED, LocalPage, local_page, write_config

LINK = re.compile(r"https://discord\.com/channels/\d+/\d+/(\d+)")

pytestmark = needs_chromium


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Settings for the shipped base, with a data folder of their own."""
    return write_config(tmp_path_factory.mktemp("page"), SHIPPED)


@pytest.fixture
def served(config: Path, forks: Forks) -> Iterator[LocalPage]:
    """A page that nobody has visited."""
    with local_page(forks, config) as page:
        yield page


@pytest.mark.parametrize("window", ON_A_PHONE)
async def test_a_moderator_sets_the_digest_up_and_a_member_reads_it(
    window: str, served: LocalPage
) -> None:
    faults: list[str] = []
    async with browsing(served.address, WINDOWS[window], faults) as page:
        service = Conversation(page, f"digest-{window}")
        await _is_offered_to_moderators_alone(service)
        await _sets_it_up(service)
        await _sends_a_test_post(service)
        await _previews_the_next(service)
        post_id = await _posts_today_s_at_once(service)
        await _is_told_of_the_last(service, post_id)
        assert await overflow(page) == {}
        await _reads_it_as_a_member(service, post_id)
        await _asks_what_was_corrected_since(service)
        assert await overflow(page) == {}
    assert faults == []
    assert [line for line in served.complaints().splitlines() if "[info" not in line] == []


async def _is_offered_to_moderators_alone(service: Conversation) -> None:
    composer = service.page.get_by_placeholder("Message #ask-the-desk")
    await composer.press_sequentially("/")
    await expect(service.page.get_by_role("option", name="/event")).to_be_visible()
    await expect(service.page.get_by_role("option", name="/digest")).to_have_count(0)
    await composer.clear()
    await service.view_as("moderator")
    await composer.press_sequentially("/")
    for name in ("set", "preview", "show", "pause", "resume", "off", "now"):
        await expect(service.page.get_by_role("option", name=f"/digest {name}")).to_have_count(1)
    await composer.clear()


async def _sets_it_up(service: Conversation) -> None:
    # Half a day from now, so that it is not due while the test lasts.
    time = f"{datetime.now(ZoneInfo('Asia/Seoul')) + timedelta(hours=12):%H:%M}"
    await service.begin("digest set")
    await service.fill("channel", "ask")
    await service.page.get_by_role("option", name="ask-the-desk").click()
    await service.fill("time", time)
    await service.fill("timezone", "seo")
    seoul = service.page.get_by_role("option", name="Seoul (Asia/Seoul)")
    await expect(seoul).to_be_visible()
    await service.keep("timezone")
    await seoul.click()
    await service.keep("options")
    await service.send()
    reply = await service.private("The digest is set up.")
    for setting in (
        "Channel: #ask-the-desk",
        f"When: {time} · Every day · Seoul (Asia/Seoul)",
        "Topics: All topics",
        "Notifies: nobody",
        "On a day without news: Post the story alone",
    ):
        await expect(reply).to_contain_text(setting)
    await expect(reply).to_contain_text(re.compile(r"Next: .+ \(in .+ hours\)"))
    await service.keep("set")


async def _sends_a_test_post(service: Conversation) -> None:
    await service.press(service.page.get_by_role("button", name="Send a test post"))
    await service.private("The test post was sent.")
    await service.public("This is a test post.")
    await service.keep("test-post")


async def _previews_the_next(service: Conversation) -> None:
    await service.begin("digest preview")
    await service.send()
    await service.private("The next digest is due")
    preview = await service.private("Daily digest · ")
    await expect(preview).to_contain_text("Daily digest · ")
    await expect(preview).to_contain_text(CITATION)
    await service.keep("preview")


async def _posts_today_s_at_once(service: Conversation) -> str:
    """Returns the id of the post."""
    await service.begin("digest now")
    await service.send()
    reply = await service.private("Today’s digest is posted.")
    await expect(reply).to_contain_text(LINK)
    await service.keep("now")
    return await _linked(reply)


async def _is_told_of_the_last(service: Conversation, post_id: str) -> None:
    await service.begin("digest show")
    await service.send()
    reply = await service.private("The daily digest of this server")
    await expect(reply).to_contain_text(re.compile(r"Last: .+, posted .+: https://"))
    assert await _linked(reply) == post_id
    await service.keep("show")


async def _reads_it_as_a_member(service: Conversation, post_id: str) -> None:
    await service.view_as("member")
    await expect(service.page.get_by_text("Only you can see this")).to_have_count(0)
    post = await service.public("Daily digest · ")
    await expect(post).to_have_attribute("data-message-id", post_id)
    await expect(post).to_contain_text(CITATION)
    await expect(post).to_contain_text("Sources")
    await service.keep("post")


async def _asks_what_was_corrected_since(service: Conversation) -> None:
    await service.press(service.page.get_by_role("button", name="Corrected since?"))
    await service.private("Nothing in this post has been corrected since.")
    await service.keep("since")


async def _linked(message: Locator) -> str:
    """The id of the message that a message links to."""
    found = LINK.search(await message.inner_text())
    assert found, "it holds no link to a message"
    return found[1]
