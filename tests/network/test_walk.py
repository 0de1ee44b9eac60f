import numpy as np

from duanka.network.book import build, moved
from duanka.network.loss import Losses
from duanka.network.trace import TraceSettings, trace
from duanka.network.walk import ROOM, Limits, walk
from network.strategies_trace import hour, lead, leads_frame, transfer, transfers_frame


def test_more_flow_than_fits_the_room_at_once_is_all_there():
    rows = [transfer(0, 0, "V", "M", 100)]
    rows += [transfer(n, n, "M", "CASH", 10) for n in range(1, 11)]
    many = ROOM // 11 * 2 + 3
    asked = leads_frame([lead(f"l{n:06d}", 1, "M", 100) for n in range(many)])
    t = trace(
        transfers_frame(rows), asked, as_of=hour(99), settings=TraceSettings(min_tainted_fen=1)
    )
    assert t.flow.height == 11 * many
    assert t.holding.height == t.cut.height == many
    assert (t.flow["tainted_fen"].sum(), t.cut["edges_count"].sum()) == (200 * many, 10 * many)


def test_a_lead_without_a_loss_ends_where_it_begins():
    book, _ = build(moved(transfers_frame([transfer(0, 0, "V", "M", 100)]), as_of=hour(9)))
    zeros = np.zeros(3, np.int64)
    none = Losses(zeros, np.zeros(0, np.int32), zeros[:0], zeros[:2])
    found = walk(book, none, Limits(6, 10, 1, 0))
    assert found.ends.tolist() == [[0, 0], [0, 0]]
    assert found.flow.shape == (0, 5)
    assert found.holding.shape == (0, 6)
