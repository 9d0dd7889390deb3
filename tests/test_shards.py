"""Shards as values: how they are written, and whether two can have a server in common."""

from __future__ import annotations

import pytest

from bot.shards import Shards
from bot.state.notices import Notice
from bot.state.state import State
from tests.test_scheduler import EIGHT as CONFIG
from tests.test_scheduler import NOW


@pytest.mark.parametrize(
    ("written", "shards"),
    [
        ("0-9/100", Shards(0, 9, 100)),
        ("3/4", Shards(3, 3, 4)),
        ("00-09/40", Shards(0, 9, 40)),
        (" 0-0/1\n", Shards(0, 0, 1)),
    ],
)
def test_are_read_as_they_are_written(written: str, shards: Shards) -> None:
    assert Shards.read(written) == shards
    assert Shards.read(str(shards)) == shards


@pytest.mark.parametrize(
    "written", ["", "auto", "5", "0-9", "9-0/10", "0-10/10", "10/10", "-1/4", "0-1/0", "a/b", "٣/٤"]
)
def test_others_are_refused_with_an_example(written: str) -> None:
    with pytest.raises(ValueError, match="write FIRST-LAST/COUNT, such as 0-9/100"):
        Shards.read(written)


def test_all_shards_are_one_process() -> None:
    assert Shards.all_of(4) == Shards(0, 3, 4)
    assert Shards.all_of(4).are_all
    assert not Shards(0, 2, 4).are_all


def shard_of(server_id: int, count: int) -> int:
    """Discord's own rule."""
    return (server_id >> 22) % count


@pytest.mark.parametrize("count", [1, 2, 3, 4, 6, 8])
@pytest.mark.parametrize("other_count", [1, 2, 3, 4, 6, 8])
def test_overlap_exactly_if_a_server_can_be_in_both(count: int, other_count: int) -> None:
    servers = [number << 22 for number in range(count * other_count)]
    for first in range(count):
        for other_first in range(other_count):
            ours = Shards(first, min(first + 1, count - 1), count)
            theirs = Shards(other_first, other_first, other_count)
            shared = any(
                shard_of(each, count) in ours.ids and shard_of(each, other_count) in theirs.ids
                for each in servers
            )
            assert ours.overlap(theirs) == shared, (ours, theirs)


async def test_a_process_reads_what_is_due_on_its_own_servers(state_url: str) -> None:
    everything = await State.open(state_url)
    for number in range(8):
        server_id = number << 22 | 7
        await everything.digests.put(server_id, CONFIG, NOW, NOW.date())
        await everything.notices.add(Notice(server_id, "digest", NOW, detail="unknown"))
    some = await State.open(state_url, Shards(1, 2, 4))
    theirs = {number << 22 | 7 for number in (1, 2, 5, 6)}
    assert some.settings.present() == theirs
    assert set(await some.digests.next_due()) == theirs
    notices = [await some.notices.get(key) for key in await some.notices.due()]
    assert {each.server_id for each in notices if each} == theirs
    await everything.settings.load()
    assert len(everything.settings.present()) == 8
    for state in (everything, some):
        await state.close()
