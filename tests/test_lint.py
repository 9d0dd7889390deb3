"""The lint: each rule sees its planted fault on its line, and a clean base gives none."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.facts.build import build, check
from bot.facts.load import Folders
from tests.small_base import write_small_base

AGREEMENT = "facts/events/ferry-agreement.yaml"
STORM = "facts/events/storm-2014.yaml"
TOPIC = "facts/topics/ferry-line.yaml"
BRANDT = "facts/actors/ilse-brandt.yaml"
LIND = "facts/actors/tomas-lind.yaml"
RECORD = "seeds/ferry-report.yaml"
ABSENT = "facts/absent.yaml"

FURTHER = """\
id: {0}
title: Further event {0}
kind: talks
when: {1}
cites: [{{source: ferry-report, paragraph: 4}}]
facts:
  - {{id: note, says: A note on {0}., kind: event, added: 2026-11-22,
     cites: [{{source: ferry-report, paragraph: 4}}]}}
"""


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    """A clean base of its own for each test."""
    return write_small_base(tmp_path)


def _faults(folders: Folders, data: Path | None = None) -> list[str]:
    """Every fault of a base, as it is printed."""
    return [str(fault) for fault in check(folders, data or folders.facts.parent / "var")[1]]


def _edit(folders: Folders, name: str, old: str, new: str) -> int:
    """Put `new` for `old` in a file; returns the line that it stands on."""
    path = folders.facts.parent / name
    text = path.read_text("utf-8")
    assert text.count(old) >= 1, f"{name} holds no {old!r}"
    before, _, after = text.partition(old)
    path.write_text(before + new + after, "utf-8")
    return before.count("\n") + 1


def _event(folders: Folders, event_id: str, when: str) -> None:
    """Add an event with this `when`, which stands on line 4."""
    (folders.facts / f"events/{event_id}.yaml").write_text(FURTHER.format(event_id, when), "utf-8")


def test_a_clean_base_has_no_fault(folders: Folders) -> None:
    assert _faults(folders) == []


@pytest.mark.parametrize(
    ("name", "old", "new", "what"),
    [
        (AGREEMENT, "actor: tomas-lind", "actor: tomas-lynd",
         "no actor has the id `tomas-lynd`; add its file or correct the id"),
        (AGREEMENT, "actor: tomas-lind", "actor: ferry-line", "no actor has the id `ferry-line`"),
        (AGREEMENT, "topics: [ferry-line]", "topics: [fairy-line]", "no topic has the id"),
        (AGREEMENT, "topics: [ferry-line]", "topics: [norhaven]", "no topic has the id `norhaven`"),
        (AGREEMENT, "basis: stated}", "basis: stated, after: flood}", "no other event has the id"),
        (AGREEMENT, "basis: stated}", "basis: stated, before: ferry-agreement}", "no other event"),
        (AGREEMENT, "about: [ilse-brandt, tomas-lind, ferry-line]", "about: [ilse-brant]",
         "no actor, topic or event has the id `ilse-brant`"),
        (AGREEMENT, "about: [ilse-brandt,", "about: [ferry-report,", "no actor, topic or event"),
        (STORM, "by: harbour-council", "by: harbor-council", "no actor or source has the id"),
        (STORM, "by: harbour-council", "by: ferry-line", "no actor or source has the id"),
        (BRANDT, "of: norhaven", "of: sudbay", "no actor has the id `sudbay`"),
        (STORM, "source: ferry-report", "source: fairy-report", "no source has the id"),
        (AGREEMENT, "cites: [{source: ferry-report", "cites: [{source: norhaven", "no source"),
        (STORM, "paragraph: 5", "paragraph: 12", "`ferry-report` has 9 paragraphs, so no 12"),
        (BRANDT, "paragraph: 4", "paragraph: 99", "`ferry-report` has 9 paragraphs, so no 99"),
        (AGREEMENT, "paragraph: 4", "paragraph: 9", "paragraph 9 of `ferry-report` is listed as f"),
        (TOPIC, "        paragraph: 7", "        paragraph: 2", "paragraph 2 of `ferry-report`"),
        (AGREEMENT, "id: gap", "id: signed", "the fact id `signed` appears twice in this file"),
        (AGREEMENT, "edtf: 2021-05-04", "edtf: 2021-02-30", "`2021-02-30` is not a date; write it"),
        (AGREEMENT, "edtf: 2021-05-04", "edtf: 2021-5-4", "`2021-5-4` is not a date; write it as"),
        (AGREEMENT, "edtf: 2021-05-04", "edtf: 2021-05/2021-04", "runs backwards; put the earlier"),
        (AGREEMENT, "edtf: 2021-05-04", "edtf: 2021-05/", "is half an interval; write `..`"),
        (AGREEMENT, "edtf: 2021-05-04", "edtf: /2021-05", "is half an interval; write `..`"),
        (AGREEMENT, "basis: stated", "basis: undated", "undated has none"),
        (AGREEMENT, "basis: stated", "basis: inferred", "`why` goes with basis inferred"),
        (AGREEMENT, "basis: stated", "basis: stated, why: a hunch", "`why` goes with basis inf"),
        (AGREEMENT, "edtf: 2021-05-04, ", "", "an `edtf` goes with basis stated or inferred"),
        (AGREEMENT, "basis: stated", "basis: stated, words: {en: a Tuesday in May 2021}",
         "`2021-05-04` is finer than “a Tuesday in May 2021”; give the month or the span"),
        (AGREEMENT, "basis: stated", "basis: stated, words: {ko: 2021년 5월 4일}",
         "`words` has nothing in the base's own language"),
        (STORM, "says: A storm in November 2014", "says: A recent storm",
         "“recent” depends on when it is read; name the date or the article"),
        (STORM, "ruined the pier", "ruined the pier last year", "“last year” depends on when"),
        (STORM, "ruined the pier", "which ended seven years ago, ruined it", "“ago” depends"),
        (STORM, "ruined the pier", "ruined the Former pier", "“Former” depends on when"),
        (AGREEMENT, "caution: It was", "caution: Currently it was", "“Currently” depends on when"),
        (TOPIC, "says: The towns share the cost.", "says: The towns now pay.", "“now” depends"),
        (TOPIC, "kind: position\n    by: harbour-council", "kind: position",
         "a position without `by`; say who claims it (an actor, or the source)"),
        (TOPIC, "kind: background", "kind: plan", "a plan without `by`"),
        (TOPIC, "kind: background", "kind: proposal", "a proposal without `by`"),
        (TOPIC, "kind: background", "kind: opinion", "a opinion without `by`"),
        (TOPIC, "kind: background", "kind: background\n    hearsay: true",
         "`hearsay` is for a fact in `open`; drop it, or move it"),
        (LIND, "also: [Lind, Mr Lind]", "also: [Lind, Brandt]",
         "“brandt” also names `ilse-brandt`; set `disambiguate` in both, or drop it"),
        (ABSENT, "[Eastport]", "[Eastport, port norhaven]",
         "“port norhaven” is a name of `norhaven`; drop it here"),
        (ABSENT, "[Old Pier]", "[Old Pier, EASTPORT]", "“eastport” is a name of `eastport`"),
        (ABSENT, ", ja: [イーストポート]", "", "no name in `ja`; add one, or say in `lacks` why"),
        (AGREEMENT, "id: ferry-agreement", "id: ferry-deal",
         "the file of `ferry-deal` must be called ferry-deal.yaml"),
    ],
)  # fmt: skip
def test_a_planted_fault_is_told_on_its_line(
    folders: Folders, name: str, old: str, new: str, what: str
) -> None:
    line = _edit(folders, name, old, new)
    told = [fault for fault in _faults(folders) if what in fault]
    assert told
    assert any(fault.startswith((f"{name}:{line}: ", f"{name}:{line + 1}: ")) for fault in told), (
        told
    )


ASKS = "    asks: {en: [who signed it?], ko: [누가 서명했어]}\n"


def test_an_ask_leads_to_one_answer(folders: Folders) -> None:
    _edit(folders, AGREEMENT, "  - id: gap", f"{ASKS}  - id: gap")
    assert _faults(folders) == []
    _edit(folders, BRANDT, "roles:", "asks: {en: [Who signed it]}\nroles:")
    what = "“who signed it?” also leads to `r:ilse-brandt`; keep it where it fits best"
    assert _faults(folders) == [f"{AGREEMENT}:20: {what}"]


def test_a_question_that_an_answer_claims_is_not_listed_as_unanswered(folders: Folders) -> None:
    _edit(folders, AGREEMENT, "  - id: gap", f"{ASKS}  - id: gap")
    _edit(folders, ABSENT, "names:", "questions: {en: [who paid for it, Who signed it]}\nnames:")
    what = "“Who signed it” leads to `ferry-agreement/signed`, so it is answered; drop it here"
    assert _faults(folders) == [f"{ABSENT}:2: {what}"]


def test_an_answer_has_as_many_asks_as_the_base_demands(folders: Folders) -> None:
    demanded = "published: 2026-11-01\nasks: {ko: 1}"
    _edit(folders, "facts/base.yaml", "published: 2026-11-01", demanded)
    _edit(folders, AGREEMENT, "  - id: gap", f"{ASKS}  - id: gap")
    faults = _faults(folders)
    assert [fault for fault in faults if "`ferry-agreement/" in fault] == [
        f"{AGREEMENT}:21: `ferry-agreement/gap` has 0 of 1 asks in `ko`; add what people type"
    ]


def test_an_actor_without_roles_answers_nothing(folders: Folders) -> None:
    _edit(folders, LIND, "also:", "asks: {en: [who is the mayor of Sudby]}\nalso:")
    assert _faults(folders) == [
        f"{LIND}:5: an actor without roles answers nothing; move its asks to the facts that do"
    ]


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        (STORM, "ruined the pier", "ruined the “current” pier"),
        (STORM, "says: A storm", 'says: As the article puts it, "last year" a storm'),
        (STORM, "ruined the pier", "ruined the pier of nowhere"),
        (AGREEMENT, "basis: stated", "basis: stated, words: {en: Tuesday 4 May 2021}"),
        (AGREEMENT, "basis: stated", "basis: stated, words: {en: the 4th of May}"),
        (AGREEMENT, "edtf: 2021-05-04, basis: stated",
         "edtf: 2021-05, basis: stated, words: {en: a Tuesday in May 2021}"),
        (AGREEMENT, "basis: stated", "basis: stated, after: storm-2014"),
        (AGREEMENT, "basis: stated", "basis: inferred, why: the texts give it together"),
        (TOPIC, "by: harbour-council", "by: ferry-report"),
        (LIND, "also: [Lind, Mr Lind]", "also: [Lind, ferry line]"),
    ],
)  # fmt: skip
def test_what_looks_like_a_fault_and_is_none_passes(
    folders: Folders, name: str, old: str, new: str
) -> None:
    _edit(folders, name, old, new)
    assert _faults(folders) == []


def test_one_id_may_not_stand_for_things_of_two_kinds(folders: Folders) -> None:
    text = "id: norhaven\ntitle: Town\nfacts: []\n"
    (folders.facts / "topics/norhaven.yaml").write_text(text, "utf-8")
    taken = "the id `norhaven` is taken by facts/actors/norhaven.yaml; choose another"
    assert f"facts/topics/norhaven.yaml:1: {taken}" in _faults(folders)


def test_the_same_paragraph_is_cited_once_in_a_fact(folders: Folders) -> None:
    cite = "{source: ferry-report, paragraph: 5}"
    line = _edit(folders, STORM, f"    cites: [{cite}]", f"    cites: [{cite}, {cite}]")
    twice = "the same paragraph is cited twice; keep one"
    assert _faults(folders) == [f"{STORM}:{line}: {twice}"]


def test_a_lone_account_and_one_that_is_not_cited_are_faults(folders: Folders) -> None:
    account = "accounts: [{source: ferry-report, paragraph: 7, says: Thirty-nine days.}]\n    "
    line = _edit(folders, STORM, "added:", f"{account}added:")
    lone = "`accounts` holds one wording; give each source's, or drop it"
    uncited = "the account's paragraph must also be in the fact's `cites`"
    assert _faults(folders) == [f"{STORM}:{line}: {lone}", f"{STORM}:{line}: {uncited}"]


@pytest.mark.parametrize("field", ["after", "before"])
def test_events_that_follow_each_other_in_a_circle_are_faults(folders: Folders, field: str) -> None:
    for one, other in (("ax", "bx"), ("bx", "cx"), ("cx", "ax")):
        _event(folders, one, f"{{basis: undated, {field}: {other}}}")
    faults = _faults(folders)
    assert len(faults) == 3
    assert f"facts/events/ax.yaml:4: `{field}: bx` runs in a circle; drop one of the two" in faults


def test_a_circle_of_after_and_before_together_is_a_fault(folders: Folders) -> None:
    _event(folders, "ax", "{basis: undated, after: bx, before: cx}")
    _event(folders, "bx", "{basis: undated, after: cx}")
    _event(folders, "cx", "{basis: undated}")
    faults = _faults(folders)
    assert len(faults) == 3
    for name, field in (("ax", "after: bx"), ("ax", "before: cx"), ("bx", "after: cx")):
        circle = f"`{field}` runs in a circle; drop one of the two"
        assert f"facts/events/{name}.yaml:4: {circle}" in faults


@pytest.mark.parametrize("field", ["led_to: [{0}]", "part_of: {0}"])
def test_causes_and_parts_run_in_no_circle(folders: Folders, field: str) -> None:
    for name, other in (("ax", "bx"), ("bx", "ax")):
        _event(folders, name, "{basis: undated}\n" + field.format(other))
    circles = [fault for fault in _faults(folders) if "runs in a circle" in fault]
    name = field.partition(":")[0]
    assert circles == [
        f"facts/events/ax.yaml:5: `{name}: bx` runs in a circle; drop one of the two",
        f"facts/events/bx.yaml:5: `{name}: ax` runs in a circle; drop one of the two",
    ]


def test_a_cause_is_no_later_than_its_effect(folders: Folders) -> None:
    _event(folders, "ax", "{edtf: 2016, basis: stated}\nled_to: [storm-2014, nowhere]")
    assert _faults(folders) == [
        "facts/events/ax.yaml:5: 2016 is not before `storm-2014` (2014-11)",
        "facts/events/ax.yaml:5: no other event has the id `nowhere`;"
        " add its file or correct the id",
    ]


def test_the_same_order_said_from_both_sides_is_no_circle(folders: Folders) -> None:
    _event(folders, "ax", "{basis: undated, before: bx}")
    _event(folders, "bx", "{basis: undated, after: ax}")
    assert _faults(folders) == []


@pytest.mark.parametrize(
    ("when", "what"),
    [
        ("{edtf: 2010, basis: stated, after: storm-2014}", "2010 is not after `storm-2014`"),
        ("{edtf: 2015, basis: stated, before: storm-2014}", "2015 is not before `storm-2014`"),
    ],
)
def test_an_order_that_the_dates_contradict_is_a_fault(
    folders: Folders, when: str, what: str
) -> None:
    _event(folders, "ax", when)
    assert _faults(folders) == [f"facts/events/ax.yaml:4: {what} (2014-11)"]


def test_a_changed_wording_wants_a_was(folders: Folders, tmp_path: Path) -> None:
    data = tmp_path / "var"
    build(folders, data)
    said = "A storm in November 2014 ruined the pier for 150 days, said the Harbour Council."
    line = _edit(folders, STORM, f"says: {said}", "says: A storm ruined the pier for 149 days.")
    wanted = f"its wording changed; add to `was`: {{date, said: {said!r}, why}}"
    assert _faults(folders, data) == [f"{STORM}:{line}: {wanted}"]
    was = f'was: [{{date: 2026-11-22, said: "{said}", why: miscounted}}]'
    _edit(folders, STORM, "    added:", f"    {was}\n    added:")
    assert _faults(folders, data) == []


def test_an_unpublished_base_may_be_reworded(folders: Folders, tmp_path: Path) -> None:
    data = tmp_path / "var"
    _edit(folders, "facts/base.yaml", "published: 2026-11-01", "")
    build(folders, data)
    _edit(folders, STORM, "150 days", "149 days")
    assert _faults(folders, data) == []


def test_a_changed_wording_is_forgotten_with_the_built_base(
    folders: Folders, tmp_path: Path
) -> None:
    build(folders, tmp_path / "var")
    _edit(folders, STORM, "150 days", "149 days")
    assert _faults(folders, tmp_path / "elsewhere") == []


def test_a_fact_does_not_vanish(folders: Folders, tmp_path: Path) -> None:
    data = tmp_path / "var"
    build(folders, data)
    _edit(folders, AGREEMENT, "id: gap", "id: pause")
    gone = "the fact `ferry-agreement/gap` is gone; keep it and set `withdrawn: {date, why}`"
    assert _faults(folders, data) == [f"{AGREEMENT}:2: {gone}"]


def test_a_fact_does_not_vanish_with_its_file(folders: Folders, tmp_path: Path) -> None:
    data = tmp_path / "var"
    build(folders, data)
    (folders.facts / "events/storm-2014.yaml").unlink()
    gone = "the fact `storm-2014/ruins` is gone; keep it and set `withdrawn: {date, why}`"
    assert _faults(folders, data) == [f"facts/base.yaml:1: {gone}"]


def test_a_withdrawn_fact_is_no_fault(folders: Folders, tmp_path: Path) -> None:
    data = tmp_path / "var"
    build(folders, data)
    withdrawn = "withdrawn: {date: 2026-11-23, why: the article was corrected}"
    _edit(folders, AGREEMENT, "    inferred:", f"    {withdrawn}\n    inferred:")
    assert _faults(folders, data) == []


@pytest.mark.parametrize(
    ("lead", "fault"),
    [
        ("{says: A deal., cites: []}", "`cites` must not be empty"),
        ("{says: A deal.}", "`cites` is missing"),
        (f"{{says: {'A deal. ' * 40}, cites: CITE}}", "longer than 300 characters"),
        ("{says: A recent deal., cites: CITE}", "“recent” depends on when it is read"),
        ("{says: A deal., cites: [{source: ferry-report, paragraph: 99}]}", "no 99"),
    ],
)
def test_a_lead_is_short_cited_and_true_at_any_time(
    folders: Folders, lead: str, fault: str
) -> None:
    lead = lead.replace("CITE", "[{source: ferry-report, paragraph: 4}]")
    line = _edit(folders, AGREEMENT, "kind: agreement", f"lead: {lead}\nkind: agreement")
    found = _faults(folders)
    assert len(found) == 1
    assert found[0].startswith(f"{AGREEMENT}:{line}:")
    assert fault in found[0]


@pytest.mark.parametrize("field", ["url", "archive_url"])
def test_the_address_of_an_article_is_one_that_a_browser_opens(
    folders: Folders, field: str
) -> None:
    line = _edit(folders, RECORD, "kind: news", f"{field}: javascript:alert(1)\nkind: news")
    form = f"`{field}` must be an address such as https://example.org/page"
    assert _faults(folders) == [f"{RECORD}:{line}: {form}, not `javascript:alert(1)`"]


@pytest.mark.parametrize(
    ("order", "fault"),
    [
        ("signed", "`order` must be the id of a thing and of a fact in its file"),
        ("ferry-agreement/none", "no fact `ferry-agreement/none` is about `ferry-agreement`"),
        ("storm-2014/ruins", "no fact `storm-2014/ruins` is about `ferry-agreement`"),
    ],
)
def test_an_order_names_facts_about_the_thing(folders: Folders, order: str, fault: str) -> None:
    line = _edit(folders, AGREEMENT, "kind: agreement", f"order: [{order}]\nkind: agreement")
    found = _faults(folders)
    assert len(found) == 1
    assert found[0].startswith(f"{AGREEMENT}:{line}:")
    assert fault in found[0]


@pytest.mark.parametrize(
    ("briefing", "fault"),
    [
        ("storm-2014/rain", "no fact `storm-2014/rain` is in the base; correct it or leave it out"),
        ("storm-2014/ruins, storm-2014/ruins", "`storm-2014/ruins` is listed twice"),
    ],
)
def test_a_briefing_names_each_fact_once(folders: Folders, briefing: str, fault: str) -> None:
    line = _edit(folders, AGREEMENT, "kind: agreement", f"briefing: [{briefing}]\nkind: agreement")
    assert _faults(folders) == [f"{AGREEMENT}:{line}: {fault}"]


def test_a_briefing_may_tell_what_is_not_about_its_subject(folders: Folders) -> None:
    _edit(folders, AGREEMENT, "kind: agreement", "briefing: [storm-2014/ruins]\nkind: agreement")
    assert _faults(folders) == []


def test_a_thing_may_show_first_what_another_file_has_of_it(folders: Folders) -> None:
    _edit(folders, TOPIC, "facts:", "order: [storm-2014/ruins, ferry-line/start]\nfacts:")
    assert _faults(folders) == []


def test_an_event_or_topic_without_any_fact_is_a_fault(folders: Folders) -> None:
    (folders.facts / "topics/weather.yaml").write_text("id: weather\ntitle: Weather\n", "utf-8")
    empty = "no fact is about it; add one"
    assert _faults(folders) == [f"facts/topics/weather.yaml:1: {empty}"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("facts/actors/tomas-lind.yaml", "id: tomas-lind\nname: [oops\n"),
        ("facts/actors/tomas-lind.yaml", ""),
        ("facts/topics/ferry-line.yaml", "id: ferry-line\nkind: what\n"),
        ("seeds/ferry-report.yaml", "id: ferry-report\n\ttitle: tab\n"),
        ("facts/events/storm-2014.yaml", "id: storm-2014\nid: storm-2014\n"),
    ],
)
def test_a_broken_file_gives_faults_of_its_own_only(
    folders: Folders, tmp_path: Path, name: str, content: str
) -> None:
    build(folders, tmp_path / "var")
    _edit(folders, AGREEMENT, "basis: stated", "basis: stated, after: storm-2014")
    (folders.facts.parent / name).write_text(content, "utf-8")
    faults = _faults(folders)
    assert faults
    assert all(fault.startswith(f"{name}:") for fault in faults), faults


def test_a_base_without_its_first_file_says_so(folders: Folders) -> None:
    folders.info.unlink()
    assert _faults(folders) == ["facts/base.yaml:1: missing; it says what the base is about"]


def test_every_fault_of_every_file_is_told_at_once_in_order(folders: Folders) -> None:
    _edit(folders, AGREEMENT, "actor: tomas-lind", "actor: nobody")
    _edit(folders, STORM, "paragraph: 5", "paragraph: 55")
    _edit(folders, LIND, "kind: person", "kind: parson")
    _edit(folders, TOPIC, "paragraph: 6", "paragraph: six")
    _edit(folders, RECORD, "kind: news", "kind: gossip")
    faults = _faults(folders)
    for name in (AGREEMENT, LIND, TOPIC, RECORD):
        assert any(fault.startswith(f"{name}:") for fault in faults), name
    assert [fault.split(":")[0] for fault in faults] == sorted(f.split(":")[0] for f in faults)


def test_a_fault_names_the_file_from_the_folder_of_its_base(folders: Folders) -> None:
    _edit(folders, RECORD, "paragraphs: 9", "paragraphs: nine")
    assert any(fault.startswith("seeds/ferry-report.yaml:") for fault in _faults(folders))


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("facts/events/x.yml", "facts/events/x.yml:1: not read; call it x.yaml"),
        ("facts/events/x.YAML", "facts/events/x.YAML:1: not read; call it x.yaml"),
        ("seeds/x.yml", "seeds/x.yml:1: not read; call it x.yaml"),
        ("facts/base.yml", "facts/base.yml:1: not read; call it base.yaml"),
        ("facts/x.yaml", "facts/x.yaml:1: not read; facts are read from the folders actors, ev"),
        ("facts/events/2023/x.yaml", "facts/events/2023:1: not read; move its files to facts/ev"),
        ("seeds/2023/q1/x.yaml", "seeds/2023:1: not read; move its files to seeds"),
        ("facts/event/x.yaml", "facts/event:1: not read; did you mean `events`?"),
        ("facts/schemas/x.yaml", "facts/schemas/x.yaml:1: not read; facts are read from the fold"),
        ("facts/schemas/2023/x.yaml", "facts/schemas/2023:1: not read; facts are read from the "),
        ("facts/people/x.yaml", "facts/people:1: not read; facts are read from the folders actors"),
        ("facts/events/x.yaml.txt", "facts/events/x.yaml.txt:1: not read; the name of a fact's"),
        ("facts/events/x.json", "facts/events/x.json:1: not read; the name of a fact's file ends"),
        ("facts/events/.#x.yaml", None),
        ("facts/events/._x.yaml", None),
        ("facts/events/#x.yaml#", None),
        ("facts/events/x.yaml~", None),
        ("facts/events/x.yaml.orig", None),
        ("facts/events/..data/x.yaml", None),
        ("facts/topics/.gitkeep", None),
        ("facts/notes/README.md", None),
        ("facts/schemas/more.json", None),
        ("seeds/another.txt", None),
    ],
)
def test_what_is_not_read_is_a_fault_unless_it_is_meant_to_be_there(
    folders: Folders, name: str, fault: str | None
) -> None:
    path = folders.facts.parent / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("id: x", "utf-8")
    found = _faults(folders)
    assert len(found) == bool(fault)
    assert not fault or found[0].startswith(fault)


def test_an_editors_lock_is_a_link_to_nowhere_and_no_fact(folders: Folders) -> None:
    (folders.facts / "events/.#storm-2014.yaml").symlink_to("me@here.1:2")
    assert _faults(folders) == []


@pytest.mark.parametrize("place", ["events/storm-2014.yml", "events/2014/storm-2014.yaml"])
def test_what_an_unread_file_takes_with_it_is_not_told_besides(
    folders: Folders, tmp_path: Path, place: str
) -> None:
    data = tmp_path / "var"
    build(folders, data)
    moved = folders.facts / place
    moved.parent.mkdir(exist_ok=True)
    (folders.facts / "events/storm-2014.yaml").rename(moved)
    _edit(folders, AGREEMENT, "basis: stated}", "basis: stated, after: storm-2014}")
    (fault,) = _faults(folders, data)
    assert ": not read; " in fault


def test_a_file_under_another_name_is_told_once(folders: Folders, tmp_path: Path) -> None:
    data = tmp_path / "var"
    build(folders, data)
    storm = folders.facts / "events/storm-2014.yaml"
    renamed = storm.rename(storm.with_name("storm.yaml"))
    _edit(folders, AGREEMENT, "basis: stated}", "basis: stated, after: storm-2014}")
    (fault,) = _faults(folders, data)
    assert "the file of `storm-2014` must be called storm-2014.yaml" in fault

    renamed.write_text(renamed.read_text("utf-8").replace("id: storm-2014", "id: storm"), "utf-8")
    (fault,) = _faults(folders, data)
    assert fault.startswith("facts/events/storm.yaml:2: this was `storm-2014`")
    assert "call it and its file `storm-2014` again" in fault
