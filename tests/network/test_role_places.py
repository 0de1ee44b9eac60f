import polars as pl

from duanka.network.role_places import placed, strongest
from duanka.network.role_signals import none_found, said
from network.role_room import account, frame, known, paid, scores

FRAMES = {
    "account": frame("account", [account(n, n.upper()) for n in ("a", "b", "c", "d")]),
    "transfer": frame("transfer", [paid("t1", 1, "c", "a", 5), paid("t2", 2, "d", "c", 5)]),
}
MEMBERS = pl.DataFrame({"network_id": ["n1", "n2"], "subject_kind": ["account", "account"], "subject_id": ["a", "b"]})  # fmt: skip


def told(who, events):
    row = pl.DataFrame(
        {"subject_kind": ["person"], "subject_id": [who], "value": [1.0], "events": [events]}
    )
    return said(row, "pays_sellers")


def test_a_role_is_placed_where_its_evidence_lies_step_by_step():
    signals = pl.concat([told("C", ["t1"]), told("D", ["t2"])])
    found = pl.DataFrame({"subject_kind": ["person"] * 3, "subject_id": ["C", "D", "B"], "role": ["dealer", "head_dealer", "mule"]})  # fmt: skip
    rows = placed(known(FRAMES, scores(a=0.9)), found, signals, MEMBERS)
    assert dict(zip(rows["subject_id"], rows["network_id"], strict=True)) == {"C": "n1", "D": "n1", "B": "n2"}  # fmt: skip


def test_who_is_near_no_network_is_in_none():
    found = pl.DataFrame({"subject_kind": ["person"], "subject_id": ["D"], "role": ["dealer"]})
    rows = placed(known(FRAMES, scores(a=0.9)), found, none_found(), MEMBERS)
    assert rows["network_id"].to_list() == [None]


def test_of_two_networks_the_one_in_which_it_is_strongest():
    twice = pl.DataFrame({"network_id": ["n1", "n2"], "subject_kind": ["account"] * 2, "subject_id": ["a"] * 2, "strength": [0.2, 0.8]})  # fmt: skip
    assert strongest(twice)["network_id"].to_list() == ["n2"]
    assert strongest(twice.drop("strength"))["network_id"].to_list() == ["n1"]
