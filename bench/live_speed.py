"""The live host of whole vectors: events a CPU-second, singly and in batches, on hubs; bytes a card."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from duanka import tables
from duanka.features.live import Live
from duanka.intercept.idle import Attic
from duanka.simulate.world import Plan, build
from measure import keep, show

if TYPE_CHECKING:
    from collections.abc import Mapping

ASKED = ("transfer", "call", "opening")
START = 1_777_000_000_000_000
SECOND = 1_000_000
FOREVER = 1 << 62
PART = 50_000


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


def hub(payers: int, together: int, folder: Path) -> list[object]:
    """CPU microseconds a transfer to one account that so many have paid before, and to a person; memory of the payers.

    The payers leave memory as they would after a month, each part of them once all of it has paid.
    """
    live, before = Live(room=(attic := Attic(folder))), resident()
    rows, told = [payment(payers + n, n) for n in range(20 * together)], 0
    for n in range(payers):
        live.tell("transfer", payment(n, n))
        if n % PART == PART - 1 or n == payers - 1:
            spans = live.spans()
            told += resident() - before
            while attic.leave(spans, FOREVER):
                pass
            before = resident()
    spent = []
    for to in ("nobody yet", "hub", "person"):  # the first reads the payers back from disk
        asked = [row | {"payee_id": to} for row in rows]
        begun = time.process_time()
        for at in range(0, len(rows), together):
            live.answer_and_tell("transfer", asked[at : at + together])
        spent.append((time.process_time() - begun) / len(rows) * 1e6)
    return [payers, *spent, told / payers / 1024, attic.away_bytes / payers / 1024]


def resident() -> int:
    """Bytes of memory that this process has."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4_096


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
    with tempfile.TemporaryDirectory(prefix="duanka-live-") as room:
        hub(10, 1, Path(room))
    rows = [town(told, table, together) for table in ASKED for together in (1, 64)]
    show("live vectors", ["table", "together", "CPU us an event", "bytes a card"], rows)
    sizes = (100, 2_000) if quick else (100, 1_000_000)
    with tempfile.TemporaryDirectory(prefix="duanka-live-") as room:
        hubs = [hub(payers, 64, Path(room)) for payers in sizes]
    show(
        "live vectors on a hub, 64 together",
        ["payers before", "CPU us, payers back from disk", "to the hub", "to a person", "KiB a payer in memory", "KiB on disk when idle"],
        hubs,
        note="each payer paid once; the first column beside pays the reading back, once",
    )  # fmt: skip
    keep("speed_live", {"town": rows, "hub": hubs})
