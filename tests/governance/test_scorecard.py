from functools import cache

import polars as pl
import pytest

import governance_naive
from duanka import tables
from duanka.governance import scorecard
from duanka.policy import dated
from governance_room import Plan, build
from town import small_town

POLICY = dated.load()


def regime_at(as_of):
    return POLICY.at(as_of.date())


@cache
def world(**how):
    return build(
        Plan(
            seed=2,
            cards=2_500,
            institutions=4,
            outlets=25,
            regions=5,
            days=240,
            honest_per_10k=300,
            **how,
        )
    )


@cache
def told():
    made = world()
    found = scorecard.govern(made.tables, made.as_of, regime_at(made.as_of))
    return found, scorecard.scorecard(found.sheets, regime_at(made.as_of))


def months_of(unit_kind):
    return 12 if unit_kind == "staff" else 6


@pytest.mark.parametrize("place", ["world", "town"])
def test_the_rows_are_those_of_the_definition_in_plain_loops(place):
    frames, as_of = (world().tables, world().as_of) if place == "world" else of_town()
    regime = regime_at(as_of)
    found = scorecard.govern(frames, as_of, regime)
    rows = scorecard.scorecard(found.sheets, regime)
    spreads = {}
    for sheet in found.sheets:
        window = months_of(sheet.unit_kind)
        lately = [scorecard.lately(one, window) for one in (sheet.counted, sheet.expected_so_far)]
        spreads[sheet.unit_kind, sheet.side] = scorecard.usual_spread(*lately, window, regime)
    naive = governance_naive.scorecard(
        frames, as_of, young=6, window=months_of, interval=0.95, spread_of=lambda *key: spreads[key]
    )
    ours = {
        (row["unit_kind"], row["unit_id"], row["period"], row["side"]): row
        for row in rows.to_dicts()
    }
    assert set(ours) == set(naive)
    for key, row in naive.items():
        for name, value in row.items():
            assert ours[key][name] == value, (key, name)
    assert sum(row["implicated"] for row in naive.values()) > 50
    assert len(naive) >= (
        1_000 if place == "world" else 900
    )  # so many expected values, means and bounds, each from scipy alone


def of_town():
    made = small_town().tables
    as_of = made["label"]["known_at"].max()
    known = {
        name: frame
        if (time := tables.time_of(name)) is None
        else frame.filter(pl.col(time) < as_of)
        for name, frame in made.items()
    }
    return known, as_of


def test_the_same_rows_come_from_the_same_tables_in_any_order():
    made, rows = world(), told()[1]
    mixed = {
        name: frame.sample(fraction=1, shuffle=True, seed=3) for name, frame in made.tables.items()
    }
    found = scorecard.govern(mixed, made.as_of, regime_at(made.as_of))
    assert scorecard.scorecard(found.sheets, regime_at(made.as_of)).equals(rows)


def test_what_is_known_later_changes_nothing():
    made, rows = world(), told()[1]
    later = dict(made.tables)
    late = (
        later["label"]
        .with_columns(pl.col("known_at") + pl.duration(days=400))
        .with_columns(source=pl.lit("court", dtype=later["label"]["source"].dtype))
    )
    later["label"] = pl.concat([later["label"], late])
    found = scorecard.govern(later, made.as_of, regime_at(made.as_of))
    assert scorecard.scorecard(found.sheets, regime_at(made.as_of)).equals(rows)


def test_ranks_are_by_the_lower_bound_beside_what_is_expected():
    rows = told()[1].with_columns(low=pl.col("lower_per_10k") / pl.col("expected_per_10k"))
    for _, group in rows.group_by("unit_kind", "period", "side"):
        ordered = group.sort("rank")
        assert ordered["rank"].to_list() == list(range(1, group.height + 1))
        assert (ordered["low"].diff().drop_nulls() <= 1e-12).all()
    assert (rows["lower_per_10k"] <= rows["shrunk_per_10k"]).all()
    assert (rows["shrunk_per_10k"] <= rows["upper_per_10k"]).all()


def test_a_card_the_institution_found_itself_is_shown_and_not_held_against_it():
    made = world()
    regime = regime_at(made.as_of)
    by_police = dict(made.tables)
    by_police["label"] = by_police["label"].with_columns(
        source=pl.lit("police", dtype=by_police["label"]["source"].dtype)
    )
    strict = scorecard.scorecard(scorecard.govern(by_police, made.as_of, regime).sheets, regime)
    rows = told()[1]
    keys = ["unit_kind", "unit_id", "period", "side"]
    both = rows.join(strict, on=keys, suffix="_strict")
    assert rows["self_detected"].sum() > 0
    assert strict["self_detected"].sum() == 0
    assert both["implicated"].equals(both["implicated_strict"].alias("implicated"))
    credited = both.filter(
        pl.col("self_detected") == pl.col("implicated"), pl.col("implicated") > 0
    )
    low, strict_low = (
        credited[f"lower_per_10k{s}"] / credited[f"expected_per_10k{s}"] for s in ("", "_strict")
    )
    assert (low < strict_low).all()
    assert credited.height


@pytest.mark.parametrize(
    "absent",
    [
        ("staff",),
        ("outlet",),
        ("opening",),
        ("institution", "organisation"),
        ("sim",),
        ("outlet", "staff", "opening", "organisation", "institution"),
    ],
)
def test_whatever_table_is_absent_the_rest_is_still_told(absent):
    made = world()
    frames = {name: frame for name, frame in made.tables.items() if name not in absent}
    found = scorecard.govern(frames, made.as_of, regime_at(made.as_of))
    rows = scorecard.scorecard(found.sheets, regime_at(made.as_of))
    kinds = set(rows["unit_kind"].cast(pl.String))
    assert {"institution", "outlet", "staff"} <= kinds
    assert ("region" in kinds) == ("outlet" not in absent)


def test_without_labels_or_cards_nothing_is_told():
    made = world()
    regime = regime_at(made.as_of)
    for name in ("label", "account"):
        frames = {
            n: f for n, f in made.tables.items() if n != name and (name == "label" or n != "sim")
        }
        assert scorecard.govern(frames, made.as_of, regime) is None
    empty = made.tables | {"label": made.tables["label"].clear()}
    assert scorecard.govern(empty, made.as_of, regime) is None
    assert scorecard.scorecard([], regime).is_empty()
