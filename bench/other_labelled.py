"""What labels and leads of one's own are worth on a stranger's town: a run with them beside a run without."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

import other_town
from duanka.jobs.progress import Progress
from duanka.jobs.run import run
from duanka.models.evaluate import average_precision
from duanka.settings import Settings
from measure import OUT, keep, show
from other_labels import Telling, told

if TYPE_CHECKING:
    from other_people import Style

PEOPLE, RINGS = 5_000, 14
NAMES = ("village", "campus", "market", "parcel", "delta", "orchard")
QUICK = ("village",)


def bench(*, quick: bool) -> None:
    """Nothing; prints average precision and tiers of the cards that no label names, and keeps them."""
    styles = other_town.STYLES | other_town.HELD_BACK | other_town.COVER
    rows = [row for name in (QUICK if quick else NAMES) for row in compared(styles[name])]
    show(
        f"towns by another hand, {PEOPLE:,} people, {RINGS} rings: the same cards, none of them labelled",
        ["cards: town", "labels", "judged", "bad", "AP without", "AP with", "high risk", "suspicious"],
        rows,
        note="without: no label and no lead; tiers (bad of so judged) are those with labels",
    )  # fmt: skip
    keep("quality_other_labelled", {"rows": rows})


def compared(style: Style, seed: int = 11) -> list[list[object]]:
    """A row a kind of card: judged with what was told, and with nothing told."""
    tables, truth = other_town.build(
        replace(style, people=PEOPLE, rings=RINGS, known=(0.0, 20.0, 0.0)), seed
    )
    as_of = max(tables[name]["at"].max() for name in ("transfer", "call"))  # type: ignore[type-var]
    said = told(tables, truth, Telling(), as_of=as_of)  # type: ignore[arg-type]
    scores = [_run(tables | more, as_of.isoformat()) for more in ({}, said)]  # type: ignore[union-attr]
    return [
        _row(style, kind, truth["truth_card"], said["label"], scores) for kind in ("account", "sim")
    ]


def _run(tables: dict[str, pl.DataFrame], as_of: str) -> pl.DataFrame:
    folder = OUT / "other" / "labelled"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, frame in tables.items():
        frame.write_parquet(folder / f"{name}.parquet")
    run(
        folder, OUT / "other" / "labelled_out", as_of=as_of, model=None, fmt="parquet",
        settings=Settings(threads=1), say=Progress(),
    )  # fmt: skip
    return pl.read_parquet(OUT / "other" / "labelled_out" / "score.parquet")


def _row(
    style: Style, kind: str, truth: pl.DataFrame, label: pl.DataFrame, scores: list[pl.DataFrame]
) -> list[object]:
    bad = truth.filter("bad", pl.col("card_kind") == kind)["card_id"].implode()
    named = label.filter(pl.col("card_kind") == kind)["card_id"]
    found: list[float] = []
    tiers: dict[str, Any] = {}
    for score in scores:
        mine = score.filter(
            pl.col("card_kind").cast(pl.String) == kind, ~pl.col("card_id").is_in(named.implode())
        ).with_columns(bad=pl.col("card_id").is_in(bad))
        y = mine["bad"].cast(pl.Int8).to_numpy()
        found.append(average_precision(mine["score"].to_numpy(), y, np.ones(y.size)))
        for tier in ("high_risk", "suspicious"):
            of = mine.filter(pl.col("tier").cast(pl.String) == tier)
            tiers[tier] = f"{int(of['bad'].sum())}/{of.height}"
    where = f"{kind}: {style.name}{other_town.mark(style)}"
    return [where, named.n_unique(), y.size, int(y.sum()), *found, *tiers.values()]
