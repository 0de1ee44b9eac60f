"""How well roles are told apart, and how much flow acting in our order stops: towns of held-out habits."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from measure import OUT, keep, show

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    import polars as pl

SEEDS = (800, 801, 802, 803, 804)
PEOPLE = 8_000
RATE = 1 / 500
HALF = 0.5
"""The share of a town's days after which what to cut first is asked; the rest says what it stopped."""
DAYS_AHEAD = 14
ACTIONS = (5, 10, 20, 50)
HOLDERS = ("person", "organisation", "staff")
NONE = "none"


@dataclass(frozen=True)
class Judged:
    """A town with what a run said of it at an instant."""

    tables: Mapping[str, pl.DataFrame]
    truth: Mapping[str, pl.DataFrame]
    role: pl.DataFrame
    action: pl.DataFrame
    score: pl.DataFrame
    as_of: datetime


def bench(*, quick: bool) -> dict[str, Any]:
    """All figures of this file, printed and kept."""
    whole, half = [], []
    for seed in SEEDS[:2] if quick else SEEDS:
        with tempfile.TemporaryDirectory() as folder:
            one, two = town(seed, Path(folder))
        whole.append(one)
        half.append(two)
    found = {"roles": roles(whole), "stopped": stops(half)}
    keep("quality_roles", found)
    return found


def town(seed: int, folder: Path) -> tuple[Judged, Judged]:
    """A town of held-out habits as judged at its end and after half its days.

    By the model that `make bench-quality` learned on the other habits, where it stands in bench/out.
    """
    import polars as pl

    from duanka.jobs.progress import Progress
    from duanka.jobs.run import run
    from duanka.jobs.simulate import write_town
    from duanka.settings import Settings
    from duanka.simulate.habits import HELD_OUT_HABITS
    from duanka.simulate.plan import Plan

    plan = Plan.varied(seed, people=PEOPLE, habits=HELD_OUT_HABITS)
    data, model = folder / "data", OUT / "model"
    write_town(replace(plan, base_rate=RATE), data, say=Progress())
    tables = {p.stem: pl.read_parquet(p) for p in data.glob("*.parquet")}
    truth = {p.stem: pl.read_parquet(p) for p in (data / "truth").glob("*.parquet")}
    first, last = tables["transfer"]["at"].min(), tables["transfer"]["at"].max()
    found = []
    for share in (1.0, HALF):
        as_of = first + (last - first) * share  # type: ignore[operator]
        ran = run(
            data, folder / "out", as_of=as_of.isoformat(), model=model if model.is_dir() else None,
            fmt="parquet", settings=Settings(threads=1), say=Progress(),
        )  # fmt: skip
        w = ran.written
        found.append(Judged(tables, truth, w["role"], w["action"], w["score"], as_of))
        shutil.rmtree(folder / "out")
    return found[0], found[1]


def roles(towns: Sequence[Judged]) -> dict[str, Any]:
    """The confusion matrix, macro-F1, and the figures that the issue names, over all towns."""
    from duanka.tables.words import ROLES

    pairs = Counter(pair for one in towns for pair in _pairs(one))
    said = [*ROLES, NONE]
    show(
        "roles of persons, organisations and staff: true by line, likeliest role told by column",
        ["true", *said],
        [[true, *(pairs[true, word] for word in said)] for true in [*ROLES, NONE]],
        note="true role of one who has several: the one in the ring; honest people of whom nothing was told are left out",
    )
    f1 = {role: _f1(pairs, role, said) for role in ROLES}
    figures = {
        "macro_f1": sum(f1.values()) / len(f1),
        "f1": f1,
        **{f"financiers_at_{k}": _financiers(towns, k) for k in (10, 50)},
        **{f"insider_precision_at_{k}": _insiders(towns, k) for k in (5, 10)},
        **_harm(towns),
    }
    lines = [[n, v] for n, v in figures.items() if not isinstance(v, dict)]
    show("roles: figures", ["figure", "value"], [*lines, *([f"F1 {r}", v] for r, v in f1.items())])
    return figures | {"confusion": {f"{t}>{s}": n for (t, s), n in pairs.items()}}


def _words(frame: pl.DataFrame) -> pl.DataFrame:
    import polars as pl

    return frame.with_columns(pl.col("subject_kind", "role").cast(pl.String)).filter(
        pl.col("subject_kind").is_in(HOLDERS)
    )


def _pairs(one: Judged) -> list[tuple[str, str]]:
    """True and told role of everybody who has either."""
    import polars as pl

    key = ["subject_kind", "subject_id"]
    told = _words(one.role).sort("score", descending=True, maintain_order=True)
    told = told.unique(key, keep="first", maintain_order=True)
    true = _words(one.truth["truth_role"]).sort(pl.col("role") == "victim", maintain_order=True)
    true = true.unique(key, keep="first", maintain_order=True)
    both = true.join(
        told.select(*key, pl.col("role").alias("told")), on=key, how="full", coalesce=True
    )
    return list(both.select(pl.col("role", "told").fill_null(NONE)).iter_rows())


def _f1(pairs: Counter[tuple[str, str]], role: str, said: Sequence[str]) -> float:
    hit = pairs[role, role]
    true = sum(pairs[role, word] for word in said)
    told = sum(pairs[word, role] for word in said)
    return 2 * hit / (true + told) if true + told else 0.0


def _of(frame: pl.DataFrame, role: str) -> pl.DataFrame:
    import polars as pl

    return _words(frame).filter(pl.col("role") == role)


def _financiers(towns: Sequence[Judged], k: int) -> float:
    """What share of financiers stands among the first k that a town's table tells."""
    hit = true = 0
    for one in towns:
        real = _of(one.truth["truth_role"], "financier")["subject_id"]
        hit += int(_of(one.role, "financier")["subject_id"].head(k).is_in(real.implode()).sum())
        true += real.len()
    return hit / max(true, 1)


def _insiders(towns: Sequence[Judged], k: int) -> float | None:
    """What share of the first k staff told of all towns is an insider; None if nobody is told."""
    import polars as pl

    parts = []
    for one in towns:
        real = _of(one.truth["truth_role"], "insider")["subject_id"].implode()
        told = _of(one.role, "insider")
        parts.append(told.select("score", pl.col("subject_id").is_in(real).alias("right")))
    top = pl.concat(parts).sort("score", descending=True).head(k)
    return float(top["right"].sum()) / top.height if top.height else None


def _harm(towns: Sequence[Judged]) -> dict[str, float]:
    """Victims with another role, and honest people with any role but that of a victim."""
    import polars as pl

    wrong = victims = false = sure = honest = 0
    for one in towns:
        true = _words(one.truth["truth_role"])
        ring = true.filter(pl.col("role") != "victim")["subject_id"].implode()
        only = true.filter(pl.col("role") == "victim", ~pl.col("subject_id").is_in(ring))
        told = _words(one.role).filter(pl.col("role") != "victim")
        wrong += only.filter(pl.col("subject_id").is_in(told["subject_id"].implode())).height
        victims += only["subject_id"].n_unique()
        people = one.tables["person"].filter(~pl.col("person_id").is_in(ring))["person_id"]
        named = told.filter(pl.col("subject_id").is_in(people.implode()))
        false += named["subject_id"].n_unique()
        sure += named.filter(pl.col("score") >= HALF)["subject_id"].n_unique()
        honest += people.len()
    return {
        "victims_with_another_role": wrong / max(victims, 1),
        "victims": victims,
        "honest_with_a_role_per_10k": 10_000 * false / honest,
        "honest_under_suspicion_per_10k": 10_000 * sure / honest,
    }


def stops(towns: Sequence[Judged]) -> list[dict[str, Any]]:
    """Illicit flow of the next days that acting stops, in our order and by score."""
    rows = []
    for k in ACTIONS:
        sums = [_stopped(one, k) for one in towns]
        rows.append({name: sum(s[name] for s in sums) for name in sums[0]} | {"actions": k})
    show(
        f"illicit yuan of the {DAYS_AHEAD} days after the half that k actions a town stop",
        ["k", "all", "our order", "by score", "by score, unconfirmed"],
        [[r["actions"], r["all"], r["ours"], r["score"], r["unconfirmed"]] for r in rows],
        note="an account stops its payments; a device those of the accounts that are then worked on it; a person "
        "those of his accounts and of the cards that he then buys",
    )
    return rows


def _stopped(one: Judged, k: int) -> dict[str, float]:
    import polars as pl

    late = one.tables["transfer"].filter(
        pl.col("at") >= one.as_of, pl.col("at") < one.as_of + pl.duration(days=DAYS_AHEAD),
        pl.col("outcome").cast(pl.String) != "failed",
    )  # fmt: skip
    event = one.truth["truth_event"].select(pl.col("event_id").alias("transfer_id"), "part")
    late = late.join(event, on="transfer_id")
    flow = late.filter(pl.col("part").is_in(["victim_payment", "layering", "cash_out"]))
    accounts = one.score.filter(pl.col("card_kind").cast(pl.String) == "account")
    accounts = accounts.sort("score", descending=True, maintain_order=True)
    open_ = accounts.filter(~pl.col("reasons").list.contains("implicated"))

    def of(ids: set[str]) -> float:
        hit = pl.col("payer_id").is_in(list(ids)) | pl.col("payee_id").is_in(list(ids))
        return float(flow.filter(hit)["amount_fen"].sum()) / 100

    return {
        "all": float(flow["amount_fen"].sum()) / 100,
        "ours": of(_reached(one, late, flow, k)),
        "score": of(set(accounts["card_id"].head(k))),
        "unconfirmed": of(set(open_["card_id"].head(k))),
    }


def _reached(one: Judged, late: pl.DataFrame, flow: pl.DataFrame, k: int) -> set[str]:
    """The accounts that the first k actions keep from working."""
    import polars as pl

    top = one.action.sort("rank").head(k).with_columns(pl.col("subject_kind").cast(pl.String))
    ids = {kind: top.filter(pl.col("subject_kind") == kind)["subject_id"] for kind in ("account", "device")}  # fmt: skip
    people = top.filter(pl.col("subject_kind").is_in(["person", "organisation"]))["subject_id"]
    held = one.tables["account"].select("account_id", "holder_id")
    mine = held.filter(pl.col("holder_id").is_in(people.implode()))["account_id"]
    bought = late.filter(pl.col("part") == "card_pay", pl.col("payer_id").is_in(mine.implode()))
    sold = held.filter(pl.col("account_id").is_in(bought["payee_id"].implode()))["holder_id"]
    theirs = held.filter(pl.col("holder_id").is_in(sold.implode()))["account_id"]
    on = flow.filter(
        pl.col("device_id").is_in(ids["device"].implode()),
        pl.col("channel").cast(pl.String) != "atm",
    )["payer_id"]
    return {*ids["account"], *mine, *theirs, *on}
