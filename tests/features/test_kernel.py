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


def test_no_two_numbers_of_a_row_share_a_place():
    layout, _ = kernel.compile_layout(
        [*PLAIN, agg("peak", "peak", ("30d",), of="n_1d")], lot_count=5
    )
    ends = [
        layout.base[w] + layout.ring[w] * (1 + layout.stop[w] - layout.start[w])
        for w in range(layout.hop.size)
    ]
    assert layout.run + layout.op.size == layout.base[0]
    assert list(layout.base[1:]) == ends[:-1]
    assert ends[-1] == layout.lots
    assert layout.width == layout.contacts + 4 * layout.contact_count
