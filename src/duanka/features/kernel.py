"""The only window arithmetic in the house: add one event to a key's row, answer one question.

A row is one contiguous int64 array: a clock, running totals, a ring of counterparties, the lots of
money received lately; and what must leave the totals again. A quiet row keeps its last events one by
one for that, a busy row buckets of them, which is why cost and memory are bounded on hubs. Both leave
in the same steps, so that no answer tells which of the two it was.
"""

# ruff: noqa: ANN001, ANN201, ANN202, PLR0917 - compiled by numba, which infers types and takes no keywords

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numba as nb
import numpy as np
from llvmlite import ir  # type: ignore[import-untyped]
from numba.core import types
from numba.extending import intrinsic

from duanka.features import flags as f
from duanka.features.spec import DAY, HOUR, SECOND, WINDOWS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from duanka.features.spec import Aggregate

    Ints = NDArray[np.int64]
    Column = tuple[str, Aggregate]

NEVER = -(1 << 62)
FOREVER = 1 << 62
RETURN_SPAN = 7 * DAY
TEST_SPAN = DAY
WAKE_SPAN = 30 * DAY
SCALARS = (
    "since_first_s",
    "since_last_s",
    "contacts_count",
    "contacts_full",
    "most_with_one_count",
)

# what an event brings to sums and maxima, by its place in `scratch`; behind them what peaks look at
V_VALUE, V_PASSED_1H, V_PASSED_1D, V_DWELL_S, V_DEPTH, V_CYCLE, V_GATHER, V_CROWD, V_PEAKS = range(
    9
)
VALUES = {
    "value": V_VALUE,
    "passed_1h": V_PASSED_1H,
    "passed_1d": V_PASSED_1D,
    "dwell_s": V_DWELL_S,
    "depth": V_DEPTH,
    "cycle": V_CYCLE,
    "gather": V_GATHER,
    "crowd": V_CROWD,
}
SMALL_VALUES = {"depth", "cycle", "gather", "crowd"}
SCRATCH = 64

# the row: scalars, then three words a window (the epoch of its oldest bucket; a bit for each bucket
# that holds anything; the place of the oldest bucket, in a quiet row the first event that is still in
# the window), then what the plan says
(
    CLOCK, FIRST_AT, LAST_AT, SMALL_AT, SEEN, LOT_HEAD, MOST_WITH_ONE, HELD, NEXT_AT, BUSY, KEPT, MOVES,
) = range(12)  # fmt: skip
OF_MOVE = 3
# an event that a quiet row keeps: when, its flags, then what it brings
E_AT, E_FLAGS, E_VALUES = range(3)
AHEAD = 8  # events asked for early in a replay
QUIET = 32
"""So many events in the longest window a row keeps one by one, where buckets take more room."""

# the plan: where the row's parts stand, ...
(
    N_WINDOWS,
    N_COUNTS,  # counts, 32 bits
    N_SHORT,  # and small maxima, 32 bits
    N_SUMS,  # sums of money or seconds, 64 bits
    N_LONG,  # and large maxima, 64 bits
    N_ACTIVE,
    N_DISTINCT,
    N_PEAKS,
    ACTIVE,
    RUN_SHORT,
    RUN_LONG,
    NEW_SHORT,
    NEW_LONG,
    CONTACTS,
    CONTACT_COUNT,
    LOTS,
    LOT_COUNT,
    EVENTS,
    EVENT_COUNT,
    EVENT_WORDS,
    T_SHORT,
    T_LONG,
    T_ACTIVE,
    T_DISTINCT,
    T_PEAKS,
    T_WINDOWS,
) = range(26)
# ... then per window: what its buckets hold, as ranges of the columns of each kind
(
    LENGTH, HOP, RING, BASE, WORDS, LONG_PART, COUNTS, COUNTS_END, SMALLS, SMALLS_END, SUMS, SUMS_END,
    LARGES, LARGES_END, ACTS, ACTS_END,
) = range(16)  # fmt: skip
OF_WINDOW = 16
BITS = 62
"""A window's buckets are marked in one word."""


class Layout(NamedTuple):
    """Where a stream's numbers stand in a row; compiled from its aggregates.

    One array, and few numbers, because every array in a call costs seven words and a count of its users.
    Shapes: `plan` the places named above, then the tables; `width` words a row, whole cache lines.
    """

    plan: Ints
    width: int
    contact_count: int


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
    columns = [(w, a) for w in used for a in aggregates if w in a.windows]
    counts, smalls, sums, larges, acts = (
        [c for c in columns if _kind(c[1], aggregates) == kind]
        for kind in ("count", "small", "total", "large", "active")
    )
    distinct = [(w, a) for a in aggregates if a.op == "distinct" for w in a.windows]
    peaks = sorted({a.of for a in aggregates if a.op == "peak"})
    short, long = counts + smalls, sums + larges
    plan = np.zeros(T_WINDOWS, dtype=np.int64)
    plan[[N_WINDOWS, N_COUNTS, N_SHORT]] = len(used), len(counts), len(short)
    plan[[N_SUMS, N_LONG, N_ACTIVE]] = len(sums), len(long), len(acts)
    plan[[N_DISTINCT, N_PEAKS]] = len(distinct), len(peaks)
    plan[[CONTACT_COUNT, LOT_COUNT]] = contact_count, lot_count
    buckets = _place(plan)
    windows, end = _windows(used, (counts, smalls, sums, larges, acts), buckets)
    plan[[EVENTS, EVENT_WORDS]] = buckets, E_VALUES + V_PEAKS + len(peaks)
    plan[EVENT_COUNT] = _room((end - buckets) // 2 // int(plan[EVENT_WORDS]))
    tables = [
        (T_SHORT, _masks(short) + [_source(a, peaks) for _, a in short]),
        (T_LONG, _masks(long) + [_source(a, peaks) for _, a in long]),
        (T_ACTIVE, _masks(acts)),
        (T_DISTINCT, [n for w, a in distinct for n in (a.need, used.index(w))]),
        (T_PEAKS, [_standing(of, counts, sums) for of in peaks]),
    ]
    told = windows
    for place, table in tables:
        plan[place] = T_WINDOWS + len(told)
        told = told + table
    layout = Layout(np.array([*plan, *told], dtype=np.int64), (end + 7) // 8 * 8, contact_count)
    asked = [f"{a.stem}_{w}" for w, a in (*short, *long, *acts, *distinct)]
    return layout, (*asked, *[stem + s for s in SCALARS])


def lengths(layout: Layout) -> list[int]:
    """How long each window of a layout is, shortest first.

    Units: microseconds.
    """
    return [
        int(layout.plan[T_WINDOWS + OF_WINDOW * w + LENGTH]) for w in range(layout.plan[N_WINDOWS])
    ]


def _room(events: int) -> int:
    """How many events a quiet row keeps, a power of two; none where that saves nothing."""
    return 0 if events < 4 else min(QUIET, 1 << events.bit_length() - 1)


def _kind(a: Aggregate, aggregates: Sequence[Aggregate]) -> str:
    if a.op == "largest":
        return "small" if a.value in SMALL_VALUES else "large"
    if a.op == "peak":
        of = next(b for b in aggregates if a.of in b.names() and b.op in {"count", "total"})
        return "small" if of.op == "count" else "large"
    return a.op


def _place(plan: Ints) -> int:
    """Where the older buckets begin; the places of all that stands before them are written."""
    at = MOVES + OF_MOVE * int(plan[N_WINDOWS])
    for place, words in (
        (ACTIVE, plan[N_ACTIVE]),
        (RUN_SHORT, (plan[N_SHORT] + 1) // 2),
        (RUN_LONG, plan[N_LONG]),
        # when each came last and when each was gone to, who it is; how often, in half words
        (CONTACTS, 3 * plan[CONTACT_COUNT] + (plan[CONTACT_COUNT] + 1) // 2),
        (LOTS, 2 * plan[LOT_COUNT]),
        (NEW_SHORT, (plan[N_SHORT] + 1) // 2),
        (NEW_LONG, plan[N_LONG]),
    ):
        plan[place] = at
        at += int(words)
    return at


def _windows(
    used: Sequence[str], kinds: tuple[Sequence[Column], ...], base: int
) -> tuple[list[int], int]:
    """The table of windows, and where the last bucket ends."""
    counts, smalls, sums, larges, _ = kinds
    begun = {id(smalls): len(counts), id(larges): len(sums)}
    told: list[int] = []
    for name in used:
        w = WINDOWS[name]
        ring = w.length // w.hop + 1
        if w.length % w.hop or ring > BITS:
            raise ValueError(f"window {name}: at most {BITS - 1} whole hops")
        ranges = [_range(kind, name, begun.get(id(kind), 0)) for kind in kinds]
        size = [end - begin for begin, end in ranges]
        long_part = (size[0] + size[1] + 1) // 2
        words = long_part + size[2] + size[3]
        told += [w.length, w.hop, ring, base, words, long_part, *(n for r in ranges for n in r)]
        base += (ring - 1) * words
    return told, base


def _range(columns: Sequence[Column], window: str, begun: int) -> tuple[int, int]:
    """The window's columns, which stand side by side."""
    before = sum(list(WINDOWS).index(w) < list(WINDOWS).index(window) for w, _ in columns)
    return begun + before, begun + before + sum(w == window for w, _ in columns)


def _masks(columns: Sequence[Column]) -> list[int]:
    """What must be set of what is looked at; first the one of every column, then the other."""
    # what needs a bit that it bars takes nothing in
    need = [1 if a.need & a.bar else a.need for _, a in columns]
    return need + [0 if a.need & a.bar else a.need | a.bar for _, a in columns]


def _source(a: Aggregate, peaks: Sequence[str]) -> int:
    return V_PEAKS + peaks.index(a.of) if a.op == "peak" else VALUES[a.value]


def _standing(of: str, counts: Sequence[Column], sums: Sequence[Column]) -> int:
    """Where a peak's count stands among the short columns, or its sum (negative) among the long."""
    names = [f"{a.stem}_{w}" for w, a in counts]
    if of in names:
        return names.index(of)
    return -1 - [f"{a.stem}_{w}" for w, a in sums].index(of)


@intrinsic
def _fetch(typing_context: Any, array: Any, at: Any) -> Any:
    """Ask for a cache line early; the answer comes when it is read."""
    del typing_context, at

    def write(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        held = context.make_array(signature.args[0])(context, builder, args[0])
        byte, word = ir.IntType(8).as_pointer(), ir.IntType(32)
        place = builder.bitcast(builder.gep(held.data, [args[1]]), byte)
        kind = ir.FunctionType(ir.VoidType(), [byte, word, word, word])
        call = builder.module.declare_intrinsic("llvm.prefetch", [byte], kind)
        builder.call(call, [place, word(0), word(3), word(1)])
        return context.get_dummy_value()

    return types.void(array, types.int64), write


@nb.njit(cache=True, nogil=True, error_model="numpy")
def clear(row, lay):  # type: ignore[no-untyped-def]
    """A row that has seen nothing; what stands behind an unmarked bucket or contact is never read."""
    plan = lay.plan
    row[: plan[CONTACTS]] = 0
    row[CLOCK] = NEVER
    row[FIRST_AT] = NEVER
    row[LAST_AT] = NEVER
    row[SMALL_AT] = NEVER
    row[NEXT_AT] = NEVER
    for w in range(plan[N_WINDOWS]):
        row[MOVES + OF_MOVE * w] = NEVER
    for i in range(plan[LOT_COUNT]):
        row[plan[LOTS] + 2 * i] = NEVER
    if plan[EVENT_COUNT] == 0:
        _make_busy(row, plan)


@nb.njit(cache=True, nogil=True, error_model="numpy")
def touch(row, lay):  # type: ignore[no-untyped-def]
    """Ask for the lines of a row that its next question and event will read.

    A host that knows the next few keys calls this for them, so that memory is waited for once.
    """
    for word in range(0, lay.plan[NEW_SHORT], 8):
        _fetch(row, word)  # type: ignore[call-arg] # the first is numba's own


@nb.njit(cache=True, nogil=True, error_model="numpy")
def advance(row, lay, now):  # type: ignore[no-untyped-def]
    """Move the row's clock to `now`: what left its window leaves the running totals."""
    if now <= row[CLOCK]:
        return
    row[CLOCK] = now
    if now >= row[NEXT_AT]:
        _roll(row, lay.plan, now)


@nb.njit(cache=True, nogil=True, error_model="numpy")
def _roll(row, plan, now):  # type: ignore[no-untyped-def]
    """Every window that `now` has moved; the row learns when the next one will."""
    next_at = FOREVER
    for w in range(plan[N_WINDOWS]):
        begin = T_WINDOWS + OF_WINDOW * w
        window = plan[begin : begin + OF_WINDOW]
        move = MOVES + OF_MOVE * w
        low, hop, since = row[move], window[HOP], now - window[LENGTH]
        if low == NEVER:
            low = since // hop
            row[move] = low
        elif since >= (low + 1) * hop:
            new = since // hop
            for k in range(plan[ACTIVE] + window[ACTS], plan[ACTIVE] + window[ACTS_END]):
                row[k] = row[k] >> (new - low) if new - low < window[RING] else 0
            if row[move + 1] != 0:
                _leave(row, plan, window, move, new - low)
            elif row[BUSY] == 0 and row[move + 2] < row[KEPT]:
                _forget(row, plan, window, move, new * hop)
            low = new
            row[move] = low
        next_at = min(next_at, (low + 1) * hop + window[LENGTH])
    row[NEXT_AT] = next_at
    last = plan[N_WINDOWS] - 1
    if row[BUSY] and plan[EVENT_COUNT] and row[MOVES + OF_MOVE * last + 1] == 0:
        row[BUSY] = 0
        row[KEPT] = 0
        for w in range(plan[N_WINDOWS]):
            row[MOVES + OF_MOVE * w + 2] = 0


@nb.njit(cache=True, nogil=True, error_model="numpy")
def _forget(row, plan, window, move, since):  # type: ignore[no-untyped-def]
    """The events of a quiet row that happened before `since` leave the window's running totals."""
    first, kept = row[move + 2], row[KEPT]
    words, around = plan[EVENT_WORDS], plan[EVENT_COUNT] - 1
    counts, sums = window[COUNTS], window[SUMS]
    smalls, larges = window[SMALLS], window[LARGES]
    halves = row.view(np.uint32)
    run_s = halves[2 * plan[RUN_SHORT] + counts : 2 * plan[RUN_SHORT] + window[COUNTS_END]]
    run_m = halves[2 * plan[RUN_SHORT] + smalls : 2 * plan[RUN_SHORT] + window[SMALLS_END]]
    sum_s = row[plan[RUN_LONG] + sums : plan[RUN_LONG] + window[SUMS_END]]
    sum_m = row[plan[RUN_LONG] + larges : plan[RUN_LONG] + window[LARGES_END]]
    if row[plan[EVENTS] + (kept - 1 & around) * words + E_AT] < since:
        row[move + 2] = kept
        run_s[:] = 0
        run_m[:] = 0
        sum_s[:] = 0
        sum_m[:] = 0
        return
    while True:
        at = plan[EVENTS] + (first & around) * words
        if row[at + E_AT] >= since:
            break
        flags, values = row[at + E_FLAGS], row[at + E_VALUES : at + words]
        _count(run_s, plan, counts, flags, -1)
        _sum(sum_s, plan, sums, flags, values, -1)
        first += 1
        _less(run_m, row, plan, T_SHORT, N_SHORT, smalls, flags, values, first)
        _less(sum_m, row, plan, T_LONG, N_LONG, larges, flags, values, first)
    row[move + 2] = first


@nb.njit(cache=True, nogil=True, error_model="numpy")
def _less(run, row, plan, which, size, begin, flags, values, first):  # type: ignore[no-untyped-def]
    """Maxima that were the leaving event's are looked for again among the events from `first` on."""
    table, n = plan[which], plan[size]
    end = begin + run.size
    need, looked_at = plan[table + begin : table + end], plan[table + n + begin : table + n + end]
    source = plan[table + 2 * n + begin : table + 2 * n + end]
    for k in range(run.size):
        top = values[source[k]] if flags & looked_at[k] == need[k] else 0
        if top == 0 or top < np.int64(run[k]):
            continue
        best = np.int64(0)
        for i in range(first, row[KEPT]):
            at = plan[EVENTS] + (i & plan[EVENT_COUNT] - 1) * plan[EVENT_WORDS]
            if row[at + E_FLAGS] & looked_at[k] == need[k]:
                best = max(best, row[at + E_VALUES + source[k]])
                if best == top:
                    break
        run[k] = best


@nb.njit(cache=True, nogil=True, error_model="numpy")
def _leave(row, plan, window, move, steps):  # type: ignore[no-untyped-def]
    """The window's oldest buckets leave its running totals, and its newest becomes one of the older."""
    live, oldest, older = row[move + 1], row[move + 2], window[RING] - 1
    halves = row.view(np.uint32)
    run_s = halves[2 * plan[RUN_SHORT] + window[COUNTS] : 2 * plan[RUN_SHORT] + window[COUNTS_END]]
    run_m = halves[2 * plan[RUN_SHORT] + window[SMALLS] : 2 * plan[RUN_SHORT] + window[SMALLS_END]]
    sum_s = row[plan[RUN_LONG] + window[SUMS] : plan[RUN_LONG] + window[SUMS_END]]
    sum_m = row[plan[RUN_LONG] + window[LARGES] : plan[RUN_LONG] + window[LARGES_END]]
    new_s = halves[2 * plan[NEW_SHORT] + window[COUNTS] : 2 * plan[NEW_SHORT] + window[COUNTS_END]]
    new_m = halves[2 * plan[NEW_SHORT] + window[SMALLS] : 2 * plan[NEW_SHORT] + window[SMALLS_END]]
    big_s = row[plan[NEW_LONG] + window[SUMS] : plan[NEW_LONG] + window[SUMS_END]]
    big_m = row[plan[NEW_LONG] + window[LARGES] : plan[NEW_LONG] + window[LARGES_END]]
    if steps > older:
        run_s[:] = 0
        run_m[:] = 0
        sum_s[:] = 0
        sum_m[:] = 0
        row[move + 1] = 0
    else:
        has_new = live >> older & 1
        for i in range(steps):
            if live >> i & 1 == 0:
                continue
            spot = window[BASE] + _wrapped(oldest + i, older) * window[WORDS]
            short = halves[2 * spot : 2 * (spot + window[LONG_PART])]
            long = row[spot + window[LONG_PART] : spot + window[WORDS]]
            for c in range(run_s.size):
                run_s[c] -= short[c]
            for c in range(sum_s.size):
                sum_s[c] -= long[c]
            first, stride = 2 * window[BASE] + run_s.size, 2 * window[WORDS]
            for c in range(run_m.size):
                top = np.int64(short[run_s.size + c])
                if top != 0 and top >= np.int64(run_m[c]):
                    best = np.int64(new_m[c]) if has_new else 0
                    run_m[c] = _top(
                        halves, first + c, stride, live, oldest, i + 1, older, best, top
                    )
            first, stride = window[BASE] + window[LONG_PART] + sum_s.size, window[WORDS]
            for c in range(sum_m.size):
                top = long[sum_s.size + c]
                if top != 0 and top >= sum_m[c]:
                    best = big_m[c] if has_new else 0
                    sum_m[c] = _top(row, first + c, stride, live, oldest, i + 1, older, best, top)
        if has_new:
            spot = window[BASE] + oldest * window[WORDS]
            short = halves[2 * spot : 2 * (spot + window[LONG_PART])]
            long = row[spot + window[LONG_PART] : spot + window[WORDS]]
            for c in range(new_s.size):
                short[c] = new_s[c]
            for c in range(new_m.size):
                short[new_s.size + c] = new_m[c]
            for c in range(big_s.size):
                long[c] = big_s[c]
            for c in range(big_m.size):
                long[big_s.size + c] = big_m[c]
        row[move + 1] = live >> steps
        row[move + 2] = _wrapped(oldest + steps, older)
    if live >> older & 1:
        new_s[:] = 0
        new_m[:] = 0
        big_s[:] = 0
        big_m[:] = 0


@nb.njit(cache=True, nogil=True, error_model="numpy")
def _wrapped(place, size):  # type: ignore[no-untyped-def]
    return place - size if place >= size else place


@nb.njit(cache=True, nogil=True, error_model="numpy")
def _top(array, first, stride, live, oldest, begin, older, best, top):  # type: ignore[no-untyped-def]
    """The largest of `best` and what the buckets from `begin` on hold, none of which is above `top`."""
    for i in range(begin, older):
        if best == top:
            break
        if live >> i & 1:
            best = max(best, np.int64(array[first + _wrapped(oldest + i, older) * stride]))
    return best


@nb.njit(cache=True, nogil=True, error_model="numpy")
def _meet(row, plan, at, other, flags):  # type: ignore[no-untyped-def]
    """The event's flags with FIRST and RETURNED set from the ring of counterparties, which learns of it.

    The ring keeps the counterparties seen last; a late stranger older than all of them is not taken in.
    """
    held, most, begin = row[HELD], plan[CONTACT_COUNT], plan[CONTACTS]
    last_in, last_out = row[begin : begin + most], row[begin + most : begin + 2 * most]
    who = row[begin + 2 * most : begin + 3 * most]
    times = row[begin + 3 * most : begin + 3 * most + (most + 1) // 2].view(np.uint32)
    spot = -1
    # no way out at the first find: looked through several at a time
    for i in range(held):
        spot = max(spot, i if who[i] == other else -1)
    if spot == -1:
        flags |= f.FIRST
        if held < most:
            spot = held
            row[HELD] = held + 1
        else:
            spot = _longest_ago(last_in, last_out, at)
            if spot == -1:
                return flags
        who[spot] = other
        last_in[spot] = NEVER
        last_out[spot] = NEVER
        times[spot] = 0
    mine, theirs = (last_in, last_out) if flags & f.IN else (last_out, last_in)
    back = theirs[spot]
    if back != NEVER and back >= at - RETURN_SPAN and back <= at:
        flags |= f.RETURNED
    mine[spot] = max(mine[spot], at)
    times[spot] += 1
    row[MOST_WITH_ONE] = max(row[MOST_WITH_ONE], np.int64(times[spot]))
    return flags


@nb.njit(cache=True, nogil=True, error_model="numpy")
def _longest_ago(last_in, last_out, at):  # type: ignore[no-untyped-def]
    """The first of the contacts seen longest ago, -1 if none was seen before `at`."""
    oldest = at
    for i in range(last_in.size):
        oldest = min(oldest, max(last_in[i], last_out[i]))
    if oldest == at:
        return -1
    for i in range(last_in.size):
        if max(last_in[i], last_out[i]) == oldest:
            return i
    return -1


@nb.njit(cache=True, nogil=True, error_model="numpy")
def _pass_through(row, plan, at, flags, value, scratch):  # type: ignore[no-untyped-def]
    """What of an outgoing sum was received within the hour, within the day, and how long it lay.

    Received lots are used up oldest first; `scratch` gets passed_1h, passed_1d and dwell_s.
    """
    scratch[V_PASSED_1H] = 0
    scratch[V_PASSED_1D] = 0
    scratch[V_DWELL_S] = 0
    count = plan[LOT_COUNT]
    if count == 0 or not flags & f.OK:
        return
    lots, head = row[plan[LOTS] : plan[LOTS] + 2 * count], row[LOT_HEAD]
    if flags & f.IN:
        lots[2 * head] = at
        lots[2 * head + 1] = value
        row[LOT_HEAD] = _wrapped(head + 1, count)
        return
    want = value
    for k in range(count):
        lot = 2 * _wrapped(head + k, count)
        lot_at, left = lots[lot], lots[lot + 1]
        if lot_at < at - DAY or lot_at > at or left <= 0:
            continue
        taken = min(left, want)
        if scratch[V_PASSED_1D] == 0:
            scratch[V_DWELL_S] = (at - lot_at) // SECOND
        lots[lot + 1] -= taken
        scratch[V_PASSED_1D] += taken
        if lot_at >= at - HOUR:
            scratch[V_PASSED_1H] += taken
        want -= taken
        if want == 0:
            break


@nb.njit(cache=True, nogil=True, error_model="numpy")
def add(row, lay, at, known_at, other, value, flags, scratch):  # type: ignore[no-untyped-def]
    """The event's flags as it entered the key's row; the row now knows of it.

    A late event meets the row as it stands when the event is known, whoever has asked since.
    """
    plan = lay.plan
    advance(row, lay, known_at)
    flags = _meet(row, plan, at, other, flags)
    if flags & f.LARGE and row[SMALL_AT] != NEVER and row[SMALL_AT] >= at - TEST_SPAN:
        flags |= f.AFTER_SMALL
    if row[LAST_AT] != NEVER and at - row[LAST_AT] > WAKE_SPAN:
        flags |= f.WAKE
    scratch[V_VALUE] = value
    _pass_through(row, plan, at, flags, value, scratch)
    scratch[V_DEPTH] = flags >> f.DEPTH_SHIFT & f.FIELD
    scratch[V_CYCLE] = flags >> f.CYCLE_SHIFT & f.FIELD
    scratch[V_GATHER] = flags >> f.GATHER_SHIFT & f.FIELD
    scratch[V_CROWD] = flags >> f.CROWD_SHIFT & f.FIELD
    if flags & f.SMALL:
        row[SMALL_AT] = max(row[SMALL_AT], at)
    if row[FIRST_AT] == NEVER or at < row[FIRST_AT]:
        row[FIRST_AT] = at
    in_order = at >= row[LAST_AT]
    row[LAST_AT] = max(row[LAST_AT], at)
    row[SEEN] += 1
    if row[BUSY] == 0:
        last = row[MOVES + OF_MOVE * (plan[N_WINDOWS] - 1) + 2]
        if in_order and at <= row[CLOCK] and row[KEPT] - last < plan[EVENT_COUNT]:
            _keep(row, plan, at, flags, scratch)
            return flags
        _make_busy(row, plan)
    if at == row[CLOCK]:
        _enter_newest(row, plan, flags, scratch)
    else:
        _enter_sums(row, plan, at, flags, scratch)
        _stand(row, plan, scratch)
        _enter_tops(row, plan, at, flags, scratch)
    return flags


@nb.njit(cache=True, nogil=True, error_model="numpy")
def _keep(row, plan, at, flags, scratch):  # type: ignore[no-untyped-def]
    """A quiet row takes the event into its running totals and keeps it, to let it leave again."""
    halves = row.view(np.uint32)
    run = halves[2 * plan[RUN_SHORT] : 2 * plan[RUN_SHORT] + plan[N_SHORT]]
    total = row[plan[RUN_LONG] : plan[RUN_LONG] + plan[N_LONG]]
    counts, sums, short, long = plan[N_COUNTS], plan[N_SUMS], plan[N_SHORT], plan[N_LONG]
    begin_s, begin_m, begin_t, begin_l = 0, counts, 0, sums
    for w in range(plan[N_WINDOWS]):
        window = T_WINDOWS + OF_WINDOW * w
        move = MOVES + OF_MOVE * w
        newest = plan[window + RING] - 1
        place = newest if at == row[CLOCK] else at // plan[window + HOP] - row[move]
        if place >= 0:
            _mark(row, plan, plan[window + ACTS], plan[window + ACTS_END], flags, 1 << place)
            continue
        # too old for this window, and so for those before it, which are shorter
        row[move + 2] = row[KEPT] + 1
        begin_s, begin_m = plan[window + COUNTS_END], plan[window + SMALLS_END]
        begin_t, begin_l = plan[window + SUMS_END], plan[window + LARGES_END]
    _count(run[begin_s:counts], plan, begin_s, flags, 1)
    _sum(total[begin_t:sums], plan, begin_t, flags, scratch, 1)
    _stand(row, plan, scratch)
    _most(run[begin_m:short], plan, T_SHORT, N_SHORT, begin_m, flags, scratch)
    _most(total[begin_l:long], plan, T_LONG, N_LONG, begin_l, flags, scratch)
    words = plan[EVENT_WORDS]
    event = plan[EVENTS] + (row[KEPT] & plan[EVENT_COUNT] - 1) * words
    row[event + E_AT] = at
    row[event + E_FLAGS] = flags
    values = row[event + E_VALUES : event + words]
    for k in range(values.size):
        values[k] = scratch[k]
    row[KEPT] += 1


@nb.njit(cache=True, nogil=True, error_model="numpy")
def _make_busy(row, plan):  # type: ignore[no-untyped-def]
    """The row's events move into buckets: from now on they leave together."""
    words, around = plan[EVENT_WORDS], plan[EVENT_COUNT] - 1
    begin, kept = np.int64(0), row[KEPT]
    if plan[N_WINDOWS]:
        begin = row[MOVES + OF_MOVE * (plan[N_WINDOWS] - 1) + 2]
    # buckets will stand where the events are
    events = np.empty((kept - begin, words), dtype=np.int64)
    for i in range(begin, kept):
        at = plan[EVENTS] + (i & around) * words
        events[i - begin] = row[at : at + words]
    row[plan[ACTIVE] : plan[CONTACTS]] = 0
    row[plan[NEW_SHORT] : plan[NEW_LONG] + plan[N_LONG]] = 0
    for w in range(plan[N_WINDOWS]):
        row[MOVES + OF_MOVE * w + 1] = 0
        row[MOVES + OF_MOVE * w + 2] = 0
    row[BUSY] = 1
    for i in range(kept - begin):
        values = events[i, E_VALUES:]
        _enter_sums(row, plan, events[i, E_AT], events[i, E_FLAGS], values)
        _enter_tops(row, plan, events[i, E_AT], events[i, E_FLAGS], values)


@nb.njit(cache=True, nogil=True, error_model="numpy")
def _enter_newest(row, plan, flags, scratch):  # type: ignore[no-untyped-def]
    """The event stands in the newest bucket of every window: all columns in a few long loops."""
    for w in range(plan[N_WINDOWS]):
        window = T_WINDOWS + OF_WINDOW * w
        bit = 1 << (plan[window + RING] - 1)
        row[MOVES + OF_MOVE * w + 1] |= bit
        _mark(row, plan, plan[window + ACTS], plan[window + ACTS_END], flags, bit)
    halves = row.view(np.uint32)
    counts, short = plan[N_COUNTS], plan[N_SHORT]
    sums, long = plan[N_SUMS], plan[N_LONG]
    run = halves[2 * plan[RUN_SHORT] : 2 * plan[RUN_SHORT] + short]
    new = halves[2 * plan[NEW_SHORT] : 2 * plan[NEW_SHORT] + short]
    total = row[plan[RUN_LONG] : plan[RUN_LONG] + long]
    newest = row[plan[NEW_LONG] : plan[NEW_LONG] + long]
    _count(run[:counts], plan, 0, flags, 1)
    _count(new[:counts], plan, 0, flags, 1)
    _sum(total[:sums], plan, 0, flags, scratch, 1)
    _sum(newest[:sums], plan, 0, flags, scratch, 1)
    _stand(row, plan, scratch)
    _most(run[counts:], plan, T_SHORT, N_SHORT, counts, flags, scratch)
    _most(new[counts:], plan, T_SHORT, N_SHORT, counts, flags, scratch)
    _most(total[sums:], plan, T_LONG, N_LONG, sums, flags, scratch)
    _most(newest[sums:], plan, T_LONG, N_LONG, sums, flags, scratch)


@nb.njit(cache=True, nogil=True, error_model="numpy")
def _enter_sums(row, plan, at, flags, values):  # type: ignore[no-untyped-def]
    """The event enters the counts and sums of the buckets where it stands, none of what it is too old for."""
    halves = row.view(np.uint32)
    for w in range(plan[N_WINDOWS]):
        window = plan[T_WINDOWS + OF_WINDOW * w : T_WINDOWS + OF_WINDOW * (w + 1)]
        # no bucket is newer than the clock's
        place = min(at // window[HOP] - row[MOVES + OF_MOVE * w], window[RING] - 1)
        if place < 0:
            continue
        short, _, long, _ = _bucket(row, plan, window, MOVES + OF_MOVE * w, place)
        _mark(row, plan, window[ACTS], window[ACTS_END], flags, 1 << place)
        begin, end = window[COUNTS], window[COUNTS_END]
        run = 2 * plan[RUN_SHORT]
        _count(halves[run + begin : run + end], plan, begin, flags, 1)
        _count(halves[short : short + end - begin], plan, begin, flags, 1)
        begin, end = window[SUMS], window[SUMS_END]
        run = plan[RUN_LONG]
        _sum(row[run + begin : run + end], plan, begin, flags, values, 1)
        _sum(row[long : long + end - begin], plan, begin, flags, values, 1)


@nb.njit(cache=True, nogil=True, error_model="numpy")
def _enter_tops(row, plan, at, flags, values):  # type: ignore[no-untyped-def]
    """The event enters the maxima of the buckets where it stands."""
    halves = row.view(np.uint32)
    for w in range(plan[N_WINDOWS]):
        window = plan[T_WINDOWS + OF_WINDOW * w : T_WINDOWS + OF_WINDOW * (w + 1)]
        place = min(at // window[HOP] - row[MOVES + OF_MOVE * w], window[RING] - 1)
        if place < 0:
            continue
        _, short, _, long = _bucket(row, plan, window, MOVES + OF_MOVE * w, place)
        begin, end = window[SMALLS], window[SMALLS_END]
        run = 2 * plan[RUN_SHORT]
        part = halves[short : short + end - begin]
        _most(halves[run + begin : run + end], plan, T_SHORT, N_SHORT, begin, flags, values)
        _most(part, plan, T_SHORT, N_SHORT, begin, flags, values)
        begin, end = window[LARGES], window[LARGES_END]
        run = plan[RUN_LONG]
        _most(row[run + begin : run + end], plan, T_LONG, N_LONG, begin, flags, values)
        _most(row[long : long + end - begin], plan, T_LONG, N_LONG, begin, flags, values)


@nb.njit(cache=True, nogil=True, error_model="numpy")
def _bucket(row, plan, window, move, place):  # type: ignore[no-untyped-def]
    """Where the window's bucket keeps counts, small maxima (in half words), sums and large maxima.

    One that held nothing is emptied of what stood there before.
    """
    live, older = row[move + 1], window[RING] - 1
    row[move + 1] = live | 1 << place
    if place == older:
        return (
            2 * plan[NEW_SHORT] + window[COUNTS],
            2 * plan[NEW_SHORT] + window[SMALLS],
            plan[NEW_LONG] + window[SUMS],
            plan[NEW_LONG] + window[LARGES],
        )
    spot = window[BASE] + _wrapped(row[move + 2] + place, older) * window[WORDS]
    if live >> place & 1 == 0:
        row[spot : spot + window[WORDS]] = 0
    long = spot + window[LONG_PART]
    return (
        2 * spot,
        2 * spot + window[COUNTS_END] - window[COUNTS],
        long,
        long + window[SUMS_END] - window[SUMS],
    )


@nb.njit(cache=True, nogil=True, error_model="numpy")
def _mark(row, plan, begin, end, flags, bit):  # type: ignore[no-untyped-def]
    """The hop in which something happened, for columns that count such hops."""
    table, n = plan[T_ACTIVE], plan[N_ACTIVE]
    for k in range(begin, end):
        if flags & plan[table + n + k] == plan[table + k]:
            row[plan[ACTIVE] + k] |= bit


@nb.njit(cache=True, nogil=True, error_model="numpy")
def _count(run, plan, begin, flags, by):  # type: ignore[no-untyped-def]
    """One more, or one less, for each count from `begin` on that takes the event in."""
    table, n, end = plan[T_SHORT], plan[N_SHORT], begin + run.size
    need, looked_at = plan[table + begin : table + end], plan[table + n + begin : table + n + end]
    for k in range(run.size):
        run[k] += by if flags & looked_at[k] == need[k] else 0


@nb.njit(cache=True, nogil=True, error_model="numpy")
def _sum(run, plan, begin, flags, values, by):  # type: ignore[no-untyped-def]
    """The event's value more, or less, for each sum from `begin` on that takes it in."""
    table, n, end = plan[T_LONG], plan[N_LONG], begin + run.size
    need, looked_at = plan[table + begin : table + end], plan[table + n + begin : table + n + end]
    source = plan[table + 2 * n + begin : table + 2 * n + end]
    for k in range(run.size):
        run[k] += by * values[source[k]] if flags & looked_at[k] == need[k] else 0


@nb.njit(cache=True, nogil=True, error_model="numpy")
def _most(run, plan, which, size, begin, flags, values):  # type: ignore[no-untyped-def]
    """The larger of what stands there and what the event brings, for each maximum that takes it in."""
    table, n, end = plan[which], plan[size], begin + run.size
    need, looked_at = plan[table + begin : table + end], plan[table + n + begin : table + n + end]
    source = plan[table + 2 * n + begin : table + 2 * n + end]
    for k in range(run.size):
        value = values[source[k]] if flags & looked_at[k] == need[k] else 0
        run[k] = max(np.int64(run[k]), value)


@nb.njit(cache=True, nogil=True, error_model="numpy")
def _stand(row, plan, scratch):  # type: ignore[no-untyped-def]
    """The counts and totals whose highest standing is kept, as they stand now."""
    halves = row.view(np.uint32)
    for p in range(plan[N_PEAKS]):
        place = plan[plan[T_PEAKS] + p]
        if place >= 0:
            scratch[V_PEAKS + p] = np.int64(halves[2 * plan[RUN_SHORT] + place])
        else:
            scratch[V_PEAKS + p] = row[plan[RUN_LONG] - 1 - place]


@nb.njit(cache=True, nogil=True, error_model="numpy")
def answer(row, lay, asked_at, out):  # type: ignore[no-untyped-def]
    """The row's answer to a question asked at `asked_at`, written to `out`.

    Every event added must have at < asked_at; the hosts see to it.
    """
    advance(row, lay, asked_at)
    plan = lay.plan
    short, long, at = plan[N_SHORT], plan[N_LONG], plan[N_SHORT] + plan[N_LONG]
    run = row.view(np.uint32)[2 * plan[RUN_SHORT] : 2 * plan[RUN_SHORT] + short]
    counted, summed = out[:short], out[short:at]
    for k in range(short):
        counted[k] = run[k]
    total = row[plan[RUN_LONG] : plan[RUN_LONG] + long]
    for k in range(long):
        summed[k] = total[k]
    for k in range(plan[N_ACTIVE]):
        out[at + k] = _ones(row[plan[ACTIVE] + k])
    at += plan[N_ACTIVE]
    _distinct(row, plan, out[at : at + plan[N_DISTINCT]])
    at += plan[N_DISTINCT]
    held = row[HELD]
    out[at] = (asked_at - row[FIRST_AT]) // SECOND if row[SEEN] else -1
    out[at + 1] = (asked_at - row[LAST_AT]) // SECOND if row[SEEN] else -1
    out[at + 2] = held
    out[at + 3] = 1 if held == plan[CONTACT_COUNT] else 0
    out[at + 4] = row[MOST_WITH_ONE]


@nb.njit(cache=True, nogil=True, error_model="numpy")
def _ones(bits):  # type: ignore[no-untyped-def]
    """How many bits are set."""
    bits -= bits >> 1 & 0x5555555555555555
    bits = (bits & 0x3333333333333333) + (bits >> 2 & 0x3333333333333333)
    bits = bits + (bits >> 4) & 0x0F0F0F0F0F0F0F0F
    bits += bits >> 8
    bits += bits >> 16
    bits += bits >> 32
    return bits & 0x7F


@nb.njit(cache=True, nogil=True, error_model="numpy")
def _distinct(row, plan, out):  # type: ignore[no-untyped-def]
    """How many of the counterparties remembered were met within each distinct feature's window."""
    held, most, begin = row[HELD], plan[CONTACT_COUNT], plan[CONTACTS]
    last_in, last_out = row[begin : begin + held], row[begin + most : begin + most + held]
    for d in range(out.size):
        need, w = plan[plan[T_DISTINCT] + 2 * d], plan[plan[T_DISTINCT] + 2 * d + 1]
        since = row[MOVES + OF_MOVE * w] * plan[T_WINDOWS + OF_WINDOW * w + HOP]
        met = 0
        if need & f.IN and need & f.OUT:
            for i in range(held):
                met += max(last_in[i], last_out[i]) >= since
        elif need & f.IN:
            for i in range(held):
                met += last_in[i] >= since
        elif need & f.OUT:
            for i in range(held):
                met += last_out[i] >= since
        out[d] = met


@nb.njit(cache=True, nogil=True, error_model="numpy")
def replay_keys(  # type: ignore[no-untyped-def]
    events, questions, lay, e_order, e_bounds, q_order, q_bounds, begin, end, out, to, base
):
    """The answers of the keys from `begin` to `end`, one reused row, written to the columns `to` of `out`.

    Columns below zero are not wanted. A question's line is its own index or, where `base` is not
    below zero, how many of `q_order` lie between it and `base`.
    It stands in this file because a compiled caller is kept on disk by its own file's date: were it
    elsewhere, a change of the arithmetic above would leave the old one running.
    """
    row = np.empty(lay.width, dtype=np.int64)
    scratch = np.zeros(SCRATCH, dtype=np.int64)
    line = np.zeros(to.size, dtype=np.int64)
    for key in range(begin, end):
        if q_bounds[key] == q_bounds[key + 1]:
            continue
        clear(row, lay)
        done = held = e_bounds[key]
        clock = NEVER
        for j in range(q_bounds[key], q_bounds[key + 1]):
            q = q_order[j]
            while done < e_bounds[key + 1] and e_order[done] < questions.seq[q]:
                _fetch_event(events, e_order, done + AHEAD)
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
            written = out[np.int64(q) if base < 0 else j - base]
            for c in range(to.size):
                if to[c] >= 0:
                    written[to[c]] = line[c]


@nb.njit(cache=True, nogil=True, error_model="numpy")
def _fetch_event(events, order, p):  # type: ignore[no-untyped-def]
    """Ask early for an event that stands anywhere, because its key's events do."""
    if p < order.size:
        i = np.int64(order[p])
        _fetch(events.at, i)  # type: ignore[call-arg] # the first is numba's own
        _fetch(events.known_at, i)
        _fetch(events.other, i)
        _fetch(events.value, i)
        _fetch(events.flags, i)


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
