from dataclasses import replace
from functools import cache

import polars as pl
import pytest

from duanka.network.communities import LINKS, MEMBERS, Networks
from duanka.network.enlist import enlisted
from duanka.network.roles import suspect
from duanka.network.rules import rules_of
from network.role_room import NO_FLOW, REGIME, SELLERS, known, ring

RULES = rules_of(REGIME)
BEHIND = {"DEALER", "HEAD", "MONEY", "MINDER", "HANDS", "FINDER", "ABROAD"}


def cells(*groups):
    """Networks of the sold cards of these sellers and of the sellers, one a group."""
    rows = [
        (f"n{i}", kind, f"{card}{s}", 0.9, None, None)
        for i, group in enumerate(groups) for s in group for kind, card in (("account", "b-"), ("person", ""))
    ]  # fmt: skip
    return Networks(pl.DataFrame(rows, schema=MEMBERS, orient="row"), pl.DataFrame(schema=LINKS))


@cache
def asked(gone=None):
    frames, score = ring()
    room = known({n: f for n, f in frames.items() if n != gone}, score)
    return room, suspect(room, NO_FLOW)


def people(networks, name=None):
    rows = networks.members.filter(pl.col("subject_kind").cast(pl.String) == "person")
    mine = rows if name is None else rows.filter(pl.col("network_id") == name)
    return set(mine["subject_id"])


def test_those_behind_a_network_are_its_members_and_neither_victims_nor_friends_are():
    found = enlisted(cells(SELLERS), *asked(), rules=RULES)
    assert people(found) == {*BEHIND, *SELLERS}
    dealer = found.members.filter(pl.col("subject_id") == "DEALER").row(0, named=True)
    assert dealer["strength"] >= RULES.enlist
    assert dealer["since"] < dealer["until"]


def test_links_say_what_ties_them_and_are_contact_not_control():
    found = enlisted(cells(SELLERS), *asked(), rules=RULES)
    links = found.links.filter(pl.col("right_id") == "DEALER").cast({"relation": pl.String})
    assert {"paid", "called"} <= set(links["relation"])
    assert set(SELLERS) <= set(links["left_id"])
    assert links["weight"].max() == 0
    assert links["first_at"].is_not_null().all()


def test_two_cells_with_the_same_people_behind_them_are_one_network():
    found = enlisted(cells(SELLERS[:1], SELLERS[1:]), *asked(), rules=RULES)
    assert set(found.members["network_id"]) == {"n1"}
    assert people(found) == {*BEHIND, *SELLERS}


def test_what_ties_them_too_weakly_leaves_them_apart():
    apart = replace(RULES, common_bond=99.0)
    found = enlisted(cells(SELLERS[:1], SELLERS[1:]), *asked(), rules=apart)
    assert set(found.members["network_id"]) == {"n0", "n1"}
    assert people(found, "n0") == {SELLERS[0]}
    assert "DEALER" in people(found, "n1")


def test_who_is_suspected_too_little_is_no_member():
    found = enlisted(cells(SELLERS), *asked(), rules=replace(RULES, enlist=1.1))
    assert people(found) == set(SELLERS)


@pytest.mark.parametrize("gone", ["transfer", "call", "opening"])
def test_without_a_table_there_is_less_and_nothing_wrong(gone):
    found = enlisted(cells(SELLERS), *asked(gone), rules=RULES)
    assert people(found) <= {*BEHIND, *SELLERS}


def test_nothing_found_stays_nothing():
    found = enlisted(cells(), *asked(), rules=RULES)
    assert found.members.is_empty()
    assert found.links.is_empty()
