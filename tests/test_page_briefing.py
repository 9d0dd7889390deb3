"""From `/setup` to a corrected briefing on the local page, with two moderators."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from playwright.async_api import Locator, Page, expect

from bot.config import read_config
from bot.facts.build import build
from bot.facts.load import Folders
from tests.browser import (
    CITATION,
    PATIENCE,
    WINDOWS,
    Conversation,
    browsing,
    needs_chromium,
    overflow,
)
from tests.forks import Forks
from tests.local_page import SHIPPED, LocalPage, local_page, write_config

HEADLINE = "GSOMIA, before Thursday’s debate"
EDITED = "GSOMIA, after Thursday’s debate"
REMARKS = "Please read this **before** you open a thread on it."
BETTER = "GSOMIA has to be renewed once a year."
WHY = "The pact lapses unless it is renewed."

RESIZES = 4  # attempts to have a redrawn page take the size of its window
WITHIN = 180_000  # milliseconds until what the bot does of its own accord must be seen
LONGEST = 900  # seconds until the page is ended in any case

pytestmark = needs_chromium


@pytest.fixture
def base(tmp_path: Path) -> Folders:
    """A copy of the shipped base, to correct."""
    copy = Folders(tmp_path / "facts", tmp_path / "seeds")
    shutil.copytree(SHIPPED.facts, copy.facts)
    shutil.copytree(SHIPPED.seeds, copy.seeds)
    return copy


@pytest.fixture
def config(tmp_path: Path, base: Folders) -> Path:
    """Settings for the copy."""
    return write_config(tmp_path, base)


@pytest.fixture
def served(config: Path, forks: Forks) -> Iterator[LocalPage]:
    """A page that nobody has visited."""
    with local_page(forks, config, longest=LONGEST) as page:
        yield page


async def test_moderators_post_a_briefing_and_later_its_correction(
    served: LocalPage, base: Folders, config: Path
) -> None:
    faults: list[str] = []
    async with browsing(served.address, WINDOWS["wide"], faults) as page:
        service = Conversation(page, "briefing")
        await service.view_as("moderator")
        await _sets_the_server_up(service)
        await _has_every_briefing_approved(service)
        await _drafts_one(service)
        await _looks_at_the_facts(service)
        await _words_it(service)
        await _chooses_the_channel(service)
        await _asks_for_approval(service)

        await service.view_as("second-moderator")
        await _approves_it(service)

        await service.view_as("member")
        post_id = await _reads_the_post(service)

        await service.view_as("second-moderator")
        await _proposes_an_edit(service)
        await service.view_as("moderator")
        await _approves_the_edit(service, post_id)

        await service.view_as("member")
        await _reads_who_edited_it(service, post_id)

        former = _correct(base, config)
        await service.view_as("moderator")
        await _has_the_correction_posted(service, former)

        await service.view_as("member")
        await _reads_the_correction(service, former, post_id)
    assert faults == []
    assert [line for line in served.complaints().splitlines() if "[info" not in line] == []


async def _sets_the_server_up(service: Conversation) -> None:
    await service.begin("setup")
    await service.send()
    card = await service.private("Set up Factdesk: the server")
    await _picks(service, card, "The log channel; leave empty for none", "ask-the-desk")
    await expect(card).to_contain_text("✓ Log channel: #ask-the-desk")
    await _enters_the_time_zone(service, card)
    card = await service.private("✓ Time zone: Seoul (Asia/Seoul)")
    await _keep(service, card, "setup-server")
    await service.press(_button(card, "Go on to the digest"))
    card = await service.private("Set up Factdesk: the daily digest")
    await _picks(service, card, "The digest’s channel, thread or forum", "ask-the-desk")
    await expect(card).to_contain_text("All set.")
    await service.press(_button(card, "Send a test post"))
    await expect(card).to_contain_text("The test post was sent.")
    await service.public("This is a test post.")
    await _keep(service, card, "setup-digest")


async def _enters_the_time_zone(service: Conversation, card: Locator) -> None:
    await service.press(_button(card, "Time zone"))
    form = service.page.get_by_role("dialog", name="Time zone")
    await form.locator("[name=zone]").fill("Atlantis")
    await service.press(form.get_by_role("button", name="Submit"))
    card = await service.private("“Atlantis” is not a time zone the bot knows.")
    await _keep(service, card, "refused")
    await service.press(_button(card, "Correct what you typed"))
    await expect(form.locator("[name=zone]")).to_have_value("Atlantis")
    await form.locator("[name=zone]").fill("서울")
    await service.press(form.get_by_role("button", name="Submit"))


async def _picks(service: Conversation, card: Locator, menu: str, option: str) -> None:
    """Pick in a menu of channels."""
    await service.open(card.get_by_role("combobox", name=menu))
    await expect(card).to_contain_text("1 options on this page")
    await service.press(card.get_by_role("option", name=option))


async def _looks_at_the_facts(service: Conversation) -> None:
    await service.press(_button(await service.private("Status: draft"), "Facts"))
    card = await service.private("Pick their numbers in the menu below.")
    await _keep(service, card, "facts")
    await service.press(_button(card, "Done"))


async def _has_every_briefing_approved(service: Conversation) -> None:
    await service.begin("settings approval")
    await service.fill("approval", "second")
    await service.page.get_by_role("option", name="By a second moderator").click()
    await service.send()
    await service.private("Approval of briefings is set.")


async def _drafts_one(service: Conversation) -> None:
    await service.begin("briefing new")
    await service.fill("topic", "지소미아")
    await service.page.get_by_role("option", name="GSOMIA, the military intelligence pact").click()
    await service.send()
    card = await service.private("Status: draft")
    await expect(card).to_contain_text(re.compile(r"Facts: \d+ facts"))
    await expect(card).to_contain_text("Remarks: none")
    await expect(card).to_contain_text("No channel chosen.")
    await service.public("@moderator started the draft")


async def _words_it(service: Conversation) -> None:
    await service.press(_button(await service.private("Status: draft"), "Headline and remarks"))
    form = service.page.get_by_role("dialog", name="Headline and remarks")
    await form.locator("[name=headline]").fill(HEADLINE)
    await form.locator("[name=remarks]").fill(REMARKS)
    await service.keep("form")
    await service.press(form.get_by_role("button", name="Submit"))
    card = await service.private("Status: draft")
    await expect(card).to_contain_text(HEADLINE)
    await expect(card).to_contain_text(f"Remarks: {len(REMARKS)} characters")


async def _chooses_the_channel(service: Conversation) -> None:
    await service.press(_button(await service.private("Status: draft"), "Where"))
    card = await service.private("Each choice is saved at once.")
    await _picks(service, card, "The channel, thread or forum", "ask-the-desk")
    await expect(card).to_contain_text("#ask-the-desk · notifies nobody")
    await service.keep("where")
    await service.press(_button(card, "Done"))
    card = await service.private("Status: draft")
    await expect(card).to_contain_text("Where: #ask-the-desk")
    await service.public("@moderator edited it: channel none → #ask-the-desk")
    await _keep(service, card, "card")


async def _asks_for_approval(service: Conversation) -> None:
    await service.press(_button(await service.private("Status: draft"), "Ask for approval"))
    card = await service.private("Status: waiting for a second moderator")
    await expect(card).to_contain_text("Approval requested in #ask-the-desk.")
    await service.keep("asked")
    await expect(_button(card, "Approve")).to_have_count(0)
    request = await service.public("Not posted yet: @moderator asks for approval of this draft.")
    await service.press(_button(request, "Approve"))
    await service.private("You wrote it or changed it last, so you cannot approve it.")
    await service.keep("own")


async def _approves_it(service: Conversation) -> None:
    request = await service.public("Not posted yet: @moderator asks for approval of this draft.")
    await expect(request).to_contain_text(HEADLINE)
    await _keep(service, request, "request")
    await service.press(_button(request, "Approve"))
    card = await service.private("Approved by: @second-moderator")
    await expect(card).to_contain_text("It will be posted within a minute.")
    await service.keep("approved")


async def _reads_the_post(service: Conversation) -> str:
    """Returns the id of the post."""
    post = service.page.locator("article.channel-message").filter(
        has=service.page.get_by_role("button", name="Corrected since?")
    )
    await expect(post).to_be_visible(timeout=WITHIN)
    noted = service.page.locator("article").filter(has_text="Posted by the bot: https://discord")
    await expect(noted).to_be_visible(timeout=WITHIN)
    await expect(service.page.get_by_text("Only you can see this")).to_have_count(0)
    await expect(post.get_by_role("heading", name=HEADLINE)).to_be_visible()
    await expect(post).to_contain_text("Posted by @moderator with Factdesk")
    await expect(post).to_contain_text(CITATION)
    await expect(post).to_contain_text("Remarks by moderator, not from the sources")
    await expect(post).to_contain_text(REMARKS)  # as typed: its signs format nothing
    await expect(post).to_contain_text("Sources")
    await _keep(service, post, "post")
    post_id = await post.get_attribute("data-message-id")
    assert post_id
    return post_id


async def _proposes_an_edit(service: Conversation) -> None:
    await service.begin("briefing edit")
    await service.fill("briefing", "GSOMIA")
    await service.page.get_by_role("option", name=HEADLINE).click()
    await service.send()
    card = await service.private("Status: posted")
    await service.press(_button(card, "Headline and remarks"))
    form = service.page.get_by_role("dialog", name="Headline and remarks")
    await form.locator("[name=headline]").fill(EDITED)
    await service.press(form.get_by_role("button", name="Submit"))
    card = await service.private("Another moderator must approve the edit before the post changes.")
    await expect(_button(card, "Drop the edit")).to_be_visible()
    await expect(_button(card, "Approve the edit")).to_have_count(0)
    await _keep(service, card, "proposed")
    request = await service.public("@second-moderator asks for approval of this edit.")
    await service.press(_button(request, "Approve the edit"))
    await service.private("You wrote it or changed it last, so you cannot approve it.")


async def _approves_the_edit(service: Conversation, post_id: str) -> None:
    request = await service.public("@second-moderator asks for approval of this edit.")
    await expect(request.get_by_role("heading", name=EDITED)).to_be_visible()
    post = service.page.locator(f"article[data-message-id='{post_id}']")
    await expect(post.get_by_role("heading", name=HEADLINE)).to_be_visible()
    await _keep(service, request, "edit-request")
    await service.press(_button(request, "What changed"))
    changed = await service.private("What changed")
    await expect(changed.get_by_role("deletion")).to_have_text("before")
    await expect(changed.get_by_role("listitem").get_by_role("strong")).to_have_text("after")
    await _keep(service, changed, "changed")
    await service.press(_button(request, "Approve the edit"))
    await service.private("The post will be edited shortly")


async def _reads_who_edited_it(service: Conversation, post_id: str) -> None:
    post = service.page.locator(f"article[data-message-id='{post_id}']")
    await expect(post.get_by_role("heading", name=EDITED)).to_be_visible(timeout=WITHIN)
    signature = "Posted by @moderator with Factdesk · Edited by @second-moderator"
    await expect(post).to_contain_text(signature)
    await expect(post).to_contain_text(REMARKS)
    await _keep(service, post, "edited")


def _correct(base: Folders, config: Path) -> str:
    """Reword a fact on disk, as one who keeps the base does; returns the former wording."""
    path = base.facts / "topics" / "gsomia.yaml"
    topic: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    fact = next(each for each in topic["facts"] if each["id"] == "renewed")
    former = fact["says"]
    fact["says"] = BETTER
    fact["was"] = [{"date": datetime.now(UTC).date(), "said": former, "why": WHY}]
    path.write_text(yaml.safe_dump(topic, allow_unicode=True, sort_keys=False), "utf-8")
    build(base, read_config(config).data)
    return former


async def _has_the_correction_posted(service: Conversation, former: str) -> None:
    offer = service.page.locator("article.channel-message").filter(
        has=service.page.get_by_role("button", name="Post a correction")
    )
    await expect(offer).to_be_visible(timeout=WITHIN)
    await expect(
        offer.get_by_role("heading", name="A posted briefing needs a correction")
    ).to_be_visible()
    await _tells_the_correction(offer, former)
    await _keep(service, offer, "offer")
    await service.press(_button(offer, "Affected post"))
    await expect(await service.private("Affected post")).to_contain_text(EDITED)
    await service.keep("which")
    await service.press(_button(offer, "Post a correction"))
    await service.private("Done.")
    await service.keep("settled")


async def _reads_the_correction(service: Conversation, former: str, post_id: str) -> None:
    reply = service.page.locator("article.channel-message").filter(
        has=service.page.locator(".message-reply", has_text="Factdesk")
    )
    await expect(reply).to_be_visible(timeout=WITHIN)
    await expect(reply.get_by_role("heading", name="Correction")).to_be_visible()
    await _tells_the_correction(reply, former)
    await _keep(service, reply, "correction")
    post = service.page.locator(f"article[data-message-id='{post_id}']")
    await service.press(_button(post, "Corrected since?"))
    await _tells_the_correction(await service.private("Corrected since"), former)


async def _tells_the_correction(message: Locator, former: str) -> None:
    """Expect what is said now, with its citation, above what was said before, and why."""
    await expect(message).to_contain_text(
        re.compile(f"Now.*{re.escape(BETTER)}.*{re.escape(former)}.*{re.escape(WHY)}", re.DOTALL)
    )
    await expect(message).to_contain_text(CITATION)


def _button(message: Locator, name: str) -> Locator:
    return message.get_by_role("button", name=name, exact=True)


async def _keep(service: Conversation, message: Locator, step: str) -> None:
    """Write a screenshot of a message in each window; in none is any part of it cut off."""
    for name in reversed(WINDOWS):
        width, height = WINDOWS[name]
        await _resize(service.page, width, height)
        await message.evaluate("message => message.scrollIntoView({block: 'start'})")
        assert await overflow(service.page) == {}
        await service.keep(f"{step}-{name}")


async def _resize(page: Page, width: int, height: int) -> None:
    """Give the window a size; again if the bot's message had the page redrawn meanwhile."""
    stage, shown = page.locator("#preview-stage"), page.locator("#preview-app")
    for attempt in range(RESIZES):
        await page.set_viewport_size({"width": width + attempt % 2, "height": height})
        room = await stage.evaluate("stage => stage.clientWidth")
        try:
            await expect(shown).to_have_css("width", f"{room}px", timeout=PATIENCE / RESIZES)
        except AssertionError:
            continue
        return
    pytest.fail(f"the page stays as it was in a window of {width} pixels")
