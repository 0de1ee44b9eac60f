"""Makes the reference of honest events that ships, as `models/event_reference.json`."""

from __future__ import annotations

import argparse
import json
from importlib import resources
from pathlib import Path

from duanka.jobs.event_peers import learn
from duanka.jobs.progress import Progress
from duanka.jobs.train_default import Practice
from duanka.models.event_peers import FILE
from duanka.simulate.world import ALL_HABITS


def main() -> None:
    """Nothing; writes the file."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--towns", type=int, default=10, help="how many towns")
    reader.add_argument("--people", type=int, default=4_000, help="how many people a town has")
    reader.add_argument(
        "--out", type=Path, default=Path(str(resources.files("duanka.models"))) / FILE
    )
    asked = reader.parse_args()
    kept = learn(
        Practice(asked.towns, asked.people, 3, ALL_HABITS, seed=3_000), threads=1, say=Progress()
    )
    asked.out.write_text(json.dumps(kept, sort_keys=True, separators=(",", ":")) + "\n", "utf-8")


if __name__ == "__main__":
    main()
