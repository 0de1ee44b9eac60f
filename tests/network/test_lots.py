import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from duanka.network.book import build, moved
from duanka.network.lots import OWN, Lots
from network.strategies_trace import hour, transfer, transfers, transfers_frame


def lots_of(rows, attribution="fifo", budget=10_000):
    kept = moved(transfers_frame(rows), as_of=hour(1000))
    book, _ = build(kept)
    return book, Lots(book, attribution, budget)


@pytest.mark.parametrize("attribution", ["fifo", "pro_rata"])
@given(transfers(), st.data())
@hypothesis_settings(max_examples=80, deadline=None)
def test_the_pieces_of_a_span_add_up_and_came_before(attribution, rows, data):
    book, lots = lots_of(rows, attribution)
    for row in range(len(book.payer)):
        low = data.draw(st.integers(0, int(book.amount[row]) - 1))
        fen = data.draw(st.integers(1, int(book.amount[row]) - low))
        pieces = lots.made_of(row, [(low, fen)])
        assert sum(part for _, _, part in pieces) == fen
        for source, offset, part in pieces:
            assert part > 0
            if source != OWN:
                assert source < row
                assert book.payee[source] == book.payer[row]
                assert offset + part <= book.amount[source]


@given(transfers())
@hypothesis_settings(max_examples=60, deadline=None)
def test_no_fen_of_an_arrival_is_spent_twice(rows):
    book, lots = lots_of(rows)
    spent = set()
    for row in range(len(book.payer)):
        for source, offset, part in lots.made_of(row, [(0, int(book.amount[row]))]):
            if source != OWN:
                coins = {(source, coin) for coin in range(offset, offset + part)}
                assert not coins & spent
                spent |= coins


def test_an_account_past_the_budget_is_refused_and_the_next_may_still_be_read():
    rows = [transfer(n, n, "P", "HUB", 1) for n in range(9)]
    rows += [
        transfer(9, 20, "HUB", "X", 5),
        transfer(10, 21, "S", "T", 5),
        transfer(11, 22, "T", "X", 5),
    ]
    _, lots = lots_of(rows, budget=4)
    assert lots.made_of(9, [(0, 5)]) is None
    assert lots.cut
    assert lots.made_of(11, [(0, 5)]) == [(10, 0, 5)]
    assert lots.edges == 2
