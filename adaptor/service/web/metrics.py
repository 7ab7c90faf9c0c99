"""What Prometheus reads: counts of requests, events and runs. No label holds a person, a text or a client's path."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily

from ...core.errors import AdaptorError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    #: Returns values by name; of a name with a label, by its values.
    Gauges = Callable[[], dict[str, float | dict[str, float]]]

#: The gauges that are read when Prometheus asks: their text, and the name of their label.
_GAUGES = {
    "adaptor_runs": ("Runs that are not over, by status.", "status"),
    "adaptor_oldest_due_run_age_seconds": ("For how long the oldest run that is due has waited.", None),
    "adaptor_workers": ("Worker processes that take runs.", None),
    "adaptor_spool_bytes": ("What waits in the spool for the database.", None),
    "adaptor_database_up": ("Whether the database answers.", None),
}
#: Of the answer to Meta: from 5 ms to its limit of 5 s.
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Metrics:
    """The metrics of one service.

    Args:
        gauges: Returns what is read from the database when Prometheus asks; raises where it does not answer.
    """

    content_type = CONTENT_TYPE_LATEST

    def __init__(self, gauges: Gauges = dict) -> None:
        # Of its own: two services may run in one process.
        self.registry = CollectorRegistry()
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=self.registry)
        self._requests = Counter(
            "adaptor_http_requests_total",
            "Requests, by endpoint and status.",
            ["endpoint", "code"],
            registry=self.registry,
        )
        self._seconds = Histogram(
            "adaptor_http_request_duration_seconds",
            "How long requests took.",
            ["endpoint"],
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self._events = Counter(
            "adaptor_webhook_events_total",
            "Events of Meta's webhooks, by outcome.",
            ["outcome"],
            registry=self.registry,
        )
        self._runs = Counter(
            "adaptor_run_attempts_total",
            "Attempts of runs that have ended in this process, by the status of the run then.",
            ["status"],
            registry=self.registry,
        )
        self.registry.register(_Gauges(gauges))

    def count_request(self, endpoint: str, status: int, seconds: float) -> None:
        """Count a request."""
        self._requests.labels(endpoint, str(status)).inc()
        self._seconds.labels(endpoint).observe(seconds)

    def count_event(self, outcome: str) -> None:
        """Count an event: `new`, `duplicate`, `paused`, `answer` or `unknown_page`."""
        self._events.labels(outcome).inc()

    def count_attempt(self, status: str) -> None:
        """Count an attempt of a run."""
        self._runs.labels(status).inc()

    def text(self) -> bytes:
        """Return everything, as Prometheus reads it."""
        return generate_latest(self.registry)


class _Gauges:
    """Reads the gauges anew each time."""

    def __init__(self, gauges: Gauges) -> None:
        self._read = gauges

    def describe(self) -> Iterator[Any]:
        return iter(())

    def collect(self) -> Iterator[Any]:
        try:
            found = self._read()
        except AdaptorError:
            # The other metrics are there all the same.
            found = {"adaptor_database_up": 0.0}
        for name, value in found.items():
            text, label = _GAUGES[name]
            family = GaugeMetricFamily(name, text, labels=[label] if label else None)
            for key, each in value.items() if isinstance(value, dict) else [(None, value)]:
                family.add_metric([] if key is None else [key], each)
            yield family
