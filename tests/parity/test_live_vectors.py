"""Live vectors = batch vectors: every value of every transfer, call and application of a town."""

from datetime import UTC, datetime

import numpy as np
import polars as pl
import pytest

from duanka import tables
from duanka.features import catalogue, records, streams, vectors
from duanka.features.live import Live
from features_room import hamlet
from town import small_town

AFTER = datetime(2030, 1, 1, tzinfo=UTC)
ASKED = ("transfer", "call", "opening")
SECOND = 1_000_000


def plain(name, frame):
    """Rows as the live host is told of them."""
    columns = {
        c: pl.col(c).dt.timestamp("us") if isinstance(t, pl.Datetime) else pl.col(c).cast(pl.String)
        for c, t in frame.schema.items()
        if isinstance(t, pl.Datetime | pl.Enum | pl.Categorical)
    }
    time = tables.time_of(name)
    rows = frame.with_columns(**columns).to_dicts()
    return [(row[time] if time else -1, name, row) for row in rows]


def flow(data):
    """Every row of a dataset in order of time; of one instant, table by table."""
    found = [told for name, frame in data.items() for told in plain(name, frame)]
    return sorted(found, key=lambda told: told[0])


def batch(data):
    r = records.build(data, AFTER)
    asker = vectors.Asker(r, streams.build(r))
    return {
        "transfer": vectors.transfer_vectors(asker, np.arange(r.transfers.at.size)),
        "call": vectors.call_vectors(asker, np.arange(r.calls.at.size)),
        "opening": vectors.opening_vectors(asker),
    }


def live(data, *, together=64, breaks=()):
    """The answers to all that is asked, told in order; the state leaves and comes back at `breaks`."""
    host, told, at = Live(data), flow(data), 0
    got = {name: [] for name in ASKED}
    rests = sorted(breaks, reverse=True)
    while at < len(told):
        name = told[at][1]
        end = at + 1
        while name in ASKED and end < len(told) and told[end][1] == name and end - at < together:
            end += 1
        if name in ASKED:
            got[name].append(host.answer_and_tell(name, [row for _, _, row in told[at:end]]))
        else:
            host.tell(name, told[at][2])
        at = end
        if rests and at >= rests[-1]:
            rests.pop()
            saved = host.save()
            host = Live(data)
            host.restore(saved)
    return {name: np.concatenate(found) for name, found in got.items() if found}


def held(data, **how):
    expected = batch(data)
    for name, found in live(data, **how).items():
        unlike = ~((found == expected[name]) | (np.isnan(found) & np.isnan(expected[name])))
        names = catalogue.names_of(name)
        # told in a few words: to print matrices of millions takes longer than to fill them
        told = [(int(r), names[c]) for r, c in np.argwhere(unlike)[:5]]
        assert not told, f"{unlike.sum()} of {unlike.size} values of {name}"


@pytest.fixture(scope="module")
def on_seconds():
    """The hamlet as most systems write it down: whole minutes, so that much is of one instant."""
    times = [pl.col(c).dt.truncate("10m") for c in ("at", "known_at", "issued_at")]
    return {
        name: frame.with_columns(
            t
            for t, c in zip(times, ("at", "known_at", "issued_at"), strict=True)
            if c in frame.columns
        ).sort(tables.time_of(name) or frame.columns[0], maintain_order=True)
        for name, frame in hamlet().items()
    }


def test_a_town_told_live_gives_every_value_of_the_batch():
    held(dict(small_town().tables))


def test_the_state_may_leave_and_come_back_at_any_point():
    rng = np.random.default_rng(5)
    held(hamlet(), breaks=rng.integers(0, 27_000, 6).tolist())


def test_rows_of_one_instant_do_not_see_one_another(on_seconds):
    held(on_seconds, together=7)


@pytest.mark.parametrize("lacking", [("call", "message"), ("account", "sim"), ("lead", "label")])
def test_tables_that_are_never_told_of(lacking):
    held({name: frame for name, frame in hamlet().items() if name not in lacking})
