"""From events to answers: ask before adding, score, let the policy decide; nothing here touches disk."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby, repeat
from typing import TYPE_CHECKING

from duanka.intercept import plain, scoring
from duanka.intercept.concluding import Seen, conclude, facts_of
from duanka.intercept.events import ANSWERED, REGISTER, TOLD

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from duanka.features.catalogue import Subject
    from duanka.intercept.answers import Answer
    from duanka.intercept.concluding import Facts
    from duanka.intercept.events import Event
    from duanka.intercept.known import Known
    from duanka.intercept.scoring import Found
    from duanka.intercept.terms import TermsBook
    from duanka.models.model import Model

    Matrix = NDArray[np.float32]

_FIRST = frozenset({*REGISTER, *TOLD})


@dataclass(frozen=True)
class Judges:
    """Who answers: a model for each of transfer, call and opening, and the terms by day."""

    models: Mapping[str, Model]
    terms: TermsBook


@dataclass(frozen=True)
class Asked:
    """Answered events of one kind by position, in order, with the vectors and facts they rest on."""

    kind: str
    where: tuple[int, ...]
    X: Matrix
    facts: tuple[Facts, ...] = ()


def in_order(events: Sequence[Event]) -> list[int]:
    """Positions in the order in which events are known: standing facts and orders, then by instant."""
    return sorted(
        range(len(events)),
        key=lambda i: -1 if events[i].kind in _FIRST else events[i].at,
    )


def runs(events: Sequence[Event]) -> Iterator[tuple[str, list[int]]]:
    """Stretches of events of one kind, in the order in which they are known."""
    for kind, where in groupby(in_order(events), key=lambda i: events[i].kind):
        yield kind, list(where)


def answer(
    known: Known, judges: Judges, events: Sequence[Event]
) -> tuple[dict[int, Answer], list[Asked]]:
    """The answers by position, and the vectors they rest on; all events are known afterwards."""
    said: dict[int, Answer] = {}
    asked = []
    for kind, where in runs(events):
        if kind not in ANSWERED:
            for i in where:
                known.tell(events[i])
            continue
        run = [events[i] for i in where]
        late = _late(run, known.live.clock)
        X = known.live.answer_and_tell(kind, [event.row for event in run])
        one, facts = _answered(known, judges, run, X, late)
        asked.append(Asked(kind, tuple(where), X, facts))
        said.update(zip(where, one, strict=True))
    return said, asked


def tell_again(known: Known, events: Sequence[Event], said: Mapping[int, Answer]) -> None:
    """Nothing; what was answered before is known again, as it was when it was answered.

    It is asked about again, too: a question leaves its traces in what is kept, such as the order in
    which names were met, and the state is to be equal to the bit.
    """
    for kind, where in runs(events):
        if kind in ANSWERED:
            known.live.answer_and_tell(kind, [events[i].row for i in where])
            for i in where:
                known.told_of(events[i], said[i].held_fen)
        else:
            for i in where:
                known.tell(events[i])


def _late(run: Sequence[Event], clock: int) -> list[bool]:
    out = []
    for event in run:
        out.append(event.at < clock)
        clock = max(clock, event.at)
    return out


def _answered(
    known: Known, judges: Judges, run: Sequence[Event], X: Matrix, late: Iterable[bool]
) -> tuple[list[Answer], tuple[Facts, ...]]:
    version = judges.models[run[0].kind].version
    if run[0].kind == "opening":  # those of one instant count one another: they came in together
        for event in run:
            known.holdings.applied(event.row)
    found, said, facts = find(judges, run, X), [], []
    first, terms = judges.terms.at(run[0].at), judges.terms.at(run[-1].at)
    common = plain.run_of(known, terms, run, version) if first is terms else None
    bands = plain.bands(common, run, found) if common is not None else repeat((0, 0))
    for event, what, is_late, band in zip(run, found, late, bands, strict=False):
        if common is not None and not is_late:
            passed = plain.allowed(known, common, event, what, band)
            if passed is not None:
                said.append(passed[0])
                facts.append(passed[1])
                continue
        terms = judges.terms.at(event.at)
        facts.append(facts_of(known, terms, event))
        said.append(conclude(terms, event, facts[-1], Seen(what, is_late, version)))
        if event.kind != "opening":
            known.told_of(event, said[-1].held_fen)
    return said, tuple(facts)


def find(judges: Judges, run: Sequence[Event], X: Matrix) -> list[Found]:
    """What the model of the run's kind finds in each vector, by the terms of each event's day."""
    kind: Subject = run[0].kind  # type: ignore[assignment]
    model = judges.models[kind]
    first, last = (judges.terms.at(one.at).rules.regime for one in (run[0], run[-1]))
    if first is last:
        return scoring.find(model, kind, X, first)
    found: list[Found] = []  # the run crosses a midnight on which rules change
    for event, x in zip(run, X, strict=True):
        regime = judges.terms.at(event.at).rules.regime
        found += scoring.find(model, kind, x.reshape(1, -1), regime)
    return found
