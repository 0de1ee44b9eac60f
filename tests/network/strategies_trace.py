"""Small graphs of transfers with ties, gaps, told and untold balances, loops and dirt."""

from __future__ import annotations

import datetime as dt

import polars as pl
from hypothesis import strategies as st

from duanka.network.trace import TraceSettings

T0 = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
AT = pl.Datetime("us", "UTC")
TRANSFER = {
    "transfer_id": pl.String,
    "at": AT,
    "payer_id": pl.String,
    "payee_id": pl.String,
    "amount_fen": pl.Int64,
    "payer_balance_fen": pl.Int64,
    "payee_balance_fen": pl.Int64,
    "outcome": pl.Enum(["success", "failed"]),
}
LEAD = {
    "lead_id": pl.String,
    "issued_at": AT,
    "card_kind": pl.Enum(["account", "sim"]),
    "card_id": pl.String,
    "loss_fen": pl.Int64,
}
ACCOUNTS = ["V", "W", "A", "B", "C", "D", "E", "CASH", "MERCHANT:1"]


def hour(n):
    return T0 + dt.timedelta(hours=n)


def transfer(n, at, payer, payee, fen, *, payer_told=None, payee_told=None, outcome="success"):
    values = (f"t{n:05d}", hour(at), payer, payee, fen, payer_told, payee_told, outcome)
    return dict(zip(TRANSFER, values, strict=True))


def lead(name, at, card, loss, kind="account"):
    return dict(zip(LEAD, (name, hour(at), kind, card, loss), strict=True))


def transfers_frame(rows):
    return pl.DataFrame(rows, schema=TRANSFER)


def leads_frame(rows):
    return pl.DataFrame(rows, schema=LEAD)


@st.composite
def transfers(draw, told=True, dirty=True, most=28):
    """Rows in time order; with `told` some balances are given, right or wrong."""
    balance = st.one_of(st.none(), st.none(), st.integers(-3, 40)) if told else st.none()
    row = st.tuples(
        st.integers(0, 9),
        st.sampled_from(ACCOUNTS),
        st.sampled_from(ACCOUNTS),
        st.integers(1, 15),
        balance,
        balance,
        st.sampled_from(["success"] * 8 + ["failed", None]) if dirty else st.just("success"),
    )
    rows = sorted(draw(st.lists(row, max_size=most)), key=lambda r: r[0])
    return [
        transfer(n, *row[:4], payer_told=row[4], payee_told=row[5], outcome=row[6])
        for n, row in enumerate(rows)
    ]


def dense(draw):
    """A graph, its leads and settings by a `random.Random`, in which most money moves on and budgets do cut.

    What hypothesis draws is smaller and stranger: of 3,000 of its graphs no budget had cut one.
    """

    def told():
        return draw.randint(-3, 40) if with_balances and draw.random() < 0.25 else None

    with_balances = draw.random() < 0.5
    hours = sorted(draw.randint(0, 15) for _ in range(draw.randint(5, 40)))
    rows = [
        transfer(n, at, draw.choice(ACCOUNTS), draw.choice(ACCOUNTS), draw.randint(1, 15),
                 payer_told=told(), payee_told=told())
        for n, at in enumerate(hours)
    ]  # fmt: skip
    losses = [None, draw.randint(1, 15), draw.randint(10, 30)]
    asked = [
        lead(f"l{n}", draw.randint(1, 16), draw.choice("AB"), draw.choice(losses)) for n in range(2)
    ]
    how = TraceSettings(
        max_hops=draw.randint(1, 6),
        budget_edges=draw.choice([1000, draw.randint(0, 12)]),
        min_tainted_fen=draw.randint(0, 5),
        attribution=draw.choice(["fifo", "pro_rata"]),
    )
    return rows, asked, how


def leads():
    row = st.tuples(
        st.integers(0, 10),
        st.sampled_from(["A", "B", "V", "Z", "CASH"]),
        st.one_of(st.none(), st.integers(0, 30)),
        st.sampled_from(["account"] * 6 + ["sim"]),
    )
    return st.lists(row, min_size=1, max_size=3).map(
        lambda rows: [lead(f"l{n}", *row) for n, row in enumerate(rows)]
    )


def settings():
    return st.builds(
        TraceSettings,
        max_hops=st.integers(1, 5),
        budget_edges=st.one_of(st.just(1000), st.integers(0, 8)),
        horizon_days=st.sampled_from([0, 1, 30]),
        min_tainted_fen=st.integers(0, 5),
        attribution=st.sampled_from(["fifo", "pro_rata"]),
    )
