"""A town to practise on, written as a dataset folder with the truth beside it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pyarrow.parquet as pq

from duanka.errors import BadInput
from duanka.simulate.world import Plan, Town, build

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import polars as pl

PART = 50_000  # people generated at once: bounds memory


def simulate(
    plan: Plan, out: Path, progress: Callable[[str], None] = print, *, people: int | None = None
) -> dict[str, int]:
    """The rows written of each table, when the town stands in `out` and its truth in `out/truth`.

    A town of more than 50,000 `people` is built in parts that share institutions, merchants and
    outsiders; each part is sorted by time within itself.

    Raises: BadInput if `out` already holds tables.
    """
    if any(out.glob("*.parquet")):
        raise BadInput(
            "the folder already holds tables", where=out.name, fix="name an empty or new folder"
        )
    (out / "truth").mkdir(parents=True, exist_ok=True)
    written: dict[str, int] = {}
    writers: dict[str, pq.ParquetWriter] = {}
    parts = _parts(plan, people or plan.people)
    try:
        for number, part in enumerate(parts):
            town = build(part)
            for name, frame in _frames(town, number):
                _append(writers, out, name, frame)
                written[name] = written.get(name, 0) + frame.height
            progress(f"part {number + 1} of {len(parts)}: {part.people:,} people")
    finally:
        for writer in writers.values():
            writer.close()
    return written


def _parts(plan: Plan, people: int) -> list[Plan]:
    count = -(-people // PART)
    sizes = [people // count + (n < people % count) for n in range(count)]
    return [replace(plan, people=size, shard=plan.shard + n) for n, size in enumerate(sizes)]


def _frames(town: Town, number: int) -> list[tuple[str, pl.DataFrame]]:
    # Institutions are the same in every part.
    tables = [(n, f) for n, f in town.tables.items() if number == 0 or n != "institution"]
    return [*tables, *((f"truth/{name}", frame) for name, frame in town.truth.items())]


def _append(
    writers: dict[str, pq.ParquetWriter], out: Path, name: str, frame: pl.DataFrame
) -> None:
    table = frame.to_arrow()
    if name not in writers:
        writers[name] = pq.ParquetWriter(out / f"{name}.parquet", table.schema, compression="zstd")
    writers[name].write_table(table.cast(writers[name].schema))
