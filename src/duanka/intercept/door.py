"""The live door: events in, answers out once they are on disk; what it knows survives being killed."""

from __future__ import annotations

import threading
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from duanka.errors import BadInput, DuankaError, Unavailable
from duanka.intercept import batch, concluding, hot_path, keeping, repeats, snapshots, standing
from duanka.intercept.answers import Answer, Refused, Said, Taken
from duanka.intercept.events import ANSWERED, REGISTER, TOLD, decode, key_of
from duanka.intercept.terms import same_day
from duanka.tables import INPUTS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from duanka.intercept.batch import Batch
    from duanka.intercept.events import Event
    from duanka.intercept.folder import Folder
    from duanka.intercept.hot_path import Judges
    from duanka.intercept.idle import Attic
    from duanka.intercept.known import Known
    from duanka.intercept.log import Log
    from duanka.intercept.repeats import Repeats
    from duanka.intercept.shadow import Shadow

__all__ = ["Answer", "Door", "Held", "Refused", "Said", "Taken"]

MOST_AT_ONCE = 65_535
"""Events of one batch; a place in the log names its event by sixteen bits."""
EVERY = tuple(INPUTS)
SNAPSHOT_BYTES = 256 * 2**20
"""Bytes of log after which a snapshot is due, so that a start never replays more than a little over that."""
_UNDATED = frozenset({*REGISTER, *TOLD})


@dataclass
class Held:
    """What a door works with: where it keeps things, what it knows, who judges."""

    folder: Folder
    log: Log
    known: Known
    repeats: Repeats
    judges: Judges
    shadow: Shadow | None = None
    attic: Attic | None = None


class Door:
    """One process's door, with one caller; not thread-safe."""

    def __init__(self, held: Held, *, replayed: int, most_ahead_us: int) -> None:
        self._held = held
        self._most_ahead_us = most_ahead_us
        self._counters: Counter[str] = Counter({"replayed": replayed})
        self._why_not = ""
        self._ruled = (0, 0)  # the day whose rules were found last
        self._due = held.log.end + SNAPSHOT_BYTES
        self._writer: threading.Thread | None = None

    def take(self, events: Sequence[Event], *, now_us: int | None = None) -> list[Said]:
        """What the door says of each event, in the order given, once the log has them on disk.

        The same id again gives the same answer with `duplicate`, and counts once. An event's own instant
        says in which order events are known; those of one instant do not see one another.
        Raises: Unavailable if the log cannot be written; nothing of the batch is acknowledged then.
        """
        if self._why_not:
            raise self._away()
        if len(events) > MOST_AT_ONCE:
            raise BadInput(
                f"{len(events):,} events at once", fix=f"send at most {MOST_AT_ONCE:,} in a batch"
            )
        now = time.time_ns() // 1_000 if now_us is None else now_us
        said: dict[int, Said] = {}
        fresh: dict[bytes, int] = {}
        twins: list[tuple[int, int]] = []
        records: dict[int, Batch] = {}
        latest, find = now + self._most_ahead_us, self._held.repeats.find
        for i, event in enumerate(events):
            key = event.key
            if event.at > latest and event.kind not in _UNDATED:
                said[i] = self._too_early(event)
            elif (place := find(key)) is not None:
                said[i] = self._again(event, place, records)
            elif (refused := self._without_rules(event)) is not None:
                said[i] = refused
            elif (twin := fresh.get(key)) is not None:
                twins.append((i, twin))
            else:
                fresh[key] = i
        told = self._enter([events[i] for i in fresh.values()], now) if fresh else []
        if said or twins:
            said.update(zip(fresh.values(), told, strict=True))
            for i, twin in twins:
                said[i] = repeats.same(events[i], events[twin], said[twin])
            told = [said[i] for i in range(len(events))]
        standing.count(self._counters, events, told)
        self._snapshot_when_due()
        return told

    def _enter(self, events: list[Event], now: int) -> list[Said]:
        """Answers, logs and remembers events that were not taken before."""
        held = self._held
        try:
            answers, asked = hot_path.answer(held.known, held.judges, events)
            place = held.log.append(batch.encode(now, events, answers, asked))
        except DuankaError as error:
            # what is known may be ahead of the log now: only a new start makes them one again
            self._why_not = str(error.what)
            raise
        except Exception as error:
            self._why_not = f"an answer failed ({type(error).__name__})"
            raise self._away() from error
        held.repeats.add([event.key for event in events], place, now_us=now)
        if held.shadow is not None:
            held.shadow.see(events, answers, asked)
        return [answers.get(n) or Taken(e.kind, e.event_id) for n, e in enumerate(events)]

    def _again(self, event: Event, place: int, records: dict[int, Batch]) -> Said:
        """What was said of an event that was delivered before; a record is read once for all of a batch."""
        kept = records.get(place >> 16)
        if kept is None:
            kept = batch.read(self._held.log.read(place >> 16).payload)
            records[place >> 16] = kept
        n = place & 0xFFFF
        first = decode(kept.raws[n])
        return repeats.same(event, first, kept.answers.get(n) or Taken(first.kind, first.event_id))

    def answer_of(self, kind: str, event_id: str) -> Answer | None:
        """What the event was answered; None if it was not, or its id is no longer remembered."""
        place = self._held.repeats.find(key_of(kind, event_id))
        if place is None:
            return None
        kept = batch.read(self._held.log.read(place >> 16).payload)
        return kept.answers.get(place & 0xFFFF)

    def _too_early(self, event: Event) -> Refused:
        minutes = self._most_ahead_us // 60_000_000
        return Refused(
            event.event_id,
            f"it is dated more than {minutes} minutes ahead of the clock",
            "send it when it happens, and see that the sender's clock is right",
        )

    def _without_rules(self, event: Event) -> Refused | None:
        """The refusal of an event of a day for which there is no policy; None if there is one."""
        at = event.at
        if self._ruled[0] <= at < self._ruled[1] or event.kind not in ANSWERED:
            return None
        try:
            self._held.judges.terms.at(at)
        except BadInput as error:
            return Refused(event.event_id, error.what, error.fix)
        self._ruled = same_day(at)
        return None

    def timed_out(self, event: Event) -> Answer:
        """The policy's answer where no score is to be had in time, by amount and kind; it changes nothing.

        It may be called from another thread while `take` is at work.
        """
        self._counters["timed_out"] += 1
        terms = self._held.judges.terms.at(event.at)
        if event.kind == "opening":
            return concluding.timed_out(terms, event, concluding.Facts({}))
        facts = concluding.facts_of(self._held.known, terms, event)
        return concluding.timed_out(terms, event, facts)

    def challenge(self) -> int:
        """How many events the challenger has answered now, after their answers left."""
        return self._held.shadow.catch_up() if self._held.shadow is not None else 0

    def snapshot(self) -> None:
        """Nothing; what the door knows stands on disk as a snapshot, so that the next start is quick.

        Raises: Unavailable if the disk refuses, or what is known may be ahead of the log.
        """
        if self._why_not:
            raise self._away()
        self._settle()
        self._keep(self.save(), self._held.log.end)

    def tend(self, *, now_us: int) -> int:
        """How many parts of the log were removed now: those that policy no longer lets the door keep.

        Raises: as `snapshot`; the log is kept whole then.
        """
        gone = keeping.tend(self._held, self.snapshot, now_us)
        self._counters["log_parts_removed"] += gone
        self.rest()
        return gone

    def rest(self) -> int:
        """How many bytes left memory now: rows of cards of which nothing was heard for as long as policy says.

        They are back as they were whenever they are asked about; nothing that is told or saved differs.
        """
        try:
            left = keeping.let_rest(self._held)
        except Unavailable:
            self._counters["idle_failed"] += 1  # all is in memory still, and the door answers
            return 0
        self._counters["idle_bytes_left"] += left
        return left

    def _keep(self, tree: Any, place: int) -> None:
        try:
            self._held.folder.keep(tree, place)
            self._counters["snapshots"] += 1
        except Unavailable:
            self._counters["snapshots_failed"] += 1  # the log alone is enough to start from
            raise

    def _snapshot_when_due(self) -> None:
        """Nothing; once the log has grown enough, a copy of what is known is written beside the work."""
        end = self._held.log.end
        if end < self._due:
            return
        self._due = end + SNAPSHOT_BYTES
        self._settle()
        self._writer = threading.Thread(target=self._write, args=(self.save(), end), daemon=True)
        self._writer.start()

    def _write(self, tree: Any, place: int) -> None:
        with suppress(Unavailable):
            self._keep(tree, place)

    def _settle(self) -> None:
        if self._writer is not None:
            self._writer.join()
            self._writer = None

    def save(self) -> dict[str, Any]:
        """All that the door knows, as a snapshot has it."""
        return {"known": self._held.known.save(), "repeats": self._held.repeats.save()}

    def digest(self) -> str:
        """A digest of all that the door knows: two doors with the same would answer alike for ever."""
        return snapshots.digest(self.save())

    def health(self) -> dict[str, Any]:
        """Whether the door can answer, and how it stands.

        Columns: ok, why, clock (UTC microseconds, of the events), log_bytes, log_segments, batches,
            away_bytes (of idle cards, on disk; None where they cannot leave), remembered (ids), orders, days_seen (of transfers and calls; too few of them, and the door is cold),
            memory (what the features hold), model_versions, policy_version.
        """
        return standing.health(self._held, self._why_not)

    @property
    def counters(self) -> Mapping[str, int]:
        """Running totals: taken.KIND, answer.KIND.ANSWER, duplicate, refused, late, timed_out, snapshots."""
        found = dict(self._counters)
        if self._held.shadow is not None:
            found |= self._held.shadow.counters
        return found

    def close(self) -> None:
        """Nothing; a snapshot is written if it can be, and the folder is let go."""
        try:
            if self._held.shadow is not None:
                self._held.shadow.write()
            if not self._why_not and self._held.log.next_number:
                self.snapshot()
        finally:
            self._settle()
            self._held.log.close()
            if self._held.attic is not None:
                self._held.attic.close()
            self._held.folder.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _away(self) -> Unavailable:
        return Unavailable(
            f"the door cannot answer: {self._why_not}",
            where=self._held.folder.name,
            fix="start it again; what was acknowledged is safe in its log",
        )
