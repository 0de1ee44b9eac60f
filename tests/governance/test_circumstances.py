from datetime import UTC, date, datetime, timedelta

import polars as pl

from duanka import tables
from duanka.governance.circumstances import ASKED, circumstances
from duanka.policy import dated
from town import small_town

REGIME = dated.load().at(date(2026, 8, 1))
NOON = datetime(2026, 5, 1, 4, tzinfo=UTC)


def applications(*rows):
    """Applications by employee, applicant, companion, hour and outcome, a day apart."""
    made = [
        {"opening_id": f"q{n}", "at": NOON + timedelta(days=n % 28, hours=late), "card_kind": "account", "card_id": f"a{n}", "applicant_id": who, "outlet_id": "o", "staff_id": staff, "companion_id": companion, "outcome": outcome}
        for n, (staff, who, companion, late, outcome) in enumerate(rows)
    ]  # fmt: skip
    return tables.typed("opening", pl.DataFrame(made, infer_schema_length=None))


def test_circumstances_are_counted_from_the_applications():
    opening = small_town().tables["opening"]
    rows = circumstances(opening, REGIME)
    granted = opening.filter(
        pl.col("outcome").cast(pl.String) != "refused", pl.col("staff_id").is_not_null()
    )
    assert rows["opening_count"].sum() == granted.height
    late = granted.filter(
        ~pl.col("at").dt.convert_time_zone("Asia/Shanghai").dt.hour().is_between(8, 19)
    )
    assert rows["off_hours_count"].sum() == late.height
    refused = opening.filter(pl.col("outcome").cast(pl.String) == "refused").to_dicts()
    again = {
        row["opening_id"] for row in granted.to_dicts()
        for no in refused
        if no["applicant_id"] == row["applicant_id"] and 0 < (row["at"] - no["at"]).total_seconds() <= 30 * 86_400
    }  # fmt: skip
    assert rows["after_refusal_count"].sum() == len(again)


def test_an_employee_is_asked_about_what_others_do_not_show():
    quiet = [(f"s{n % 6}", f"p{n}", None, 0, "opened") for n in range(300)]
    odd = [("s9", f"r{n % 3}", "c1", 9, "opened") for n in range(12)]
    opening = applications(*quiet, *odd)
    mine = opening.filter(pl.col("staff_id") == "s9")["opening_id"]
    advice = opening.select("opening_id", advice=pl.when(pl.col("opening_id").is_in(mine.implode())).then(pl.lit("refuse_opening")).otherwise(pl.lit("allow")))  # fmt: skip
    near = pl.DataFrame({"subject_kind": ["person", "account"], "subject_id": ["c1", "a3"]})
    rows = circumstances(opening, REGIME, {"advice": advice, "near": near})
    told = rows.filter(pl.col("staff_id") == "s9").row(0, named=True)
    assert set(told["asked_about"].split(";")) == set(ASKED) - {"after_refusal"}
    assert told["near_dealers_count"] == told["override_count"] == told["repeated_count"] == 12
    assert set(rows.filter(pl.col("staff_id") != "s9")["asked_about"]) == {""}
    assert rows.filter(pl.col("staff_id") == "s3")["near_dealers_count"].item() == 1


def test_two_odd_openings_are_too_few_to_ask_and_what_nothing_tells_is_null():
    quiet = [(f"s{n % 6}", f"p{n}", None, 0, "opened") for n in range(120)]
    rows = circumstances(
        applications(*quiet, ("s9", "r", None, 9, "opened"), ("s9", "q", None, 9, "opened")), REGIME
    )
    assert set(rows["asked_about"]) == {""}
    assert rows["override_count"].null_count() == rows["near_dealers_count"].null_count() == rows.height  # fmt: skip
    assert circumstances(None, REGIME).is_empty()
