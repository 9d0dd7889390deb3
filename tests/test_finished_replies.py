"""Finished replies: which are kept, how many, and when they are forgotten."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import discord
import pytest
from discord import ui

from bot.answers.lifecycle import open_service
from bot.answers.service import AnswerService
from bot.cards.card import Question
from bot.ui.components.finished_replies import FinishedReplies, FinishedReply
from bot.ui.questions import replies
from tests.small_base import write_small_base

EVENT = Question("event", {"name": "ferry-agreement"})


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[AnswerService]:
    """A desk over the small base."""
    service = await open_service(write_small_base(tmp_path), tmp_path / "data")
    yield service
    await service.store.close()


@pytest.fixture
def finished(service: AnswerService) -> FinishedReplies:
    """Its finished replies."""
    return FinishedReplies(service, replies.page_components)


def kept(finished: FinishedReplies) -> dict[tuple[object, ...], FinishedReply]:
    """The replies that are given again without making them."""
    return dict(vars(finished)["_kept"])


async def sent_view(view: ui.LayoutView, files: list[discord.File]) -> ui.LayoutView:
    """What is sent to Discord of a reply without a picture."""
    assert not files
    return view


async def test_a_reply_is_made_once_for_each_page_and_language(finished: FinishedReplies) -> None:
    first = await finished.reply(EVENT, "en")
    assert await finished.reply(EVENT, "en") is first
    assert await finished.reply(Question("event", {"name": "ferry deal"}), "en") is first
    others = [
        await finished.reply(EVENT.turned(1, "known"), "en"),
        await finished.reply(EVENT, "ko"),
    ]
    assert all(other.components != first.components for other in others)
    assert len(kept(finished)) == 3


async def test_a_kept_reply_is_what_the_view_of_its_card_sends(
    service: AnswerService, finished: FinishedReplies
) -> None:
    card = await service.answer(EVENT, "en")
    for _ in range(2):
        reply = await finished.reply(EVENT, "en")
        sent = await finished.send(reply, sent_view)
        assert sent.to_components() == replies.view(service, card).to_components()
        assert sent.has_components_v2()
        assert reply.facts == service.page(card).facts()


async def test_only_so_many_replies_are_kept(
    finished: FinishedReplies, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.ui.components.finished_replies.KEPT", 2)
    for language in ("en", "ko", "en", "ja"):
        await finished.reply(EVENT, language)
    assert [key[1] for key in kept(finished)] == ["en", "ja"]


async def test_nothing_that_a_person_typed_is_kept(finished: FinishedReplies) -> None:
    typed = {
        "ask": {"question": "when was the ferry agreement signed"},
        "search": {"text": "ferry pier"},
        "event": {"name": "ferri agreement"},
        "find": {"text": "Ilse Brandt met someone"},
    }
    for command, options in typed.items():
        assert (await finished.reply(Question(command, options), "en")).components
    assert kept(finished) == {}


async def test_another_base_makes_its_own_replies(
    service: AnswerService, finished: FinishedReplies, tmp_path: Path
) -> None:
    first = await finished.reply(EVENT, "en")
    await finished.reply(EVENT, "ko")
    other = await open_service(write_small_base(tmp_path / "other"), tmp_path / "data")
    previous = service.swap(other.store)
    await previous.close()
    again = await finished.reply(EVENT, "en")
    assert again is not first
    assert list(kept(finished).values()) == [again]
