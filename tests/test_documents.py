"""Reading YAML: scalars stay what was typed, and every fault has its line and its right form."""

from __future__ import annotations

from pathlib import Path
from time import process_time

import pytest

from bot import documents, validation
from bot.documents import Document
from bot.facts.model import Event, Source, Thing


def _read(folder: Path, content: str | bytes) -> tuple[Document | None, list[str]]:
    """What a file of this content holds, and its faults as they are printed."""
    path = folder / "thing.yaml"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    document, faults = documents.read(path, "events/thing.yaml")
    return document, list(map(str, faults))


def _shape(folder: Path, content: str, model: type[Thing] = Event) -> list[str]:
    """Every fault of a readable file that is to hold a thing."""
    document, faults = _read(folder, content)
    assert document is not None
    return [*faults, *map(str, validation.validate(document, model)[1])]


@pytest.mark.parametrize(
    ("content", "line", "what", "form"),
    [
        (b"", 1, "the file is empty", "one mapping, such as `id: ...`"),
        (b"\xef\xbb\xbf", 1, "the file is empty", "one mapping, such as `id: ...`"),
        (b"# only a comment\n", 1, "the file is empty", "one mapping, such as `id: ...`"),
        (b"---\n", 1, "one mapping", "`id: ...`"),
        (b"- a\n- b\n", 1, "one mapping", "`id: ...`"),
        (b"just words\n", 1, "one mapping", "`id: ...`"),
        (b"id: a\ntitle: caf\xe9\n", 2, "not UTF-8", "save the file as UTF-8"),
        ("id: 기시다\n".encode("utf-16"), 1, "not UTF-8", "save the file as UTF-8"),
        ("id: a\n\ntitle: 岸田\n".encode("shift-jis"), 3, "not UTF-8", "save the file as UTF-8"),
        (b"id: a\nwhen:\n\tedtf: 2023\n", 3, "a tab", "indented with spaces"),
        (b"id: a\n\ttitle: b\n", 2, "a tab", "indented with spaces"),
        (b"id: a\n---\nid: b\n", 2, "a second document", "one file holds one thing"),
        (b"id: a\n...\n---\nid: b\n", 3, "a second document", "one file holds one thing"),
        (b"id: a\nsays: he said: no\n", 2, "not YAML", "`: ` or ` #` needs quotes"),
        (b"id: a\nalso: [b\nkind: c\n", 3, "not YAML", "needs quotes"),
        (b"id: a\nalso: [b, c\n\n\n", 2, "not YAML", "needs quotes"),
        (b'id: a\nsays: "never closed\nkind: c\nwho: d\n', 2, "not YAML", "needs quotes"),
        (b'id: a\nsays: "\\ud800"\n', 2, "not YAML", "needs quotes"),
        (b"id: a\nsays: @everyone\n", 2, "not YAML", "needs quotes"),
        (b"id: a\nb: \x01\n", 2, "a control character", "remove it"),
        (b"id: a\n\nb: \x00\n", 3, "a control character", "remove it"),
        ("id: 기시다\nb: 岸田文雄\nc: \x07\n".encode(), 3, "a control character", "remove it"),
        (b"? [a, b]\n: c\n", 1, "a key", "must be plain text"),
        (b"id: a\n? {b: c}\n: d\n", 2, "a key", "must be plain text"),
    ],
)
def test_an_unreadable_file_is_one_fault_with_its_line_and_the_right_form(
    tmp_path: Path, content: bytes, line: int, what: str, form: str
) -> None:
    document, faults = _read(tmp_path, content)
    assert document is None
    assert len(faults) == 1
    assert faults[0].startswith(f"events/thing.yaml:{line}: ")
    assert what in faults[0]
    assert form in faults[0]


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ("id: a\ntitle: b\nid: c\n", [(3, "`id` appears twice here; keep one")]),
        ("when:\n  edtf: a\n  basis: b\n  edtf: c\n", [(4, "`edtf` appears twice here")]),
        ("who:\n  - {actor: a, as: b,\n     actor: c}\n", [(3, "`actor` appears twice here")]),
        ("id: &a x\n", [(1, "an anchor or alias")]),
        ("id: &a x\ntitle: *a\n", [(1, "an anchor"), (2, "write the value out, or quote")]),
        ("&a id: x\n", [(1, "an anchor")]),
        ("a: &x {b: c}\nd:\n  <<: *x\n", [(1, "an anchor"), (3, "an anchor or alias")]),
        ("a: &x [*x]\n", [(1, "an anchor"), (1, "an anchor or alias")]),
        ("id: !!str x\n", [(1, "a tag (`!`); write the value without it")]),
        ("id: a\nwhen: !python/object:os.system {a: b}\n", [(2, "a tag")]),
        ("id: a\n!!str title: b\n", [(2, "a tag")]),
    ],
)
def test_what_the_dialect_leaves_out_is_a_fault_where_it_stands(
    tmp_path: Path, content: str, found: list[tuple[int, str]]
) -> None:
    _, faults = _read(tmp_path, content)
    assert len(faults) == len(found)
    for fault, (line, what) in zip(faults, found, strict=True):
        assert fault.startswith(f"events/thing.yaml:{line}: ")
        assert what in fault


def test_a_merge_key_is_no_field(tmp_path: Path) -> None:
    assert "events/thing.yaml:2: `<<` is not a field here" in _shape(
        tmp_path, "id: a\n<<: {b: c}\n"
    )


@pytest.mark.parametrize(
    "typed",
    ["no", "yes", "on", "2023-3-6", "2023-03-16", "12:30", "1_000", "0x10", "010", "1e3", ".5",
     "+1", "true", "NaN", ".inf", "002", "=", "'null'", '"~"', "'no'"],
)  # fmt: skip
def test_a_scalar_stays_the_text_that_was_typed(tmp_path: Path, typed: str) -> None:
    document, faults = _read(tmp_path, f"a: {typed}\nb: [{typed}]\n")
    assert document is not None
    assert document.data == {"a": typed.strip("'\""), "b": [typed.strip("'\"")]}
    assert not faults


@pytest.mark.parametrize("typed", ["", "null", "~", "# a comment"])
def test_an_empty_or_plain_null_value_is_absent(tmp_path: Path, typed: str) -> None:
    document, faults = _read(tmp_path, f"a: {typed}\n")
    assert document is not None
    assert document.data == {"a": None}
    assert not faults


@pytest.mark.parametrize(
    "content",
    [b"\xef\xbb\xbfid: a\ntitle: b\n", b"id: a\r\ntitle: b\r\n", b"id: a\ntitle: b",
     b"\n\nid: a\n\n# between\ntitle: b\n\n", b"---\nid: a\ntitle: b\n...\n", b"id: a\rtitle: b\r",
     b'{"id": "a", "title": "b"}'],
)  # fmt: skip
def test_a_byte_order_mark_and_any_line_ending_are_fine(tmp_path: Path, content: bytes) -> None:
    document, faults = _read(tmp_path, content)
    assert document is not None
    assert document.data == {"id": "a", "title": "b"}
    assert not faults


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_lines_are_counted_alike_with_every_ending(tmp_path: Path, ending: str) -> None:
    content = ending.join(["\ufeffid: a", "# note", "when:", "  edtf: 2023-3-6", "  basis: stated"])
    assert any(f.startswith("events/thing.yaml:4: `2023-3-6`") for f in _shape(tmp_path, content))


@pytest.mark.parametrize(
    "content",
    [
        "a: " + "[" * 5000,
        "a: " + "[" * 5000 + "]" * 5000,
        "a: " + "{b: " * 5000,
        "a:\n" + "- " * 5000 + "b\n",
        "\n".join(" " * depth + "a:" for depth in range(5000)),
    ],
)
def test_five_thousand_levels_are_one_quick_fault(tmp_path: Path, content: str) -> None:
    begun = process_time()
    document, faults = _read(tmp_path, content)
    assert process_time() - begun < 1
    assert document is None
    assert len(faults) == 1
    assert "nested too deeply" in faults[0]


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("id: " + "a" * 1_000_000, 1),
        ("title: b\nkind: " + "a" * 1_000_000, 2),
        ("title: b\n? " + "a" * 1_000_000 + "\n: c\n", 2),
        ("title: b\nwhen: {basis: stated, edtf: " + "2" * 1_000_000 + "}\n", 2),
        ("title: b\nfacts:\n  - says: " + "word " * 200_000, 3),
    ],
)
def test_a_line_of_a_megabyte_gives_short_faults_quickly(
    tmp_path: Path, content: str, line: int
) -> None:
    begun = process_time()
    faults = _shape(tmp_path, content)
    assert process_time() - begun < 2
    assert any(fault.startswith(f"events/thing.yaml:{line}: ") for fault in faults)
    assert max(map(len, faults)) < 1_200


def test_a_fault_stands_on_one_line_whatever_it_echoes(tmp_path: Path) -> None:
    faults = _shape(tmp_path, 'id: a\nkind: "one\\ntwo"\n')
    assert any("`one two` is not a kind" in fault for fault in faults)
    assert not any("\n" in fault for fault in faults)


MISFITS = """\
id: Tokyo_Summit
titel: Summit in Tokyo
kind: sumit
when:
  edtf: 2023-3-6
  basis: stated
where: [Tokyo]
who: fumio-kishida
cites:
  - {source: wire, paragraph: five}
  - {source: wire, paragraph: 0}
  - {source: , paragraph: 2}
names:
  fr: [Sommet]
facts:
  - id: pledge
    says: "\u200bThey pledged."
    kind: agreement
    cites: []
    added: 12:30
    abuot: [tokyo]
"""

RIGHT_FORMS = [
    (1, "`id` must be small letters, digits and single hyphens, such as `tokyo-summit`"),
    (1, "`title` is missing"),
    (2, "`titel` is not a field here; did you mean `title`?"),
    (3, "`sumit` is not a kind; use one of 'summit', 'talks'"),
    (5, "`2023-3-6` is not a date; write it as one of: 2023-03-16"),
    (7, "`where` must be text"),
    (8, "`who` must be a list: `[...]`, or lines that begin with `- `"),
    (10, "`paragraph` must be a whole number, not 'five'"),
    (11, "`paragraph` is too small: '0'"),
    (12, "`source` must be text; it is empty"),
    (14, "`fr` is not a key; use one of 'en', 'ko' or 'ja'"),
    (17, "an invisible character (U+200B); remove it"),
    (19, "`cites` must not be empty"),
    (20, "`added` must be a real day written 2023-03-16, not '12:30'"),
    (21, "`abuot` is not a field here; did you mean `about`?"),
]


def test_all_misfits_are_told_at_once_each_on_its_line_with_the_right_form(tmp_path: Path) -> None:
    faults = _shape(tmp_path, MISFITS)
    for line, what in RIGHT_FORMS:
        assert [f for f in faults if f.startswith(f"events/thing.yaml:{line}: {what}")], what
    assert len(faults) == len(RIGHT_FORMS)


@pytest.mark.parametrize(
    ("given", "what"),
    [
        ("withdrawn: {why: b, date: 2026}", "must be a real day written 2023-03-16"),
        ("withdrawn: {why: b, date: no}", "must be a real day written 2023-03-16"),
        ("withdrawn: {why: b, date: 2023-02-30}", "must be a real day written 2023-03-16"),
        ("withdrawn: {why: b, date: }", "must be a real day written 2023-03-16"),
        ("says: [a]", "`says` must be text"),
        ("says: ''", "`says` must not be empty"),
        ("says: '  '", "`says` must not be empty"),
        (f"says: {'a' * 601}", "`says` is longer than 600 characters"),
        ("about: {a: b}", "`about` must be a list"),
        ("about: [A]", "`about` must be small letters, digits and single hyphens"),
        ("withdrawn: yes", "`withdrawn` must be a mapping: `key: value`"),
        ("withdrawn: {date: 2023-03-16}", "`why` is missing"),
    ],
)
def test_a_fact_that_does_not_fit_is_told_in_plain_words(
    tmp_path: Path, given: str, what: str
) -> None:
    faults = _shape(tmp_path, f"id: a\nfacts:\n  - id: b\n    added: 2026-11-22\n    {given}\n")
    assert any(f.startswith("events/thing.yaml:5: ") and what in f for f in faults), faults


def test_a_fingerprint_is_told_apart_from_an_id(tmp_path: Path) -> None:
    faults = _shape(tmp_path, "id: a\nsha256: ABC\n", Source)
    wrong = "events/thing.yaml:2: `sha256` must be 64 hexadecimal digits in small letters"
    assert any(fault.startswith(wrong) for fault in faults)


def test_faults_of_the_file_and_of_its_shape_come_together(tmp_path: Path) -> None:
    faults = _shape(tmp_path, "id: a\nid: b\nkind: !!str talks\ntitel: c\n")
    for line, what in ((2, "appears twice"), (3, "a tag"), (4, "did you mean `title`")):
        assert any(f.startswith(f"events/thing.yaml:{line}: ") and what in f for f in faults)


def test_a_part_without_a_line_is_told_at_the_part_around_it(tmp_path: Path) -> None:
    document, _ = _read(tmp_path, "id: a\nwhen:\n  edtf: 2023\n")
    assert document is not None
    assert document.line("when", "basis") == 2
    assert document.line("nowhere") == 1
    assert document.line("when", "edtf") == 3


def test_a_missing_file_is_its_readers_affair(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        documents.read(tmp_path / "none.yaml", "none.yaml")
