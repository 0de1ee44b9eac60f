"""The live host of whole vectors: events a CPU-second, singly and in batches, on hubs; bytes a card."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import polars as pl

from duanka import tables
from duanka.features.live import Live
from duanka.simulate.world import Plan, build
from measure import keep, show

if TYPE_CHECKING:
    from collections.abc import Mapping

ASKED = ("transfer", "call", "opening")
START = 1_777_000_000_000_000
SECOND = 1_000_000


def flow(data: Mapping[str, pl.DataFrame]) -> list[tuple[int, str, dict[str, Any]]]:
    """Every row of a town in order of time, as a door would hand them over."""
    found = []
    for name, frame in data.items():
        columns = {
            c: pl.col(c).dt.timestamp("us")
            if isinstance(t, pl.Datetime)
            else pl.col(c).cast(pl.String)
            for c, t in frame.schema.items()
            if isinstance(t, pl.Datetime | pl.Enum)
        }
        at = tables.time_of(name)
        rows = frame.with_columns(**columns).to_dicts()
        found += [(row[at] if at else -1, name, row) for row in rows]
    return sorted(found, key=lambda told: told[0])


def town(told: list[tuple[int, str, dict[str, Any]]], table: str, together: int) -> list[object]:
    """CPU microseconds an event, and bytes a card: half a town is told, the rest of one table answered and told."""
    live, half = Live(), len(told) // 2
    for _, name, row in told[:half]:
        live.tell(name, row)
    rows = [row for _, name, row in told[half:] if name == table]
    begun = time.process_time()
    for at in range(0, len(rows), together):
        live.answer_and_tell(table, rows[at : at + together])
    spent = time.process_time() - begun
    size = live.size()
    bytes_held = sum(value for name, value in size.items() if name != "cards")
    return [table, together, spent / len(rows) * 1e6, bytes_held // size["cards"]]


def hub(payers: int, together: int) -> float:
    """CPU microseconds a transfer to one account that so many have paid before."""
    live = Live()
    for n in range(payers):
        live.tell("transfer", payment(n, n))
    rows = [payment(payers + n, n) for n in range(20 * together)]
    begun = time.process_time()
    for at in range(0, len(rows), together):
        live.answer_and_tell("transfer", rows[at : at + together])
    return (time.process_time() - begun) / len(rows) * 1e6


def payment(n: int, payer: int) -> dict[str, Any]:
    """The n-th payment to the hub."""
    return {
        "at": START + n * SECOND // 10, "payer_id": f"p{payer}", "payee_id": "hub", "amount_fen": 1_000,
    }  # fmt: skip


def bench(*, quick: bool) -> None:
    """Nothing; prints the table and keeps the figures."""
    people = 2_000 if quick else 6_000
    told = flow(build(Plan(1, people=people, days=60, rings=3)).tables)
    # whoever runs it first after a change compiles
    hub(10, 1)
    rows = [town(told, table, together) for table in ASKED for together in (1, 64)]
    show("live vectors", ["table", "together", "CPU us an event", "bytes a card"], rows)
    most = 2_000 if quick else 20_000
    hubs = [[payers, hub(payers, 64)] for payers in (100, most)]
    show("live vectors on a hub, 64 together", ["payers before", "CPU us a transfer"], hubs)
    keep("speed_live", {"town": rows, "hub": hubs})
