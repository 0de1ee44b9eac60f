"""Decision tables: the proof of completeness against brute force, and column-wise answers against plain loops."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duanka.errors import BadInput
from duanka.policy.table import (
    Body,
    Column,
    Condition,
    Row,
    Table,
    cells,
    evaluate,
    prove,
    representatives,
)

COLUMNS = (
    Column("flag", "bool"),
    Column("word", "word", ("a", "b", "c")),
    Column("n", "int"),
    Column("s", "share"),
)
TOP = 6


def table(*whens, hit="first"):
    rows = tuple(Row(tuple(when), "allow", f"r{i}", None, None, i) for i, when in enumerate(whens))
    return Table(Body("t", "measure", ("account",), hit, COLUMNS), rows)


def proven(one):
    faults = []
    prove(one, "a.yaml:1", faults)
    return faults


def holds(condition, value):
    if condition.words:
        return value in condition.words
    low = (
        condition.low is None
        or value > condition.low
        or (value == condition.low and not condition.low_open)
    )
    high = (
        condition.high is None
        or value < condition.high
        or (value == condition.high and not condition.high_open)
    )
    return low and high


def first(one, case):
    for i, row in enumerate(one.rows):
        if all(holds(c, case[c.column]) for c in row.when):
            return i
    return None


def bounded(column, number):
    return st.builds(
        lambda low, high, lo, ho: Condition(column, (), low, high, lo, ho),
        number,
        st.none(),
        st.booleans(),
        st.just(value=False),
    ) | st.builds(
        lambda low, high, lo, ho: Condition(column, (), low, high, lo, ho),
        st.none(),
        number,
        st.just(value=False),
        st.booleans(),
    )


conditions = st.one_of(
    st.sampled_from([Condition("flag", (True,)), Condition("flag", (False,))]),
    st.sets(st.sampled_from("abc"), min_size=1).map(lambda w: Condition("word", tuple(sorted(w)))),
    bounded("n", st.integers(0, TOP)),
    bounded("s", st.sampled_from([0.0, 0.25, 0.5, 1.0])),
)
whens = st.lists(conditions, max_size=2, unique_by=lambda c: c.column)
tables = st.lists(whens, min_size=1, max_size=5).map(lambda w: table(*w))
GRID = [
    {"flag": flag, "word": word, "n": n, "s": s}
    for flag in (False, True)
    for word in "abc"
    for n in range(TOP + 3)
    for s in (0.0, 0.1, 0.25, 0.3, 0.5, 0.7, 1.0)
]


@settings(max_examples=40, deadline=None)
@given(tables)
def test_the_proof_agrees_with_brute_force(one):
    fired = {first(one, case) for case in GRID}
    faults = proven(one)
    assert any("no row answers" in f for f in faults) == (None in fired)
    never = {i for i in range(len(one.rows)) if i not in fired}
    told = {int(f.split()[0].rsplit(":", 1)[1]) for f in faults if "never fire" in f}
    assert told == never


@settings(max_examples=25, deadline=None)
@given(tables, st.lists(st.sampled_from(GRID), min_size=1, max_size=20))
def test_column_wise_is_the_same_as_row_by_row(one, cases):
    whole = Table(one.body, (*one.rows, Row((), "suspend", "rest", "basis", "note", 99)))
    said = evaluate(whole, pl.DataFrame(cases))
    expected = [first(whole, case) for case in cases]
    assert said["row"].to_list() == expected
    assert said["because"].to_list() == [whole.rows[i].because for i in expected]


def test_a_gap_names_a_case():
    faults = proven(table([Condition("flag", (True,))]))
    assert faults == ["a.yaml:1 t: no row answers flag=False (1 combinations)"]


def test_a_gap_between_thresholds_is_found():
    faults = proven(
        table([Condition("s", high=0.5, high_open=True)], [Condition("s", low=0.5, low_open=True)])
    )
    assert "no row answers s=0.5" in faults[0]


def test_unique_refuses_two_rows_for_one_case():
    overlap = ([Condition("n", low=3)], [Condition("n", high=3)])
    assert "several rows answer n=3" in proven(table(*overlap, hit="unique"))[0]
    assert proven(table(*overlap)) == []


def test_fen_compare_exactly_beyond_what_a_float_holds():
    big = 2**53 + 1
    one = table([Condition("n", low=big)], [])
    frame = pl.DataFrame(
        {"flag": [True] * 2, "word": ["a"] * 2, "n": [big - 1, big], "s": [0.0] * 2}
    )
    assert evaluate(one, frame)["row"].to_list() == [1, 0]


def test_numpy_columns_and_no_rows():
    frame = pl.DataFrame({"flag": [True], "word": ["a"], "n": [1], "s": [0.5]})
    one = table([])
    assert evaluate(one, {name: frame[name].to_numpy() for name in frame.columns}).height == 1
    assert evaluate(one, frame.clear()).height == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"flag": [None]},
        {"flag": [1]},
        {"word": ["d"]},
        {"word": [True]},
        {"word": [["a"]]},
        {"n": [-1]},
        {"n": ["1"]},
        {"s": [1.5]},
        {"s": [float("nan")]},
    ],
)
def test_values_outside_the_domain_are_refused(wrong):
    good = {"flag": [True], "word": ["a"], "n": [1], "s": [0.5]}
    with pytest.raises(BadInput, match=next(iter(wrong))):
        evaluate(table([]), pl.DataFrame(good | wrong))


def test_a_missing_column_is_named():
    with pytest.raises(BadInput, match="column s is missing"):
        evaluate(table([]), pl.DataFrame({"flag": [True], "word": ["a"], "n": [1]}))


def test_representatives_cut_at_every_threshold():
    rows = table([Condition("n", low=3)], [Condition("s", high=0.5)]).rows
    assert representatives(COLUMNS[2], rows) == [0, 2, 3, 4]
    assert representatives(COLUMNS[3], rows) == [0.0, 0.25, 0.5, 0.75, 1.0]
    assert representatives(COLUMNS[0], rows) == [False, True]


def test_too_many_combinations_are_refused():
    columns = tuple(Column(f"c{i}", "bool") for i in range(21))
    rows = (Row(tuple(Condition(c.name, (True,)) for c in columns), "allow", "x", None, None, 1),)
    big = Table(Body("t", "measure", ("account",), "first", columns), rows)
    assert cells(big) is None
    assert "too many" in proven(big)[0]
