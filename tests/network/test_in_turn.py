import numpy as np
import pytest

from duanka.network.in_turn import _first_beyond
from duanka.network.trace import TraceSettings, trace
from network.strategies_trace import hour, lead, leads_frame, transfer, transfers_frame


@pytest.mark.parametrize("count", [0, 1, 2, 7, 64, 1000])
def test_the_search_in_strides_finds_what_looking_at_each_finds(count):
    rng = np.random.default_rng(count)
    ends = np.cumsum(rng.integers(1, 5, count)).astype(np.int64)
    for fen in range(0, int(ends[-1]) + 2 if count else 2, max(count // 60, 1)):
        for first in (0, count // 3):
            beyond = [k for k in range(first, count) if ends[k] > fen]
            assert _first_beyond(ends, first, count, fen) == (beyond[0] if beyond else count)


def test_what_is_paid_of_older_money_costs_no_budget():
    rows = [transfer(0, 0, "V", "M", 10, payee_told=1010)]
    rows += [transfer(n, n, "M", "N", 1) for n in range(1, 1001)]
    rows += [transfer(1001, 1001, "M", "N", 10)]
    s = TraceSettings(budget_edges=1, min_tainted_fen=1)
    t = trace(transfers_frame(rows), leads_frame([lead("l", 1, "M", 10)]), as_of=hour(2000), settings=s)  # fmt: skip
    assert t.flow.rows()[1][2] == "t01001"
    assert t.cut.row(0)[3:] == (1, False)
