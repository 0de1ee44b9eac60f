from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from duanka.governance.attribution import attribute
from duanka.governance.horizon import horizon
from duanka.governance.sheets import PEERS, SIDES, UNIT_KINDS, count, sheets
from governance_room import Plan, build

WORLD = build(
    Plan(seed=4, cards=3_000, institutions=4, outlets=30, regions=6, days=200, honest_per_10k=300)
)
SPAN = horizon(WORLD.tables["label"], WORLD.as_of, young=6, most=36)
ATTRIBUTED = attribute(WORLD.tables)
FOUND = sheets(count(ATTRIBUTED, SPAN), SPAN, self_found_counts=0)


def test_every_implicated_card_is_counted_once_on_one_side():
    for unit_kind in UNIT_KINDS:
        new, stock = (
            next(s for s in FOUND if (s.unit_kind, s.side) == (unit_kind, side)) for side in SIDES
        )
        assert new.implicated.sum() + stock.implicated.sum() == ATTRIBUTED["known_month"].count()
        assert (new.counted + new.self_found == new.implicated).all()
        assert new.by_known.shape[0] == new.counted.sum()
        assert new.exposure.sum() == ATTRIBUTED.filter(pl.col("opened_month") >= SPAN.first).height


def test_stock_is_what_is_past_its_youth_and_not_yet_found():
    stock = next(s for s in FOUND if (s.unit_kind, s.side) == ("institution", "stock"))
    for month in range(SPAN.begins, SPAN.last + 1):
        held = ATTRIBUTED.filter(
            (pl.col("opened_month") <= month - SPAN.young)
            & (pl.col("known_month").is_null() | (pl.col("known_month") >= month))
        )
        assert stock.exposure[:, month - SPAN.first].sum() == held.height


def test_what_is_expected_in_all_is_what_was_found_in_all():
    for sheet in FOUND:
        assert sheet.expected_so_far.sum() == pytest.approx(sheet.counted.sum(), rel=0.25, abs=3)
        assert (sheet.expected_so_far <= sheet.expected + 1e-12).all()
        assert np.isfinite(sheet.expected).all()


def test_the_peers_of_a_card_are_nothing_that_a_person_is():
    assert not {"birth_year", "home_region_code", "sex"} & set(PEERS)


def test_self_found_cards_count_where_the_policy_says_so():
    strict = sheets(count(ATTRIBUTED, SPAN), SPAN, self_found_counts=1)
    assert all((s.counted == s.implicated).all() for s in strict)


def test_a_big_bad_unit_is_not_its_own_peer():
    """One institution of two has three quarters of the cards and five times the rate of the other."""
    mine = ATTRIBUTED.with_columns(
        institution_id=pl.when(pl.int_range(pl.len()) % 4 == 0).then(pl.lit("small")).otherwise(pl.lit("big")),
        known_month=pl.when(pl.int_range(pl.len()) % 4 == 0)
        .then(pl.when(pl.int_range(pl.len()) % 400 == 0).then(pl.lit(SPAN.last)).otherwise(None))
        .otherwise(pl.when(pl.int_range(pl.len()) % 20 == 1).then(pl.lit(SPAN.last)).otherwise(None))
        .cast(pl.Int32),
        opened_month=pl.lit(SPAN.first - 12).cast(pl.Int32),
        card_kind=pl.lit("account"), card_class=pl.lit("class_1"), holder_kind=pl.lit("person"), channel=pl.lit("branch"),
    )  # fmt: skip
    found = sheets(count(mine, SPAN), replace(SPAN), self_found_counts=0)
    stock = next(s for s in found if (s.unit_kind, s.side) == ("institution", "stock"))
    ratio = stock.counted.sum(axis=1) / stock.expected_so_far.sum(axis=1)
    assert ratio[stock.units.index("big")] > 3
    assert ratio[stock.units.index("small")] < 0.5
