"""Building and opening `facts.db`: a whole base or the one before, whatever goes wrong."""

from __future__ import annotations

import asyncio
import gc
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import AsyncGenerator, Callable, Generator, Iterator, Mapping
from contextlib import asynccontextmanager, closing, contextmanager
from datetime import date
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.answers.lifecycle import open_service, reopen_service
from bot.cards.card import Question
from bot.facts.build import build
from bot.facts.built import built_bases, is_intact, last_wordings
from bot.facts.errors import FaultyBase, UnreadableBase, UnwritableBase
from bot.facts.last_build import RECORD
from bot.facts.load import Folders, load
from bot.facts.loaded import load_base
from bot.facts.queries import Decoded, Records
from bot.facts.records import FactRecord, ThingRecord
from bot.facts.store import Filter, Store
from tests.small_base import write_small_base

ROOT = Path(__file__).parent.parent
IS_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    """A whole base of its own for each test."""
    return write_small_base(tmp_path)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Where the base is built to."""
    return tmp_path / "var"


def _change(folders: Folders, note: str = "changed") -> None:
    """Change a base's files without changing what they say."""
    with folders.info.open("a", encoding="utf-8") as file:
        file.write(f"# {note}\n")


def _break(folders: Folders) -> None:
    (folders.facts / "actors/sudby.yaml").write_text("id: sudby\nname:\n", "utf-8")


def _event(
    folders: Folders, event_id: str, when: str, topics: str = "[]", about: str = "[]"
) -> None:
    """Add an event with one fact."""
    (folders.facts / f"events/{event_id}.yaml").write_text(
        f"""\
id: {event_id}
title: Further event {event_id}
kind: talks
when: {when}
topics: {topics}
who: [{{actor: sudby}}]
cites: [{{source: ferry-report, paragraph: 4}}]
facts:
  - id: note
    says: A note on {event_id}.
    kind: event
    about: {about}
    cites: [{{source: ferry-report, paragraph: 4}}]
    added: 2026-11-22
""",
        "utf-8",
    )


@asynccontextmanager
async def _store(folders: Folders, data: Path) -> AsyncGenerator[Store]:
    """The base, built and opened."""
    store = await Store.open(build(folders, data).path)
    try:
        yield store
    finally:
        await store.close()


async def _answers(folders: Folders, data: Path) -> bool:
    """Whether the desk over these files and this data folder answers."""
    service = await open_service(folders, data)
    try:
        card = await service.answer(Question("event", {"name": "ferry-agreement"}), "en")
        return card.found and bool(card.citations())
    finally:
        await service.store.close()


def _names(data: Path) -> list[str]:
    """Everything that lies in a data folder, besides the record of the last build."""
    return sorted(path.name for path in data.glob("*") if path.name != RECORD)


def _finished(data: Path) -> list[str]:
    """The built bases of a data folder by name; each must be whole."""
    names = sorted(path.name for path in data.glob("*.db"))
    for name in names:
        assert is_intact(data / name), name
    return names


def test_an_unchanged_base_is_not_built_again(folders: Folders, data: Path) -> None:
    first = build(folders, data)
    os.utime(first.path, (1, 1))
    before = first.path.stat()
    again = build(folders, data)
    after = again.path.stat()
    assert (first.was_built, again.was_built) == (True, False)
    assert again.path == first.path
    assert after.st_ino == before.st_ino
    assert after.st_mtime_ns > before.st_mtime_ns, "it counts as used last"


def test_a_file_that_was_touched_or_lies_elsewhere_is_not_a_change(
    folders: Folders, data: Path, tmp_path: Path
) -> None:
    built = build(folders, data)
    folders.info.touch()
    (folders.facts / "events/notes.txt").write_text("no YAML", "utf-8")
    moved = tmp_path / "moved"
    shutil.copytree(folders.facts, moved / "facts")
    shutil.copytree(folders.seeds, moved / "seeds")
    assert build(folders, data).path == built.path
    assert not build(Folders(moved / "facts", moved / "seeds"), data).was_built


def _age(folders: Folders, data: Path) -> None:
    """Have the files of a base be some seconds old, and note the base that was built from them."""
    for path in folders.all_files():
        os.utime(path, (1_700_000_000, 1_700_000_000))
    build(folders, data)


def _reads_nothing(patch: pytest.MonkeyPatch) -> None:
    def fail(_: object) -> None:
        pytest.fail("the files are hashed, or the built base is checked")

    patch.setattr("bot.facts.build.fingerprint", fail)
    patch.setattr("bot.facts.build.built.is_intact", fail)


def test_neither_an_unchanged_base_nor_its_files_are_read_again(
    folders: Folders, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = build(folders, data).path
    _age(folders, data)
    _reads_nothing(monkeypatch)
    for _ in range(2):
        assert (again := build(folders, data)).path == path
        assert not again.was_built


def test_files_that_were_written_just_now_are_read_again(folders: Folders, data: Path) -> None:
    _age(folders, data)
    (data / RECORD).unlink()
    folders.info.touch()
    build(folders, data)
    assert not (data / RECORD).exists()


@pytest.mark.parametrize("name", ["facts/events/storm-2014.yaml", "seeds/ferry-report.yaml"])
def test_a_change_of_the_same_length_is_seen_by_its_time(
    folders: Folders, data: Path, name: str
) -> None:
    _age(folders, data)
    path = folders.facts.parent / name
    text = path.read_text("utf-8")
    path.write_text(text.replace("schema=", "scheme=", 1), "utf-8")
    assert len(path.read_bytes()) == len(text.encode())
    assert build(folders, data).was_built


def test_a_file_that_is_added_or_goes_is_seen(folders: Folders, data: Path) -> None:
    _age(folders, data)
    added = folders.facts / "actors/eastport.yaml"
    added.write_text("id: eastport\nname: Eastport\nkind: state\n", "utf-8")
    os.utime(added, (1_700_000_000, 1_700_000_000))
    folders.absent.unlink()
    built = build(folders, data)
    assert built.was_built
    added.unlink()
    assert build(folders, data).path != built.path


@pytest.mark.parametrize("name", ["facts/events/storm-2014.yaml", "seeds/ferry-report.yaml"])
def test_a_changed_base_is_built_beside_the_old_one(
    folders: Folders, data: Path, name: str
) -> None:
    old = build(folders, data).path
    before = old.read_bytes()
    path = folders.facts.parent / name
    path.write_text(path.read_text("utf-8") + "# changed\n", "utf-8")
    new = build(folders, data)
    assert new.was_built
    assert new.path != old
    assert old.read_bytes() == before
    assert built_bases(data) == [new.path, old]


@pytest.mark.parametrize("is_enabled", [True, False])
def test_no_garbage_is_collected_during_a_build(
    folders: Folders, data: Path, is_enabled: bool
) -> None:
    seen: list[bool] = []
    (gc.enable if is_enabled else gc.disable)()
    try:
        build(folders, data, lambda done, total: seen.append(gc.isenabled()))
        assert (set(seen), gc.isenabled()) == ({False}, is_enabled)
    finally:
        gc.enable()


def test_two_builds_of_the_same_files_write_the_same_bytes(folders: Folders, data: Path) -> None:
    written: set[bytes] = set()
    for seed in ("1", "2"):  # which gives another order to sets of texts
        call = [sys.executable, "-m", "bot.facts.build_aside", folders.facts, folders.seeds, data]
        seeded = {**os.environ, "PYTHONHASHSEED": seed}
        subprocess.run(call, check=True, cwd=ROOT, env=seeded, stdout=subprocess.PIPE)
        [path] = data.glob("facts-*.db")
        written.add(path.read_bytes())
        shutil.rmtree(data)
    assert len(written) == 1


def test_three_built_bases_are_kept(folders: Folders, data: Path) -> None:
    paths: list[Path] = []
    for number in range(5):
        _change(folders, str(number))
        paths.append(build(folders, data).path)
        os.utime(paths[-1], (number, number))
    assert {path.name for path in paths[2:]} == set(_finished(data))


def test_the_progress_ends_with_every_row_written(folders: Folders, data: Path) -> None:
    told: list[tuple[int, int]] = []
    build(folders, data, lambda done, total: told.append((done, total)))
    assert told == sorted(told)
    assert told[-1][0] == told[-1][1] > 50


def _full_after(pages: int, folder: Path) -> Path:
    """A schema for databases that are full after so many pages, by SQLite's own limit."""
    schema = (ROOT / "bot/facts/schema.sql").read_text("utf-8")
    path = folder / "full.sql"
    path.write_text(f"PRAGMA max_page_count = {pages};\n{schema}", "utf-8")
    return path


@pytest.mark.parametrize("pages", [5, 20])
async def test_a_full_disk_leaves_the_old_base_in_service(
    folders: Folders, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pages: int
) -> None:
    old = build(folders, data).path.name
    _change(folders)
    monkeypatch.setattr("bot.facts.build._SCHEMA", _full_after(pages, tmp_path))
    with pytest.raises(UnwritableBase, match="database or disk is full"):
        build(folders, data)
    assert _names(data) == [old]
    with capture_logs() as logs:
        assert await _answers(folders, data)
    assert [log["log_level"] for log in logs] == ["warning"]
    monkeypatch.undo()
    assert build(folders, data).was_built


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system that holds one small base, where this machine lets us make one."""
    if not IS_ROOT or shutil.which("mount") is None:
        pytest.skip("only root mounts a file system")
    place = tmp_path / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", str(place)]
    if subprocess.run(command, check=False, capture_output=True).returncode:
        pytest.skip("no file system can be mounted here")
    yield place
    command = ["umount", str(place)]
    subprocess.run(command, check=True)


async def test_a_disk_without_room_leaves_the_old_base_in_service(
    folders: Folders, tiny_disk: Path
) -> None:
    data = tiny_disk / "var"
    old = build(folders, data).path.name
    _change(folders)
    free = shutil.disk_usage(tiny_disk).free
    (tiny_disk / "filler").write_bytes(bytes(max(0, free - 20_000)))
    with pytest.raises(UnwritableBase) as caught:
        build(folders, data)
    assert caught.value.path.parent == data
    assert "full" in caught.value.reason or "No space left" in caught.value.reason
    assert _names(data) == [old]
    assert await _answers(folders, data)


def test_a_folder_that_cannot_be_made_is_told_with_the_reason(
    folders: Folders, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(UnwritableBase) as caught:
        build(folders, tmp_path / "file" / "var")
    assert caught.value.reason == "Not a directory"


BUILDER = """
import sys
from pathlib import Path
from bot.facts.build import build
from bot.facts.load import Folders

def wait(done, total):
    print("writing", flush=True)
    sys.stdin.readline()

facts, seeds, data = map(Path, sys.argv[1:])
print(build(Folders(facts, seeds), data, wait).path)
"""


def _builder(folders: Folders, data: Path) -> subprocess.Popen[str]:
    """A process of its own that builds; it says when it writes, and waits for a line to go on."""
    command = [sys.executable, "-c", BUILDER, *map(str, (folders.facts, folders.seeds, data))]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True)


async def test_a_build_that_is_killed_leaves_the_old_base_in_service(
    folders: Folders, data: Path
) -> None:
    old = build(folders, data).path
    _change(folders)
    with _builder(folders, data) as process:
        assert process.stdout
        assert process.stdout.readline() == "writing\n"
        process.send_signal(signal.SIGKILL)
        process.wait(10)
    assert _finished(data) == [old.name]
    (folders.facts / "base.yaml").rename(folders.facts / "base.later")
    assert await _answers(folders, data)
    (folders.facts / "base.later").rename(folders.facts / "base.yaml")
    assert build(folders, data).was_built
    assert len(_finished(data)) == 2


def test_what_a_killed_build_left_goes_with_a_later_build(folders: Folders, data: Path) -> None:
    data.mkdir()
    old, young = (data / f"facts-0123456789ab.db.{number}.draft" for number in (1, 2))
    for path in (old, young, old.with_name(f"{old.name}-journal")):
        path.write_bytes(b"half")
        os.utime(path, (1, 1)) if path != young else None
    build(folders, data)
    assert {path.name for path in data.glob("*.draft*")} == {young.name}, "one may be at work"


def test_two_processes_of_one_id_build_at_once_as_containers_do(
    folders: Folders, data: Path
) -> None:
    others: list[Path] = []

    def build_too(done: int, total: int) -> None:
        if not others:
            others.append(build(folders, data).path)

    assert [build(folders, data, build_too).path] == others
    assert _finished(data) == [others[0].name]


def test_two_processes_that_build_at_once_both_end_with_a_whole_base(
    folders: Folders, data: Path
) -> None:
    with _builder(folders, data) as one, _builder(folders, data) as other:
        for process in (one, other):
            assert process.stdout
            assert process.stdout.readline() == "writing\n"
        ends = [process.communicate("\n", timeout=30)[0].splitlines() for process in (one, other)]
    assert [process.returncode for process in (one, other)] == [0, 0]
    assert {lines[-1] for lines in ends} == {str(data / name) for name in _finished(data)}
    assert len(_names(data)) == 1


def _truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _random(path: Path) -> None:
    path.write_bytes(random.Random(7).randbytes(path.stat().st_size))  # noqa: S311


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _scribbled(path: Path) -> None:
    """Random bytes over one page in the middle."""
    raw = bytearray(path.read_bytes())
    middle = len(raw) // 2 // 4096 * 4096
    raw[middle : middle + 4096] = random.Random(7).randbytes(4096)  # noqa: S311
    path.write_bytes(raw)


def _foreign(path: Path) -> None:
    """A database, but no base."""
    path.unlink()
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE about (key, value)")


Damage = Callable[[Path], None]
DAMAGES: tuple[Damage, ...] = (_truncated, _random, _empty, _scribbled, _foreign)


@pytest.mark.parametrize("damage", DAMAGES)
async def test_a_damaged_base_is_built_again(folders: Folders, data: Path, damage: Damage) -> None:
    path = build(folders, data).path
    _age(folders, data)
    damage(path)
    assert not is_intact(path)
    assert await _answers(folders, data)
    assert _finished(data) == [path.name]


def test_a_base_that_is_built_again_takes_nothing_from_a_bot_that_has_it_open(
    folders: Folders, data: Path
) -> None:
    path = build(folders, data).path
    _scribbled(path)
    with path.open("rb") as held:
        before = held.read()
        assert build(folders, data).was_built
        held.seek(0)
        assert held.read() == before
    assert path.read_bytes() != before


@pytest.mark.parametrize("damage", DAMAGES)
async def test_a_damaged_base_of_other_files_is_passed_over(
    folders: Folders, data: Path, damage: Damage
) -> None:
    good = build(folders, data).path
    _change(folders)
    bad = build(folders, data).path
    os.utime(good, (1, 1))
    damage(bad)
    _break(folders)
    with capture_logs():
        service = await open_service(folders, data)
    await service.store.close()
    assert service.store.fingerprint in good.name


@pytest.mark.parametrize("damage", [_truncated, _random, _empty, _foreign])
async def test_the_store_refuses_what_is_no_base(
    folders: Folders, data: Path, damage: Damage
) -> None:
    path = build(folders, data).path
    damage(path)
    with pytest.raises(UnreadableBase) as caught:
        await Store.open(path)
    assert caught.value.path == path
    assert caught.value.reason


async def test_the_store_refuses_a_missing_file_and_makes_none(data: Path) -> None:
    with pytest.raises(UnreadableBase, match="No such file"):
        await Store.open(data / "facts-none.db")
    assert not _names(data)


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM thing WHERE rank = 0",
        "UPDATE about SET value = 'today' WHERE key = 'changed'",
        "UPDATE name_table SET value = x'00' WHERE part = 'owners'",
        "UPDATE name_table SET value = '' WHERE part = 'keys'",
        "UPDATE name_table SET value = '' WHERE part = 'normal'",
        "DELETE FROM name_table WHERE part = 'rows'",
    ],
)
async def test_the_store_refuses_what_does_not_fit(
    folders: Folders, data: Path, change: str
) -> None:
    path = build(folders, data).path
    with closing(sqlite3.connect(path)) as db:
        db.execute(change)
        db.commit()
    with pytest.raises(UnreadableBase):
        await Store.open(path)


async def test_a_damaged_base_does_not_replace_the_one_that_answers(
    folders: Folders, data: Path
) -> None:
    service = await open_service(folders, data)
    before = service.store
    _change(folders)
    with closing(sqlite3.connect(build(folders, data).path)) as db:
        db.execute("DROP TABLE unit_term")  # read last, when all else is there
    with pytest.raises(UnreadableBase):
        await reopen_service(service, data)
    assert service.store is before
    await before.close()


def test_damaged_bases_say_nothing_of_wordings(folders: Folders, data: Path) -> None:
    assert last_wordings(data) is None
    path = build(folders, data).path
    wordings = last_wordings(data)
    assert wordings
    assert "ferry-agreement/signed" in wordings
    _random(path)
    assert last_wordings(data) is None


async def test_a_locked_base_still_opens_and_answers(folders: Folders, data: Path) -> None:
    path = build(folders, data).path
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert not build(folders, data).was_built, "it is not taken for a damaged one"
        assert await _answers(folders, data)
        other.execute("ROLLBACK")


async def test_a_read_only_base_in_a_read_only_folder_still_answers(
    folders: Folders, data: Path
) -> None:
    path = build(folders, data).path
    with _modes({path: 0o444, data: 0o555}):
        assert await _answers(folders, data)
    assert _names(data) == [path.name], "no journal beside it"


@contextmanager
def _modes(wished: Mapping[Path, int]) -> Generator[None]:
    """Files and folders with these permissions, for a while."""
    before = {path: path.stat().st_mode for path in wished}
    for path, mode in wished.items():
        path.chmod(mode)
    yield
    for path, mode in before.items():
        path.chmod(mode)


@pytest.fixture
def freeze() -> Iterator[Callable[[Path], None]]:
    """Makes files immutable, which stops root, too; thaws them in the end."""
    frozen: list[Path] = []

    def chattr(sign: str, path: Path) -> int:
        command = ["chattr", f"{sign}i", str(path)]
        return subprocess.run(command, check=False, capture_output=True).returncode

    def freeze(path: Path) -> None:
        if not IS_ROOT or shutil.which("chattr") is None or chattr("+", path):
            pytest.skip("no file can be made immutable here")
        frozen.append(path)

    yield freeze
    for path in frozen:
        chattr("-", path)


async def test_an_immutable_base_still_answers(
    folders: Folders, data: Path, freeze: Callable[[Path], None]
) -> None:
    path = build(folders, data).path
    freeze(path)
    freeze(data)
    assert await _answers(folders, data)


async def test_a_folder_that_cannot_be_written_leaves_the_old_base_in_service(
    folders: Folders, data: Path, freeze: Callable[[Path], None]
) -> None:
    old = build(folders, data).path
    _change(folders)
    freeze(data)
    with pytest.raises(UnwritableBase):
        build(folders, data)
    assert await _answers(folders, data)
    assert _names(data) == [old.name]


async def test_faulty_files_leave_the_base_built_last_in_service_with_a_warning(
    folders: Folders, data: Path
) -> None:
    built = build(folders, data).path
    _break(folders)
    with capture_logs() as logs:
        assert await _answers(folders, data)
    assert len(logs) == 1
    assert logs[0]["log_level"] == "warning"
    assert "`check` lists the faults" in logs[0]["event"]
    assert logs[0]["serving"] in built.name


async def test_faulty_files_without_a_built_base_are_told(folders: Folders, data: Path) -> None:
    _break(folders)
    with pytest.raises(FaultyBase) as caught:
        await open_service(folders, data)
    assert {fault.path for fault in caught.value.faults} == {"facts/actors/sudby.yaml"}
    assert not _names(data)


async def test_a_base_that_is_missing_altogether_is_told(tmp_path: Path) -> None:
    with pytest.raises(FaultyBase):
        await open_service(Folders(tmp_path / "facts", tmp_path / "seeds"), tmp_path / "var")


async def _order(folders: Folders, data: Path, narrow: Filter | None = None) -> list[str]:
    async with _store(folders, data) as store:
        return [record.event.id for record in await store.events(narrow or Filter())]


async def test_events_come_by_the_last_day_that_they_can_have_had(
    folders: Folders, data: Path
) -> None:
    _event(folders, "zz", "{edtf: 2010, basis: stated}")
    _event(folders, "yy", "{edtf: 2014-11-03, basis: stated}")
    _event(folders, "open-end", "{edtf: 2014-11/.., basis: stated}")
    _event(folders, "aa", "{basis: undated}")
    _event(folders, "after-storm", "{basis: undated, after: storm-2014}")
    _event(folders, "before-storm", "{basis: undated, before: zz}")
    assert await _order(folders, data) == [
        "before-storm", "zz", "yy", "open-end", "storm-2014", "ferry-agreement", "aa",
        "after-storm",
    ]  # fmt: skip


async def test_after_and_before_hold_where_dates_overlap(folders: Folders, data: Path) -> None:
    _event(folders, "aa", "{edtf: 2014-11, basis: stated, after: storm-2014}")
    _event(folders, "zz", "{edtf: 2014-11, basis: stated, before: storm-2014}")
    _event(folders, "first", "{basis: undated, before: last}")
    _event(folders, "last", "{basis: undated}")
    order = await _order(folders, data)
    assert order == ["zz", "storm-2014", "aa", "ferry-agreement", "first", "last"]


def _days(first: str | None, last: str | None) -> Filter:
    return Filter(
        first=date.fromisoformat(first).toordinal() if first else None,
        last=date.fromisoformat(last).toordinal() if last else None,
    )


@pytest.mark.parametrize(
    ("first", "last", "inside"),
    [
        ("2021-05-04", "2021-05-04", True),
        ("2021-05-05", None, False),
        (None, "2021-05-03", False),
        ("2021-05-04", None, True),
        (None, "2021-05-04", True),
    ],
)
async def test_a_filter_takes_in_its_first_and_last_day(
    folders: Folders, data: Path, first: str | None, last: str | None, inside: bool
) -> None:
    assert ("ferry-agreement" in await _order(folders, data, _days(first, last))) == inside


@pytest.mark.parametrize(
    ("when", "first", "last", "inside"),
    [
        ("{edtf: 2014, basis: stated}", "2014-12-31", None, True),
        ("{edtf: 2014, basis: stated}", "2015-01-01", None, False),
        ("{edtf: 2015/.., basis: stated}", "2090-01-01", None, True),
        ("{edtf: ../2015, basis: stated}", None, "1900-01-01", True),
        ("{edtf: ../2015, basis: stated}", "2016-01-01", None, False),
        ("{edtf: 2014-24, basis: stated}", "2015-02-01", None, True),
        ("{basis: undated}", "2014-01-01", "2014-12-31", False),
        ("{basis: undated, after: storm-2014}", None, "2014-10-31", False),
        ("{basis: undated, after: storm-2014}", None, "2014-11-01", True),
        ("{basis: undated, after: storm-2014}", "2099-01-01", None, True),
        ("{basis: undated, before: storm-2014}", "2014-12-01", None, False),
        ("{basis: undated, before: storm-2014}", "2014-11-30", None, True),
        ("{basis: undated, before: storm-2014}", None, "1900-12-31", False),
        ("{basis: undated, after: storm-2014, before: ferry-agreement}", "2016-01-01",
         "2016-12-31", True),
        ("{basis: undated, after: storm-2014, before: ferry-agreement}", "2022-01-01", None, False),
        ("{basis: undated, after: other}", None, "2014-10-31", False),
        ("{basis: undated, after: other}", "2022-01-01", None, True),
    ],
)  # fmt: skip
async def test_a_filter_takes_in_what_may_fall_inside(
    folders: Folders, data: Path, when: str, first: str | None, last: str | None, inside: bool
) -> None:
    _event(folders, "it", when)
    _event(folders, "other", "{basis: undated, after: storm-2014}")
    assert ("it" in await _order(folders, data, _days(first, last))) == inside


async def test_filters_combine(folders: Folders, data: Path) -> None:
    _event(folders, "talks-a", "{edtf: 2016, basis: stated}", topics="[ferry-line]")
    _event(folders, "talks-b", "{edtf: 2017, basis: stated}")
    assert await _order(folders, data, Filter(actor="sudby")) == ["talks-a", "talks-b"]
    assert await _order(folders, data, Filter(topic="ferry-line")) == ["talks-a", "ferry-agreement"]
    assert await _order(folders, data, Filter(actor="sudby", topic="ferry-line")) == ["talks-a"]
    assert await _order(folders, data, Filter(actor="sudby", first=736330)) == ["talks-b"]
    assert await _order(folders, data, Filter(actor="nobody")) == []


async def test_related_events_are_those_that_bear_on_it_most(folders: Folders, data: Path) -> None:
    _event(folders, "told-of", "{edtf: 2016, basis: stated}", about="[ferry-agreement]")
    _event(folders, "in-order", "{basis: undated, after: ferry-agreement}")
    _event(folders, "same-topic", "{edtf: 2017, basis: stated}", topics="[ferry-line]")
    _event(folders, "apart", "{edtf: 2018, basis: stated}")
    async with _store(folders, data) as store:
        agreement = await store.event("ferry-agreement")
        apart = await store.event("apart")
    assert agreement
    assert agreement.related == ("told-of", "in-order", "same-topic")
    assert apart
    assert apart.related == ()


async def test_a_withdrawn_fact_is_never_answered(folders: Folders, data: Path) -> None:
    path = folders.facts / "events/ferry-agreement.yaml"
    text = path.read_text("utf-8")
    withdrawn = "    withdrawn: {date: 2026-11-23, why: the article was corrected}\n"
    async with _store(folders, data) as store:
        before = (await store.counts())["fact"]
    path.write_text(text.replace("    about: [ilse", f"{withdrawn}    about: [ilse"), "utf-8")
    async with _store(folders, data) as store:
        told = [
            *await store.facts("ferry-agreement"),
            *await store.facts("ilse-brandt"),
            *await store.facts("ferry-line"),
            *await store.facts_from("ferry-report"),
            *await store.search(["@ilse-brandt", "sign"], Filter()),
        ]
        assert (await store.counts())["fact"] == before - 1
    assert told
    assert "ferry-agreement/signed" not in {record.key for record in told}


async def test_only_so_many_records_are_kept(
    folders: Folders, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.facts.queries.KEPT", 2)
    async with _store(folders, data) as store:
        every = await store.every_fact()
        facts: Records[FactRecord] = vars(store)["_facts"]
        decoded: Decoded[FactRecord] = vars(facts)["_decoded"]
        kept: dict[str, FactRecord] = vars(decoded)["_kept"]
        assert [*kept] == [fact.key for fact in every[-2:]]
        assert await store.fact(every[0].key) == every[0]
        assert [*kept] == [every[-1].key, every[0].key], "those that were used last"
        keys = [fact.key for fact in reversed(every)]
        assert await store.facts_named([*keys, "no/such"]) == tuple(reversed(every))
        assert len(kept) == 2


async def test_others_go_on_while_many_records_are_decoded(
    folders: Folders, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.facts.queries._AT_ONCE", 2)
    async with _store(folders, data) as store:
        facts: Records[FactRecord] = vars(store)["_facts"]
        decoded: Decoded[FactRecord] = vars(facts)["_decoded"]
        kept: dict[str, FactRecord] = vars(decoded)["_kept"]
        reading, seen = asyncio.create_task(store.every_fact()), set[int]()
        while not reading.done():
            seen.add(len(kept))
            await asyncio.sleep(0)
        assert {2, 4} <= seen


async def test_things_are_decoded_as_they_are_asked_for(folders: Folders, data: Path) -> None:
    async with _store(folders, data) as store:
        things = store.things
        decoded: Decoded[ThingRecord] = vars(things)["_decoded"]
        kept: dict[str, ThingRecord] = vars(decoded)["_kept"]
        assert "ferry-agreement" in things
        assert len(things) == len(list(things))
        assert not kept
        ferry = things["ferry-agreement"]
        assert things.with_short_id(ferry.short_id) is ferry
        assert things.facts[ferry.id] == ferry.facts > 0
        assert things.with_short_id("~nothing") is things.get("no-such-thing") is None
        assert [*kept] == ["ferry-agreement"]
        facts = [thing.facts for thing in things.values()]
        assert facts == sorted(facts, reverse=True)
        events = [thing for thing in things.values() if thing.kind == "event"]
        assert [*things.of_kind("event")] == events


@pytest.mark.parametrize(("many", "are_saved"), [(1_000_000, True), (1, False)])
def test_keywords_are_saved_where_there_are_few_names(
    folders: Folders, data: Path, monkeypatch: pytest.MonkeyPatch, many: int, are_saved: bool
) -> None:
    monkeypatch.setattr("bot.facts.names.MANY", many)
    names = load_base(build(folders, data).path).names
    agreement = next(entry for entry in names.entries if entry.id == "ferry-agreement")
    assert ("agreement" in agreement.keywords) is are_saved
    assert agreement.places, "questions are read by the places of any base"
    assert "deal" in names.tables.words, "a word of an agreement, saved in any base"


def test_a_copy_of_a_value_changes_nothing_of_another(folders: Folders) -> None:
    base, _ = load(folders)
    assert base
    (*_, one), (*_, other), *_ = base.facts()
    assert one.model_copy(update={"says": "Another."}).says == "Another."
    assert other.model_copy().model_fields_set == one.model_fields_set == set()


async def test_facts_of_a_source_come_in_order_of_its_paragraphs(
    folders: Folders, data: Path
) -> None:
    async with _store(folders, data) as store:
        told = await store.facts_from("ferry-report")
    places = [min(cite.paragraph for cite in fact.cites) for fact in told]
    assert places == sorted(places)
    assert len(told) == 6


async def test_a_file_that_cannot_be_read_leaves_the_base_built_last_in_service(
    folders: Folders, data: Path
) -> None:
    build(folders, data)
    (folders.facts / "events/odd.yaml").mkdir()
    with capture_logs() as logs:
        assert await _answers(folders, data)
    assert [log["log_level"] for log in logs] == ["warning"]
    with pytest.raises(OSError, match="Is a directory"):
        await open_service(folders, data / "elsewhere")
