import pytest

from duanka.policy.conditions import parse_columns, parse_condition, parse_rows
from duanka.policy.source import Lined
from duanka.policy.table import Body, Column

FEN, SHARE = Column("amount_fen", "fen"), Column("score", "share")
TIER = Column("tier", "word", ("normal", "suspicious", "high_risk"))
FLAG = Column("implicated", "bool")


@pytest.mark.parametrize(
    ("column", "value", "bounds"),
    [
        (FEN, ">= 500000", (500000, None, False, False)),
        (FEN, "< 3", (None, 3, False, True)),
        (FEN, ">0", (0, None, True, False)),
        (FEN, "<= 7", (None, 7, False, False)),
        (FEN, "10..20", (10, 20, False, False)),
        (FEN, 5, (5, 5, False, False)),
        (SHARE, "0.5 .. 0.9", (0.5, 0.9, False, False)),
        (SHARE, ">= 0.9", (0.9, None, False, False)),
    ],
)
def test_numbers(column, value, bounds):
    found = parse_condition(column, value)
    assert (found.low, found.high, found.low_open, found.high_open) == bounds


@pytest.mark.parametrize(
    ("column", "value"),
    [
        (FEN, "20..10"),
        (FEN, ">= 0.5"),
        (FEN, -1),
        (FEN, True),
        (FEN, "many"),
        (FEN, ["1"]),
        (SHARE, ">= 1.5"),
        (SHARE, "=> 0.5"),
        (TIER, "hihg_risk"),
        (TIER, []),
        (TIER, ["normal", "red"]),
        (TIER, True),
        (FLAG, "true"),
        (FLAG, 1),
    ],
)
def test_what_cannot_be_asked(column, value):
    assert parse_condition(column, value) is None


def test_words():
    assert parse_condition(TIER, "normal").words == ("normal",)
    assert parse_condition(TIER, ["normal", "suspicious"]).words == ("normal", "suspicious")
    assert parse_condition(FLAG, value=False).words == (False,)


def test_columns_declare_closed_kinds():
    faults = []
    reads = Lined(tier="tier", kind=["a", "b"], amount_fen="fen", when="date", none=[])
    found = parse_columns(reads, "t", faults)
    assert [c.name for c in found] == ["tier", "kind", "amount_fen"]
    assert found[1].words == ("a", "b")
    assert len(faults) == 2


def test_a_row_that_ends_in_a_measure_of_the_police_is_refused():
    body, faults = Body("t", "measure", ("account",), "first", (FLAG,)), []
    row = Lined(when=Lined(), then="freeze", because="implicated")
    row.file, row.line = "a.yaml", 9
    parse_rows([row], body, "a.yaml:1", faults)
    assert faults[0].startswith("a.yaml:9 t: freeze is a measure of the police")


def test_faults_of_rows_name_their_line():
    body, faults = Body("t", "measure", ("account",), "first", (FLAG,)), []
    rows = [
        Lined(when=Lined(colour="red"), then="allow", because="x"),
        Lined(when=Lined(implicated="maybe"), then="allow", because="x"),
        Lined(when=Lined(), then="punish", because="x"),
        Lined(when=3, then="allow", because="x"),
        Lined(then="allow", because="x"),
        "row",
    ]
    for i, row in enumerate(rows[:5]):
        row.file, row.line = "a.yaml", 10 + i
    parse_rows(rows, body, "a.yaml:1", faults)
    assert [fault.split()[0] for fault in faults] == [
        "a.yaml:10",
        "a.yaml:11",
        "a.yaml:12",
        "a.yaml:13",
        "a.yaml:14",
        "a.yaml:1",
    ]


def test_a_table_without_rows_is_refused():
    faults = []
    parse_rows([], Body("t", "tier", ("sim",), "first", ()), "a.yaml:1", faults)
    assert faults
