"""Rows of a foreign file as rows of ours."""

import polars as pl
import yaml

from duanka.tables.batch import LINE
from duanka.tables.layout import parse
from duanka.tables.mapping import SIDE, apply, source_of
from duanka.tables.means import Context

LAYOUT = parse(
    yaml.safe_dump(
        {
            "zh": "例",
            "en": "example",
            "digested": False,
            "sources": [
                {
                    "name": "flows",
                    "headings": ["own", "way", "fee"],
                    "side": {"from": "way", "out": ["出", "O"], "in": ["进"]},
                    "values": {
                        "own": {"from": ["own", "own2"]},
                        "other": [
                            {"from": "other"},
                            {"when": "cash", "among": ["1"], "const": "CASH"},
                            {"as": "entry", "prefix": "UNKNOWN:"},
                        ],
                    },
                    "rows": [
                        {
                            "table": "transfer",
                            "columns": {
                                "payer_id": {"out": "own", "in": "other"},
                                "payee_id": {"out": "other", "in": "own"},
                                "amount_fen": {"from": "fee", "as": "yuan"},
                                "outcome": {"from": "ok", "words": {"Y": "success"}},
                            },
                        },
                        {
                            "table": "device_use",
                            "only": {"from": "device", "side": "in"},
                            "columns": {"device_id": {"from": "device"}},
                        },
                    ],
                },
                {"name": "flows2", "headings": ["own", "way", "fee", "more"], "unused": "no"},
                {
                    "name": "people",
                    "headings": ["id"],
                    "rows": [
                        {
                            "table": "person",
                            "only": {"from": "kind", "among": ["P"]},
                            "columns": {"person_id": {"from": "id"}},
                        }
                    ],
                },
            ],
        }
    ),
    "example",
)
FLOWS = {
    "own": ["a", None, "c", "d"],
    "own2": ["x", "b", None, None],
    "way": ["出", " 进", "o", "?"],
    "fee": ["1.00", "2", "bad", "4"],
    "other": ["z", " ", None, "q"],
    "cash": [None, "1", None, None],
    "ok": ["Y", None, "Y", "Y"],
    "device": ["m1", "m2", None, "m4"],
}


def flows(**changed):
    data = {name: changed.get(name, values) for name, values in FLOWS.items()}
    return pl.DataFrame(data, schema_overrides=dict.fromkeys(FLOWS, pl.String)).with_columns(
        pl.int_range(2, 6, dtype=pl.Int32).alias(LINE)
    )


def test_the_source_that_knows_most_headings_is_taken():
    assert source_of(LAYOUT, ["fee", "own", "way", "x"]).name == "flows"
    assert source_of(LAYOUT, ["fee", "own", "way", "more"]).name == "flows2"
    assert source_of(LAYOUT, ["fee"]) is None


def test_sides_turn_an_entry_into_payer_and_payee_and_what_does_not_map_is_told():
    transfers, uses = apply(LAYOUT.sources[0], flows(), Context(file="f"))
    rows = transfers.rows.select("payer_id", "payee_id", "amount_fen", "outcome", LINE, SIDE).rows()
    assert rows == [("a", "z", 100, "success", 2, "out"), ("CASH", "b", 200, None, 3, "in")]
    told = [(f.line, f.fault, f.column, f.value) for f in transfers.faults]
    assert told == [(5, "unknown_word", "way", "?"), (4, "unmapped", "fee", "b**")]
    assert uses.rows["device_id"].to_list() == ["m2"]


def test_a_stranger_has_an_id_of_its_own():
    mapped, _ = apply(LAYOUT.sources[0], flows(fee=["1"] * 4, other=[None] * 4), Context(file="f"))
    others = mapped.rows.select(
        pl.when(pl.col(SIDE) == "out").then("payee_id").otherwise("payer_id")
    ).to_series()
    assert others.n_unique() == 3
    assert others.str.starts_with("UNKNOWN:").sum() == 2


def test_an_unlisted_word_is_a_fault_and_an_absent_heading_is_nothing():
    mapped, _ = apply(LAYOUT.sources[0], flows(fee=["1"] * 4, ok=["N"] * 4), Context(file="f"))
    assert {f.fault for f in mapped.faults} == {"unknown_word", "unmapped"}
    assert mapped.rows.is_empty()
    bare, _ = apply(LAYOUT.sources[0], flows(fee=["1"] * 4).drop("ok"), Context(file="f"))
    assert bare.rows["outcome"].null_count() == bare.rows.height == 3


def test_a_row_that_no_table_takes_is_told():
    batch = pl.DataFrame({"id": ["1", "2"], "kind": ["P", "Q"], LINE: [2, 3]})
    (people,) = apply(LAYOUT.sources[2], batch, Context())
    assert people.rows["person_id"].to_list() == ["1"]
    assert [(f.line, f.fault) for f in people.faults] == [(3, "unmapped")]


def test_an_unused_source_becomes_nothing():
    assert apply(LAYOUT.sources[1], flows(), Context()) == []
