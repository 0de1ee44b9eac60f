import polars as pl
from hypothesis import given
from hypothesis import settings as hypothesis_settings

from duanka.network import book as b
from network import naive_trace as naive
from network.strategies_trace import hour, transfer, transfers, transfers_frame


@given(transfers())
@hypothesis_settings(max_examples=60, deadline=None)
def test_balances_are_those_of_plain_loops(rows):
    kept = b.moved(transfers_frame(rows), as_of=hour(8))
    book, ids = b.build(kept)
    plain = naive.moved(rows, hour(8))
    assert kept["transfer_id"].to_list() == [t["transfer_id"] for t in plain]
    before, closing = naive.balances(plain)
    for i, t in enumerate(plain):
        line = book.paid[book.place[i]]
        assert line[b.ROW] == i
        assert line[b.AMOUNT] == t["amount_fen"]
        assert line[b.PAYER_HAD] == before[i, t["payer_id"]]
        assert line[b.PAYEE_HAD] == before[i, t["payee_id"]]
    assert dict(zip(ids.to_list(), book.accounts[:, b.CLOSING].tolist(), strict=True)) == closing


@given(transfers())
@hypothesis_settings(max_examples=40, deadline=None)
def test_each_account_finds_what_it_paid_in_time_order(rows):
    book, ids = b.build(b.moved(transfers_frame(rows), as_of=hour(100)))
    for a in range(len(ids)):
        mine = book.paid[book.accounts[a, b.FIRST] : book.accounts[a, b.END]]
        assert mine[:, b.ROW].tolist() == [i for i, p in enumerate(book.payer) if p == a]
    for i, payee in enumerate(book.payee):
        first, end = book.accounts[payee, b.FIRST], book.accounts[payee, b.END]
        earlier = (book.paid[first:end, b.ROW] < i).sum()
        assert book.paid[book.place[i], b.AFTER] == first + earlier


def test_only_the_reserved_ids_are_exits():
    names = ["CASH", "CASHIER", "MERCHANT:7", "OVERSEAS:x", "CRYPTO:", "AMERCHANT:7", "MERCHANT"]
    exits = pl.DataFrame({"id": names}).select(b.is_exit(pl.col("id")))["id"].to_list()
    assert exits == [True, False, True, True, True, False, False]


def test_rows_that_move_nothing_are_left_out():
    rows = [
        transfer(0, 0, "A", "B", 5, outcome="failed"),
        transfer(1, 1, "A", "A", 5),
        transfer(2, 2, "A", "B", 5, outcome=None),
        transfer(3, 3, "A", "B", 5),
    ]
    assert b.moved(transfers_frame(rows), as_of=hour(3))["transfer_id"].to_list() == ["t00002"]
