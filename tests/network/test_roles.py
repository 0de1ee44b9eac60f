import json
from functools import cache

import polars as pl
import pytest

from duanka.network.roles import find_roles, find_signals
from network.role_room import NO_FLOW, NOBODY, PEOPLE, SELLERS, known, ring

EVENTS = ("transfer", "call", "device_use", "opening")


def found(frames=None, score=None, members=NOBODY):
    table = find_roles(known(frames, score), flow=NO_FLOW, members=members)
    return table.with_columns(pl.col("role", "subject_kind").cast(pl.String))


@cache
def told():
    return found()


def best(table):
    """The likeliest role of each holder."""
    holders = table.filter(pl.col("subject_kind").is_in(["person", "organisation"]))
    top = holders.unique("subject_id", keep="first", maintain_order=True)
    return dict(zip(top["subject_id"], top["role"], strict=True))


def test_everybody_of_the_ring_has_the_part_he_played_and_nobody_else_has_one():
    assert best(told()) == {
        "DEALER": "dealer", "HEAD": "head_dealer", "MONEY": "financier", "MINDER": "minder",
        "HANDS": "controller", "FINDER": "recruiter", "ABROAD": "liaison", "VICTIM": "victim",
        "RUNS": "runner", **dict.fromkeys(SELLERS, "mule"),
    }  # fmt: skip


def test_cards_have_the_part_they_are_used_for():
    cards = told().filter(pl.col("subject_kind") == "account")
    assert dict(zip(cards["subject_id"], cards["role"], strict=True)) == {
        "b-RUNS": "runner",
        **{f"b-{s}": "mule" for s in SELLERS},
    }


@pytest.mark.parametrize("gone", EVENTS)
def test_an_absent_table_speaks_neither_way(gone):
    frames, score = ring()
    left = best(found({n: f for n, f in frames.items() if n != gone}, score))
    assert set(left) <= set(best(told()))
    assert all(left.get(s) in {None, "mule", "runner"} for s in SELLERS)


def test_every_role_tells_at_least_two_kinds_of_evidence_its_events_and_what_else_would_explain_it():
    for row in told().iter_rows(named=True):
        why = json.loads(row["evidence"])
        assert len(why["kinds"]) >= 2
        assert why["rung"] in {"pattern", "suspicion", "lead"}
        assert why["word"] == "疑似"
        assert why["else"]["zh"]
        assert all(len(line["events"]) <= 20 for line in why["for"])


def test_the_victim_has_no_other_role_and_no_network():
    members = pl.DataFrame({
        "network_id": ["n1"] * 4, "subject_kind": ["account"] * 4, "subject_id": [f"b-{s}" for s in SELLERS],
    })  # fmt: skip
    table = found(members=members)
    assert table.filter(pl.col("subject_id") == "VICTIM")["role"].to_list() == ["victim"]
    networks = dict(zip(table["subject_id"], table["network_id"], strict=True))
    assert networks["VICTIM"] is None
    assert {networks[who] for who in ("DEALER", "HEAD", "MONEY", "MINDER", "S1")} == {"n1"}


def test_without_suspected_cards_nobody_plays_a_part():
    frames, score = ring()
    assert found(frames, score.with_columns(score=pl.lit(0.001))).is_empty()
    assert found(frames, score.clear()).is_empty()
    assert found({}, score.clear()).is_empty()


def test_the_order_of_rows_changes_nothing():
    frames, score = ring()
    turned = {name: table.reverse() for name, table in frames.items()}
    assert found(turned, score.reverse()).equals(told())


def test_signals_are_of_people_of_the_town():
    signals = find_signals(known(), NO_FLOW)
    people = signals.filter(pl.col("subject_kind") == "person")["subject_id"].unique()
    assert set(people) <= set(PEOPLE)
