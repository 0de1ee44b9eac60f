from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl

from duanka.jobs.report_parts.trail import trails

AT = datetime(2026, 3, 1, tzinfo=UTC)


def _flow(*hops):
    return pl.DataFrame(
        [
            {"lead_id": lead, "hop": hop, "transfer_id": f"T{n}", "payer_id": payer, "payee_id": payee, "at": AT + timedelta(hours=n), "amount_fen": fen, "tainted_fen": fen, "terminal": False}
            for n, (lead, hop, payer, payee, fen) in enumerate(hops)
        ]
    )  # fmt: skip


def test_what_stayed_is_what_came_less_what_went_on():
    (trail,) = trails(
        _flow(
            ("LEAD-000000001", 1, "VICTIM-000001", "MULE-0000001", 100_00),
            ("LEAD-000000001", 2, "MULE-0000001", "MULE-0000002", 60_00),
            ("LEAD-000000001", 2, "MULE-0000001", "CASH", 30_00),
            ("LEAD-000000001", 3, "MULE-0000002", "OVERSEAS:0000000001", 60_00),
        ),
        most=5,
    )
    assert trail.hops == 3
    assert trail.followed.zh == "100.00 元"
    assert trail.still.zh == "10.00 元"
    assert [rest.shown_id for rest in trail.rests] == ["MUL…0001"]
    assert {left.way.en: left.amount.zh for left in trail.left} == {
        "taken as cash": "30.00 元",
        "sent abroad": "60.00 元",
    }


def test_the_lead_with_most_money_comes_first_and_the_rest_is_cut():
    flow = _flow(
        *[(f"LEAD-00000000{n}", 1, "VICTIM-000001", f"MULE-000000{n}", n * 100) for n in (1, 3, 2)]
    )
    assert [trail.shown_id for trail in trails(flow, most=2)] == ["LEA…0003", "LEA…0002"]
    assert [trail.first_row for trail in trails(flow, most=2)] == [2, 3]


def test_an_account_named_like_a_way_out_is_not_one():
    (trail,) = trails(_flow(("LEAD-000000001", 1, "VICTIM-000001", "CASHIER-00001", 5)), most=1)
    assert trail.left == ()
    assert trail.still_count == 1


def test_what_came_back_to_the_victim_is_told_and_masked():
    (trail,) = trails(
        _flow(
            ("LEAD-000000001", 1, "VICTIM-000001", "MULE-0000001", 100),
            ("LEAD-000000001", 2, "MULE-0000001", "VICTIM-000001", 40),
        ),
        most=1,
    )
    assert [(left.way.en, left.amount.zh) for left in trail.left] == [
        ("back with the victim", "0.40 元")
    ]
    assert trail.still.zh == "0.60 元"


def test_no_flow_is_no_trail():
    assert trails(pl.DataFrame(), most=3) == []
