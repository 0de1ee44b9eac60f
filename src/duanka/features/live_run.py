"""What Python calls of the live host's compiled code: a batch of events in, their vectors out."""

# ruff: noqa: ANN001, ANN201, ANN202, PLR0917 - compiled by numba, which infers types and takes no keywords

from __future__ import annotations

from typing import Any

import numba as nb
import numpy as np

from duanka.features import (
    carry,
    flags,
    kernel,
    live_answer,
    live_around,
    live_enter,
    live_links,
    live_plan,
    live_rows,
    live_sights,
    live_state,
)
from duanka.features import live_state as s
from duanka.features.kernel import SCRATCH
from duanka.features.live_answer import answer
from duanka.features.live_around import about_call, about_transfer
from duanka.features.live_enter import DONE, UNORDERED, drain, unordered
from duanka.features.live_rows import LINE_SIZE
from duanka.features.live_stamp import stamp_of

# One function, because numba compiles whatever it calls anew for each function that calls it.
STAMP = stamp_of(
    kernel, carry, flags, live_state, live_links, live_rows, live_sights, live_around, live_enter,
    live_plan, live_answer,
)  # fmt: skip
LONGEST = max(plan.size for plan in (live_plan.TRANSFER, live_plan.CALL, live_plan.OPENING))
# why a run stopped before its end: something that Python sees to comes first
RARE = 2


def compiled(stamp: int) -> Any:
    """The compiled `run`, kept on disk under the stamp.

    `run(st, batch, begin, until, kept, out)` answers the batch from line `begin` on, where `out` has
    columns; the first `kept` are then known. It returns how far it came and why it stopped; what is
    later than `until` is left to the next call. A line of no table moves the clock and nothing else.
    """

    @nb.njit(nogil=True, error_model="numpy", cache=True)
    def run(st, batch, begin, until, kept, out):  # type: ignore[no-untyped-def]
        _under = stamp
        scratch = np.zeros(SCRATCH, dtype=np.int64)
        ints = np.zeros(LINE_SIZE, dtype=np.int64)
        line = np.empty(LONGEST, dtype=np.float32)
        book = st.book
        for i in range(begin, len(batch)):
            w = batch[i]
            table, at = w[s.W_TABLE], w[s.W_AT]
            if table != s.NOTICE and at > book[s.CLOCK]:
                if at > until:
                    return i, RARE
                if book[s.WAITING] > 1 and unordered(st, at):
                    return i, UNORDERED
                drain(st, 0, scratch)
                book[s.CLOCK] = at
                if book[s.TRIGGERS]:
                    return i, RARE
            if table == s.MOMENT:
                continue
            look_at(st, w, ints, line, out[i])
            if i < kept and keep(st, w, scratch):
                return i + 1, RARE
        return len(batch), DONE

    return run


@nb.njit(nogil=True, error_model="numpy")
def look_at(st, w, ints, line, out):  # type: ignore[no-untyped-def]
    """What the event comes with stands in its line, and its vector in `out` where one is wanted."""
    table, now = w[s.W_TABLE], st.book[s.CLOCK]
    if table == s.TRANSFER:
        about_transfer(st, w, now)
    elif table == s.CALL:
        about_call(w)
    if out.size:
        answer(st, w, now, ints, line, out)


@nb.njit(nogil=True, error_model="numpy")
def keep(st, w, scratch):  # type: ignore[no-untyped-def]
    """The event waits for its instant to pass; True where a late one has entered and left something to do."""
    book = st.book
    place = book[s.WAITING]
    st.waiting[place] = w
    book[s.WAITING] += 1
    if w[s.W_AT] >= book[s.CLOCK] and w[s.W_TABLE] != s.NOTICE:
        return False
    drain(st, place, scratch)
    return book[s.TRIGGERS] > 0


run = compiled(STAMP)
