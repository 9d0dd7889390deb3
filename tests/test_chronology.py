"""The order of time: what the articles prove holds on every list of events."""

from __future__ import annotations

import pytest

from bot.answers.service import AnswerService
from bot.facts.chronology import Chronology
from bot.facts.dates import parse_date
from bot.facts.model import Event
from bot.facts.records import Dated
from bot.facts.store import Filter

CITES = [{"source": "report", "paragraph": 1}]


def event(event_id: str, **when: str) -> Event:
    """An event with this `when`."""
    basis = "stated" if "edtf" in when else "undated"
    return Event.model_validate(
        {
            "id": event_id,
            "title": event_id,
            "kind": "talks",
            "when": {"basis": basis, **when},
            "cites": CITES,
        }
    )


def chronology(*events: Event) -> Chronology:
    """The chronology of these events alone."""
    dates = {e.id: Dated(when=e.when) for e in events}
    return Chronology({e.id: e for e in events}, dates)


CURBS = event("curbs", edtf="2019-22")
DECISION = event("decision", edtf="2018/2019-11", after="curbs", before="suspended")
SUSPENDED = event("suspended", edtf="2019-11")


def test_a_span_stands_after_its_cause_and_before_its_effect() -> None:
    order = chronology(DECISION, SUSPENDED, CURBS).in_order()
    assert order == ["curbs", "decision", "suspended"]


def test_an_undated_event_stands_where_its_neighbours_put_it() -> None:
    later = event("later", edtf="2023")
    undated = event("undated", after="decision", before="later")
    assert chronology(later, undated, DECISION, SUSPENDED, CURBS).in_order()[-2:] == [
        "undated",
        "later",
    ]


def test_what_goes_on_stands_where_it_began() -> None:
    going_on = event("going-on", edtf="2019-03/..")
    assert chronology(CURBS, going_on, SUSPENDED).in_order()[0] == "going-on"


def test_a_long_span_stands_in_its_first_month() -> None:
    summit = event("summit", edtf="2023-08")
    talks = event("talks", edtf="2023-04/2023-12")
    earlier = event("earlier", edtf="2023-04-20")
    assert chronology(summit, talks, earlier).in_order() == ["earlier", "talks", "summit"]


@pytest.mark.parametrize(
    ("one", "other", "proven"),
    [
        ("curbs", "suspended", True),  # by their dates
        ("curbs", "decision", True),  # by `after`
        ("decision", "suspended", True),  # by `before`
        ("suspended", "curbs", False),
        ("apart", "suspended", False),  # its span overlaps
        ("suspended", "apart", False),
        ("about", "suspended", False),  # it is only about right
    ],
)
def test_an_order_is_proven_by_dates_or_by_what_came_after(
    one: str, other: str, proven: bool
) -> None:
    apart, about = event("apart", edtf="2019"), event("about", edtf="2018~")
    order = chronology(CURBS, DECISION, SUSPENDED, apart, about)
    assert order.precedes(one, other) == proven


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("export-curbs-2019", "gsomia-termination-2019"),
        ("gsomia-termination-2019", "gsomia-suspension-2019"),
        ("compensation-plan", "icbm-launch-march-2023"),
        ("icbm-launch-march-2023", "nsc-meeting-march-2023"),
        ("nsc-meeting-march-2023", "tokyo-summit"),
        ("gsomia-normalised", "two-plus-two-april"),
        ("two-plus-two-april", "camp-david-summit"),
        ("security-officials-seoul", "seoul-economy-talks"),
        ("seoul-economy-talks", "seoul-summit"),
        ("naval-drills", "seoul-strategic-dialogue"),
    ],
)
async def test_effects_stand_after_causes(service: AnswerService, earlier: str, later: str) -> None:
    order = [record.event.id for record in await service.store.events(Filter())]
    assert order.index(earlier) < order.index(later)


async def test_nothing_of_the_time_of_the_articles_may_fall_in_the_century_before(
    service: AnswerService,
) -> None:
    century = Filter(
        first=parse_date("1800").first,
        last=parse_date("1900").last,
    )
    assert await service.store.events(century) == ()
