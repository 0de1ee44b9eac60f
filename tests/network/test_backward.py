import datetime as dt
from collections import defaultdict

import polars as pl
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from duanka.network.backward import trace_back
from duanka.network.trace import TraceSettings, trace
from network.strategies_trace import hour, lead, leads_frame, transfer, transfers, transfers_frame

BOTH = ["fifo", "pro_rata"]


def back(rows, account, as_of=100, **how):
    s = TraceSettings(**{"max_hops": 60, "min_tainted_fen": 0, **how})
    return trace_back(transfers_frame(rows), account, as_of=hour(as_of), settings=s)


def made(found):
    return {r["transfer_id"]: r["sourced_fen"] for r in found.flow.to_dicts()}


def origin(found):
    return {(r["account_id"], r["why"]): r["fen"] for r in found.origin.to_dicts()}


def test_money_is_followed_back_through_a_mixed_account_first_in_first_out():
    rows = [
        transfer(0, 0, "V", "M", 100),
        transfer(1, 1, "W", "M", 50),
        transfer(2, 2, "M", "N", 120),
    ]
    found = back(rows, "N")
    assert made(found) == {"t00000": 100, "t00001": 20, "t00002": 120}
    assert found.flow["hop"].to_list() == [1, 2, 2]
    assert origin(found) == {("V", "own"): 100, ("W", "own"): 20}


def test_pro_rata_takes_of_every_arrival_its_share():
    rows = [
        transfer(0, 0, "V", "M", 100),
        transfer(1, 1, "W", "M", 300),
        transfer(2, 2, "M", "N", 40),
    ]
    assert made(back(rows, "N", attribution="pro_rata")) == {
        "t00000": 10,
        "t00001": 30,
        "t00002": 40,
    }


def test_an_opening_balance_is_the_accounts_own():
    rows = [transfer(0, 0, "V", "M", 100, payee_told=130), transfer(1, 1, "M", "N", 50)]
    assert origin(back(rows, "N")) == {("M", "own"): 30, ("V", "own"): 20}


@pytest.mark.parametrize("attribution", BOTH)
@given(transfers(dirty=False), st.sampled_from("ABCDE"), st.integers(1, 6), st.integers(0, 60))
@hypothesis_settings(max_examples=80, deadline=None)
def test_what_is_found_adds_up_to_what_came_in(attribution, rows, account, hops, budget):
    found = back(rows, account, max_hops=hops, budget_edges=budget, attribution=attribution)
    came = sum(r["amount_fen"] for r in rows if r["payee_id"] == account != r["payer_id"])
    assert found.asked_fen == came
    assert found.origin["fen"].sum() == came
    assert found.edges_count <= budget
    assert found.cut == (found.origin["why"] == "budget").any()
    order = {r["transfer_id"]: n for n, r in enumerate(rows)}
    spent = defaultdict(int)
    for r in found.flow.to_dicts():
        assert 0 < r["sourced_fen"] <= r["amount_fen"]
        spent[r["payer_id"]] = max(spent[r["payer_id"]], order[r["transfer_id"]])
    for r in found.flow.filter(pl.col("hop") > 1).to_dicts():
        assert order[r["transfer_id"]] < spent[r["payee_id"]]


@given(transfers(dirty=False), st.data())
@hypothesis_settings(max_examples=120, deadline=None)
def test_backward_finds_of_a_payment_what_forward_brings_there(rows, data):
    """The last payment into T, looked at from both ends: first in first out has one answer."""
    rows = [
        {**r, "payee_id": r["payee_id"] if r["payee_id"] != "V" else "A"} for r in rows
    ]  # nobody pays the victim, where forward ends by design
    rows.append(
        transfer(
            len(rows), 20, data.draw(st.sampled_from("ABCDE")), "T", data.draw(st.integers(1, 40))
        )
    )
    paid = [
        r for r in rows if r["payer_id"] == "V" and r["payee_id"] not in ("V", "CASH", "MERCHANT:1")
    ]
    if not paid:
        return
    loss = data.draw(st.sampled_from(paid))
    same = [r for r in rows if r["payee_id"] == loss["payee_id"] and r["at"] <= loss["at"]]
    if same[-1] is not loss:
        return
    s = TraceSettings(max_hops=60, min_tainted_fen=0, horizon_days=1)
    asked = [
        {
            **lead("l", 0, loss["payee_id"], loss["amount_fen"]),
            "issued_at": loss["at"] + dt.timedelta(seconds=1),
        }
    ]
    forward = trace(transfers_frame(rows), leads_frame(asked), as_of=hour(100), settings=s)
    if forward.flow.filter(pl.col("hop") == 1)["transfer_id"].to_list() != [loss["transfer_id"]]:
        return
    there = forward.flow.filter(pl.col("payee_id") == "T")["tainted_fen"].sum()
    assert made(back(rows, "T")).get(loss["transfer_id"], 0) == there


def test_a_hub_past_the_budget_is_told_and_ends_the_path():
    rows = [transfer(n, n, f"P{n}", "HUB", 10) for n in range(50)]
    rows.append(transfer(50, 60, "HUB", "N", 200))
    found = back(rows, "N", budget_edges=20)
    assert found.cut
    assert origin(found) == {("HUB", "budget"): 200}


def test_cash_and_merchants_are_where_the_search_leaves():
    rows = [transfer(0, 0, "CASH", "M", 100), transfer(1, 1, "M", "N", 100)]
    assert origin(back(rows, "N")) == {("CASH", "outside"): 100}


def test_a_card_nobody_paid_has_no_sources():
    found = back([transfer(0, 0, "V", "M", 100)], "Z")
    assert (found.asked_fen, found.flow.height, found.origin.height) == (0, 0, 0)
    assert back([], "Z").flow.is_empty()


def test_nothing_at_or_after_the_instant_is_looked_at():
    rows = [transfer(0, 0, "V", "M", 100), transfer(1, 5, "W", "M", 50)]
    assert back(rows, "M", as_of=5).asked_fen == 100
