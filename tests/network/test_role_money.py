import polars as pl
import pytest

from duanka.network import role_money
from network.role_room import SELLERS, account, day, frame, known, paid, ring, scores, values

NONE = pl.Series([], dtype=pl.String)
CORE = pl.DataFrame({"holder_id": ["DEALER"], "weight": [1.0], "from": [day(10)]})
HEADS = pl.DataFrame({"holder_id": ["HEAD"], "weight": [1.0], "from": [day(10)]})


@pytest.fixture(scope="module")
def room():
    return known()


def test_who_pays_several_sellers_a_price_is_told_with_the_first_by_half(room):
    paid_for = role_money.sellers_paid(room, losses=NONE)
    told = values(role_money.pays_sellers(room, paid_for), "pays_sellers")
    assert told["DEALER"] == pytest.approx(4 * 0.95 - 0.95 / 2, abs=1e-3)
    sold = values(role_money.sold(room, paid_for), "paid_for_card")
    assert set(sold) == set(SELLERS)


def test_a_loss_a_late_payment_and_a_large_one_are_no_price():
    frames, score = ring()
    more = [paid("late", 55, "a-H1", "a-S1", 500), paid("large", 29, "a-H1", "a-S2", 90_000)]
    frames["transfer"] = pl.concat([frames["transfer"], frame("transfer", more)])
    prices = role_money.sellers_paid(known(frames, score), losses=pl.Series(["price0"]))
    events = prices["events"].explode().to_list()
    assert not {"late", "large", "price0"} & set(events)
    assert {"price1", "price2", "price3"} <= set(events)


def test_wages_go_one_way_and_began_with_the_trade(room):
    told = values(role_money.wages(room, CORE, losses=NONE), "wages")
    assert told["MINDER"] == told["HANDS"] == 5
    assert "FRIEND" not in told
    early = CORE.with_columns(pl.lit(day(35)).alias("from"))
    assert "MINDER" not in values(role_money.wages(room, early, losses=NONE), "wages")


def test_funds_are_large_and_new(room):
    assert values(role_money.funds(room, CORE, "pays_core", losses=NONE), "pays_core") == {
        "HEAD": 1.0
    }
    assert values(role_money.funds(room, HEADS, "pays_head", losses=NONE), "pays_head") == {"MONEY": 1.0}  # fmt: skip


def test_money_for_cards_is_spent_on_buyers_and_a_present_stays(room):
    told = values(role_money.before_purchase(room, HEADS, CORE), "before_purchase")
    assert told == {"MONEY": pytest.approx(15 / 18, abs=1e-3)}


def test_what_suspected_accounts_pay_is_the_flow_and_no_price():
    accounts = [account(n, n.upper()) for n in ("m1", "m2", "m3")]
    rows = [paid("t1", 5, "m1", "m2", 500), paid("t2", 5.1, "m1", "m3", 500)]
    frames = {"account": frame("account", accounts), "transfer": frame("transfer", rows)}
    some = known(frames, scores(m1=0.9, m2=0.9, m3=0.9))
    assert role_money.sellers_paid(some, losses=NONE).is_empty()


def test_without_transfers_nobody_paid():
    nothing = known({}, scores(a=0.9))
    assert role_money.sellers_paid(nothing, losses=NONE).is_empty()
    assert role_money.wages(nothing, CORE, losses=NONE).is_empty()
    assert role_money.before_purchase(nothing, HEADS, CORE).is_empty()


def test_what_few_paid_before_prices_and_funding_is_told(room):
    prices = role_money.sellers_paid(room, losses=NONE)
    bought = values(role_money.funded(room, prices, "funded_to_buy"), "funded_to_buy")
    assert bought["DEALER"] == 1.0
    assert values(role_money.funded_to_fund(room, CORE, losses=NONE), "funded_to_fund") == {
        "HEAD": 1.0
    }
    assert role_money.funded(room, prices.clear(), "funded_to_buy").is_empty()


def test_what_many_paid_before_is_a_trade_of_ones_own():
    frames, score = ring()
    many = [paid(f"many{n}", 28, f"z{n}", "a-DEALER", 2_000) for n in range(9)]
    frames["transfer"] = pl.concat([frames["transfer"], frame("transfer", many)]).sort("at")
    busy = known(frames, score)
    prices = role_money.sellers_paid(busy, losses=NONE)
    assert "DEALER" not in values(role_money.funded(busy, prices, "funded_to_buy"), "funded_to_buy")
