"""Which events are within the scope of a briefing, and in which role."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from bot.compose.briefing_links import Place, SubjectKind, places
from bot.facts.model import Event, When


def _event(name: str, **links: object) -> Event:
    when = {
        "basis": "undated",
        **{key: links.pop(key) for key in ("after", "before") & links.keys()},
    }
    return Event.model_validate(
        {
            "id": name,
            "title": name,
            "kind": "incident",
            "topics": ["line"],
            "when": When.model_validate(when),
            "cites": [{"source": "report", "paragraph": 1}],
            **links,
        }
    )


EVENTS: Mapping[str, Event] = {
    event.id: event
    for event in (
        _event("founding"),
        _event("ruling", led_to=["curbs"]),
        _event("curbs", led_to=["decision"]),
        _event("decision", led_to=["visit"]),
        _event("launch", led_to=["alarm"]),
        _event("alarm", before="summit"),
        _event("visit"),
        _event("summit", part_of="visit", led_to=["talks"]),
        _event("speech", part_of="visit"),
        _event("repair", after="summit"),
        _event("talks", led_to=["pact"]),
        _event("pact"),
    )
}
"""In order of time."""


def _roles(own: list[str], kind: SubjectKind) -> dict[str, str]:
    return {name: place.role for name, place in places(EVENTS, own, kind).items()}


def test_an_events_briefing_has_its_causes_its_surroundings_and_what_followed() -> None:
    assert _roles(["summit"], "event") == {
        "summit": "own",
        "visit": "whole",
        "speech": "own",
        "decision": "led",
        "curbs": "led",
        "alarm": "before",
        "launch": "before",
        "repair": "followed",
        "talks": "followed",
        "pact": "followed",
    }


def test_what_is_more_links_away_is_further() -> None:
    found = places(EVENTS, ["summit"], "event")
    assert found["decision"] == Place("led", 1)
    assert found["curbs"] == Place("led", 2)
    assert found["launch"] == Place("before", 2)
    assert found["pact"] == Place("followed", 2)


def test_a_topic_was_led_to_by_the_causes_of_its_first_event_alone() -> None:
    assert _roles(["curbs", "decision"], "topic")["ruling"] == "led"
    assert _roles(["founding", "curbs", "decision"], "topic")["ruling"] == "turn"


def test_what_followed_before_a_topics_last_event_is_a_turn_of_it() -> None:
    assert _roles(["founding", "ruling", "visit"], "topic")["curbs"] == "turn"
    assert _roles(["founding", "ruling"], "topic")["curbs"] == "followed"


@pytest.mark.parametrize(("kind", "far"), [("topic", False), ("period", False), ("event", True)])
def test_only_an_event_has_causes_of_causes(kind: SubjectKind, far: bool) -> None:
    assert ("curbs" in _roles(["visit"], kind)) is far


def test_what_led_to_events_of_a_period_led_to_the_period() -> None:
    assert _roles(["founding", "curbs"], "period") == {
        "founding": "own", "curbs": "own", "ruling": "led", "decision": "followed",
    }  # fmt: skip


def test_an_actors_briefing_has_what_the_actor_took_part_in() -> None:
    assert _roles(["visit", "curbs"], "actor") == {"visit": "own", "curbs": "own"}


def test_what_has_no_topic_or_actor_of_an_event_only_bounds_its_date() -> None:
    names = ("flood", "vote", "song")
    bounds = {"vote": {"after": "flood", "before": "song"}}
    flood, vote, song = (_event(name, topics=[name], **bounds.get(name, {})) for name in names)
    assert places({e.id: e for e in (flood, vote, song)}, ["vote"], "event") == {
        "vote": Place("own")
    }


def test_what_only_an_event_that_may_miss_a_period_led_to_is_left_out() -> None:
    assert "decision" in places(EVENTS, ["curbs"], "period")
    assert "decision" not in places(EVENTS, ["curbs"], "period", late={"curbs"})


def test_a_circle_of_links_ends() -> None:
    circle = {e.id: e for e in (_event("one", led_to=["two"]), _event("two", led_to=["one"]))}
    assert places(circle, ["one"], "event") == {"one": Place("own"), "two": Place("led", 1)}
