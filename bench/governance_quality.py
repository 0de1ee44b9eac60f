"""Are bad clerks, outlets and districts found among honest ones of very unequal size, and honest ones left alone?"""

from __future__ import annotations

import sys
from collections import defaultdict
from typing import Any

import numpy as np
import polars as pl

from measure import ROOT, keep, show

sys.path.insert(0, str(ROOT / "tests"))

CARDS = 120_000
KINDS = ("staff", "outlet", "region")
CASES = (
    ("clerks, 30 times", {"staff": 12}, 30.0),
    ("outlets, 10 times", {"outlet": 10}, 10.0),
    ("districts, 3 times", {"region": 3}, 3.0),
    ("all three", {"staff": 8, "outlet": 5, "region": 2}, 12.0),
)
WINDOW = 6
WAYS = ("evidence", "rank", "raw rate", "raw count")


def orders(kind: str, cards: pl.DataFrame, evidence: pl.DataFrame) -> dict[str, list[str]]:
    """Units from the worst on, as a ranking of the last month would have them: all by the same six months."""
    months = sorted(set(cards["period"]))[-WINDOW:]
    mine = cards.filter(pl.col("unit_kind") == kind, pl.col("period").is_in(months))
    low = pl.col("lower_per_10k") / pl.col("expected_per_10k")
    units = (
        mine.sort("period")
        .group_by("unit_id")
        .agg(
            count=pl.col("implicated").sum(),
            rate=pl.col("implicated").sum() / pl.col("exposure").max(),
            low=low.filter(pl.col("period") == months[-1]).max().fill_null(0.0),
        )
        .sort("unit_id")
    )
    last = evidence.filter(pl.col("unit_kind") == kind, pl.col("period") == months[-1])
    told = last.sort("tail_share", "unit_id")["unit_id"].to_list()
    rest = [one for one in units["unit_id"] if one not in set(told)]

    def by(column: str) -> list[str]:
        return units.sort(column, descending=True, maintain_order=True)["unit_id"].to_list()

    return {
        "evidence": told + rest,
        "rank": by("low"),
        "raw rate": by("rate"),
        "raw count": by("count"),
    }


def one_world(
    case: tuple[str, dict[str, int], float],
    seed: int,
    found: dict[Any, list[float]],
    *,
    cards: int = CARDS,
) -> None:
    """Nothing; precision and recall at as many as were planted, and what was listed, are added."""
    import governance_room
    from duanka.governance import listing, scorecard
    from duanka.policy import dated

    name, bad, times = case
    plan = governance_room.Plan(
        seed=seed,
        cards=cards,
        institutions=12,
        outlets=cards // 300,
        regions=60,
        bad=bad,
        times=times,
        batch=0.1,
    )
    world = governance_room.build(plan)
    regime = dated.load().at(world.as_of.date())
    governed = scorecard.govern(world.tables, world.as_of, regime)
    assert governed is not None
    judged = listing.judge(governed, regime, world.tables["institution"])
    last = judged.table.filter(
        pl.col("period") == judged.table["period"].max(), pl.col("listing") != "none"
    )
    for kind in KINDS:
        planted = world.planted[kind]
        listed = set(last.filter(pl.col("unit_kind") == kind)["unit_id"])
        found[name, kind, "listed"].append(len(listed))
        found[name, kind, "listed planted"].append(len(listed & planted))
        if not planted:
            continue
        table = scorecard.scorecard(governed.sheets, regime)
        for way, order in orders(kind, table, judged.evidence).items():
            found[name, kind, way].append(len(set(order[: len(planted)]) & planted) / len(planted))
            found[name, kind, f"{way} 2k"].append(
                len(set(order[: 2 * len(planted)]) & planted) / len(planted)
            )


HONEST_CARDS = 30_000


def honest_worlds(seeds: int) -> list[list[Any]]:
    """By kind of unit: in how many honest worlds any was listed in the last month, with the exact 95 % interval."""
    from scipy.stats import binomtest

    found: dict[Any, list[float]] = defaultdict(list)
    for seed in range(seeds):
        one_world(("honest", {}, 1.0), 1_000 + seed, found, cards=HONEST_CARDS)
        if seed % 20 == 19:
            told = {
                kind: int(np.sum(np.array(found["honest", kind, "listed"]) > 0)) for kind in KINDS
            }
            print(f"   {seed + 1} honest worlds, with a listing: {told}", flush=True)
    rows = []
    for kind in KINDS:
        listed = np.array(found["honest", kind, "listed"])
        worlds = int((listed > 0).sum())
        bounds = binomtest(worlds, seeds).proportion_ci(0.95)
        rows.append(
            [kind, worlds, seeds, worlds / seeds, bounds.low, bounds.high, int(listed.sum())]
        )
    return rows


def bench(*, quick: bool) -> dict[str, Any]:
    """All figures of this file, printed."""
    seeds = 2 if quick else 10
    found: dict[Any, list[float]] = defaultdict(list)
    for case in CASES:
        for seed in range(seeds):
            one_world(case, 100 + seed, found)
    rows = []
    for name, bad, _ in CASES:
        for kind in (kind for kind in KINDS if kind in bad):
            means = [float(np.mean(found[name, kind, way])) for way in WAYS]
            twice = [float(np.mean(found[name, kind, f"{way} 2k"])) for way in WAYS]
            listed = [int(np.sum(found[name, kind, word])) for word in ("listed", "listed planted")]
            rows.append([name, kind, bad[kind], *means, *twice, f"{listed[1]} of {listed[0]}"])
    show(
        f"planted units among honest ones of unequal size: precision (= recall) at k planted, recall at 2k; {seeds} worlds each",
        ["planted", "kind", "k", *WAYS, *(f"{way} 2k" for way in WAYS), "listed: planted"], rows,
        note="120,000 cards, 400 outlets of log-normal size, 1,600 clerks, 60 districts, a year of labels; "
        "all by the last six months; `rank` by the better side of the last month's scorecard; clerks of a bad outlet and hosts of a bad clerk count as honest",
    )  # fmt: skip
    honest = honest_worlds(10 if quick else 200)
    show(
        "honest worlds: anything listed in the last month",
        ["kind", "worlds with a listing", "of", "share", "from", "to", "units listed in all"], honest,
        note=f"{HONEST_CARDS:,} cards, 100 outlets each; each kind of unit may be wrong in 5 % of honest worlds",
    )  # fmt: skip
    result = {"rows": rows, "honest": honest}
    keep("quality_governance", result)
    return result


if __name__ == "__main__":
    bench(quick="--quick" in sys.argv)
