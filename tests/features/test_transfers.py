"""What the transfers of a card are asked, on days written down by hand."""

import numpy as np
import pytest

from duanka.features import flags as f
from duanka.features import transfers
from features_room import asker, dataset, of_account, when


def pay(payer, payee, fen, **since):
    row = {k: since.pop(k) for k in ("outcome", "memo_kind", "channel") if k in since}
    return {"at": when(**since), "payer_id": payer, "payee_id": payee, "amount_fen": fen, **row}


def test_money_that_comes_and_goes():
    rows = [pay(f"v{n}", "m", 100_000, minutes=n) for n in range(4)]
    rows += [pay("m", "CASH", 150_000, minutes=20), pay("m", "CRYPTO:1", 240_000, minutes=30)]
    told = of_account(dataset(transfer=rows), "m", when(hours=2))
    assert told["in_count_1d"] == told["payer_distinct_1d"] == told["in_first_count_1d"] == 4
    assert told["out_total_fen_1d"] == told["passed_hour_fen_1d"] == 390_000
    assert told["passed_hour_share_1d"] == np.float32(0.975)
    assert told["in_out_balance_1d"] == np.float32(0.975)
    assert told["cash_out_fen_1d"] == 150_000
    assert told["crypto_out_fen_1d"] == 240_000
    assert told["in_day_peak_30d"] == 4
    assert told["out_largest_fen_1h"] == 0
    assert told["since_last_s"] == 90 * 60


def test_money_from_a_crypto_venue_is_counted_where_it_arrives_and_only_there():
    rows = [pay("CRYPTO:1", "m", 500), pay("m", "CRYPTO:2", 70, hours=1)]
    told = of_account(dataset(transfer=rows), "m", when(days=1))
    assert told["crypto_in_fen_30d"] == 500
    assert told["crypto_out_fen_30d"] == 70


def test_a_failed_transfer_is_asked_about_and_moves_nothing():
    rows = [pay("a", "b", 100, outcome="success"), pay("a", "b", 900, hours=1, outcome="failed")]
    told = of_account(dataset(transfer=rows), "a", when(hours=9))
    assert told["failed_count_1d"] == 1
    assert told["out_total_fen_1d"] == 100


def test_a_test_then_a_large_sum_and_a_card_that_wakes():
    rows = [
        pay("a", "b", 100),
        pay("x", "a", 10, days=40),
        pay("x", "a", 600_000, days=40, hours=3),
    ]
    told = of_account(dataset(transfer=rows), "a", when(days=41))
    assert told["after_small_count_7d"] == told["wake_count_7d"] == 1


@pytest.mark.parametrize("d", transfers.DERIVED, ids=lambda d: d.name)
def test_a_derived_feature_is_the_same_on_one_row_and_on_many(d):
    columns = [np.array([0.0, 3.0, 7.0, np.nan]), np.array([2.0, 0.0, 4.0, 1.0])]
    many = d.compute(*columns)
    alone = [d.compute(*(c[i : i + 1] for c in columns))[0] for i in range(4)]
    np.testing.assert_array_equal(many, alone)
    assert np.isnan(many[3])
    assert set(d.needs) <= set(transfers.NAMES)


def test_each_move_is_told_to_both_sides_that_have_a_history():
    rows = [pay("a", "b", 5), pay("CASH", "b", 7, hours=1)]
    events = asker(dataset(transfer=rows)).streams.transfers
    sides = (events.flags & (f.IN | f.OUT)).tolist()
    assert sides == [f.OUT, f.IN, f.IN]
    assert events.value.tolist() == [5, 5, 7]
