import polars as pl
import pytest

from duanka import tables
from duanka.features.vectors import account_vectors
from duanka.jobs.dataset import ask_frames
from duanka.jobs.govern import govern
from duanka.policy import dated
from governance_room import Plan, build
from town import small_town

TOWN = small_town().tables
AS_OF = TOWN["label"]["known_at"].max()
REGIME = dated.load().at(AS_OF.date())
KNOWN = {
    name: frame if (time := tables.time_of(name)) is None else frame.filter(pl.col(time) < AS_OF)
    for name, frame in TOWN.items()
}


def test_the_three_tables_are_those_of_the_contract():
    out = govern(TOWN, AS_OF, REGIME)
    assert set(out) == {"scorecard", "listing", "outreach"}
    for name, frame in out.items():
        assert frame.schema == tables.empty(name).schema
        keys = list(tables.PRIMARY[name])
        assert not frame.select(keys).is_duplicated().any()
        assert frame.height > 0
    rows = out["scorecard"]
    assert (rows["implicated"] <= rows["exposure"]).all()
    assert (rows["self_detected"] <= rows["implicated"]).all()
    assert rows.select(pl.col(pl.Float64).is_finite().all()).row(0) == (True,) * 5


def test_the_same_tables_in_another_order_give_the_same_rows():
    mixed = {name: frame.sample(fraction=1, shuffle=True, seed=7) for name, frame in TOWN.items()}
    for name, frame in govern(mixed, AS_OF, REGIME).items():
        assert frame.equals(govern(KNOWN, AS_OF, REGIME)[name]), name


@pytest.mark.parametrize(
    "held", [("label",), ("account",), ("account", "label"), ("sim", "label"), ()]
)
def test_whatever_is_held_there_are_three_tables(held):
    out = govern({name: TOWN[name] for name in held}, AS_OF, REGIME)
    assert set(out) == {"scorecard", "listing", "outreach"}
    kinds = set(out["scorecard"]["unit_kind"].cast(pl.String))
    assert ("institution" in kinds) == (len(held) == 2)


def test_planted_units_come_first_in_their_kind():
    world = build(
        Plan(
            seed=8,
            cards=12_000,
            institutions=6,
            outlets=80,
            regions=12,
            days=180,
            honest_per_10k=60,
            bad={"staff": 3, "outlet": 2},
            times=30,
        )
    )
    out = govern(world.tables, world.as_of, dated.load().at(world.as_of.date()))
    last = out["scorecard"].filter(
        pl.col("period") == out["scorecard"]["period"].max(), pl.col("side") == "stock"
    )
    for kind in ("staff", "outlet"):
        first = last.filter(pl.col("unit_kind") == kind).sort("rank").head(12)["unit_id"]
        assert set(first) & world.planted[kind], kind


def test_no_listing_of_any_region_reaches_a_card():
    """Listings and scorecards turned upside down, and all features recomputed: the same to the last bit."""
    red = pl.DataFrame(
        {
            "unit_kind": "region",
            "unit_id": KNOWN["outlet"]["region_code"].unique(),
            "period": "2026-05",
            "listing": "red_card",
            "because": "x",
        }
    )
    listed = {
        "listing": tables.typed("listing", red),
        "scorecard": govern(KNOWN, AS_OF, REGIME)["scorecard"],
    }
    flipped = {
        "listing": listed["listing"].clear(),
        "scorecard": listed["scorecard"].with_columns(rank=-pl.col("rank")),
    }
    answers = []
    for given in (listed, flipped):
        asker = ask_frames(KNOWN | given, AS_OF, 1)
        cards = asker.records.accounts.judged[:300]
        at = pl.Series([asker.records.as_of] * len(cards), dtype=pl.Int64).to_numpy()
        answers.append(account_vectors(asker, cards, at))
    assert pl.DataFrame(answers[0]).equals(pl.DataFrame(answers[1]), null_equal=True)
