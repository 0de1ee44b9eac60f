"""Are bad clerks, outlets and districts found among honest ones of very unequal size, and honest ones left alone?"""

from __future__ import annotations

import sys
from collections import defaultdict
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from governance_worlds import Plan, World, world
from measure import keep, show

KINDS = ("staff", "outlet", "region", "institution")
CASES = (
    ("clerks, 30 times", {"staff": 12}, 30.0),
    ("outlets, 10 times", {"outlet": 10}, 10.0),
    ("districts, 3 times", {"region": 3}, 3.0),
    ("all three", {"staff": 8, "outlet": 5, "region": 2}, 12.0),
)
WINDOW = {"staff": 12}
"""Months that each kind of unit is judged by; six where nothing is said."""
PLANTED_CARDS, HONEST_CARDS = 400_000, 80_000
WAYS = ("evidence", "rank", "raw rate", "raw count", "all known")


def orders(kind: str, cards: pl.DataFrame, evidence: pl.DataFrame) -> dict[str, list[str]]:
    """Units from the worst on, as a ranking of the last month would have them: all by the same six months."""
    months = sorted(set(cards["period"]))[-WINDOW.get(kind, 6) :]
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


def all_known(town: World, kind: str, times: float) -> list[str]:
    """Units from the worst on, as one would rank them who knew how the world was drawn, but not whom we planted.

    By the likelihood of each unit's count under the planted factor over that under none: no way of ranking by
    these counts finds more on average.
    """
    from duanka.governance.evidence import looked_at

    mine = [one for one in town.found.sheets if one.unit_kind == kind]
    both = [looked_at(one, town.found.span.last, window=WINDOW.get(kind, 6)) for one in mine]
    counted = np.sum([one.counted for one in both], axis=0)
    expected = np.maximum(np.sum([one.expected for one in both], axis=0), 1e-9)
    spread = sum(Plan().spread[part] for part in INSIDE[kind])
    odds = _log_chance(counted, times * expected, spread) - _log_chance(counted, expected, spread)
    return [mine[0].units[i] for i in np.lexsort((-counted, -odds))]


INSIDE = {
    "staff": ("staff", "outlet", "region", "institution"),
    "outlet": ("outlet", "region", "institution"),
    "region": ("region", "institution"),
}
"""What makes honest units of a kind differ."""


def _log_chance(counted: np.ndarray, mean: np.ndarray, spread: float) -> np.ndarray:
    """The log of how likely each count is where misfortunes are gamma and Poisson and one in ten brings three cards."""
    from scipy.stats import binom, nbinom

    batch, shape = Plan().batch, 1.0 / spread
    chance, out = shape / (shape + mean / (1 + 2 * batch)), np.zeros(counted.size)
    for threes in range(int(counted.max()) // 3 + 1):
        singles = counted - 3 * threes
        fits = singles >= 0
        events = np.where(fits, singles + threes, 0)
        likely = nbinom.pmf(events, shape, chance) * binom.pmf(threes, events, batch)
        out += np.where(fits, likely, 0.0)
    return np.log(np.maximum(out, 1e-300))


def one_world(
    case: tuple[str, dict[str, int], float], seed: int, found: dict[Any, list[float]], regime: Any
) -> None:
    """Nothing; precision and recall at as many as were planted, and what was listed, are added."""
    from duanka.governance import listing, scorecard

    name, bad, times = case
    town = world(Plan(bad=bad, times=times, cards=PLANTED_CARDS if bad else HONEST_CARDS), seed)
    judged = listing.judge(town.found, regime, None)
    period = judged.table["period"].max()
    last = judged.table.filter(pl.col("period") == period, pl.col("listing") != "none")
    table = scorecard.scorecard(town.found.sheets, regime) if bad else pl.DataFrame()
    for kind in KINDS:
        planted = town.planted[kind]
        listed = set(last.filter(pl.col("unit_kind") == kind)["unit_id"])
        out = judged.evidence.filter(
            pl.col("unit_kind") == kind, pl.col("period") == period, pl.col("stands_out")
        )
        found[name, kind, "stands out"].append(out.height)
        found[name, kind, "listed"].append(len(listed))
        found[name, kind, "listed planted"].append(len(listed & planted))
        found[name, kind, "units"].append(_units(town, kind))
        if not planted:
            continue
        ranked = orders(kind, table, judged.evidence)
        ranked["all known"] = all_known(town, kind, times)
        for way, order in ranked.items():
            found[name, kind, way].append(len(set(order[: len(planted)]) & planted) / len(planted))
            found[name, kind, f"{way} 2k"].append(
                len(set(order[: 2 * len(planted)]) & planted) / len(planted)
            )


def _units(town: World, kind: str) -> int:
    return next(len(one.units) for one in town.found.sheets if one.unit_kind == kind)


def honest_worlds(seeds: int, regime: Any) -> list[list[Any]]:
    """By kind of unit: in how many honest worlds any stood out in the last month, with the exact 95 % interval."""
    from scipy.stats import binomtest

    found: dict[Any, list[float]] = defaultdict(list)
    for seed in range(seeds):
        one_world(("honest", {}, 1.0), 1_000 + seed, found, regime)
        if seed % 20 == 19:
            told = {
                kind: int(np.sum(np.array(found["honest", kind, "stands out"]) > 0))
                for kind in KINDS
            }
            print(f"   {seed + 1} honest worlds, in which any stood out: {told}", flush=True)
    rows = []
    for kind in KINDS:
        out, listed = (np.array(found["honest", kind, word]) for word in ("stands out", "listed"))
        worlds = int((out > 0).sum())
        bounds = binomtest(worlds, seeds).proportion_ci(0.95)
        units = float(np.mean(found["honest", kind, "units"]))
        share = f"{worlds / seeds:.3f} [{bounds.low:.3f}, {bounds.high:.3f}]"
        per = 10_000 * listed.sum() / (units * seeds)
        rows.append([kind, round(units), worlds, seeds, share, int((listed > 0).sum()), int(listed.sum()), round(per, 2)])  # fmt: skip
    return rows


def bench(*, quick: bool) -> dict[str, Any]:
    """All figures of this file, printed."""
    from duanka.policy import dated

    regime = dated.load().at(date(2026, 6, 30))
    seeds = 1 if quick else 5
    found: dict[Any, list[float]] = defaultdict(list)
    for case in CASES:
        for seed in range(seeds):
            one_world(case, 100 + seed, found, regime)
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
        note="400,000 cards, 1,200 outlets of log-normal size, 4,800 clerks, 120 districts, a year of labels; honest units "
        "differ beyond chance; by the last six months, employees by twelve; `all known`: likelihoods of one who knows how the world was drawn; `rank` by the better side of the last month's scorecard; "
        "clerks of a bad outlet and hosts of a bad clerk count as honest",
    )  # fmt: skip
    honest = honest_worlds(10 if quick else 200, regime)
    show(
        "honest worlds: what stands out by chance in the last month, and what is listed then",
        ["kind", "units", "worlds where any stands out", "of", "share [95 %]", "worlds with a listing", "units listed", "per 10,000 units"],
        honest,
        note="80,000 cards, 1,200 outlets; the stated rate: in 5 of 100 honest worlds, for each kind of unit and month, anybody may stand out; a listing "
        "also stays for its shortest stay, so that it sums up the months before",
    )  # fmt: skip
    result = {"rows": rows, "honest": honest}
    keep("quality_governance", result)
    return result


if __name__ == "__main__":
    bench(quick="--quick" in sys.argv)
