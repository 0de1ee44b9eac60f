"""What the server counts, kept as plain numbers, and told as Prometheus reads it."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

MEDIA = b"text/plain; version=0.0.4; charset=utf-8"
WAIT_S = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 5.0)
BATCH = (1.0, 4.0, 16.0, 64.0, 256.0, 1024.0, 4096.0)


class _Spread:
    """How often a value fell where, and their sum."""

    def __init__(self, bounds: Sequence[float]) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.total = 0.0

    def add(self, value: float) -> None:
        """Nothing; the value is counted."""
        self.counts[bisect_left(self.bounds, value)] += 1
        self.total += value

    def metric(self, name: str, words: str) -> Metric:
        """The spread as Prometheus reads it, counts running."""
        running, buckets = 0, []
        for bound, count in zip([*map(str, self.bounds), "+Inf"], self.counts, strict=True):
            running += count
            buckets.append((bound, running))
        return HistogramMetricFamily(name, words, buckets=buckets, sum_value=self.total)


class Meters:
    """The counts of one server; the event loop alone writes them."""

    def __init__(self) -> None:
        self.requests: Counter[tuple[str, int]] = Counter()
        self.refused_events = 0
        self.turned_away = 0
        self.late = 0
        self._waits = _Spread(WAIT_S)
        self._batches = _Spread(BATCH)

    def batch(self, count: int) -> None:
        """Nothing; a batch of so many events went through the door."""
        self._batches.add(count)

    def waited(self, seconds: float) -> None:
        """Nothing; a request waited so long."""
        self._waits.add(seconds)

    def metrics(self) -> Iterator[Metric]:
        """Every count of the server itself."""
        requests = CounterMetricFamily(
            "duanka_http_requests", "Requests by route and status", labels=("route", "status")
        )
        for (route, status), count in sorted(self.requests.items()):
            requests.add_metric((route, str(status)), count)
        yield requests
        for name, words, value in (
            ("duanka_events_refused", "Events refused with a reason", self.refused_events),
            ("duanka_events_turned_away", "Events not let into the line", self.turned_away),
            ("duanka_answers_late", "Answers given by policy in place of a late one", self.late),
        ):
            yield CounterMetricFamily(name, words, value=value)
        yield self._waits.metric("duanka_wait_seconds", "From the line's end to the answer")
        yield self._batches.metric("duanka_batch_events", "Events that shared one disk write")


class _Collector:
    """What Prometheus asks for the numbers."""

    def __init__(self, collect: Callable[[], Iterator[Metric]]) -> None:
        self.collect = collect


def registry_of(
    meters: Meters, waiting: Callable[[], int], counters: Callable[[], Mapping[str, int]]
) -> CollectorRegistry:
    """All that this server tells: its own counts, the line, the door's counters, the process."""

    def collect() -> Iterator[Metric]:
        yield from meters.metrics()
        yield GaugeMetricFamily("duanka_waiting_events", "Events in the line", value=waiting())
        door = CounterMetricFamily("duanka_door", "The door's own counts", labels=("what",))
        for name, count in sorted(counters().items()):
            door.add_metric((name,), count)
        yield door

    registry = CollectorRegistry()
    registry.register(_Collector(collect))
    ProcessCollector(registry=registry)
    return registry


def text_of(registry: CollectorRegistry) -> bytes:
    """The numbers as Prometheus reads them."""
    return generate_latest(registry)
