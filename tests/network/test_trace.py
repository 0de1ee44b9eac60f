import datetime as dt
import random
from collections import defaultdict

import polars as pl
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from duanka.errors import BadInput
from duanka.network.trace import TraceSettings, still_there, trace
from network import naive_trace as naive
from network.strategies_trace import (
    dense,
    hour,
    lead,
    leads,
    leads_frame,
    settings,
    transfer,
    transfers,
    transfers_frame,
)

BOTH = ["fifo", "pro_rata"]


def traced(rows, asked, as_of=100, **how):
    s = TraceSettings(**{"max_hops": 50, "min_tainted_fen": 0, **how})
    return trace(transfers_frame(rows), leads_frame(asked), as_of=hour(as_of), settings=s)


def paid(t):
    """(payer, payee, tainted) of every flow row."""
    return [(r["payer_id"], r["payee_id"], r["tainted_fen"]) for r in t.flow.to_dicts()]


def left(t):
    return {r["account_id"]: r["left_fen"] for r in still_there(t).to_dicts()}


@pytest.mark.parametrize("seed", range(4))
def test_the_naive_tracer_agrees_on_graphs_in_which_most_money_moves_on(seed):
    draw, cut = random.Random(seed), 0
    for _ in range(60):
        rows, asked, s = dense(draw)
        got = trace(transfers_frame(rows), leads_frame(asked), as_of=hour(100), settings=s)
        told = naive.trace(rows, asked, hour(100), s, dt.timedelta(days=s.horizon_days))
        assert (got.flow.rows(), got.holding.rows(), got.cut.rows()) == told
        cut += got.cut["cut"].sum()
    assert cut


@given(transfers(), leads(), settings(), st.integers(0, 11))
@hypothesis_settings(max_examples=80, deadline=None)
def test_the_naive_tracer_with_one_coin_a_fen_agrees(rows, asked, s, as_of):
    got = trace(transfers_frame(rows), leads_frame(asked), as_of=hour(as_of), settings=s)
    days = dt.timedelta(days=s.horizon_days)
    flow, holding, ends = naive.trace(rows, asked, hour(as_of), s, days)
    assert got.flow.rows() == flow
    assert got.holding.rows() == holding
    assert got.cut.rows() == ends


@given(transfers(), leads(), settings())
@hypothesis_settings(max_examples=120, deadline=None)
def test_money_is_neither_made_nor_lost_nor_sent_back_in_time(rows, asked, s):
    t = trace(transfers_frame(rows), leads_frame(asked), as_of=hour(10), settings=s)
    came, went = defaultdict(int), defaultdict(int)
    order = {r["transfer_id"]: n for n, r in enumerate(rows)}
    seen = set()
    for r in sorted(t.flow.to_dicts(), key=lambda r: order[r["transfer_id"]]):
        assert 0 < r["tainted_fen"] <= r["amount_fen"]
        assert (r["lead_id"], r["transfer_id"]) not in seen
        seen.add((r["lead_id"], r["transfer_id"]))
        payer, payee = (r["lead_id"], r["payer_id"]), (r["lead_id"], r["payee_id"])
        if r["hop"] > 1:
            went[payer] += r["tainted_fen"]
            assert went[payer] <= came[payer]
        came[payee] += r["tainted_fen"]
    for r in t.holding.to_dicts():
        key = (r["lead_id"], r["account_id"])
        assert r["in_fen"] == r["out_fen"] + r["left_fen"] + r["untraced_fen"]
        assert (came[key], went[key]) == (r["in_fen"], r["out_fen"])
        assert min(r["left_fen"], r["untraced_fen"]) >= 0
    held = defaultdict(int)
    for r in t.holding.to_dicts():
        held[r["lead_id"]] += r["left_fen"] + r["untraced_fen"]
    holders = set(t.holding.select("lead_id", "account_id").rows())
    for r in t.flow.filter(pl.col("terminal")).to_dicts():
        if (r["lead_id"], r["payee_id"]) not in holders:
            held[r["lead_id"]] += r["tainted_fen"]
    for r in t.cut.to_dicts():
        assert held[r["lead_id"]] == r["found_fen"]


@pytest.mark.parametrize("attribution", BOTH)
@given(data=st.data())
@hypothesis_settings(max_examples=60, deadline=None)
def test_with_no_balance_told_nothing_goes_untraced_and_all_that_stays_is_in_the_account(
    attribution, data
):
    rows = data.draw(transfers(told=False, dirty=False))
    asked = data.draw(leads())
    t = traced(rows, asked, attribution=attribution)
    assert t.holding["untraced_fen"].sum() == 0
    _, closing = naive.balances(naive.moved(rows, hour(100)))
    for r in t.holding.to_dicts():
        assert r["left_fen"] <= closing[r["account_id"]]


@given(transfers(), leads(), settings(), st.randoms(use_true_random=False))
@hypothesis_settings(max_examples=60, deadline=None)
def test_what_happens_at_or_after_the_instant_changes_nothing(rows, asked, s, rnd):
    early = [r for r in rows if r["at"] < hour(5)]
    late = [r for r in rows if r["at"] >= hour(5)]
    rnd.shuffle(late)
    known = [r for r in asked if r["issued_at"] < hour(5)]
    a = trace(transfers_frame(early + late), leads_frame(asked), as_of=hour(5), settings=s)
    b = trace(transfers_frame(early), leads_frame(known), as_of=hour(5), settings=s)
    for one, other in ((a.flow, b.flow), (a.holding, b.holding), (a.cut, b.cut)):
        assert one.equals(other)


def test_the_accounts_own_money_goes_first_when_it_came_first():
    rows = [
        transfer(0, 0, "V", "M", 100, payee_told=130),
        transfer(1, 1, "M", "N", 80),
        transfer(2, 2, "N", "CASH", 60),
    ]
    t = traced(rows, [lead("l", 9, "M", 100)])
    assert paid(t) == [("V", "M", 100), ("M", "N", 50), ("N", "CASH", 30)]
    assert t.flow["hop"].to_list() == [1, 2, 3]
    assert t.flow["terminal"].to_list() == [False, False, True]
    assert left(t) == {"M": 50, "N": 20}


def test_pro_rata_takes_the_same_share_of_all_money():
    rows = [transfer(0, 0, "V", "M", 100, payee_told=400), transfer(1, 1, "M", "N", 81)]
    t = traced(rows, [lead("l", 9, "M", 100)], attribution="pro_rata")
    assert paid(t) == [("V", "M", 100), ("M", "N", 20)]
    assert left(t) == {"M": 80, "N": 20}


def test_an_opening_balance_is_worked_out_from_one_told_later():
    rows = [
        transfer(0, 0, "V", "M", 100),
        transfer(1, 1, "M", "N", 60),
        transfer(2, 2, "M", "O", 40, payer_told=70),
    ]
    assert paid(traced(rows, [lead("l", 9, "M", 100)])) == [("V", "M", 100), ("M", "O", 30)]


def test_what_the_balance_shows_to_be_gone_is_not_still_there():
    rows = [
        transfer(0, 0, "V", "M", 100, payee_told=100),
        transfer(1, 1, "M", "N", 10, payer_told=5),
    ]
    t = traced(rows, [lead("l", 9, "M", 100)])
    assert left(t) == {"M": 5, "N": 10}
    assert t.holding.filter(pl.col("account_id") == "M")["untraced_fen"].item() == 85


def test_a_balance_told_after_the_last_payment_bounds_what_is_still_there():
    rows = [transfer(0, 0, "V", "M", 100), transfer(1, 1, "X", "M", 10, payee_told=20)]
    t = traced(rows, [lead("l", 1, "M", 100)])
    # ninety of the hundred had left unseen when the ten came
    assert left(t) == {"M": 10}
    assert t.holding["untraced_fen"].to_list() == [90]


@pytest.mark.parametrize("attribution", BOTH)
def test_a_hop_counts_the_fewest_by_which_the_money_came(attribution):
    rows = [
        transfer(0, 0, "V", "A", 100),
        transfer(1, 1, "A", "B", 30),
        transfer(2, 2, "B", "C", 20),
        transfer(3, 3, "C", "D", 5),
        transfer(4, 4, "A", "C", 70),
        transfer(5, 5, "C", "D", 60),
    ]
    t = traced(rows, [lead("l", 1, "A", 100)], attribution=attribution)
    assert t.flow["transfer_id"].to_list() == [f"t{n:05d}" for n in (0, 1, 4, 2, 5, 3)]
    assert t.flow["hop"].to_list() == [1, 2, 2, 3, 3, 4]


@pytest.mark.parametrize("attribution", BOTH)
def test_a_victims_later_spending_and_what_came_back_to_the_victim_are_clean(attribution):
    rows = [
        transfer(0, 0, "V", "M", 100),
        transfer(1, 1, "M", "V", 30),
        transfer(2, 2, "V", "SHOP", 500),
        transfer(3, 3, "SHOP", "X", 500),
    ]
    t = traced(rows, [lead("l", 9, "M", 100)], attribution=attribution)
    assert paid(t) == [("V", "M", 100), ("M", "V", 30)]
    assert t.flow["terminal"].to_list() == [False, True]
    assert left(t) == {"M": 70}


@pytest.mark.parametrize("attribution", BOTH)
def test_a_closed_loop_is_followed_round_and_makes_nothing(attribution):
    ring = [("A", "B"), ("B", "C"), ("C", "A")] * 3
    rows = [transfer(0, 0, "V", "A", 100)]
    rows += [transfer(n, n, payer, payee, 100) for n, (payer, payee) in enumerate(ring, 1)]
    t = traced(rows, [lead("l", 1, "A", 100)], attribution=attribution)
    assert t.flow["tainted_fen"].to_list() == [100] * 10
    assert t.flow["hop"].to_list() == list(range(1, 11))
    assert left(t) == {"A": 100}


def test_money_cannot_leave_before_it_came_not_even_within_one_instant():
    rows = [
        transfer(0, 1, "M", "EARLY", 100),
        transfer(1, 1, "V", "M", 100),
        transfer(2, 1, "M", "LATE", 100),
    ]
    assert paid(traced(rows, [lead("l", 9, "M", 100)])) == [("V", "M", 100), ("M", "LATE", 100)]


def test_failed_transfers_and_transfers_to_oneself_move_nothing():
    rows = [
        transfer(0, 0, "V", "M", 100, outcome="failed"),
        transfer(1, 1, "V", "M", 100),
        transfer(2, 2, "M", "M", 100),
        transfer(3, 3, "M", "N", 100, outcome="failed"),
    ]
    t = traced(rows, [lead("l", 9, "M", 100)])
    assert t.flow["transfer_id"].to_list() == ["t00001"]
    assert left(t) == {"M": 100}


def test_the_budget_says_when_it_cut_a_path_and_only_then():
    rows = [transfer(0, 0, "V", "M", 100)]
    rows += [transfer(n, n, "M", f"X{n}", 10) for n in range(1, 11)]
    asked = [lead("l", 90, "M", 100)]
    whole = traced(rows, asked, budget_edges=10)
    assert whole.cut.rows() == [("l", 100, "exact", 10, False)]
    short = traced(rows, asked, budget_edges=4)
    assert short.cut.rows() == [("l", 100, "exact", 4, True)]
    assert short.flow.equals(whole.flow.head(5))


def test_past_the_last_hop_and_under_the_least_amount_money_is_untraced():
    rows = [
        transfer(0, 0, "V", "A", 100),
        transfer(1, 1, "A", "B", 95),
        transfer(2, 2, "B", "C", 90),
    ]
    t = traced(rows, [lead("l", 9, "A", 100)], max_hops=2, min_tainted_fen=7)
    assert paid(t) == [("V", "A", 100), ("A", "B", 95)]
    assert t.holding.rows() == [("l", "A", 100, 95, 0, 5), ("l", "B", 95, 0, 0, 95)]


def test_just_the_least_amount_is_still_followed():
    rows = [transfer(0, 0, "V", "A", 100), transfer(1, 1, "A", "B", 7), transfer(2, 2, "B", "C", 7)]
    t = traced(rows, [lead("l", 9, "A", 100)], min_tainted_fen=7)
    assert paid(t) == [("V", "A", 100), ("A", "B", 7), ("B", "C", 7)]


def test_each_lead_has_its_own_rows_and_an_early_or_unknown_or_sim_lead_has_none():
    rows = [transfer(0, 5, "V", "M", 100), transfer(1, 6, "M", "CASH", 40)]
    asked = [
        lead("two", 8, "M", 100),
        lead("one", 7, "M", 100),
        lead("late", 20, "M", 100),
        lead("sim", 7, "M", 100, kind="sim"),
        lead("before", 5, "M", 100),
        lead("elsewhere", 7, "Q", 100),
    ]
    t = traced(rows, asked, as_of=20)
    assert t.flow["lead_id"].to_list() == ["one", "one", "two", "two"]
    assert t.cut.select("lead_id", "found_fen").rows() == [
        ("before", 0),
        ("elsewhere", 0),
        ("one", 100),
        ("two", 100),
    ]


def test_a_lead_told_twice_is_traced_once():
    rows = [transfer(0, 5, "V", "M", 100)]
    t = traced(rows, [lead("l", 8, "M", 100), lead("l", 7, "M", 100)])
    assert paid(t) == [("V", "M", 100)]


def test_still_there_lists_most_money_first():
    rows = [
        transfer(0, 0, "V", "M", 100),
        transfer(1, 1, "M", "N", 10),
        transfer(2, 2, "M", "O", 60),
        transfer(3, 3, "M", "OVERSEAS:1", 30),
    ]
    assert still_there(traced(rows, [lead("l", 9, "M", 100)])).rows() == [
        ("l", "O", 60),
        ("l", "N", 10),
    ]


def test_rows_out_of_time_order_are_put_in_order():
    rows = [transfer(1, 1, "M", "N", 100), transfer(0, 0, "V", "M", 100)]
    assert len(paid(traced(rows, [lead("l", 9, "M", 100)]))) == 2


def test_nothing_in_gives_an_empty_typed_frame():
    full = traced([transfer(0, 0, "V", "M", 100)], [lead("l", 9, "M", 100)])
    for rows, asked in (
        ([], []),
        ([], [lead("l", 9, "M", 1)]),
        ([transfer(0, 0, "V", "M", 100)], []),
    ):
        t = traced(rows, asked)
        assert t.flow.is_empty()
        assert t.flow.schema == full.flow.schema
        assert t.holding.schema == full.holding.schema
        assert t.cut.schema == full.cut.schema
        assert still_there(t).schema == still_there(full).schema


def test_settings_out_of_range_are_refused():
    for wrong in ({"max_hops": 0}, {"budget_edges": -1}, {"attribution": "lifo"}):
        with pytest.raises(BadInput, match="out of range"):
            TraceSettings(**wrong)
