"""The challenger: another model or policy answers the same events after the answer has left, without effect."""

from __future__ import annotations

import time
from collections import Counter, deque
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from duanka.intercept import hot_path, notebook
from duanka.intercept.concluding import Seen, conclude

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from duanka.intercept.answers import Answer
    from duanka.intercept.events import Event
    from duanka.intercept.hot_path import Asked, Judges
    from duanka.intercept.notebook import Notebook

MOST_LISTED = 10_000
MOST_WAITING = 100_000
WRITTEN_EVERY_S = 1.0


@dataclass(frozen=True, slots=True)
class Difference:
    """An event that the challenger would have answered otherwise."""

    event_kind: str
    event_id: str
    given: str
    given_score: float | None
    challenger: str
    challenger_score: float | None


class Shadow:
    """What a challenger would have said; all differences are counted, the latest can be listed.

    It judges the vectors and the facts that the given answer rests on, with its own models and rules.
    Where it cannot keep up, the oldest events are left out and counted as skipped. With a notebook the
    totals go on where they were, and stand on disk a second later at the latest.
    """

    def __init__(self, judges: Judges, kept: Notebook | None = None) -> None:
        self._judges = judges
        self._kept = kept
        self._unwritten: list[Difference] = []
        self._written_s = 0.0
        self._waiting: deque[tuple[list[Event], list[Answer], Asked]] = deque()
        self._waiting_count = 0
        self._count: Counter[str] = kept.counts if kept is not None else Counter()
        self.differences: deque[Difference] = deque(maxlen=MOST_LISTED)

    def see(
        self, events: Sequence[Event], answers: Mapping[int, Answer], asked: Sequence[Asked]
    ) -> None:
        """Nothing; the events wait until `catch_up` has time for them."""
        for one in asked:
            run = [events[i] for i in one.where]
            self._waiting.append((run, [answers[i] for i in one.where], one))
            self._waiting_count += len(run)
        while self._waiting_count > MOST_WAITING:
            gone = len(self._waiting.popleft()[0])
            self._waiting_count -= gone
            self._count["challenger.skipped"] += gone

    def catch_up(self) -> int:
        """How many waiting events were judged now: all of them."""
        done = 0
        while self._waiting:
            run, given, asked = self._waiting.popleft()
            self._waiting_count -= len(run)
            done += len(run)
            self._judge(run, given, asked)
        if done and time.monotonic() - self._written_s > WRITTEN_EVERY_S:
            self.write()
        return done

    def write(self) -> None:
        """Nothing; totals and differences stand in the notebook, if there is one."""
        if self._kept is not None:
            found = [asdict(one) for one in self._unwritten]
            self._kept.write(self._count, found, now=notebook.now())
            self._unwritten.clear()
            self._written_s = time.monotonic()

    def _judge(self, run: list[Event], given: list[Answer], asked: Asked) -> None:
        version = self._judges.models[asked.kind].version
        found = hot_path.find(self._judges, run, asked.X)
        for event, was, what, facts in zip(
            run, given, found, hot_path.facts_of_all(asked, run), strict=True
        ):
            terms = self._judges.terms.at(event.at)
            would = conclude(terms, event, facts, Seen(what, was.late, version))
            self._count["challenger.judged"] += 1
            if would.answer != was.answer:
                self._count[f"challenger.{event.kind}.{was.answer}.{would.answer}"] += 1
                self._count["challenger.different"] += 1
                found_otherwise = Difference(
                    event.kind, event.event_id, was.answer, was.score, would.answer, would.score
                )
                self.differences.append(found_otherwise)
                if self._kept is not None:
                    self._unwritten.append(found_otherwise)

    @property
    def counters(self) -> Mapping[str, int]:
        """Running totals: challenger.judged, .different, .skipped, and .KIND.GIVEN.CHALLENGER."""
        return dict(self._count)
