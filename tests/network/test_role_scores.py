import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duanka.network import role_scores
from duanka.network.role_signals import SIGNALS, said
from duanka.tables.words import ROLES
from network.role_room import known

KNOWN = known(
    {}, pl.DataFrame(schema={"card_kind": pl.String, "card_id": pl.String, "score": pl.Float64})
)


def signals(**of):
    """Signals of the person P."""
    rows = [said(pl.DataFrame({"subject_kind": ["person"], "subject_id": ["P"], "value": [float(v)]}), n) for n, v in of.items()]  # fmt: skip
    return pl.concat(rows)


def kept(**of):
    found = role_scores.scored(KNOWN, signals(**of), ROLES)
    rows = role_scores.kept(KNOWN, found)
    return {row["role"]: row["rung"] for row in rows.iter_rows(named=True)}


def test_one_kind_of_evidence_however_strong_makes_no_role():
    assert kept(pays_sellers=50) == {}
    assert kept(own_card_suspected=1, own_device=1) == {}
    assert "dealer" in kept(pays_sellers=5, contacts_sellers=5)


def test_the_rungs_of_the_ladder():
    assert kept(pays_sellers=1.2, contacts_sellers=0.9) == {"dealer": "pattern"}
    assert kept(pays_sellers=4, contacts_sellers=4) == {"dealer": "suspicion"}
    assert kept(excess=9, odd_hours=9) == {}  # staff are asked, people are not
    assert kept(pays_head=5, receives_after_layers=5, before_purchase=1)["financier"] == "lead"


def test_who_was_robbed_stands_near_robbers_and_is_told_another_role_only_on_evidence_apart():
    robbed = {"loss_reported": 2, "paid_suspected": 1, "stranger_called": 1}
    assert kept(**robbed) == {"victim": "suspicion"}
    assert kept(**robbed, wages=9, contacts_core=9) == {"victim": "suspicion"}
    assert "controller" not in kept(**robbed, wages=9, contacts_core=9)
    also = kept(**robbed, own_card_suspected=0.5, control_moved=1, joined_device=4)
    assert "mule" in also


def test_weights_come_from_the_policy_with_what_speaks_against():
    table = role_scores.weights(KNOWN, ("mule",))
    weight = dict(zip(table["signal"], table["weight"], strict=True))
    assert weight["control_moved"] == KNOWN.number("mule.control_moved")
    assert weight["own_device"] == -KNOWN.number("mule.against.own_device")


value = st.floats(0.01, 20)


@settings(max_examples=25, deadline=None)
@given(
    st.dictionaries(st.sampled_from(sorted(SIGNALS)), value, min_size=1, max_size=6),
    st.sampled_from(ROLES),
)
def test_more_of_what_speaks_for_a_role_never_lowers_it(of, role):
    names = {
        row["signal"]: row["weight"]
        for row in role_scores.weights(KNOWN, (role,)).iter_rows(named=True)
    }
    before = role_scores.scored(KNOWN, signals(**of), (role,))
    if before.is_empty():
        return
    score = before["score"].item()
    assert 0 <= score <= 1
    for name in of:
        after = role_scores.scored(KNOWN, signals(**{**of, name: of[name] * 2}), (role,))[
            "score"
        ].item()
        assert after >= score if names.get(name, 0) >= 0 else after <= score


@pytest.mark.parametrize("role", ROLES)
def test_every_role_can_reach_suspicion_on_its_own_evidence(role):
    mine = role_scores.weights(KNOWN, (role,)).filter(pl.col("weight") > 0)
    full = dict.fromkeys(mine["signal"], 100.0)
    kind = role_scores.KINDS_OF[role][0]
    rows = signals(**full).with_columns(subject_kind=pl.lit(kind))
    found = role_scores.kept(KNOWN, role_scores.scored(KNOWN, rows, (role,)))
    assert found["score"].item() > 0.9
