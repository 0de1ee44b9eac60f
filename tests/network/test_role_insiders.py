import polars as pl

from duanka.network import role_insiders, role_money, role_use
from network.role_room import SELLERS, known, ring, values


def told(room):
    paid = role_money.sellers_paid(room, losses=pl.Series("transfer_id", [], dtype=pl.String))
    found = role_insiders.one_buyer(room, paid=paid, sightings=role_use.seen(room))
    return values(found, "one_buyer")


def test_a_clerk_all_of_whose_suspected_cards_went_to_one_buyer_is_told():
    # three more than one, of five suspected people of whom four went there
    assert told(known()) == {"f2": 0.6}


def test_clerks_whose_suspected_cards_went_apart_are_not():
    frames, score = ring()
    clerk = {f"b-{s}": f"f{n}" for n, s in enumerate(SELLERS, 2)}
    one_each = pl.col("account_id").replace_strict(clerk, default=pl.col("staff_id"))
    frames["account"] = frames["account"].with_columns(staff_id=one_each)
    assert told(known(frames, score)) == {}


def test_without_money_and_devices_nothing_is_said():
    frames, score = ring()
    assert told(known({"account": frames["account"]}, score)) == {}
