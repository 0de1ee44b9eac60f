"""`make bench`: speed and memory beside the peers, in one run on one machine."""

from __future__ import annotations

import argparse
import time

import measure

PARTS = (
    "features",
    "model",
    "run",
    "growth",
    "networks",
    "door",
    "scorecards",
    "governance-scale",
    "http",
    "live",
    "lift",
    "ledger",
    "console",
    "leads",
)


def main() -> None:
    """Nothing; prints tables and writes bench/out/speed_*.json."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--quick", action="store_true", help="a few minutes, smaller sizes")
    reader.add_argument("--only", choices=PARTS, action="append", help="one part; may be repeated")
    asked = reader.parse_args()
    measure.one_thread()
    # only now, since thread pools read the environment when they are loaded
    import console_speed
    import door_speed
    import governance_scale
    import growth_speed
    import http_speed
    import leads_speed
    import ledger_speed
    import lift_speed
    import live_speed
    import model_speed
    import network_speed
    import run_speed
    import scorecard_speed
    import stream_speed

    benches = dict(
        zip(
            PARTS,
            (
                stream_speed,
                model_speed,
                run_speed,
                growth_speed,
                network_speed,
                door_speed,
                scorecard_speed,
                governance_scale,
                http_speed,
                live_speed,
                lift_speed,
                ledger_speed,
                console_speed,
                leads_speed,
            ),
            strict=True,
        )
    )
    about = measure.conditions()
    print("conditions:", ", ".join(f"{name} {value}" for name, value in about.items()))
    for name in asked.only or PARTS:
        begun = time.monotonic()
        benches[name].bench(quick=asked.quick)
        print(f"   ({name}: {time.monotonic() - begun:.0f} s)", flush=True)


if __name__ == "__main__":
    main()
