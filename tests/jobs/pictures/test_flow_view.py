from duanka.jobs.pictures.flow_view import flow_view, source_view
from duanka.network.backward import trace_back
from duanka.network.trace import TraceSettings, trace
from network.strategies_trace import hour, lead, leads_frame, transfer, transfers_frame

ROWS = [
    transfer(0, 0, "V", "M", 10_000),
    transfer(1, 1, "M", "N", 7_000),
    transfer(2, 2, "N", "CASH", 4_000),
]


def forward(rows=ROWS, card="M"):
    asked = leads_frame([lead("l", 9, card, 10_000)])
    return flow_view(
        "l", trace(transfers_frame(rows), asked, as_of=hour(20), settings=TraceSettings())
    )


def test_the_tree_goes_from_the_reported_account_to_where_money_ended():
    tree = forward().tree
    assert tree[1].startswith("└─ M 100.00 元 ← 1 个付款方")
    assert tree[2].startswith("   └─ N 70.00 元")
    assert tree[3].startswith("      └─ CASH 40.00 元")


def test_figures_and_table_say_what_can_still_be_stopped():
    seen = forward()
    assert seen.figures["还可止付 can still be stopped"] == "60.00 元"
    assert seen.figures["预算是否用尽 budget cut"] == "否 no"
    assert seen.table[1].split()[:2] == ["M", "100.00"]
    assert seen.tables["still_there"]["left_fen"].to_list() == [3_000, 3_000]


def test_exits_and_victims_look_their_part():
    looks = {mark.key: mark.look for mark in forward().picture.marks}
    assert looks == {"V": "victim", "M": "account", "N": "account", "CASH": "outside"}


def test_money_goes_from_left_to_right_also_when_searched_backward():
    sourced = trace_back(transfers_frame(ROWS), "N", as_of=hour(20))
    seen = source_view("N", sourced)
    at = {mark.key: mark.x for mark in seen.picture.marks}
    assert at["V"] < at["M"] < at["N"]
    assert any(line.startswith("V") and "70.00" in line for line in seen.table)


def test_a_loss_that_is_not_found_is_said():
    seen = forward([transfer(0, 0, "X", "Y", 5)], card="Z")
    assert "not found" in seen.tree[1]
    assert seen.picture.marks == []
