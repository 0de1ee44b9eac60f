"""From events to answers: ask before adding, score, let the policy decide; nothing here touches disk."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, cast

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
    from duanka.intercept.plain import Run
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
    """Answered events of one kind by position, in order, with the vectors and facts they rest on.

    Columns: `facts` None of an event about which nothing is known but itself; see `plain.facts_of`, which
        tells them from what the `run` has in common.
    """

    kind: str
    where: tuple[int, ...]
    X: Matrix
    facts: tuple[Facts | None, ...] = ()
    run: Run | None = None


def in_order(events: Sequence[Event]) -> list[int]:
    """Positions in the order in which events are known: standing facts and orders, then by instant."""
    return sorted(
        range(len(events)),
        key=lambda i: -1 if events[i].kind in _FIRST else events[i].at,
    )


def runs(events: Sequence[Event]) -> Iterator[tuple[str, list[int]]]:
    """Stretches of events of one kind, in the order in which they are known."""
    if _is_one_run(events):
        yield events[0].kind, list(range(len(events)))
        return
    for kind, where in groupby(in_order(events), key=lambda i: events[i].kind):
        yield kind, list(where)


def _is_one_run(events: Sequence[Event]) -> bool:
    """Whether all are of one kind that is answered, and come in their order: most batches do."""
    if not events or events[0].kind not in ANSWERED:
        return False
    kind, before = events[0].kind, events[0].at
    for event in events:
        if event.at < before or event.kind != kind:
            return False
        before = event.at
    return True


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
        one, facts, common = _answered(known, judges, run, X, late)
        asked.append(Asked(kind, tuple(where), X, facts, common))
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
) -> tuple[list[Answer], tuple[Facts | None, ...], Run | None]:
    version = judges.models[run[0].kind].version
    if run[0].kind == "opening":  # those of one instant count one another: they came in together
        for event in run:
            known.holdings.applied(event.row)
    found = find(judges, run, X)
    said: list[Answer] = []
    facts: list[Facts | None] = []
    first, terms = judges.terms.at(run[0].at), judges.terms.at(run[-1].at)
    common = plain.run_of(known, terms, run, version) if first is terms else None
    for event, what, is_late in zip(run, found, late, strict=True):
        if common is not None and not is_late:
            passed = plain.allowed(known, common, event, what)
            if passed is not None:
                said.append(passed)
                facts.append(None)
                continue
        terms = judges.terms.at(event.at)
        one = facts_of(known, terms, event)
        facts.append(one)
        said.append(conclude(terms, event, one, Seen(what, is_late, version)))
        if event.kind != "opening":
            known.told_of(event, said[-1].held_fen)
    return said, tuple(facts), common


def facts_of_all(asked: Asked, events: Sequence[Event]) -> list[Facts]:
    """What was known of each event of a run besides its vector, also of those about which nothing was."""
    common = cast("Run", asked.run)  # only of its own events are there no facts
    return [
        plain.facts_of(common, event) if facts is None else facts
        for event, facts in zip(events, asked.facts, strict=True)
    ]


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
