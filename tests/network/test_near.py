"""Payments near suspected accounts."""

import polars as pl

from duanka.network.near import near


def table(*pairs):
    payers, payees = zip(*pairs, strict=True)
    return pl.DataFrame({"payer_id": payers, "payee_id": payees, "n": list(range(len(pairs)))})


MOVES = table(
    ("victim", "mule"), ("friend", "victim"), ("mule", "next"), ("next", "CASH"), ("else", "CASH"),
    ("mule", "shop"), ("a", "shop"), ("b", "shop"), ("far", "farther"), ("mule", "CASH"),
)  # fmt: skip


def test_what_suspects_did_and_what_those_next_to_them_did_is_kept_in_order():
    kept = near(MOVES, pl.Series(["mule"]))
    assert kept["n"].to_list() == [0, 1, 2, 3, 5, 6, 7, 9]
    assert kept.columns == MOVES.columns


def test_a_shop_brings_its_payment_by_a_suspect_and_not_its_other_customers():
    assert near(MOVES, pl.Series(["mule"]), busy=2)["n"].to_list() == [0, 1, 2, 3, 5, 9]


def test_where_nobody_is_suspected_nothing_is_near():
    assert near(MOVES, pl.Series([], dtype=pl.String)).is_empty()
