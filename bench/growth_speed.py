"""How time and memory of the batch host grow with the data; each size in a process of its own."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from measure import HERE, ROOT, keep, show

ACCOUNTS_EACH = 50  # transfers for each account


def one(count: int) -> dict[str, float]:
    """What a size costs: build the streams, ask every account once at the end, and 1 % as made."""
    import numpy as np

    import stream_speed
    from duanka.features import replay, transfers

    small = stream_speed.generated(1_000, 100, hub_share=0.3)
    stream_speed.batch(stream_speed.events_of(small), small)
    begun = time.process_time()
    flow = stream_speed.generated(count, max(count // ACCOUNTS_EACH, 100), hub_share=0.1)
    made = time.process_time()
    inputs_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    events = stream_speed.events_of(flow)
    built = time.process_time()
    end = np.full(flow.accounts, flow.at[-1] + 1)
    for key, at in (
        (np.arange(flow.accounts), end),
        (flow.payer[-count // 100 :], flow.at[-count // 100 :]),
    ):
        asked = replay.ask(key, at, events)
        replay.answer(events, asked, transfers.LAYOUT, names=transfers.NAMES, dtype=np.float32)
    done = time.process_time()
    return {
        "transfers": count,
        "accounts": flow.accounts,
        "make_s": made - begun,
        "streams_s": built - made,
        "answer_s": done - built,
        "inputs_mb": inputs_mb,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def bench(*, quick: bool) -> dict[str, Any]:
    """All figures of this file, printed."""
    sizes = (300_000, 1_000_000) if quick else (1_000_000, 3_000_000, 10_000_000, 30_000_000)
    found: list[dict[str, float]] = []
    for size in sizes:
        if size > 10_000_000 and found[-1]["peak_mb"] * 3 > _free_mb() * 0.8:
            print(f"   {size:,} left out: memory in use by others")
            continue
        command = [sys.executable, str(HERE / "growth_speed.py"), str(size)]
        told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        found.append(json.loads(told.stdout.splitlines()[-1]))
        print(
            f"   {size:,}: {found[-1]['streams_s'] + found[-1]['answer_s']:.0f} CPU s", flush=True
        )
    rows = [
        [
            f"{told['transfers']:,}", told["streams_s"], told["answer_s"],
            1e6 * (told["streams_s"] + told["answer_s"]) / told["transfers"], told["peak_mb"],
            1024 * told["peak_mb"] / told["transfers"],
        ]
        for told in found
    ]  # fmt: skip
    a, b = found[-2:]
    each = (b["peak_mb"] - a["peak_mb"]) / (b["transfers"] - a["transfers"])
    whole = b["peak_mb"] + each * (100_000_000 - b["transfers"])
    show(
        "growth: streams of two sides, one question an account and of the last 1 % (one core)",
        ["transfers", "streams s", "answers s", "us a transfer", "peak MiB", "KiB a transfer"], rows,
        note=f"drawn straight on from the last two: 100 M transfers need {whole / 1024:.1f} GiB",
    )  # fmt: skip
    result = {"sizes": found, "peak_gib_of_100_m": whole / 1024}
    keep("speed_growth", result)
    return result


def _free_mb() -> float:
    told = Path("/proc/meminfo")
    lines = told.read_text(encoding="ascii").splitlines() if told.exists() else []
    free = [int(line.split()[1]) / 1024 for line in lines if line.startswith("MemAvailable")]
    return free[0] if free else 0.0


if __name__ == "__main__":
    print(json.dumps(one(int(sys.argv[1]))))
