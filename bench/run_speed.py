"""Cold start, and `duanka run` on a large town: wall, CPU and peak memory, the compiling run apart."""

from __future__ import annotations

import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from measure import OUT, keep, show

BIN = Path(sys.executable).parent
STAGE = re.compile(r"^(\s*)✓ (.+) \(([\d.]+) s\)")


@dataclass(frozen=True)
class Child:
    """What a command cost."""

    wall_s: float
    cpu_s: float
    peak_mb: float
    stages: tuple[tuple[str, float, float], ...]


def spend(command: list[str], *, threads: int, cache: Path | None = None) -> Child:
    """The cost of a command; peak memory stage by stage where it says which stage ended.

    Raises: RuntimeError if it fails.
    """
    env = os.environ | {
        "OMP_NUM_THREADS": str(threads), "POLARS_MAX_THREADS": str(threads),
        "DUANKA_THREADS": str(threads), "PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8",
    }  # fmt: skip
    env.pop("NUMBA_NUM_THREADS", None)
    if cache is not None:
        env["NUMBA_CACHE_DIR"] = str(cache)
    begun = time.monotonic()
    child = subprocess.Popen(
        command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    lines: list[tuple[str, float]] = []
    reader = threading.Thread(target=_listen, args=(child, lines))
    reader.start()
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.monotonic() - begun
    child.returncode = os.waitstatus_to_exitcode(status)
    reader.join()
    if child.returncode:
        raise RuntimeError("".join(line for line, _ in lines[-20:]))
    stages = tuple(
        (told[2].strip(), float(told[3]), peak)
        for line, peak in lines
        if (told := STAGE.match(line))
    )
    peak = max([usage.ru_maxrss / 1024, *(mb for _, _, mb in stages)])
    return Child(wall, usage.ru_utime + usage.ru_stime, peak, stages)


def _listen(child: subprocess.Popen[str], lines: list[tuple[str, float]]) -> None:
    assert child.stdout is not None
    lines.extend((line, _peak_since_last(child.pid)) for line in child.stdout)


def _peak_since_last(pid: int) -> float:
    """Mebibytes at the highest since this was last asked; 0 where the system does not tell."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
        Path(f"/proc/{pid}/clear_refs").write_text("5", encoding="ascii")
    except OSError:
        return 0.0
    found = re.search(r"VmHWM:\s+(\d+)", status)
    return int(found[1]) / 1024 if found else 0.0


def cold_start(times: int = 7) -> dict[str, float]:
    """CPU-seconds of `duanka --help`, beside a bare interpreter."""
    commands = {
        "duanka --help": [str(BIN / "duanka"), "--help"],
        "python -c pass": [sys.executable, "-c", "pass"],
    }
    spent: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(times):
        for name, command in commands.items():
            spent[name].append(spend(command, threads=1).cpu_s)
    found = {name: statistics.median(seconds) for name, seconds in spent.items()}
    show(
        "cold start (CPU-seconds, median)", ["command", "CPU s"], [[n, s] for n, s in found.items()]
    )
    return found


def town_of(people: int, days: int) -> Path:
    """A simulated town on disk; kept for the next time."""
    folder = OUT / f"town_{people}_{days}"
    if (folder / "truth").is_dir() and (folder / "lead.parquet").exists():
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    command = [str(BIN / "duanka"), "simulate", "--out", str(folder), "--people", str(people)]
    spent = spend([*command, "--days", str(days), "--seed", "1"], threads=1)
    show(
        f"`duanka simulate`: {people:,} people, {days} days, one thread",
        ["", "wall s", "CPU s", "peak MiB"], [["simulate", spent.wall_s, spent.cpu_s, spent.peak_mb]],
    )  # fmt: skip
    return folder


def events_in(folder: Path) -> int:
    """Rows of the event tables."""
    import polars as pl

    names = ("transfer", "call", "message", "device_use", "opening")
    counts = (pl.scan_parquet(folder / f"{n}.parquet").select(pl.len()).collect() for n in names)
    return sum(int(count.item()) for count in counts)


def judged_by() -> list[str]:
    """No option where the default models fit; else one that names models learned here in a minute."""
    from duanka.errors import BadModel
    from duanka.features.catalogue import SUBJECTS
    from duanka.jobs.judges import default_folder, load_judge

    def fits(folder: Path) -> bool:
        try:
            return all(load_judge(folder, subject, "default") for subject in SUBJECTS)
        except BadModel:
            return False

    if fits(default_folder()):
        return []
    print(
        "   the default models do not fit the features of this checkout: small ones are learned here"
    )
    folder = OUT / "small_model"
    if not fits(folder):
        shutil.rmtree(folder, ignore_errors=True)
        command = [str(BIN / "duanka"), "train-default", "--out", str(folder), "--towns", "3"]
        spend([*command, "--people", "1500", "--rings", "6"], threads=1)
    return ["--model", str(folder)]


def run(*, quick: bool) -> dict[str, Any]:
    """`duanka run` on two threads: first with an empty cache of compiled code, then as on any day."""
    people, days = (4_000, 60) if quick else (40_000, 90)
    folder = town_of(people, days)
    who = judged_by()
    found: dict[str, Any] = {
        "people": people,
        "small_model": bool(who),
        "days": days,
        "events": events_in(folder),
    }
    rows: list[list[Any]] = []
    with tempfile.TemporaryDirectory() as cache:
        for name in ("first, compiling", "second", "third"):
            out = OUT / "run"
            shutil.rmtree(out, ignore_errors=True)
            command = [str(BIN / "duanka"), "run", str(folder), "--out", str(out), *who]
            spent = spend(command, threads=2, cache=Path(cache))
            found[name] = vars(spent)
            rows.append([name, spent.wall_s, spent.cpu_s, spent.peak_mb])
            last = spent
    show(
        f"`duanka run` on {people:,} people, {days} days, {found['events']:,} events, two threads",
        ["run", "wall s", "CPU s", "peak MiB"], rows,
        note="aim for 40,000 people: second run under 60 s wall on two idle cores, under 4,096 MiB",
    )  # fmt: skip
    show(
        "stages of the last run that took 2 s or more",
        ["stage", "wall s", "peak MiB"],
        last.stages,
    )
    return found


def bench(*, quick: bool) -> dict[str, Any]:
    """All figures of this file, printed."""
    found = {"cold_start": cold_start(3 if quick else 7), "run": run(quick=quick)}
    keep("speed_run", found)
    return found
