"""Whether an account and its phone card are on one device, held to a plain loop over all uses."""

from __future__ import annotations

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from duanka.features.apart import apart

CARDS = 4
use = st.tuples(st.integers(0, CARDS - 1), st.integers(0, 2), st.integers(0, 9))
question = st.tuples(st.integers(0, CARDS - 1), st.integers(-1, CARDS - 1), st.integers(0, 10))


def table(uses: list[tuple[int, int, int]]) -> pl.DataFrame:
    whole = dict.fromkeys(("card", "device", "at"), pl.Int64)
    return pl.DataFrame(uses, schema=whole, orient="row").sort("at", maintain_order=True)


def asked(latest: pl.DataFrame, questions: list[tuple[int, int, int]]) -> list[float]:
    account, sim, at = (np.array(c, dtype=np.int64) for c in zip(*questions, strict=True))
    found: list[float] = apart(latest, account, sim, at).tolist()
    return found


def plainly(latest: pl.DataFrame, account: int, sim: int, at: int) -> float:
    mine = [d for c, d, t in latest.iter_rows() if c == account and t < at]
    with_sim = [d for c, d, t in latest.iter_rows() if c == sim and t < at]
    return float(mine[-1] not in with_sim) if mine and with_sim else float("nan")


@given(st.lists(use, max_size=12), st.lists(question, min_size=1, max_size=6))
@settings(max_examples=60, deadline=None)
def test_as_a_plain_loop_says(
    uses: list[tuple[int, int, int]], questions: list[tuple[int, int, int]]
) -> None:
    latest = table(uses)
    found = asked(latest, questions)
    np.testing.assert_array_equal(found, [plainly(latest, *q) for q in questions])


def test_a_use_at_the_very_instant_is_not_known_yet() -> None:
    latest = table([(0, 1, 5), (2, 1, 7)])
    found = asked(latest, [(0, 2, 7), (0, 2, 8), (0, 2, 5)])
    np.testing.assert_array_equal(found, [np.nan, 0.0, np.nan])


def test_no_question_and_no_use_are_no_fault() -> None:
    nobody = np.zeros(0, dtype=np.int64)
    assert apart(table([(0, 1, 5)]), nobody, nobody, nobody).size == 0
    assert np.isnan(asked(table([]), [(0, 1, 3)])).all()
