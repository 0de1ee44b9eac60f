"""Facts are counts beside a line, by the law of the day; nobody is called anything."""

from datetime import date

import polars as pl

from desks import policy
from duanka.cases.threshold_facts import COLUMNS, SAYS, facts

CARDS = pl.DataFrame(
    [("P1", "account", f"A{i}") for i in range(4)] + [("P1", "sim", "S1"), ("P2", "account", "B1"), ("", "account", "X")],
    schema=["holder_id", "card_kind", "card_id"],
    orient="row",
)  # fmt: skip
MOVED = pl.DataFrame(
    {"payee_id": ["A0", "A1", "B1", "S1"], "amount_fen": [20_000_000, 5_000_000, 100, 9]}
)


def told(day):
    found = facts(CARDS, MOVED, policy().at(day))
    assert found.schema == COLUMNS
    assert set(found["says"]) <= {SAYS}
    return {(h, f): (c, line, r) for h, f, c, line, r in found.select("holder_id", "fact", "count", "line", "reached").iter_rows()}  # fmt: skip


def test_each_day_has_its_own_line():
    early, late = told(date(2022, 6, 1)), told(date(2026, 6, 1))
    assert early["P1", "accounts"] == (4, 5, False)
    assert late["P1", "accounts"] == (4, 3, True)
    assert early["P1", "inflow_fen"] == (25_000_000, 20_000_000, True)
    assert late["P1", "inflow_fen"] == (25_000_000, 30_000_000, False)
    assert late["P1", "recognised_cards"] == (5, 3, True)
    assert late["P1", "sims"] == (1, 20, False)
    assert late["P2", "inflow_fen"] == (100, 30_000_000, False)
    assert not any(holder == "" for holder, _ in late)


def test_before_there_was_a_line_nothing_is_counted():
    assert told(date(2015, 1, 1)) == {}
