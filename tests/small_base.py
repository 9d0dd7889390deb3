"""A small base about a ferry, whole and true to its one article, for tests to break.

The article is our own; its copy stands beside its record, where a curator would keep it.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from bot.facts.load import Folders

ARTICLE = """\
Home | News | Weather

Port towns reopen ferry line after seven years
By PER OLSEN, The Coast Gazette
\u00a0
Mayor Ilse Brandt of Norhaven and her counterpart Tomas Lind of Sudby signed a ferry agreement \
in Norhaven on May 4, 2021, the third of its kind.
The line had been closed since the storm of November 2014, which left the pier in ruins for \
150 days, according to the Harbour Council.
The council's spokesperson, Greta Holm, said that the “crossing of hope” would carry around \
forty lorries a day, but gave no date for the first run.
Some Sudbian fishermen oppose the line; they met on a Tuesday and asked Mr Lind for a vote.
The towns will share the cost of the new pier evenly, and the council expects the work to be \
finished before the winter storms set in.
Leave a comment
"""

BASE = """\
# yaml-language-server: $schema=schemas/base.json
title: The Norhaven ferry
about: How a ferry line came back, drawn from one article.
language: en
published: 2026-11-01
"""

ABSENT = """\
# yaml-language-server: $schema=schemas/absent.json
names:
  eastport: {en: [Eastport], ko: [이스트포트], ja: [イーストポート]}
  old-pier: {en: [Old Pier], lacks: only its English name is known}
"""

AGREEMENT = """\
# yaml-language-server: $schema=../schemas/event.json
id: ferry-agreement
title: Ferry agreement of Norhaven and Sudby
also: [ferry deal]
names: {ko: [페리 협정], ja: [フェリー協定]}
kind: agreement
when: {edtf: 2021-05-04, basis: stated}
where: Norhaven
who: [{actor: ilse-brandt, as: mayor of Norhaven}, {actor: tomas-lind}]
topics: [ferry-line]
cites: [{source: ferry-report, paragraph: 4}]
facts:
  - id: signed
    says: Ilse Brandt and Tomas Lind signed the agreement on 4 May 2021.
    kind: event
    about: [ilse-brandt, tomas-lind, ferry-line]
    cites: [{source: ferry-report, paragraph: 4}]
    caution: It was the third such agreement; the article says nothing of the other two.
    added: 2026-11-22
  - id: gap
    says: The agreement ended a gap of seven years, as the article counts them.
    kind: figure
    cites:
      - {source: ferry-report, paragraph: 4}
      - {source: ferry-report, paragraph: 5}
    inferred: The line closed in 2014 and the agreement is of 2021, which is seven years.
    added: 2026-11-22
"""

STORM = """\
# yaml-language-server: $schema=../schemas/event.json
id: storm-2014
title: Storm that closed the ferry line
kind: incident
when: {edtf: 2014-11, basis: stated}
cites: [{source: ferry-report, paragraph: 5}]
facts:
  - id: ruins
    says: A storm in November 2014 ruined the pier for 150 days, said the Harbour Council.
    kind: figure
    about: [ferry-line]
    by: harbour-council
    cites: [{source: ferry-report, paragraph: 5}]
    added: 2026-11-22
"""

TOPIC = """\
# yaml-language-server: $schema=../schemas/topic.json
id: ferry-line
title: Ferry line
also: [Norhaven ferry]
facts:
  - id: lorries
    says: Greta Holm said that the "crossing of hope" would carry some forty lorries every day.
    kind: position
    by: harbour-council
    cites: [{source: ferry-report, paragraph: 6}]
    added: 2026-11-22
  - id: opposed
    says: Sudbian fishermen oppose the line; the towns want to split what the pier costs.
    kind: background
    cites:
      - {source: ferry-report, paragraph: 7}
      - {source: ferry-report, paragraph: 8}
    accounts:
      - source: ferry-report
        paragraph: 7
        says: Some fishermen, on a Tuesday, asked Lind to let people vote.
      - source: ferry-report
        paragraph: 8
        says: The towns share the cost.
    added: 2026-11-22
open:
  - id: start
    says: The article does not say when the first boat will run.
    kind: background
    cites: [{source: ferry-report, paragraph: 6}]
    added: 2026-11-22
"""

STORY = """\
# yaml-language-server: $schema=../schemas/story.json
id: the-line
title: A ferry line came back
kind: topic
when: 2014/2021
topics: [ferry-line]
opening:
  says: >-
    After seven years without a boat, the port towns of Norhaven and Sudby agreed to open their
    ferry line again.
  cites: [{source: ferry-report, paragraph: 4}, {source: ferry-report, paragraph: 5}]
tells:
  - storm-2014/ruins
  - ferry-agreement/signed
  - ferry-line/lorries
  - ferry-line/start
  - {says: So a gap of seven years ended., rests_on: [ferry-agreement/gap], weekly: true}
  - {says: Sudbian fishermen oppose the line., rests_on: [ferry-line/opposed], weekly: true}
question: {en: Who opposes the ferry line?}
answer: ferry-line/opposed
"""

ACTORS = {
    "ilse-brandt": """\
name: Ilse Brandt
kind: person
also: [Brandt]
roles:
  - {title: Mayor of Norhaven, of: norhaven, cites: [{source: ferry-report, paragraph: 4}]}
""",
    "tomas-lind": "name: Tomas Lind\nkind: person\nalso: [Lind, Mr Lind]\n",
    "harbour-council": "name: Harbour Council\nkind: body\nalso: [council]\n",
    "norhaven": "name: Norhaven\nkind: state\nalso: [Port Norhaven]\n",
    "sudby": "name: Sudby\nkind: state\nalso: [Sudbian]\n",
}

RECORD = """\
# yaml-language-server: $schema=../facts/schemas/source.json
id: ferry-report
title: Port towns reopen ferry line after seven years
author: Per Olsen
publisher: The Coast Gazette
kind: news
quality: A clean copy without a date.
sha256: {sha256}
paragraphs: {paragraphs}
furniture:
  - {{first: 1, last: 3, why: "the menu, the heading and the byline"}}
  - {{first: 9, last: 9, why: the comment form}}
"""


def write_small_base(folder: Path) -> Folders:
    """Write the base under `folder`, with the copy of its article beside the record."""
    folders = Folders(folder / "facts", folder / "seeds")
    actor = "# yaml-language-server: $schema=../schemas/actor.json\nid: {}\n{}"
    texts = {
        folders.info: BASE,
        folders.absent: ABSENT,
        folders.facts / "events/ferry-agreement.yaml": AGREEMENT,
        folders.facts / "events/storm-2014.yaml": STORM,
        folders.facts / "topics/ferry-line.yaml": TOPIC,
        **{
            folders.facts / f"actors/{name}.yaml": actor.format(name, text)
            for name, text in ACTORS.items()
        },
        folders.seeds / "ferry-report.txt": ARTICLE,
        folders.seeds / "ferry-report.yaml": record_of(ARTICLE, 9),
    }
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8", newline="\n")
    return folders


def record_of(article: str, paragraphs: int) -> str:
    """The record of the article with this text."""
    sha256 = hashlib.sha256(article.encode()).hexdigest()
    return RECORD.format(sha256=sha256, paragraphs=paragraphs)
