import polars as pl
import pytest

from duanka import tables
from duanka.governance import scorecard, stock
from duanka.governance.months import name_of
from duanka.policy import dated
from governance_room import Plan, build
from town import small_town

WORLD = build(
    Plan(
        seed=6,
        cards=9_000,
        institutions=4,
        outlets=20,
        regions=4,
        days=300,
        honest_per_10k=200,
        older_days=200,
    )
)
FOUND = scorecard.govern(WORLD.tables, WORLD.as_of, dated.load().at(WORLD.as_of.date()))


def test_dormant_and_surplus_cards_are_counted_by_institution():
    rows = [("a1", "p"), ("a2", "p"), ("a3", "p"), ("a4", "q"), ("a5", "p")]
    status = ["active", "dormant", "active", "dormant", "closed"]
    frame = pl.DataFrame(rows, schema=["account_id", "holder_id"], orient="row").with_columns(
        account_kind=pl.lit("class_2"), institution_id=pl.lit("i"), status=pl.Series(status), opened_at=pl.lit(WORLD.as_of),
    )  # fmt: skip
    told = stock.standing({"account": tables.typed("account", frame)}, most_cards=2).row(
        0, named=True
    )
    assert told == {
        "institution_id": "i",
        "card_kind": "account",
        "cards": 5,
        "dormant_count": 2,
        "closed_count": 1,
        "surplus_count": 1,
    }


def test_a_town_has_all_its_cards_in_the_count():
    frames = small_town().tables
    told = stock.standing(frames, most_cards=4)
    assert told["cards"].sum() == frames["account"].height + frames["sim"].height
    assert stock.standing({}, most_cards=4).is_empty()


def test_answers_of_a_campaign_add_up():
    asked = pl.DataFrame(
        {"institution_id": ["i"] * 4, "answer": ["kept", "kept", "closed", "no_answer"]}
    )
    row = stock.campaign(asked).row(0, named=True)
    assert row["asked_count"] == 4
    assert row["kept_share"] == 0.5
    assert sum(row[f"{word}_share"] for word in stock.ANSWERS) == 1.0


def test_curves_of_new_cards_rise_and_young_months_are_not_taken_for_good():
    told = stock.vintages(FOUND.attributed, FOUND.span)
    for (_, _), curve in told.group_by("card_kind", "opened", maintain_order=True):
        assert curve["known_count"].is_sorted()
        assert curve["expected_per_10k"].is_sorted()
    last = told.filter(pl.col("opened") == told["opened"].max())
    assert last.filter(pl.col("age_months") > 0)["seen_share"].max() == 0.0
    whole = told.filter(
        (pl.col("age_months") == 5) & (pl.col("seen_share") == 1.0),
        pl.col("card_kind") == "account",
        pl.col("opened") >= name_of(FOUND.span.begins),
    )
    seen = 10_000 * whole["known_count"].sum() / whole["opened_count"].sum()
    assert whole["expected_per_10k"][0] == pytest.approx(seen, rel=0.35)
