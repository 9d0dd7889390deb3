"""Messages on the local page, answered as commands of those who wrote them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, cast

from bot.answers.commands import PRIVATE
from bot.answers.typed_questions import BadQuestion, parse
from bot.cards.card import Question

if TYPE_CHECKING:
    from simcord import ChannelHandle, Env, MemberActor
    from simcord.preview import Preview


async def answer_messages(env: Env, page: Preview, show: Callable[[], Awaitable[None]]) -> None:
    """Answer each message of a person: the command that it begins with, or else `/ask`.

    `show` waits until simcord is idle and shows what there is.
    """
    people = {str(viewer.id): viewer for viewer in page.viewers}
    written: asyncio.Queue[tuple[MemberActor, str]] = asyncio.Queue()

    def notice(event: str, payload: Mapping[str, object]) -> None:
        if event == "MESSAGE_CREATE" and "interaction_metadata" not in payload:
            author = cast("Mapping[str, str]", payload["author"])["id"]
            if author in people and payload["content"]:
                written.put_nowait((people[author], str(payload["content"])))

    env.backend.subscribers.append(notice)
    while True:
        person, text = await written.get()
        await show()
        with suppress(TimeoutError):
            await _run_typed(person, page.channel, text)
        await show()


async def _run_typed(person: MemberActor, channel: ChannelHandle, text: str) -> None:
    """Run what a message asks for as its author's command; `/about` if no command fits."""
    command = " ".join(text.removeprefix("/").split())
    if text.startswith("/") and command in person.available_commands(channel):
        await person.slash(channel, command)
        return
    try:
        question = parse(text)
    except BadQuestion:
        question = Question("about")
    options: dict[str, str | bool] = dict(question.options)
    if PRIVATE.name in options:
        options[PRIVATE.name] = options[PRIVATE.name] == "true"
    await person.slash(channel, question.command, **options)
