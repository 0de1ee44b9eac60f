from duanka.network.trace import TraceSettings, trace
from network.strategies_trace import hour, lead, leads_frame, transfer, transfers_frame


def test_sums_of_a_trillion_yuan_add_up():
    big = 10**14
    rows = [
        transfer(0, 0, "V", "M", big, payee_told=3 * big),
        transfer(1, 1, "M", "N", big // 7),
        transfer(2, 2, "N", "M", big // 9),
    ]
    s = TraceSettings(attribution="pro_rata")
    asked = leads_frame([lead("l", 1, "M", big)])
    t = trace(transfers_frame(rows), asked, as_of=hour(9), settings=s)
    assert t.flow["tainted_fen"].to_list()[:2] == [big, big // 7 * big // (3 * big)]
    assert t.holding["left_fen"].sum() == big
