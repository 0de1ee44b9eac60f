"""Naive definition = batch replay = live histories, value for value; DuckDB as an outside judge."""

import duckdb
import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from duanka.features import flags as f
from duanka.features import kernel, replay
from duanka.features.spec import DAY, HOUR, MINUTE, WINDOWS, Aggregate
from duanka.features.state import Histories
from naive import Naive

ALL = tuple(WINDOWS)


def agg(stem, op, windows=ALL, **more):
    return Aggregate(stem, op, windows, "试", "a trial", "money", **more)


AGGREGATES = [
    agg("in_count", "count", need=f.IN | f.OK),
    agg("out_total", "total", need=f.OUT | f.OK, bar=f.OWN),
    agg("in_largest", "largest", need=f.IN),
    agg("payers", "distinct", need=f.IN),
    agg("either", "distinct", need=f.IN | f.OUT),
    agg("first_count", "count", ("1h", "7d"), need=f.FIRST),
    agg("back_count", "count", ("1d", "30d"), need=f.RETURNED),
    agg("passed_hour", "total", ("1d", "90d"), value="passed_1h"),
    agg("passed_day", "total", ("30d",), value="passed_1d"),
    agg("dwell", "total", ("7d",), value="dwell_s"),
    agg("active", "active", ("1d", "30d"), need=f.IN),
    agg("depth", "largest", ("7d",), value="depth"),
    agg("tests", "count", ("7d",), need=f.AFTER_SMALL),
    agg("woke", "count", ("90d",), need=f.WAKE),
    agg("in_count_peak", "peak", ("30d", "90d"), need=f.IN, of="in_count_1d"),
]
CONTACTS, LOTS = 3, 2
LAYOUT, NAMES = kernel.compile_layout(AGGREGATES, contact_count=CONTACTS, lot_count=LOTS)

gaps = st.one_of(
    st.just(0),
    st.integers(0, 3 * MINUTE),
    st.integers(0, 3 * HOUR),
    st.integers(0, 5 * DAY),
    st.sampled_from([HOUR, DAY, 7 * DAY, 30 * DAY, 90 * DAY, 200 * DAY]),
)
event = st.fixed_dictionaries(
    {
        "key": st.integers(0, 1),
        "other": st.integers(0, 5),
        "gap": gaps,
        "late": st.one_of(st.just(0), st.just(0), st.integers(1, 40 * DAY)),
        "value": st.integers(1, 1_000_000),
        "side": st.sampled_from([f.IN, f.OUT]),
        "bits": st.sets(
            st.sampled_from([f.OK, f.OWN, f.SMALL, f.LARGE, 3 << f.DEPTH_SHIFT]), max_size=4
        ),
        "asks": st.integers(0, 2),
    }
)


def unfold(steps):
    """Arrivals with a clock that never runs back, and questions between them."""
    clock = 1_770_000_000_000_000
    arrivals, asked = [], []
    for step in steps:
        clock += step["gap"]
        asked.extend((step["key"], clock, len(arrivals)) for _ in range(step["asks"]))
        flags = step["side"]
        for bit in step["bits"]:
            flags |= bit
        arrivals.append(
            (step["key"], step["other"], clock - step["late"], step["value"], flags, clock)
        )
    asked.extend((k, clock + 1, len(arrivals)) for k in (0, 1))
    return arrivals, asked


def naive_answers(arrivals, asked):
    out = []
    for key, at, seq in asked:
        twin = Naive(AGGREGATES, contact_count=CONTACTS, lot_count=LOTS)
        mine = [a for a in arrivals[:seq] if a[0] == key and a[2] < at]
        # an event that was at the clock's instant when it came enters once the clock has moved on
        entered = sorted(mine, key=lambda a: (a[5], a[2] == a[5]))
        for _, other, e_at, value, flags, known_at in entered:
            twin.add(at=e_at, known_at=known_at, other=other, value=value, flags=flags)
        got = twin.answer(at)
        out.append([got[n] for n in NAMES])
    return np.array(out)


def columns(arrivals):
    a = np.array(arrivals, dtype=np.int64).reshape(-1, 6)
    return replay.Events(*(np.ascontiguousarray(a[:, i]) for i in range(6)))


def live_answers(arrivals, asked, *, save_every=0):
    histories = Histories(LAYOUT, NAMES)
    out, told = [], 0
    for n, (key, at, seq) in enumerate(asked):
        for k, other, e_at, value, flags, clock in arrivals[told:seq]:
            histories.add(key=k, other=other, at=e_at, value=value, flags=flags, known_at=clock)
        told = seq
        if save_every and n % save_every == 0:
            saved = histories.save()
            histories = Histories(LAYOUT, NAMES)
            histories.restore(saved)
        out.append(histories.answer(np.array([key]), at)[0])
    return np.array(out)


@settings(max_examples=120, deadline=None)
@given(st.lists(event, min_size=1, max_size=25))
def test_naive_batch_and_live_agree(steps):
    arrivals, asked = unfold(steps)
    q = np.array(asked, dtype=np.int64)
    batch = replay.answer(
        columns(arrivals), replay.Questions(q[:, 0], q[:, 1], q[:, 2]), LAYOUT, names=NAMES
    )
    np.testing.assert_array_equal(live_answers(arrivals, asked, save_every=3), batch)
    np.testing.assert_array_equal(batch, naive_answers(arrivals, asked))


def town_events(n=4000, keys=12, seed=7):
    rng = np.random.default_rng(seed)
    at = np.sort(rng.integers(0, 100 * DAY, n)) + 1_770_000_000_000_000
    side = np.where(rng.random(n) < 0.5, f.IN, f.OUT)
    flags = side | np.where(rng.random(n) < 0.8, f.OK, 0) | np.where(rng.random(n) < 0.1, f.OWN, 0)
    return replay.Events(
        rng.integers(0, keys, n), rng.integers(0, 40, n), at, rng.integers(1, 10**7, n), flags, at
    )


def test_what_comes_later_never_changes_an_answer():
    events = town_events()
    rng = np.random.default_rng(1)
    asked_at = np.sort(rng.choice(events.at, 300))
    questions = replay.ask(rng.integers(0, 12, 300), asked_at, events)
    before = replay.answer(events, questions, LAYOUT, names=NAMES)
    for i in (10, 150, 290):
        cut = int(questions.seq[i])
        shuffled = np.arange(events.at.size)
        shuffled[cut:] = rng.permutation(shuffled[cut:])
        later = replay.Events(*(column[shuffled] for column in events))
        one = replay.Questions(*(column[i : i + 1] for column in questions))
        np.testing.assert_array_equal(replay.answer(later, one, LAYOUT, names=NAMES)[0], before[i])


def test_threads_do_not_change_an_answer():
    events = town_events()
    questions = replay.ask(np.arange(12), np.full(12, events.at[-1]), events)
    one = replay.answer(events, questions, LAYOUT, names=NAMES, threads=1)
    two = replay.answer(events, questions, LAYOUT, names=NAMES, threads=2)
    np.testing.assert_array_equal(one, two)


def test_duckdb_agrees_on_counts_sums_largest_and_distinct():
    aggregates = [
        a for a in AGGREGATES if a.stem in {"in_count", "out_total", "in_largest", "payers"}
    ]
    layout, names = kernel.compile_layout(aggregates, contact_count=64)
    events = town_events()
    questions = replay.ask(events.key[::5].copy(), events.at[::5].copy(), events)
    got = replay.answer(events, questions, layout, names=names)
    e = pl.DataFrame(dict(zip(events._fields, events, strict=True)))
    q = pl.DataFrame(
        {"n": range(questions.key.size), "key": questions.key, "asked": questions.asked_at}
    )
    con = duckdb.connect()
    con.register("e", e.to_arrow())
    con.register("q", q.to_arrow())
    for name, w in WINDOWS.items():
        rows = con.sql(  # the numbers are constants of the house
            f"""
            select n,
              count(*) filter (flags & {f.IN | f.OK} = {f.IN | f.OK}),
              coalesce(sum(value) filter (flags & {f.OUT | f.OK} = {f.OUT | f.OK} and flags & {f.OWN} = 0), 0),
              coalesce(max(value) filter (flags & {f.IN} <> 0), 0),
              count(distinct other) filter (flags & {f.IN} <> 0)
            from q left join e on e.key = q.key and e.at < q.asked
              and e.at >= ((q.asked - {w.length}) // {w.hop}) * {w.hop}
            group by n order by n
            """  # noqa: S608
        ).fetchall()
        want = np.array([r[1:] for r in rows], dtype=np.int64)
        mine = [
            names.index(f"{s}_{name}") for s in ("in_count", "out_total", "in_largest", "payers")
        ]
        np.testing.assert_array_equal(got[:, mine], want)
