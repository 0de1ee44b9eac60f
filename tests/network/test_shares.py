from duanka.network.trace import TraceSettings, trace
from network.strategies_trace import hour, lead, leads_frame, transfer, transfers_frame


def traced(rows, asked, **how):
    s = TraceSettings(attribution="pro_rata", min_tainted_fen=10, **how)
    return trace(transfers_frame(rows), leads_frame(asked), as_of=hour(999), settings=s)


def test_an_arrival_before_the_next_large_payment_is_shared_from_then_on():
    rows = [
        transfer(0, 0, "V", "M", 100, payee_told=1000),
        transfer(1, 1, "M", "S", 50),
        transfer(2, 2, "V", "M", 50),
        transfer(3, 3, "M", "N", 200),
    ]
    t = traced(rows, [lead("l", 9, "M", 150)])
    # 5 of the 50 went unfollowed; then 145 of the 1,000 that were there, of which 200 left
    told = {r["transfer_id"]: r["tainted_fen"] for r in t.flow.to_dicts()}
    assert told == {"t00000": 100, "t00002": 50, "t00003": 29}
    assert t.holding.filter(t.holding["account_id"] == "M")["untraced_fen"].item() == 5


def test_an_arrival_may_make_an_earlier_payment_the_next():
    rows = [
        transfer(0, 0, "V", "M", 20, payee_told=1000),
        transfer(1, 1, "V", "M", 900),
        transfer(2, 2, "M", "N", 40),
        transfer(3, 3, "M", "N", 900),
    ]
    t = traced(rows, [lead("l", 9, "M", 920)])
    assert t.flow["transfer_id"].to_list() == ["t00000", "t00001", "t00002", "t00003"]
