"""What a press on a briefing costs: it is composed once, from one read, with one request."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import pytest

from bot.delivery import briefing_editor
from bot.facts.store import Store
from tests.conftest import Server
from tests.moderating import posted
from tests.newsroom import Newsroom, menu, need_approval, newsroom, number, show_to

_MEMBER = re.compile(r"/guilds/\d+/members/\d+")


@pytest.fixture
def room(server: Server) -> Newsroom:
    """The server with two moderators."""
    return newsroom(server)


@pytest.fixture
def costs(room: Newsroom, monkeypatch: pytest.MonkeyPatch) -> Costs:
    """Counts what is done in that server."""
    return Costs(room, monkeypatch)


class Costs:
    """Counts compositions, reads of all fact versions, and requests to Discord for a member."""

    def __init__(self, room: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
        self._room = room
        self._counts = Counter[str]()
        self._patch(monkeypatch, briefing_editor, "compose", "compositions")
        self._patch(monkeypatch, Store, "versions", "reads")

    def _patch(self, patch: pytest.MonkeyPatch, owner: Any, name: str, counted: str) -> None:
        real = getattr(owner, name)

        def count(*args: Any, **options: Any) -> Any:
            self._counts[counted] += 1
            return real(*args, **options)

        patch.setattr(owner, name, count)

    @contextmanager
    def press(self, name: str, *, composes: bool = True) -> Generator[None]:
        """Check that the one press in the block composes the briefing once, or not at all."""
        self._counts.clear()
        before = self._requests()
        yield
        found = self._counts["compositions"], self._requests() - before, self._counts["reads"]
        assert found == ((1, 1, 1) if composes else (0, 0, 0)), name

    def _requests(self) -> int:
        requests = self._room.server.env.http_requests
        return sum(r.method == "GET" and bool(_MEMBER.fullmatch(r.path)) for r in requests)


async def test_each_press_on_a_draft_composes_it_once(room: Newsroom, costs: Costs) -> None:
    with costs.press("new"):
        card = await room.begin()
    with costs.press("edit"):
        await room.run("briefing edit", briefing=number(card))
    with costs.press("ask for the text", composes=False):
        form = await room.do(card, "text")
    with costs.press("edit the text"):
        written = {"headline": "What of GSOMIA?", "remarks": "Mine.", "language": ["en"]}
        await room.moderator.submit_modal(form, written)
    with costs.press("facts"):
        await room.do(card, "facts")
    chosen = [option["value"] for option in menu(card)["options"] if option.get("default")]
    with costs.press("choose facts"):
        await room.pick(card, "facts", *chosen[1:])
    with costs.press("choose the same facts"):
        await room.pick(card, "facts", *chosen[1:])
    with costs.press("open"):
        await room.do(card, "open")
    with costs.press("where", composes=False):
        await room.do(card, "where")
    with costs.press("choose the channel"):
        await room.pick(card, "channel", room.server.channel)
    await room.do(card, "open")
    with costs.press("preview"):
        await room.do(card, "preview")
    with costs.press("history", composes=False):
        await room.do(card, "history")
    with costs.press("export"):
        await room.run("briefing export", briefing=number(card))


async def test_each_press_that_decides_on_a_briefing_composes_it_once(
    room: Newsroom, costs: Costs
) -> None:
    await need_approval(room)
    await room.log_to()
    card = await room.ready()
    with costs.press("submit"):
        await room.do(card, "submit")
    theirs = await show_to(room.second, room, number(card))
    with costs.press("ask for a remark", composes=False):
        form = await room.do(theirs, "back", room.second)
    with costs.press("send back"):
        await room.second.submit_modal(form, {"remark": "The second fact is old."})
    mine = await room.run("briefing edit", briefing=number(card))
    with costs.press("cancel"):
        await room.do(mine, "cancel")
    with costs.press("revive"):
        await room.do(mine, "draft")
    await room.do(mine, "submit")
    theirs = await show_to(room.second, room, number(card))
    with costs.press("approve"):
        await room.do(theirs, "approve", room.second)


async def test_each_press_on_a_post_composes_it_at_most_once(room: Newsroom, costs: Costs) -> None:
    card = await room.ready()
    with costs.press("post"):
        await room.do(card, "submit")
    await room.advance(minutes=2)
    assert len(posted(room.server.channel)) == 1
    mine = await room.run("briefing edit", briefing=number(card))
    form = await room.do(mine, "text")
    with costs.press("edit the post"):
        await room.moderator.submit_modal(form, {"headline": "Better", "language": ["en"]})
    with costs.press("ask to delete", composes=False):
        await room.do(mine, "remove")
    with costs.press("delete"):
        await room.do(mine, "delete")
