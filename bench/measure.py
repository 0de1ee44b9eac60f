"""What every bench shares: CPU time, medians, tables on the terminal, figures kept as JSON."""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
OUT = HERE / "out"
SHARED = ROOT.parent / "shared" / "data"
PACKAGES = ("numpy", "numba", "lightgbm", "polars", "duckdb", "snapml")
T = TypeVar("T")


def one_thread() -> None:
    """Nothing; every thread pool that reads its environment later has one thread."""
    for name in ("OMP_NUM_THREADS", "POLARS_MAX_THREADS", "NUMBA_NUM_THREADS"):
        os.environ[name] = "1"


@dataclass(frozen=True)
class Timed(Generic[T]):
    """A call's result and the median CPU-seconds of its repetitions."""

    value: T
    cpu_s: float
    all_s: tuple[float, ...]


def timed(call: Callable[[], T], times: int = 3) -> Timed[T]:
    """The call repeated, by the CPU-seconds of this process: what others do at the time hardly counts."""
    spent = []
    for _ in range(times):
        before = time.process_time()
        value = call()
        spent.append(time.process_time() - before)
    return Timed(value, statistics.median(spent), tuple(spent))


def paired(calls: Mapping[str, Callable[[], Any]], times: int = 3) -> dict[str, float]:
    """Median CPU-seconds of each call, taking turns, so that a slow minute of the machine hits all."""
    spent: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(times):
        for name, call in calls.items():
            spent[name].append(timed(call, 1).cpu_s)
    return {name: statistics.median(seconds) for name, seconds in spent.items()}


def conditions() -> dict[str, Any]:
    """The circumstances of a measurement."""
    return {
        "when": time.strftime("%Y-%m-%d %H:%M"),
        "commit": _head(),
        "python": platform.python_version(),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "load_average": round(os.getloadavg()[0], 1),
        "versions": {name: found for name in PACKAGES if (found := _version(name))},
        "argv": sys.argv[1:],
    }


def _head() -> str:
    git = ["git", "rev-parse", "--short", "HEAD"]
    found = subprocess.run(git, cwd=ROOT, capture_output=True, text=True, check=False)
    return found.stdout.strip() or "unknown"


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def keep(name: str, found: object) -> None:
    """Nothing; the figures stand in bench/out/NAME.json with their conditions."""
    OUT.mkdir(exist_ok=True)
    text = json.dumps({"conditions": conditions(), "found": found}, ensure_ascii=False, indent=1)
    (OUT / f"{name}.json").write_text(text + "\n", encoding="utf-8")


def show(
    title: str, columns: Sequence[str], rows: Sequence[Sequence[object]], *, note: str = ""
) -> None:
    """Nothing; a table on the terminal, numbers to the right."""
    cells = [[_cell(value) for value in row] for row in rows]
    widths = [max([len(name), *(len(row[at]) for row in cells)]) for at, name in enumerate(columns)]
    print(f"\n== {title}")
    for row in [list(columns), *cells]:
        first = row[0].ljust(widths[0])
        rest = (cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))
        print("  ".join([first, *rest]))
    if note:
        print(f"   {note}")
    sys.stdout.flush()


def _cell(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, float):
        if abs(value) >= 1000:
            return f"{value:,.0f}"
        return f"{value:.3g}" if abs(value) >= 1 else f"{value:.3f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def peer_missing() -> bool:
    """True, after a word on how to get it, where snapml is not installed."""
    try:
        import snapml  # noqa: F401  # only whether it is there
    except ImportError:
        print("snapml is not installed; for its rows: .venv/bin/uv pip install snapml")
        return True
    return False
