import polars as pl

from duanka import tables
from duanka.jobs.pictures.network_view import RELATIONS, network_view
from duanka.network.communities import find_networks
from duanka.network.evidence import RELATIONS as KNOWN
from network.ring_room import AS_OF, REGIME, town


def view(roles=()):
    frames, told = town()
    found = find_networks(frames, scores=told, as_of=AS_OF, regime=REGIME)
    one = found.members.filter(pl.col("subject_id") == "a1")["network_id"][0]
    mine = pl.col("network_id") == one
    table = pl.DataFrame(list(roles), infer_schema_length=None) if roles else tables.empty("role")
    return network_view(one, found.members.filter(mine), found.links.filter(mine), table)


def test_the_tree_shows_each_holder_with_cards_and_what_they_share():
    tree = "\n".join(view().tree)
    assert "人员 A1" in tree
    assert "账户 a1" in tree
    assert "使用设备 used on: 设备 dA" in tree
    assert tree.index("人员 A1") < tree.index("账户 a1")


def test_every_member_stands_once_in_the_table_and_in_the_picture():
    seen = view()
    assert len(seen.table) == 1 + seen.tables["members"].height
    assert len(seen.picture.marks) == seen.tables["members"].height
    assert len(seen.picture.lines) == seen.tables["links"].height
    assert seen.figures["账户 account"] == "4"


def test_a_role_is_shown_as_suspected_by_word_and_look():
    role = {
        "subject_kind": "person", "subject_id": "A4", "role": "controller", "score": 0.9, "network_id": None,
        "evidence": "{}",
    }  # fmt: skip
    seen = view([role])
    assert any("疑似操作手" in line for line in seen.tree)
    assert {mark.look for mark in seen.picture.marks if mark.key == "person:A4"} == {"controller"}


def test_time_is_told_of_what_was_done_and_not_of_registers():
    lines = view().picture.lines
    assert {line.since == 0 for line in lines if line.title.startswith("持有")} == {True}
    assert {line.since > 0 for line in lines if line.title.startswith("使用设备")} == {True}


def test_every_relation_has_its_words():
    assert set(RELATIONS) == set(KNOWN)
