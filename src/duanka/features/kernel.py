"""The only window arithmetic in the house: add one event to a key's row, answer one question.

A row is one contiguous int64 array: a clock, hop buckets with running totals for every window, the
lots of money received lately, and a ring of counterparties. Cost and memory are bounded on hubs.
"""

# ruff: noqa: ANN001, ANN201, ANN202, PLR0917 - compiled by numba, which infers types and takes no keywords

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numba as nb
import numpy as np

from duanka.features import flags as f
from duanka.features.spec import DAY, HOUR, SECOND, WINDOWS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from duanka.features.spec import Aggregate

    Ints = NDArray[np.int64]

# the first three leave a running total by subtraction, the last two by looking again
COUNT, TOTAL, ACTIVE, LARGEST, PEAK = 0, 1, 2, 3, 4
OPS = {"count": COUNT, "total": TOTAL, "active": ACTIVE, "largest": LARGEST, "peak": PEAK}
V_VALUE, V_PASSED_1H, V_PASSED_1D, V_DWELL_S, V_FIELD = 0, 1, 2, 3, 100
VALUES = {
    "value": V_VALUE,
    "passed_1h": V_PASSED_1H,
    "passed_1d": V_PASSED_1D,
    "dwell_s": V_DWELL_S,
    "depth": V_FIELD + f.DEPTH_SHIFT,
    "cycle": V_FIELD + f.CYCLE_SHIFT,
    "gather": V_FIELD + f.GATHER_SHIFT,
    "crowd": V_FIELD + f.CROWD_SHIFT,
}
SPOTS, SCRATCH = 4, 16
NEVER = -(1 << 62)
FOREVER = 1 << 62
CLOCK, FIRST_AT, LAST_AT, SMALL_AT, SEEN, LOT_HEAD, MOST_WITH_ONE, HELD, LOW = range(9)
SCALARS = (
    "since_first_s",
    "since_last_s",
    "contacts_count",
    "contacts_full",
    "most_with_one_count",
)
RETURN_SPAN = 7 * DAY
TEST_SPAN = DAY
WAKE_SPAN = 30 * DAY


class Layout(NamedTuple):
    """Where a stream's numbers stand in a row; compiled from its aggregates.

    Shapes: per window length, hop, ring, base, start, stop; per column op, window and place in its bucket; per aggregate
    a_op, a_need, a_bar, a_value, a_source and its columns a_column[a_begin[i]:a_begin[i + 1]]; per
    distinct feature d_need (IN, OUT or both) and d_window.
    """

    length: Ints
    hop: Ints
    ring: Ints
    base: Ints
    start: Ints
    stop: Ints
    op: Ints
    window: Ints
    place: Ints
    a_op: Ints
    a_need: Ints
    a_bar: Ints
    a_value: Ints
    a_source: Ints
    a_begin: Ints
    a_column: Ints
    d_need: Ints
    d_window: Ints
    run: int
    lots: int
    lot_count: int
    contacts: int
    contact_count: int
    width: int


def compile_layout(
    aggregates: Sequence[Aggregate],
    *,
    contact_count: int = 64,
    lot_count: int = 0,
    stem: str = "",
) -> tuple[Layout, tuple[str, ...]]:
    """The row layout of a stream and the names of what `answer` writes, in that order.

    `stem` goes before the names that every row has, so that no two streams of a vector share one.
    """
    used = [w for w in WINDOWS if any(w in a.windows for a in aggregates)]
    columns = [(w, a) for w in used for a in aggregates if w in a.windows and a.op != "distinct"]
    names = [f"{a.stem}_{w}" for w, a in columns]
    distinct = [(w, a) for a in aggregates if a.op == "distinct" for w in a.windows]
    of_window = [[i for i, (w, _) in enumerate(columns) if w == name] for name in used]
    ring = [WINDOWS[w].length // WINDOWS[w].hop + 1 for w in used]
    run = LOW + len(used)
    base, offset = [], run + len(columns)
    for cols, slots in zip(of_window, ring, strict=True):
        base.append(offset)
        offset += slots * (1 + len(cols))
    # peaks last: the standing they keep is that after everything else has been counted
    kept = sorted((a for a in aggregates if a.op != "distinct"), key=lambda a: a.op == "peak")
    of_aggregate = [[i for i, (_, b) in enumerate(columns) if b is a] for a in kept]
    counts = np.cumsum([0, *[len(cols) for cols in of_window]])
    lots, contacts = offset, offset + 2 * lot_count
    layout = Layout(
        length=_ints([WINDOWS[w].length for w in used]),
        hop=_ints([WINDOWS[w].hop for w in used]),
        ring=_ints(ring),
        base=_ints(base),
        start=_ints(counts[:-1]),
        stop=_ints(counts[1:]),
        op=_ints([OPS[a.op] for _, a in columns]),
        window=_ints([used.index(w) for w, _ in columns]),
        place=_ints([1 + i for cols in of_window for i in range(len(cols))]),
        a_op=_ints([OPS[a.op] for a in kept]),
        a_need=_ints([a.need for a in kept]),
        a_bar=_ints([a.bar for a in kept]),
        a_value=_ints([VALUES[a.value] for a in kept]),
        a_source=_ints([names.index(a.of) if a.of else -1 for a in kept]),
        a_begin=_ints(np.cumsum([0, *[len(cols) for cols in of_aggregate]])),
        a_column=_ints([i for cols in of_aggregate for i in cols]),
        d_need=_ints([a.need for _, a in distinct]),
        d_window=_ints([used.index(w) for w, _ in distinct]),
        run=run,
        lots=lots,
        lot_count=lot_count,
        contacts=contacts,
        contact_count=contact_count,
        width=contacts + 4 * contact_count,
    )
    return layout, (*names, *[f"{a.stem}_{w}" for w, a in distinct], *[stem + s for s in SCALARS])


def _ints(values: object) -> Ints:
    return np.array(values, dtype=np.int64).reshape(-1)


@nb.njit(cache=True, nogil=True, error_model="numpy")
def clear(row, lay):  # type: ignore[no-untyped-def]
    """A row that has seen nothing; what stands behind an unmarked bucket or contact is never read."""
    row[: lay.run + lay.op.size] = 0
    row[CLOCK] = NEVER
    row[FIRST_AT] = NEVER
    row[LAST_AT] = NEVER
    row[SMALL_AT] = NEVER
    for w in range(lay.hop.size):
        row[LOW + w] = NEVER
        step = 1 + lay.stop[w] - lay.start[w]
        for slot in range(lay.ring[w]):
            row[lay.base[w] + slot * step] = NEVER
    for i in range(lay.lot_count):
        row[lay.lots + 2 * i] = NEVER


@nb.njit(cache=True, nogil=True, error_model="numpy")
def advance(row, lay, now):  # type: ignore[no-untyped-def]
    """Move the row's clock to `now`: buckets that left their window leave the running totals."""
    if now <= row[CLOCK]:
        return
    row[CLOCK] = now
    for w in range(lay.hop.size):
        old, hop = row[LOW + w], lay.hop[w]
        since = now - lay.length[w]
        if old != NEVER and since < (old + 1) * hop:
            continue
        low = since // hop
        row[LOW + w] = low
        if old != NEVER:
            _leave(row, lay, w, old, low)


@nb.njit(cache=True, nogil=True, error_model="numpy")
def _leave(row, lay, w, old, low):  # type: ignore[no-untyped-def]
    """The window's buckets of epochs from `old` up to `low` leave its running totals."""
    ring, base, start = lay.ring[w], lay.base[w], lay.start[w]
    width = lay.stop[w] - start
    run = lay.run + start
    if low - old >= ring:
        for slot in range(ring):
            row[base + slot * (1 + width)] = NEVER
        row[run : run + width] = 0
        return
    stale = False
    slot = old % ring
    for epoch in range(old, low):
        at = base + slot * (1 + width)
        slot = 0 if slot + 1 == ring else slot + 1
        if row[at] != epoch:
            continue
        row[at] = NEVER
        for c in range(width):
            if lay.op[start + c] <= ACTIVE:
                row[run + c] -= row[at + 1 + c]
            elif row[at + 1 + c] >= row[run + c]:
                stale = True
    if not stale:
        return
    for c in range(width):
        if lay.op[start + c] > ACTIVE:
            row[run + c] = 0
    for slot in range(ring):
        at = base + slot * (1 + width)
        if row[at] != NEVER:
            for c in range(width):
                if lay.op[start + c] > ACTIVE:
                    row[run + c] = max(row[run + c], row[at + 1 + c])


@nb.njit(cache=True, nogil=True, error_model="numpy")
def meet(row, lay, at, other, flags):  # type: ignore[no-untyped-def]
    """The event's flags with FIRST and RETURNED set from the ring of counterparties, which learns of it.

    The ring keeps the counterparties seen last; a late stranger older than all of them is not taken in.
    """
    held, most = row[HELD], lay.contact_count
    who = lay.contacts
    last_in, last_out, times = who + most, who + 2 * most, who + 3 * most
    spot = -1
    for i in range(held):
        if row[who + i] == other:
            spot = i
            break
    if spot == -1:
        flags |= f.FIRST
        if held < most:
            spot = held
            row[HELD] = held + 1
        else:
            oldest_at = at
            for i in range(most):
                last = max(row[last_in + i], row[last_out + i])
                if last < oldest_at:
                    spot, oldest_at = i, last
            if spot == -1:
                return flags
        row[who + spot] = other
        row[last_in + spot] = NEVER
        row[last_out + spot] = NEVER
        row[times + spot] = 0
    mine, theirs = (last_in, last_out) if flags & f.IN else (last_out, last_in)
    back = row[theirs + spot]
    if back != NEVER and back >= at - RETURN_SPAN and back <= at:
        flags |= f.RETURNED
    row[mine + spot] = max(row[mine + spot], at)
    row[times + spot] += 1
    row[MOST_WITH_ONE] = max(row[MOST_WITH_ONE], row[times + spot])
    return flags


@nb.njit(cache=True, nogil=True, error_model="numpy")
def pass_through(row, lay, at, flags, value, scratch):  # type: ignore[no-untyped-def]
    """What of an outgoing sum was received within the hour, within the day, and how long it lay.

    Received lots are used up oldest first; `scratch` gets passed_1h, passed_1d and dwell_s.
    """
    scratch[V_PASSED_1H] = 0
    scratch[V_PASSED_1D] = 0
    scratch[V_DWELL_S] = 0
    if lay.lot_count == 0 or not flags & f.OK:
        return
    head = row[LOT_HEAD]
    if flags & f.IN:
        row[lay.lots + 2 * head] = at
        row[lay.lots + 2 * head + 1] = value
        row[LOT_HEAD] = (head + 1) % lay.lot_count
        return
    want = value
    for k in range(lay.lot_count):
        lot = lay.lots + 2 * ((head + k) % lay.lot_count)
        lot_at, left = row[lot], row[lot + 1]
        if lot_at < at - DAY or lot_at > at or left <= 0:
            continue
        taken = min(left, want)
        if scratch[V_PASSED_1D] == 0:
            scratch[V_DWELL_S] = (at - lot_at) // SECOND
        row[lot + 1] -= taken
        scratch[V_PASSED_1D] += taken
        if lot_at >= at - HOUR:
            scratch[V_PASSED_1H] += taken
        want -= taken
        if want == 0:
            break


@nb.njit(cache=True, nogil=True, error_model="numpy")
def enter(row, lay, at, scratch):  # type: ignore[no-untyped-def]
    """Every window's bucket for `at` is this event's own; what stood there before has left the window.

    `scratch` learns where each window's bucket stands, -1 where the event is too old for it.
    """
    for w in range(lay.hop.size):
        # an event of the clock's own instant stands in the newest bucket
        epoch = row[LOW + w] + lay.ring[w] - 1 if at == row[CLOCK] else at // lay.hop[w]
        if epoch < row[LOW + w]:
            scratch[SPOTS + w] = -1
            continue
        width = lay.stop[w] - lay.start[w]
        spot = lay.base[w] + (epoch % lay.ring[w]) * (1 + width)
        if row[spot] != epoch:
            row[spot] = epoch
            row[spot + 1 : spot + 1 + width] = 0
        scratch[SPOTS + w] = spot


@nb.njit(cache=True, nogil=True, error_model="numpy")
def add(row, lay, at, known_at, other, value, flags, scratch):  # type: ignore[no-untyped-def]
    """The event's flags as it entered the key's row; the row now knows of it.

    A late event meets the row as it stands when the event is known, whoever has asked since.
    """
    advance(row, lay, known_at)
    flags = meet(row, lay, at, other, flags)
    if flags & f.LARGE and row[SMALL_AT] != NEVER and row[SMALL_AT] >= at - TEST_SPAN:
        flags |= f.AFTER_SMALL
    if row[LAST_AT] != NEVER and at - row[LAST_AT] > WAKE_SPAN:
        flags |= f.WAKE
    scratch[V_VALUE] = value
    pass_through(row, lay, at, flags, value, scratch)
    if flags & f.SMALL:
        row[SMALL_AT] = max(row[SMALL_AT], at)
    if row[FIRST_AT] == NEVER or at < row[FIRST_AT]:
        row[FIRST_AT] = at
    row[LAST_AT] = max(row[LAST_AT], at)
    row[SEEN] += 1
    enter(row, lay, at, scratch)
    for a in range(lay.a_op.size):
        if (flags & lay.a_need[a]) != lay.a_need[a] or flags & lay.a_bar[a]:
            continue
        op = lay.a_op[a]
        if op == PEAK:
            amount = row[lay.run + lay.a_source[a]]
        elif op == COUNT:
            amount = 1
        elif lay.a_value[a] >= V_FIELD:
            amount = (flags >> (lay.a_value[a] - V_FIELD)) & f.FIELD
        else:
            amount = scratch[lay.a_value[a]]
        for i in range(lay.a_begin[a], lay.a_begin[a + 1]):
            k = lay.a_column[i]
            spot = scratch[SPOTS + lay.window[k]]
            if spot < 0:
                continue
            spot += lay.place[k]
            if op <= TOTAL:
                row[spot] += amount
                row[lay.run + k] += amount
            elif op == ACTIVE:
                row[lay.run + k] += 1 - row[spot]
                row[spot] = 1
            else:
                row[spot] = max(row[spot], amount)
                row[lay.run + k] = max(row[lay.run + k], amount)
    return flags


@nb.njit(cache=True, nogil=True, error_model="numpy")
def answer(row, lay, asked_at, out):  # type: ignore[no-untyped-def]
    """The row's answer to a question asked at `asked_at`, written to `out`.

    Every event added must have at < asked_at; the hosts see to it.
    """
    advance(row, lay, asked_at)
    n = lay.op.size
    for c in range(n):
        out[c] = row[lay.run + c]
    m = lay.d_need.size
    held = row[HELD]
    last_in = lay.contacts + lay.contact_count
    last_out = last_in + lay.contact_count
    for d in range(m):
        w = lay.d_window[d]
        since = row[LOW + w] * lay.hop[w]
        since_in = since if lay.d_need[d] & f.IN else FOREVER
        since_out = since if lay.d_need[d] & f.OUT else FOREVER
        met = 0
        for i in range(held):
            met += (row[last_in + i] >= since_in) | (row[last_out + i] >= since_out)
        out[n + d] = met
    at = n + m
    out[at] = (asked_at - row[FIRST_AT]) // SECOND if row[SEEN] else -1
    out[at + 1] = (asked_at - row[LAST_AT]) // SECOND if row[SEEN] else -1
    out[at + 2] = held
    out[at + 3] = 1 if held == lay.contact_count else 0
    out[at + 4] = row[MOST_WITH_ONE]


@nb.njit(cache=True, nogil=True, error_model="numpy")
def replay_keys(events, questions, lay, e_order, e_bounds, q_order, q_bounds, begin, end, out):  # type: ignore[no-untyped-def]
    """The answers of the keys from `begin` to `end`, one reused row, written to `out`.

    It stands in this file because a compiled caller is kept on disk by its own file's date: were it
    elsewhere, a change of the arithmetic above would leave the old one running.
    """
    row = np.empty(lay.width, dtype=np.int64)
    scratch = np.zeros(SCRATCH, dtype=np.int64)
    line = np.zeros(out.shape[1], dtype=np.int64)
    for key in range(begin, end):
        if q_bounds[key] == q_bounds[key + 1]:
            continue
        clear(row, lay)
        done = held = e_bounds[key]
        clock = NEVER
        for j in range(q_bounds[key], q_bounds[key + 1]):
            q = q_order[j]
            while done < e_bounds[key + 1] and e_order[done] < questions.seq[q]:
                i = e_order[done]
                if events.known_at[i] > clock:
                    _let_in(row, lay, events, e_order, held, done, clock, scratch)
                    held = done
                    clock = events.known_at[i]
                if events.at[i] < clock:
                    _tell(row, lay, events, i, scratch)
                done += 1
            if questions.asked_at[q] > clock:
                _let_in(row, lay, events, e_order, held, done, clock, scratch)
                held = done
                clock = questions.asked_at[q]
            answer(row, lay, clock, line)
            out[q, :] = line


@nb.njit(cache=True, nogil=True, error_model="numpy")
def _let_in(row, lay, events, order, held, done, clock, scratch):  # type: ignore[no-untyped-def]
    """The events held back because they happened at the clock's instant enter, now that it is over."""
    for p in range(held, done):
        if events.at[order[p]] >= clock:
            _tell(row, lay, events, order[p], scratch)


@nb.njit(cache=True, nogil=True, error_model="numpy")
def _tell(row, lay, events, i, scratch):  # type: ignore[no-untyped-def]
    return add(
        row,
        lay,
        events.at[i],
        events.known_at[i],
        events.other[i],
        events.value[i],
        events.flags[i],
        scratch,
    )


@nb.njit(cache=True, nogil=True, error_model="numpy")
def enter_keys(events, lay, order, bounds, out):  # type: ignore[no-untyped-def]
    """Each event's flags as it entered its key's row, written to `out`."""
    row = np.empty(lay.width, dtype=np.int64)
    scratch = np.zeros(SCRATCH, dtype=np.int64)
    for key in range(bounds.size - 1):
        if bounds[key] == bounds[key + 1]:
            continue
        clear(row, lay)
        for p in range(bounds[key], bounds[key + 1]):
            out[order[p]] = _tell(row, lay, events, order[p], scratch)
