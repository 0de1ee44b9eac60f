import polars as pl

from duanka.network import evidence as e
from duanka.tables.words import SUBJECT_KINDS
from network.ring_room import hour


def piece(**more):
    row = {
        "left_kind": "account", "left_id": "a", "right_kind": "device", "right_id": "d", "relation": "used_on",
        "weight": 1, "count": 2, "first_at": hour(1), "last_at": hour(2),
    } | more  # fmt: skip
    return pl.DataFrame([row])


def test_parts_stand_in_one_order_whatever_theirs():
    parts = [piece(left_id="b"), piece(left_id="a"), piece(relation="paid", right_kind="account")]
    assert e.together(parts).equals(e.together(reversed(parts)))
    assert e.together(parts).schema == pl.Schema(e.EVIDENCE)
    assert e.together([]).equals(e.none())


def test_what_was_seen_more_often_convinces_more_and_never_wholly():
    seen = (
        pl.DataFrame({"n": [1, 2, 3, 1000]}).select(often=e.often(pl.col("n")))["often"].to_list()
    )
    assert seen[:3] == [0.5, 0.75, 0.875]
    assert 0.999 < seen[3] < 1


def test_every_kind_of_subject_may_stand_at_an_end():
    assert set(SUBJECT_KINDS) < set(e.KINDS)
