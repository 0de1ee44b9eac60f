"""How time and memory grow with the data, of the batch host and of the whole run; each size in a process of its own.

`python bench/growth_speed.py --whole 100000000` makes a bank of so many transfers (`large_bank`), runs
`duanka run` on it and prints what that took.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
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


class Watch(threading.Thread):
    """Mebibytes of a process at their highest, looked at five times a second.

    `own` is what it has for itself alone; pages of files come on top, and the system may take those away.
    """

    def __init__(self, of: int) -> None:
        super().__init__(daemon=True)
        self.of, self.own, self.whole, self.ended = of, 0.0, 0.0, threading.Event()
        self.own_in_stage = 0.0

    def run(self) -> None:
        while not self.ended.wait(0.2):
            try:
                status = Path(f"/proc/{self.of}/status").read_text(encoding="ascii")
            except OSError:
                return
            told = dict(re.findall(r"(Rss\w+):\s+(\d+)", status))
            own = int(told.get("RssAnon", 0)) / 1024
            self.own, self.own_in_stage = max(self.own, own), max(self.own_in_stage, own)
            self.whole = max(self.whole, sum(int(kb) for kb in told.values()) / 1024)


def whole(count: int, under: Path, *, threads: int, memory_mb: int) -> dict[str, Any]:
    """What `duanka run` takes on a bank of so many transfers, made first and thrown away after."""
    import large_bank

    folder = Path(tempfile.mkdtemp(dir=under))
    try:
        begun = time.monotonic()
        large_bank.write(folder / "data", large_bank.Size(count))
        print(f"   made in {time.monotonic() - begun:.0f} s", flush=True)
        told = _ran(folder, threads=threads, memory_mb=memory_mb)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return {"transfers": count, "accounts": large_bank.Size(count).accounts, **told}


def _ran(folder: Path, *, threads: int, memory_mb: int) -> dict[str, Any]:
    env = os.environ | {
        "OMP_NUM_THREADS": str(threads), "POLARS_MAX_THREADS": str(threads),
        "DUANKA_THREADS": str(threads), "DUANKA_MEMORY_MB": str(memory_mb),
        "PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8",
    }  # fmt: skip
    command = [str(Path(sys.executable).parent / "duanka"), "run", str(folder / "data")]
    begun = time.monotonic()
    with (folder / "told.txt").open("w", encoding="utf-8") as errors:
        child = subprocess.Popen(
            [*command, "--out", str(folder / "out")], env=env, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        watch = Watch(child.pid)
        watch.start()
        assert child.stdout is not None
        for line in child.stdout:
            errors.write(line)
            if "✓" in line:
                print(f"   {line.rstrip()}, own memory {watch.own_in_stage:,.0f} MiB", flush=True)
                watch.own_in_stage = 0.0
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        watch.ended.set()
    wall = time.monotonic() - begun
    if child.returncode:
        raise RuntimeError((folder / "told.txt").read_text(encoding="utf-8")[-4000:])
    return {
        "wall_s": wall, "cpu_s": usage.ru_utime + usage.ru_stime,
        "own_mb": watch.own, "peak_mb": max(watch.whole, usage.ru_maxrss / 1024),
    }  # fmt: skip


def show_whole(found: list[dict[str, Any]]) -> None:
    """Nothing; the table of whole runs on the terminal."""
    show(
        "growth of the whole run (`duanka run`, transfers alone with labels and leads)",
        ["transfers", "accounts", "wall s", "CPU s", "us a transfer", "own MiB", "with files MiB"],
        [
            [
                f"{told['transfers']:,}", f"{told['accounts']:,}", told["wall_s"], told["cpu_s"],
                1e6 * told["cpu_s"] / told["transfers"], told["own_mb"], told["peak_mb"],
            ]
            for told in found
        ],
        note="own: memory that nobody can take away; with files: pages of files that it read or spilled, too",
    )  # fmt: skip


def _free_mb() -> float:
    told = Path("/proc/meminfo")
    lines = told.read_text(encoding="ascii").splitlines() if told.exists() else []
    free = [int(line.split()[1]) / 1024 for line in lines if line.startswith("MemAvailable")]
    return free[0] if free else 0.0


if __name__ == "__main__":
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("count", type=int, nargs="?", help="transfers through the batch host")
    reader.add_argument("--whole", type=int, nargs="+", help="transfers through `duanka run`")
    reader.add_argument("--under", type=Path, default=Path(tempfile.gettempdir()))
    reader.add_argument("--threads", type=int, default=2)
    reader.add_argument("--memory-mb", type=int, default=4096)
    asked = reader.parse_args()
    if asked.whole:
        sizes = [
            whole(count, asked.under, threads=asked.threads, memory_mb=asked.memory_mb)
            for count in asked.whole
        ]
        show_whole(sizes)
        keep("speed_growth_whole", sizes)
    else:
        print(json.dumps(one(asked.count)))
