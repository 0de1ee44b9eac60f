"""How time and memory of the scorecards grow with the cards; each size in a process of its own."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from datetime import UTC, datetime
from typing import Any

import numpy as np
import polars as pl

from measure import HERE, ROOT, keep, show

MONTHS = 36
REGIONS = 3_000
CARDS_EACH = 333  # an outlet: 100 million cards of 300,000 outlets
AS_OF = datetime(2026, 1, 1, tzinfo=UTC)


def attributed(cards: int) -> pl.DataFrame:
    """Cards as the trace-back leaves them: opened over five years, one in 400 implicated within the last three."""
    from duanka.governance.months import last_month

    rng = np.random.default_rng(cards)
    outlets = max(cards // CARDS_EACH, 10)
    size = np.exp(rng.normal(0, 1.2, outlets))
    outlet = rng.choice(outlets, cards, p=size / size.sum())
    last = last_month(AS_OF)
    opened = last - rng.integers(0, 60, cards)
    known = np.maximum(opened + rng.integers(0, 30, cards), last - MONTHS + 1)
    bad = (rng.random(cards) < 1 / 400) & (known <= last)
    kinds = rng.integers(0, 4, cards)
    words = pl.Series(
        ["class_1", "class_2", "payment", "phone"],
        dtype=pl.Enum(["class_1", "class_2", "payment", "phone"]),
    )
    names = {
        kind: pl.Series(
            [f"{kind}{n:06d}" for n in range(count)],
            dtype=pl.Enum([f"{kind}{n:06d}" for n in range(count)]),
        )
        for kind, count in (("o", outlets), ("r", REGIONS), ("i", 200))
    }
    none = pl.lit(None, dtype=pl.Int32)
    return pl.DataFrame(
        {
            "card_kind": pl.Series(["account", "sim"], dtype=pl.Enum(["account", "sim"])).gather((kinds == 3).astype(np.int64)),
            "card_class": words.gather(kinds),
            "holder_kind": pl.repeat("person", cards, dtype=pl.Enum(["person"]), eager=True),
            "channel": pl.repeat("branch", cards, dtype=pl.Enum(["branch"]), eager=True),
            "institution_id": names["i"].gather(outlet % 200), "outlet_id": names["o"].gather(outlet),
            "staff_id": pl.repeat(None, cards, dtype=pl.String, eager=True), "region_code": names["r"].gather(outlet % REGIONS),
            "opened_month": opened.astype(np.int32), "known": known.astype(np.int32), "bad": bad,
        }
    ).with_columns(
        known_month=pl.when("bad").then("known").otherwise(none),
        self_found=pl.lit(0, dtype=pl.Int32),
    ).drop("known", "bad")  # fmt: skip


def one(cards: int) -> dict[str, float]:
    """What a size costs from attributed cards on: counts in SQL, sheets, scorecards, the last month's listing."""
    from duanka.governance import evidence, scorecard, shrinkage
    from duanka.governance.horizon import Horizon
    from duanka.governance.months import begins_at, last_month
    from duanka.governance.sheets import count, sheets
    from duanka.policy import dated

    regime = dated.load().at(AS_OF.date())
    frame = attributed(cards)
    last = last_month(AS_OF)
    span = Horizon(begins_at(last - MONTHS + 1), AS_OF, 6, last - MONTHS + 1, last)
    inputs_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    marks = [time.process_time()]
    counted = count(frame, span)
    marks.append(time.process_time())
    found = sheets(counted, span, self_found_counts=0)
    marks.append(time.process_time())
    rows = scorecard.scorecard(found, regime).height
    marks.append(time.process_time())
    facts = evidence.facts_of(found, {}, regime, month=last)
    assert set(facts) == {"institution", "outlet", "region"}
    assert shrinkage.FEW_UNITS
    marks.append(time.process_time())
    parts = np.diff(marks)
    return {
        "cards": cards, "rows": rows, "sql_s": parts[0], "sheets_s": parts[1], "cards_s": parts[2],
        "month_s": parts[3], "inputs_mb": inputs_mb,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }  # fmt: skip


def bench(*, quick: bool) -> dict[str, Any]:
    """All figures of this file, printed."""
    found = []
    for size in (100_000, 1_000_000) if quick else (1_000_000, 10_000_000):
        command = [sys.executable, str(HERE / "scorecard_speed.py"), str(size)]
        told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        found.append(json.loads(told.stdout.splitlines()[-1]))
    rows = [
        [f"{t['cards']:,}", f"{t['rows']:,}", t["sql_s"], t["sheets_s"], t["cards_s"], t["month_s"], t["inputs_mb"], t["peak_mb"]]
        for t in found
    ]  # fmt: skip
    a, b = found

    def drawn(name: str) -> float:
        slope = (b[name] - a[name]) / (b["cards"] - a["cards"])
        return float(b[name] + slope * (100_000_000 - b["cards"]))

    seconds = sum(drawn(name) for name in ("sql_s", "sheets_s", "cards_s", "month_s"))
    show(
        "scorecards: counts in SQL, sheets, scorecards of 36 months, one month held to chance (CPU s, one thread)",
        ["cards", "rows", "sql s", "sheets s", "scorecards s", "a month s", "input MiB", "peak MiB"], rows,
        note=f"drawn straight on, not run: 100 M cards {seconds:.0f} CPU s, peak {drawn('peak_mb') / 1024:.0f} GiB; the aim is 300 s of two cores and 16 GiB",
    )  # fmt: skip
    result = {
        "sizes": found,
        "cpu_s_of_100_m": seconds,
        "peak_gib_of_100_m": drawn("peak_mb") / 1024,
    }
    keep("speed_scorecards", result)
    return result


if __name__ == "__main__":
    if len(sys.argv) > 1 and sys.argv[1].isdigit():
        print(json.dumps(one(int(sys.argv[1]))))
    else:
        bench(quick="--quick" in sys.argv)
