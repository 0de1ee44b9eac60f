"""Every vector and answer that was served, computed again from the log, beside what was kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from duanka.features import catalogue
from duanka.intercept import batch, hot_path, opening_up
from duanka.intercept.events import decode
from duanka.intercept.folder import Folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from duanka.intercept.answers import Answer
    from duanka.intercept.hot_path import Asked, Judges
    from duanka.intercept.known import Known
    from duanka.intercept.log import Log
    from duanka.intercept.opening_up import Say

    Ints = NDArray[np.int64]
    Matrix = NDArray[np.float32]


@dataclass
class Compared:
    """What was found of one kind, in all and by feature.

    Columns: `mismatch` another value; `missing` a value was served and none is computed now; `extra` the
        other way round; `unkept` answered events without a kept vector; `answers` how many answers were
        computed again by the same model and policy, `answers_differ` those that came out otherwise.
    Shapes: mismatch, missing, extra: one entry a feature, in catalogue order.
    """

    kind: str
    mismatch: Ints
    missing: Ints
    extra: Ints
    vectors: int = 0
    unkept: int = 0
    answers: int = 0
    answers_differ: int = 0

    @property
    def wrong(self) -> int:
        """All that is not as it was served."""
        values = int(self.mismatch.sum() + self.missing.sum() + self.extra.sum())
        return values + self.unkept + self.answers_differ


@dataclass
class Recomputed:
    """What the whole log came to, by kind."""

    by_kind: dict[str, Compared] = field(default_factory=dict)

    @property
    def wrong(self) -> int:
        """All that is not as it was served; zero is what should be."""
        return sum(one.wrong for one in self.by_kind.values())

    def rows(self) -> list[tuple[str, str, int, int, int, int]]:
        """A row a kind (feature empty: its totals) and a row a feature that is not as served.

        Columns: kind, feature, vectors, mismatch, missing, extra.
        """
        return [row for one in self.by_kind.values() for row in _rows(one)]


def _rows(one: Compared) -> Iterator[tuple[str, str, int, int, int, int]]:
    sums = (int(one.mismatch.sum()), int(one.missing.sum()), int(one.extra.sum()))
    yield (one.kind, "", one.vectors, *sums)
    names = catalogue.names_of(one.kind)
    counts = np.stack([one.mismatch, one.missing, one.extra])
    for at in np.flatnonzero(counts.sum(axis=0)).tolist():
        yield (one.kind, names[at], one.vectors, *counts[:, at].tolist())
    if one.unkept:
        yield (one.kind, "(vector not kept)", one.vectors, 0, one.unkept, 0)
    if one.answers_differ:
        yield (one.kind, "(answer)", one.answers, one.answers_differ, 0, 0)


def recompute(path: Path, judges: Judges, *, most: int = 0, say: Say) -> Recomputed:
    """What every answered event comes to when its vector is computed again from the log alone.

    It starts from what the door was warmed with, or from nothing, and reads the log from its beginning;
    `most` bounds the events read, 0 reads all. Nothing in the folder is changed.
    Raises: Conflict if a server holds the folder; BadInput if it is damaged.
    """
    found = Recomputed()
    folder = Folder(path, ())
    try:
        log = folder.log()
        known, place = opening_up.beginning(judges, folder, log)
        with say.stage("复算 recomputing"):
            _read(log, place, known, judges, found, most=most, say=say)
        log.close()
    finally:
        folder.close()
    return found


def _read(
    log: Log,
    place: int,
    known: Known,
    judges: Judges,
    found: Recomputed,
    *,
    most: int,
    say: Say,
) -> None:
    done = 0
    for record in log.replay(place):
        kept = batch.read(record.payload)
        events = [decode(raw) for raw in kept.raws]
        again, asked = hot_path.answer(known, judges, events)
        served = {
            (one.kind, i): x for one in kept.asked() for i, x in zip(one.where, one.X, strict=True)
        }
        for one in asked:
            _compare(_of(found, one.kind), one, served)
        for i, answer in again.items():
            _compare_answers(_of(found, answer.event_kind), answer, kept.answers.get(i))
        done += len(events)
        say.advance(record.place, max(log.end, 1))
        if most and done >= most:
            return


def _of(found: Recomputed, kind: str) -> Compared:
    if kind not in found.by_kind:
        width = len(catalogue.names_of(kind))
        zeros = [np.zeros(width, np.int64) for _ in range(3)]
        found.by_kind[kind] = Compared(kind, zeros[0], zeros[1], zeros[2])
    return found.by_kind[kind]


def _compare(into: Compared, asked: Asked, served: dict[tuple[str, int], Matrix]) -> None:
    for i, now in zip(asked.where, asked.X, strict=True):
        was = served.get((asked.kind, i))
        if was is None or was.size != now.size:
            into.unkept += 1
            continue
        into.vectors += 1
        none_was, none_now = np.isnan(was), np.isnan(now)
        into.missing += ~none_was & none_now
        into.extra += none_was & ~none_now
        into.mismatch += ~none_was & ~none_now & (was != now)


def _compare_answers(into: Compared, now: Answer, was: Answer | None) -> None:
    if was is None:
        into.answers_differ += 1
        return
    same = (now.model_version, now.policy_version) == (was.model_version, was.policy_version)
    if same:
        into.answers += 1
        into.answers_differ += now != was
