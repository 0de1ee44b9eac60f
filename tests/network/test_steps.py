from duanka.network.trace import TraceSettings, trace
from network.strategies_trace import hour, lead, leads_frame, transfer, transfers_frame


def test_the_budget_cuts_where_that_many_payments_were_looked_at():
    rows = [transfer(0, 0, "V", "M", 100)]
    rows += [transfer(n, n, "M", "N", 10) for n in range(1, 9)]
    asked = leads_frame([lead("l", 1, "M", 100)])
    for budget in (0, 3, 7, 8):
        s = TraceSettings(attribution="pro_rata", min_tainted_fen=1, budget_edges=budget)
        t = trace(transfers_frame(rows), asked, as_of=hour(99), settings=s)
        assert t.flow.height == 1 + budget
        assert t.cut.row(0)[3:] == (budget, budget < 8)
