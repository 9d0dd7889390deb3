"""What a process counts about itself, in the form that Prometheus collects.

Names and units follow https://prometheus.io/docs/practices/naming/.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from time import monotonic
from typing import Literal

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
"""Of Prometheus' text format."""

InteractionKind = Literal["command", "control"]
JobOutcome = Literal["finished", "later", "unavailable", "failed"]

_ANSWER_BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 10)  # Discord waits 3 s
_LATENESS_BUCKETS = (1, 5, 15, 30, 60, 120, 300, 900, 3_600)


class Metrics:
    """The counters of one process, in a registry of its own."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._interactions = Counter(
            "factdesk_interactions",
            "Commands that were run, and presses of buttons, menus and forms.",
            ("kind", "name", "outcome"),
            registry=self._registry,
        )
        self._autocompletes = Counter(
            "factdesk_autocompletes", "Names suggested while typing.", registry=self._registry
        )
        self._answers = Histogram(
            "factdesk_answer_seconds",
            "From receiving an interaction to having answered it.",
            ("kind",),
            buckets=_ANSWER_BUCKETS,
            registry=self._registry,
        )
        self._jobs = Counter(
            "factdesk_jobs",
            "Items of the scheduler's jobs that were run: digests, briefings, notices, ...",
            ("job", "outcome"),
            registry=self._registry,
        )
        self._lateness = Histogram(
            "factdesk_job_lateness_seconds",
            "From the instant at which an item was due to its run.",
            ("job",),
            buckets=_LATENESS_BUCKETS,
            registry=self._registry,
        )
        self._connections = Counter(
            "factdesk_gateway_connections",
            "Connections to Discord's gateway, new or resumed.",
            registry=self._registry,
        )

    @contextmanager
    def timed(self, kind: InteractionKind, name: str) -> Generator[None]:
        """Count an interaction that is answered within the block, and how long that takes."""
        began, outcome = monotonic(), "failed"
        try:
            yield
            outcome = "answered"
        finally:
            self.interaction(kind, name, outcome, monotonic() - began)

    def interaction(self, kind: InteractionKind, name: str, outcome: str, seconds: float) -> None:
        """Count an interaction that took so long."""
        self._interactions.labels(kind, name, outcome).inc()
        self._answers.labels(kind).observe(seconds)

    def autocomplete(self) -> None:
        """Count a list of names that is suggested while typing."""
        self._autocompletes.inc()

    def job(self, job: str, outcome: JobOutcome, lateness: float | None) -> None:
        """Count an item of a job that ran so many seconds after it was due, if it had a time."""
        self._jobs.labels(job, outcome).inc()
        if lateness is not None:
            self._lateness.labels(job).observe(max(lateness, 0))

    def connected(self) -> None:
        """Count a connection to the gateway."""
        self._connections.inc()

    def gauge(self, name: str, meaning: str, read: Callable[[], float]) -> None:
        """Add a value that is read when the metrics are collected."""
        Gauge(f"factdesk_{name}", meaning, registry=self._registry).set_function(read)

    def exposition(self) -> bytes:
        """All of them in Prometheus' text format."""
        return generate_latest(self._registry)
