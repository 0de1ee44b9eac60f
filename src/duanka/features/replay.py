"""The batch host: answer questions by replaying, key by key, what was known when each was asked."""

# ruff: noqa: ANN001, ANN201 - compiled by numba, which infers types and takes no keywords

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, NamedTuple

import numba as nb
import numpy as np

from duanka.features import kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]


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
    """Who is asked about, and when; `seq` is how many events had arrived. Sorted by seq."""

    key: Ints
    asked_at: Ints
    seq: Ints


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
    size = int(max(events.key.max(initial=-1), questions.key.max(initial=-1))) + 1
    out: NDArray[Any] = np.zeros((questions.key.size, len(names)), dtype=dtype)
    if size == 0 or questions.key.size == 0:
        return out
    by_seq = np.argsort(questions.seq, kind="stable")
    e_order, e_bounds = order_by_key(events.key, size)
    q_order, q_bounds = order_by_key(questions.key[by_seq], size)
    q_order = by_seq[q_order]
    edges = _cut(e_bounds + q_bounds, max(1, threads))

    def work(part: int) -> None:
        kernel.replay_keys(
            events, questions, layout, e_order, e_bounds, q_order, q_bounds,
            edges[part], edges[part + 1], out,
        )  # fmt: skip

    if threads <= 1:
        work(0)
    else:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(work, range(threads)))
    return out


def entry_flags(events: Events, layout: kernel.Layout) -> Ints:
    """Each event's flags as it entered its key's row, so FIRST and the like can be read off.

    Events must be in time order: with late ones the entry would depend on who asked in between.
    """
    size = int(events.key.max(initial=-1)) + 1
    order, bounds = order_by_key(events.key, size)
    out = np.zeros(events.key.size, dtype=np.int64)
    if size:
        kernel.enter_keys(events, layout, order, bounds, out)
    return out


def _cut(bounds: Ints, parts: int) -> list[int]:
    total = int(bounds[-1])
    inner = [int(np.searchsorted(bounds, total * p // parts)) for p in range(1, parts)]
    return [0, *inner, bounds.size - 1]


@nb.njit(cache=True, nogil=True)
def order_by_key(key, size):  # type: ignore[no-untyped-def]
    """A stable order that brings equal keys together, and where each key begins and ends."""
    bounds = np.zeros(size + 1, dtype=np.int64)
    for k in key:
        bounds[k + 1] += 1
    for k in range(size):
        bounds[k + 1] += bounds[k]
    order = np.empty(key.size, dtype=np.int64)
    place = bounds[:-1].copy()
    for i in range(key.size):
        order[place[key[i]]] = i
        place[key[i]] += 1
    return order, bounds
