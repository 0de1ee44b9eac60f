"""The batch host: answer questions by replaying, key by key, what was known when each was asked."""

# ruff: noqa: ANN001, ANN201 - compiled by numba, which infers types and takes no keywords

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import numba as nb
import numpy as np

from duanka.features import kernel

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Places = NDArray[np.uint32]


class Events(NamedTuple):
    """A stream's events in order of arrival (seq is the position).

    `known_at` never falls. An event enters its key's row when it is known; one known at the very
    instant it happened enters as soon as that instant is over.

    Shapes: one entry an event. Units: `at`, `known_at` UTC microseconds; `key`, `other` dense indices.
    """

    key: Ints
    other: Ints
    at: Ints
    value: Ints
    flags: Ints
    known_at: Ints


class Questions(NamedTuple):
    """Who is asked about, and when; `seq` is how many events had arrived. In any order."""

    key: Ints
    asked_at: Ints
    seq: Ints


class Into(NamedTuple):
    """Where answers are to be written: the column of `matrix` for each name, -1 where it is not wanted.

    Shapes: `matrix` (questions, any number of columns).
    """

    matrix: NDArray[Any]
    column: Ints


_Columns = TypeVar("_Columns", Events, Questions)


def alike(columns: _Columns) -> _Columns:
    """The same columns, all to be read only: the compiler makes a kernel anew for every mixture it meets."""
    held = [np.ascontiguousarray(column).view() for column in columns]
    for column in held:
        column.flags.writeable = False
    return type(columns)(*held)


def ask(key: Ints, asked_at: Ints, events: Events) -> Questions:
    """Questions asked when everything known before `asked_at` had arrived, and nothing else.

    Units: UTC microseconds.
    """
    return Questions(
        key.astype(np.int64),
        asked_at.astype(np.int64),
        np.searchsorted(events.known_at, asked_at, side="left").astype(np.int64),
    )


def answer(
    events: Events,
    questions: Questions,
    layout: kernel.Layout,
    *,
    names: tuple[str, ...],
    threads: int = 1,
    dtype: type = np.int64,
) -> NDArray[Any]:
    """The answers, one row a question in the order given, one column a name.

    Exact as int64; `dtype` float32 is what a model reads, at half the memory.
    Shapes: (questions, names).
    """
    out: NDArray[Any] = np.zeros((questions.key.size, len(names)), dtype=dtype)
    answer_into(Into(out, np.arange(len(names))), events, questions, layout=layout, threads=threads)
    return out


def answer_into(
    into: Into, events: Events, questions: Questions, *, layout: kernel.Layout, threads: int = 1
) -> None:
    """Nothing; the answers stand where `into` says, one row a question in the order given.

    For whoever has the matrix already: nothing is filled twice.
    """
    events, questions = alike(events), alike(questions)
    order = _ordered(events, questions)
    edges = _cut(order.e_bounds, order.q_bounds, max(1, threads))

    def work(part: int) -> None:
        kernel.replay_keys(
            events, questions, layout, *order, edges[part], edges[part + 1], *into, -1
        )

    if threads <= 1:
        work(0)
    else:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(work, range(threads)))


def answer_parts(
    events: Events,
    questions: Questions,
    layout: kernel.Layout,
    *,
    names: tuple[str, ...],
    at_once: int = 1 << 20,
    dtype: type = np.float32,
) -> Iterator[tuple[Ints, NDArray[Any]]]:
    """The answers by ranges of keys: which questions, and their rows, at most `at_once` or one key's.

    Shapes: (questions of the part,), (questions of the part, names).
    """
    events, questions = alike(events), alike(questions)
    order = _ordered(events, questions)
    bounds, to = order.q_bounds, np.arange(len(names))
    begin = 0
    while bounds[begin] < bounds[-1]:
        end = int(np.searchsorted(bounds, bounds[begin] + at_once, side="right")) - 1
        end = max(end, int(np.searchsorted(bounds, bounds[begin], side="right")))
        which = order.q_order[bounds[begin] : bounds[end]].astype(np.int64)
        found: NDArray[Any] = np.empty((which.size, len(names)), dtype=dtype)
        kernel.replay_keys(
            events, questions, layout, *order, begin, end, found, to, int(bounds[begin])
        )
        yield which, found
        begin = end


class _Order(NamedTuple):
    e_order: Places
    e_bounds: Ints
    q_order: Places
    q_bounds: Ints


def _ordered(events: Events, questions: Questions) -> _Order:
    """Events and questions brought together by key, both in order of arrival."""
    size = int(max(events.key.max(initial=-1), questions.key.max(initial=-1))) + 1
    e_order, e_bounds = order_by_key(events.key, size)
    seq, at = questions.seq, questions.asked_at
    if (seq[1:] >= seq[:-1]).all() and (at[1:] >= at[:-1]).all():
        return _Order(e_order, e_bounds, *order_by_key(questions.key, size))
    # a row's clock never runs backwards: of questions between the same two events the earlier goes first
    in_time = np.lexsort((at, seq)).astype(np.uint32)
    q_order, q_bounds = order_by_key(questions.key[in_time], size)
    return _Order(e_order, e_bounds, in_time[q_order], q_bounds)


def entry_flags(events: Events, layout: kernel.Layout) -> Ints:
    """Each event's flags as it entered its key's row, so FIRST and the like can be read off.

    Events must be in time order: with late ones the entry would depend on who asked in between.
    """
    events = alike(events)
    size = int(events.key.max(initial=-1)) + 1
    order, bounds = order_by_key(events.key, size)
    out = np.zeros(events.key.size, dtype=np.int64)
    if size:
        kernel.enter_keys(events, layout, order, bounds, out)
    return out


def _cut(e_bounds: Ints, q_bounds: Ints, parts: int) -> list[int]:
    if parts == 1:
        return [0, e_bounds.size - 1]
    bounds = e_bounds + q_bounds
    total = int(bounds[-1])
    inner = [int(np.searchsorted(bounds, total * p // parts)) for p in range(1, parts)]
    return [0, *inner, bounds.size - 1]


@nb.njit(cache=True, nogil=True)
def order_by_key(key, size):  # type: ignore[no-untyped-def]
    """A stable order that brings equal keys together, and where each key begins and ends.

    Places are kept in 32 bits: four thousand million events are more than a machine's memory holds.
    """
    bounds = np.zeros(size + 1, dtype=np.int64)
    for k in key:
        bounds[k + 1] += 1
    for k in range(size):
        bounds[k + 1] += bounds[k]
    order = np.empty(key.size, dtype=np.uint32)
    place = bounds[:-1].copy()
    for i in range(key.size):
        order[place[key[i]]] = i
        place[key[i]] += 1
    return order, bounds
