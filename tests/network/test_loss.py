import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings

from duanka.network.book import build, moved
from duanka.network.loss import MATCHES, NO_AMOUNT, Reports, losses
from network import naive_trace as naive
from network.strategies_trace import hour, lead, leads, transfer, transfers, transfers_frame

HOUR = 3_600_000_000


def found(rows, asked, horizon=1000):
    """Per lead: row number → what of it was lost; and how that was found."""
    book, ids = build(moved(transfers_frame(rows), as_of=hour(1000)))
    until = np.array([int(a["issued_at"].timestamp()) * 1_000_000 for a in asked], np.int64)
    loss = [NO_AMOUNT if a["loss_fen"] is None else a["loss_fen"] for a in asked]
    account = np.array([ids.to_list().index(a["card_id"]) for a in asked], np.int32)
    got = losses(book, Reports(account, until - horizon * HOUR, until, np.array(loss, np.int64)))
    spans = [slice(*got.start[i : i + 2]) for i in range(len(asked))]
    lost = [dict(zip(got.row[s].tolist(), got.fen[s].tolist(), strict=True)) for s in spans]
    return list(zip(lost, [MATCHES[m] for m in got.match], strict=True))


INTO_M = [
    transfer(0, 0, "V", "M", 70),
    transfer(1, 1, "W", "M", 50),
    transfer(2, 2, "V", "M", 30),
    transfer(3, 3, "U", "M", 50),
    transfer(4, 4, "M", "N", 50),
    transfer(5, 5, "T", "M", 90),
]


@pytest.mark.parametrize(
    ("issued", "loss", "expect", "match"),
    [
        (5, 50, {3: 50}, "exact"),
        (3, 50, {1: 50}, "exact"),
        (5, 100, {0: 70, 2: 30}, "one_payer"),
        (5, 85, {1: 5, 2: 30, 3: 50}, "latest"),
        (5, 900, {0: 70, 1: 50, 2: 30, 3: 50}, "latest"),
        (5, None, {0: 70}, "largest"),
        (9, None, {5: 90}, "largest"),
        (2, None, {0: 70}, "largest"),
        (5, 0, {}, "none"),
        (0, 70, {}, "none"),
    ],
)
def test_the_payments_that_match_the_loss_best_are_chosen(issued, loss, expect, match):
    assert found(INTO_M, [lead("l", issued, "M", loss)]) == [(expect, match)]


def test_of_two_equally_large_payments_the_later_is_taken():
    assert found(INTO_M[1:4], [lead("l", 9, "M", None)]) == [({2: 50}, "largest")]


def test_nothing_older_than_the_horizon_is_taken():
    assert found(INTO_M, [lead("l", 5, "M", 70)], horizon=4) == [({2: 20, 3: 50}, "latest")]


def test_leads_on_one_account_do_not_disturb_each_other():
    asked = [lead("a", 5, "M", 85), lead("b", 5, "M", 100), lead("c", 5, "N", 50)]
    assert found(INTO_M, asked) == [
        ({1: 5, 2: 30, 3: 50}, "latest"),
        ({0: 70, 2: 30}, "one_payer"),
        ({4: 50}, "exact"),
    ]


@given(transfers(told=False), leads())
@hypothesis_settings(max_examples=100, deadline=None)
def test_plain_loops_choose_the_same(rows, asked):
    in_order = naive.moved(rows, hour(1000))
    ids = {t[side] for t in in_order for side in ("payer_id", "payee_id")}
    asked = [a for a in asked if a["card_id"] in ids]
    wide = dt.timedelta(hours=1000)
    if asked:
        assert found(rows, asked) == [naive.loss_of(in_order, a, wide) for a in asked]
