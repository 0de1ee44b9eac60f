"""Scorecards of 100 million cards, 300,000 outlets, 3,000 districts and 36 months: seconds and memory, run for once."""

# ruff: noqa: S608 - numbers of the bench are put into SQL, never what somebody wrote
from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from measure import HERE, ROOT, keep, show

AS_OF = "2026-01-01T00:00:00+08:00"
CARDS_EACH = 333  # an outlet
REGIONS = 3_000
INSTITUTIONS = 200
SHARD = 10_000_000
MEMORY_MB = 4_000
"""What DuckDB may hold; the arrays of the sheets come on top."""


def build(folder: Path, cards: int) -> None:
    """Nothing; cards of outlets of very unequal size, opened over five years, one in 400 implicated, as Parquet."""
    import duckdb

    outlets = max(cards // CARDS_EACH, 10)
    with duckdb.connect(":memory:", config={"threads": 1, "memory_limit": "2GB"}) as con:
        con.execute(
            f"""COPY (SELECT printf('o%06d', o) AS outlet_id, printf('i%03d', o % {INSTITUTIONS}) AS institution_id,
            'branch' AS outlet_kind, printf('%06d', 990000 + o % {REGIONS}) AS region_code
            FROM range({outlets}) t(o)) TO '{folder}/outlet.parquet'"""
        )
        for number, begin in enumerate(range(0, cards, SHARD)):
            end = min(begin + SHARD, cards)
            con.execute(
                f"""COPY (SELECT printf('c%09d', c) AS account_id, (['class_1','class_2','class_3','payment'])[CAST(1 + hash(c) % 4 AS BIGINT)] AS account_kind,
                printf('p%09d', c // 2) AS holder_id, printf('i%03d', o % {INSTITUTIONS}) AS institution_id,
                printf('o%06d', o) AS outlet_id, NULL::VARCHAR AS staff_id,
                TIMESTAMPTZ '2021-01-01 00:00:00+00' + to_seconds((hash(c + 7) % 157680000)::BIGINT) AS opened_at
                FROM (SELECT c, CAST({outlets} * power((hash(c * 3) % 1000003) / 1000003.0, 2.2) AS INTEGER) AS o
                FROM range({begin}, {end}) t(c))) TO '{folder}/account-{number:04d}.parquet'"""
            )
        con.execute(
            f"""COPY (SELECT 'account' AS card_kind, printf('c%09d', c) AS card_id, true AS implicated,
            TIMESTAMPTZ '2022-12-31 17:00:00+00' + to_seconds((hash(c + 13) % 94500000)::BIGINT) AS known_at,
            CASE WHEN hash(c) % 7 = 0 THEN 'review' ELSE 'police' END AS source
            FROM range(0, {cards}, 400) t(c)) TO '{folder}/label.parquet'"""
        )


def one(folder: str, threads: int) -> dict[str, float]:
    """What the scorecards of a folder cost: seconds by the clock and of CPU, peak of memory."""
    from duanka.jobs.govern_lake import scorecards
    from duanka.jobs.progress import Progress
    from duanka.policy import dated
    from duanka.settings import Settings

    begun, policy = time.monotonic(), dated.load()
    settings = Settings(threads=threads, memory_mb=MEMORY_MB)
    out = Path(folder) / "out"
    done = scorecards(
        Path(folder), out, as_of=AS_OF, settings=settings, policy=policy, say=Progress()
    )
    used = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "cards": done.cards,
        "rows": done.rows,
        "wall_s": time.monotonic() - begun,
        "cpu_s": used.ru_utime + used.ru_stime,
        "peak_mb": used.ru_maxrss / 1024,
    }


def bench(*, quick: bool) -> dict[str, Any]:
    """All figures of this file but the largest, printed; `--full` runs 100 million, which takes a while."""
    return sizes((1_000_000,) if quick else (1_000_000, 10_000_000))


def sizes(wanted: tuple[int, ...]) -> dict[str, Any]:
    """The figures of each size, printed and kept."""
    found = []
    for size in wanted:
        with tempfile.TemporaryDirectory() as folder:
            build(Path(folder), size)
            command = [sys.executable, str(HERE / "governance_scale.py"), folder]
            told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        found.append(json.loads(told.stdout.splitlines()[-1]))
    show(
        "scorecards straight from Parquet, 36 months, two threads",
        ["cards", "rows", "seconds by the clock", "CPU s", "peak MiB"],
        [[f"{t['cards']:,}", f"{t['rows']:,}", t["wall_s"], t["cpu_s"], t["peak_mb"]] for t in found],
        note="the aim is 300 s of two cores and 16 GiB for 100 million; the clock counts what else runs on the machine",
    )  # fmt: skip
    keep("speed_governance_scale", {"sizes": found})
    return {"sizes": found}


if __name__ == "__main__":
    if len(sys.argv) > 1 and Path(sys.argv[1]).is_dir():
        print(json.dumps(one(sys.argv[1], 2)))
    else:
        bench(quick="--quick" in sys.argv) if "--full" not in sys.argv else sizes((100_000_000,))
