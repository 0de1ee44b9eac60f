"""A town to practise on, written as a dataset folder with the truth beside it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from duanka.errors import BadInput
from duanka.jobs.progress import Progress

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl
    import pyarrow.parquet as pq

    from duanka.simulate.world import Plan, Town

PART = 50_000  # people generated at once: bounds memory


def simulate(
    out: Path, *, people: int = 8_000, days: int = 60, seed: int = 1,
    habits: tuple[str, ...] = (), say: Progress | None = None,
) -> dict[str, int]:  # fmt: skip
    """The rows written of each table, when a town stands in `out` and its truth in `out/truth`.

    Raises: BadInput if a value is out of range or `out` already holds tables.
    """
    from duanka.simulate.world import ALL_HABITS, Plan

    first = Plan(seed, min(people, PART), days, habits=habits or ALL_HABITS)
    return write_town(first, out, people=people, say=say)


def write_town(
    plan: Plan, out: Path, *, people: int | None = None, say: Progress | None = None
) -> dict[str, int]:
    """The rows written of each table, when the town of a plan stands in `out`.

    A town of more than 50,000 `people` is built in parts that share institutions, merchants and
    outsiders, and that follow one another in the same files; each is sorted by time within itself.

    Raises: BadInput if `out` already holds tables.
    """
    from duanka.simulate.world import build

    if any(out.glob("*.parquet")):
        raise BadInput(
            "the folder already holds tables", where=out.name, fix="name an empty or new folder"
        )
    (out / "truth").mkdir(parents=True, exist_ok=True)
    say = say or Progress()
    written: dict[str, int] = {}
    writers: dict[str, pq.ParquetWriter] = {}
    parts = _parts(plan, people or plan.people)
    try:
        with say.stage("模拟城镇 building the town"):
            for number, part in enumerate(parts):
                for name, frame in _frames(build(part), number):
                    _append(writers, out, name, frame)
                    written[name] = written.get(name, 0) + frame.height
                say.advance(number + 1, len(parts))
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
    import pyarrow.parquet as pq

    table = frame.to_arrow()
    if name not in writers:
        writers[name] = pq.ParquetWriter(out / f"{name}.parquet", table.schema, compression="zstd")
    writers[name].write_table(table.cast(writers[name].schema))
