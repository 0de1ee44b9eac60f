"""The edges of the window arithmetic; that it keeps the law at large is in tests/parity."""

import numpy as np
import pytest

from duanka.features import flags as f
from duanka.features import kernel, replay
from duanka.features.spec import DAY, HOUR, SECOND, WINDOWS, Aggregate
from features_room import START_US
from naive import Naive


def agg(stem, op, windows=tuple(WINDOWS), **more):
    return Aggregate(stem, op, windows, "试", "a trial", "money", **more)


PLAIN = [
    agg("n", "count"),
    agg("sum", "total"),
    agg("most", "largest"),
    agg("who", "distinct", need=f.IN | f.OUT),
]


def told(events, asked_at, aggregates=PLAIN, **sizes):
    """The answer of one key's events (at, other, value, flags) to one question, by name."""
    layout, names = kernel.compile_layout(aggregates, **sizes)
    e = np.array([(0, o, at, v, b, at) for at, o, v, b in events], dtype=np.int64).reshape(-1, 6)
    stream = replay.Events(*(np.ascontiguousarray(e[:, i]) for i in range(6)))
    asked = replay.ask(np.array([0]), np.array([asked_at]), stream)
    line = replay.answer(stream, asked, layout, names=names)[0]
    return dict(zip(names, line.tolist(), strict=True))


@pytest.mark.parametrize("name", list(WINDOWS))
@pytest.mark.parametrize("off", [0, 1, 12_345_678])
def test_an_event_counts_from_the_whole_hop_on_and_never_at_the_question(name, off):
    w = WINDOWS[name]
    asked = START_US + off
    begin = (asked - w.length) // w.hop * w.hop
    counts = [
        told([(at, 1, 7, f.IN)], asked)[f"n_{name}"] for at in (begin - 1, begin, asked - 1, asked)
    ]
    assert counts == [0, 1, 1, 0]


def test_after_years_of_silence_the_windows_are_empty_and_the_row_is_not():
    got = told([(START_US, 1, 7, f.IN), (START_US + 1, 2, 8, f.IN)], START_US + 4000 * DAY)
    assert all(got[f"{s}_{w}"] == 0 for s in ("n", "sum", "most", "who") for w in WINDOWS)
    assert got["contacts_count"] == 2
    assert got["since_first_s"] == 4000 * 86_400


def test_silence_and_a_new_event_leave_only_the_new_one():
    events = [(START_US + i * HOUR, i, 10, f.IN) for i in range(50)]
    late = START_US + 1000 * DAY
    got = told([*events, (late, 99, 3, f.IN)], late + 1)
    assert all(got[f"n_{w}"] == 1 and got[f"most_{w}"] == 3 for w in WINDOWS)


@pytest.mark.parametrize("strangers", [2, 3, 4, 9])
def test_a_full_ring_of_contacts_says_so_and_forgets_whom_it_saw_longest_ago(strangers):
    events = [(START_US + i * SECOND, i, 1, f.IN) for i in range(strangers)]
    asked = START_US + HOUR
    got = told(events, asked, contact_count=3)
    assert got["who_1d"] == min(strangers, 3)
    assert got["contacts_full"] == int(strangers >= 3)
    first = agg("first", "count", ("1d",), need=f.FIRST)
    again = [*events, (asked, 0, 1, f.IN)]
    seen = told(again, asked + 1, [first], contact_count=3)["first_1d"]
    assert seen == strangers + (1 if strangers > 3 else 0)


def test_a_late_stranger_older_than_all_remembered_is_not_taken_in():
    twin = Naive(PLAIN, contact_count=2)
    layout, names = kernel.compile_layout(PLAIN, contact_count=2)
    row, scratch = np.empty(layout.width, dtype=np.int64), np.zeros(kernel.SCRATCH, dtype=np.int64)
    kernel.clear(row, layout)
    now = START_US + 10 * DAY
    for at, other in (
        (START_US + DAY, 1),
        (START_US + 2 * DAY, 2),
        (START_US, 3),
        (START_US + DAY, 4),
    ):
        kernel.add(row, layout, at, now, other, 5, f.IN, scratch)
        twin.add(at=at, known_at=now, other=other, value=5, flags=f.IN)
    out = np.zeros(len(names), dtype=np.int64)
    kernel.answer(row, layout, now + 1, out)
    want = twin.answer(now + 1)
    assert dict(zip(names, out.tolist(), strict=True)) == {n: want[n] for n in names}
    assert out[names.index("contacts_count")] == 2


def test_a_hub_is_counted_in_full_with_a_row_of_the_same_size():
    n = 100_000
    at = START_US + np.arange(n) * SECOND
    stream = replay.Events(
        np.zeros(n, np.int64), np.arange(n), at, np.ones(n, np.int64), np.full(n, f.IN), at
    )
    layout, names = kernel.compile_layout(PLAIN)
    got = replay.answer(
        stream, replay.ask(np.array([0]), at[-1:] + 1, stream), layout, names=names
    )[0]
    answer = dict(zip(names, got.tolist(), strict=True))
    assert answer["n_90d"] == answer["sum_90d"] == n
    assert answer["who_90d"] == 64
    assert answer["contacts_full"] == 1
    assert layout.width < 2000


@pytest.mark.parametrize("late", [0, 1, HOUR, DAY, 12 * DAY, 89 * DAY])
def test_a_peak_is_the_standing_after_the_event_and_leaves_with_the_events_day(late):
    trio = [
        agg("n", "count", ("1d",)),
        agg("sum", "total", ("1d",)),
        agg("n_peak", "peak", ("30d", "90d"), of="n_1d"),
        agg("sum_peak", "peak", ("90d",), of="sum_1d"),
    ]
    events = [(START_US + i * HOUR, i, 10 + i, f.IN) for i in range(5)]
    got = told(events, START_US + 5 * HOUR + late, trio)
    assert got["n_peak_90d"] == 5
    assert got["sum_peak_90d"] == 60
    assert got["n_peak_30d"] == (5 if late < 30 * DAY else 0)


def test_an_event_that_needs_what_it_bars_takes_nothing_in():
    never = [agg("n", "count", ("1d",), need=f.IN, bar=f.IN), agg("a", "active", ("1d",), bar=f.IN)]
    got = told([(START_US, 1, 1, f.IN), (START_US, 1, 1, 0)], START_US + 1, never)
    assert (got["n_1d"], got["a_1d"]) == (0, 1)


def test_counts_pass_what_sixteen_bits_hold_and_sums_what_thirty_two_do():
    n = 70_000
    at = np.full(n, START_US)
    value = np.full(n, 1 << 31)
    stream = replay.Events(np.zeros(n, int), np.arange(n), at, value, np.full(n, f.IN), at)
    layout, names = kernel.compile_layout(PLAIN)
    for asked in (START_US + 1, START_US + 8 * DAY):
        line = replay.answer(
            stream, replay.ask(np.array([0]), np.array([asked]), stream), layout, names=names
        )[0]
        got = dict(zip(names, line.tolist(), strict=True))
        assert got["n_30d"] == n
        assert got["sum_90d"] == n << 31
        assert got["most_30d"] == 1 << 31


def bursts(seed):
    """Stretches of many events and of few, long silences, some slightly and some very late."""
    rng = np.random.default_rng(seed)
    clock, out = START_US, []
    for size in (5, 90, 3, 40, 1, 60):
        clock += int(rng.choice([HOUR, 3 * DAY, 100 * DAY]))
        for _ in range(size):
            clock += int(rng.integers(0, 8 * HOUR))
            late = int(rng.choice([0, 0, 0, 1, 2 * HOUR]))
            side = f.IN if rng.random() < 0.5 else f.OUT
            flags = side | f.OK | int(rng.integers(0, 4)) << f.DEPTH_SHIFT
            out.append(
                (clock - late, int(rng.integers(0, 6)), int(rng.integers(1, 99)), flags, clock)
            )
    return out


@pytest.mark.parametrize("seed", range(4))
def test_quiet_rows_and_busy_ones_answer_alike(seed):
    kinds = [
        *PLAIN,
        agg("depth", "largest", ("1d", "30d"), value="depth"),
        agg("active", "active", ("7d", "90d")),
        agg("n_peak", "peak", ("30d", "90d"), of="n_1d"),
        agg("sum_peak", "peak", ("30d",), need=f.OUT, of="sum_1d"),
        agg("passed", "total", ("7d",), need=f.OUT, value="passed_1d"),
    ]
    twin = Naive(kinds, contact_count=4, lot_count=3)
    layout, names = kernel.compile_layout(kinds, contact_count=4, lot_count=3)
    row, scratch = np.empty(layout.width, dtype=np.int64), np.zeros(kernel.SCRATCH, dtype=np.int64)
    kernel.clear(row, layout)
    out = np.zeros(len(names), dtype=np.int64)
    was_busy = set()
    for n, (at, other, value, flags, clock) in enumerate(bursts(seed)):
        kernel.add(row, layout, at, clock, other, value, flags, scratch)
        twin.add(at=at, known_at=clock, other=other, value=value, flags=flags)
        was_busy.add(int(row[kernel.BUSY]))
        if n % 3 == 0:
            kernel.answer(row, layout, clock + 1, out)
            want = twin.answer(clock + 1)
            assert dict(zip(names, out.tolist(), strict=True)) == {k: want[k] for k in names}
    assert was_busy == {0, 1}


def test_a_row_that_was_busy_is_quiet_again_after_silence():
    layout, names = kernel.compile_layout(PLAIN)
    row, scratch = np.empty(layout.width, dtype=np.int64), np.zeros(kernel.SCRATCH, dtype=np.int64)
    kernel.clear(row, layout)
    for i in range(kernel.QUIET + 1):
        kernel.add(row, layout, START_US + i, START_US + i, 1, 7, f.IN, scratch)
    assert row[kernel.BUSY] == 1
    out = np.zeros(len(names), dtype=np.int64)
    kernel.answer(row, layout, START_US + 89 * DAY, out)
    assert row[kernel.BUSY] == 1
    kernel.answer(row, layout, START_US + 97 * DAY, out)
    assert row[kernel.BUSY] == 0
    assert out[: names.index("since_first_s")].max() == 0


def test_received_lots_are_used_up_oldest_first_and_only_within_a_day():
    passed = [agg("hour", "total", ("30d",), value="passed_1h"), agg("day", "total", ("30d",), value="passed_1d"),
              agg("dwell", "total", ("30d",), value="dwell_s")]  # fmt: skip
    into, out = f.IN | f.OK, f.OUT | f.OK
    events = [
        (START_US - 2 * DAY, 1, 1000, into),
        (START_US, 1, 100, into),
        (START_US + 2 * HOUR, 2, 50, into),
        (START_US + 2 * HOUR + 60 * SECOND, 3, 120, out),
        (START_US + 2 * HOUR + 90 * SECOND, 3, 500, out),
        (START_US + 2 * HOUR + 99 * SECOND, 3, 500, f.OUT),
    ]
    got = told(events, START_US + DAY, passed, lot_count=4)
    assert got["day_30d"] == 150
    assert got["hour_30d"] == 50
    assert got["dwell_30d"] == (7200 + 60) + 90


def parts(layout):
    """Where the parts of a row stand and end, in words."""
    plan = layout.plan.tolist()
    halves = (plan[kernel.N_SHORT] + 1) // 2
    contacts = plan[kernel.CONTACT_COUNT]
    sizes = [
        (0, kernel.MOVES + kernel.OF_MOVE * plan[kernel.N_WINDOWS]),
        (plan[kernel.ACTIVE], plan[kernel.N_ACTIVE]),
        *((plan[place], halves) for place in (kernel.RUN_SHORT, kernel.NEW_SHORT)),
        *((plan[place], plan[kernel.N_LONG]) for place in (kernel.RUN_LONG, kernel.NEW_LONG)),
        (plan[kernel.CONTACTS], 3 * contacts + (contacts + 1) // 2),
        (plan[kernel.LOTS], 2 * plan[kernel.LOT_COUNT]),
    ]
    for w in range(plan[kernel.N_WINDOWS]):
        at = kernel.T_WINDOWS + kernel.OF_WINDOW * w
        window = plan[at : at + kernel.OF_WINDOW]
        buckets = window[kernel.RING] - 1
        sizes.append((window[kernel.BASE], buckets * window[kernel.WORDS]))
    return sorted((begin, begin + size) for begin, size in sizes if size)


@pytest.mark.parametrize("lot_count", [0, 5])
@pytest.mark.parametrize("extra", [(), (agg("peak", "peak", ("30d",), of="n_1d"),)])
def test_no_two_numbers_of_a_row_share_a_place(lot_count, extra):
    layout, _ = kernel.compile_layout([*PLAIN, *extra], contact_count=7, lot_count=lot_count)
    found = parts(layout)
    assert [begin for begin, _ in found[1:]] == [end for _, end in found[:-1]]
    assert found[0][0] == 0
    assert layout.width - 8 < found[-1][1] <= layout.width
    assert layout.width % 8 == 0


@pytest.mark.parametrize("windows", [("1h",), ("10m", "7d"), tuple(WINDOWS)])
def test_a_bucket_holds_every_column_of_its_window_once(windows):
    layout, names = kernel.compile_layout([agg("n", "count"), agg("sum", "total", windows)])
    plan = layout.plan.tolist()
    got = []
    for w in range(plan[kernel.N_WINDOWS]):
        at = kernel.T_WINDOWS + kernel.OF_WINDOW * w
        window = plan[at : at + kernel.OF_WINDOW]
        got += names[window[kernel.COUNTS] : window[kernel.COUNTS_END]]
        begin, end = (plan[kernel.N_SHORT] + window[k] for k in (kernel.SUMS, kernel.SUMS_END))
        got += names[begin:end]
    assert sorted(got) == sorted([*(f"n_{w}" for w in WINDOWS), *(f"sum_{w}" for w in windows)])
