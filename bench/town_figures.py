"""The figures of the judged towns, as tables: how well, whom it hurts, and what joining is worth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from duanka.models.evaluate import Beside, figures
from duanka.models.event_holds import RATES_PER_10K, amount_held
from duanka.tables.transfer import PROTECTED_MEMOS
from measure import show
from town_quality import SUBJECTS, VIEWS

if TYPE_CHECKING:
    from town_quality import Pooled

WAYS = ("rules", "raw counts", "joined")
CAPACITY = (10, 20, 50)


def told(pooled: Pooled, way: str, subject: str) -> dict[str, Any] | None:
    """The figures of one way of judging; cards the run already knew are left out."""
    frame = pooled.of(way, subject)
    if frame is None:
        return None
    if "known" in frame.columns:
        frame = frame.filter(~pl.col("known"))
    if not frame["truth"].sum():
        return None
    beside = Beside()
    if "group" in frame.columns:
        beside = Beside(
            holder=frame["holder"].rank("dense").cast(pl.Int64).to_numpy(),
            cohort=frame["group"].to_numpy().astype(np.str_),
            victim=frame["victim"].to_numpy(),
        )
    return figures(
        frame["score"].to_numpy(),
        frame["truth"].to_numpy(),
        beside=beside,
        capacity_per_10k=CAPACITY,
    )


def _line(way: str, subject: str, found: dict[str, Any]) -> list[object]:
    at = {row["per_10k"]: row for row in found["at_capacity"]}
    interval = f"{found['average_precision_low']:.2f}-{found['average_precision_high']:.2f}"
    return [
        f"{subject}: {way}", found["judged"], found["implicated"], found["average_precision"], interval,
        *(at[c][key] for c in CAPACITY for key in ("precision", "recall")),
        at[20]["alerts_per_find"], found["expected_calibration_error"] if way in VIEWS else None,
    ]  # fmt: skip


HEAD = [
    "subject: way", "judged", "bad", "AP", "95 %", "P@10", "R@10", "P@20", "R@20", "P@50", "R@50",
    "alerts/find", "ECE",
]  # fmt: skip


def compare(pooled: Pooled) -> dict[str, Any]:
    """Our judgements beside the plain ways, and joined beside single tables."""
    found = {
        f"{subject}: {way}": one
        for subject in SUBJECTS
        for way in (*WAYS, *VIEWS[1:])
        if (one := told(pooled, way, subject))
    }
    for title, ways in (
        ("held-out habits: plain ways and ours (joined)", WAYS),
        ("what joining is worth: the same towns by single tables", VIEWS),
    ):
        rows = [
            _line(way, subject, found[f"{subject}: {way}"])
            for subject in SUBJECTS
            for way in ways
            if f"{subject}: {way}" in found
        ]
        show(
            title, HEAD, rows,
            note="P@ and R@: precision and recall when 10, 20, 50 of 10,000 are looked at; "
            "alerts per true find at 20; ECE: expected calibration error",
        )  # fmt: skip
    return found


def held(pooled: Pooled) -> dict[str, Any]:
    """How much illicit money would have been held, at some rates of honest transfers held by mistake."""
    found = {}
    for way in VIEWS:
        frame = pooled.of(way, "transfer")
        if frame is not None and frame["truth"].sum():
            bad, fen = (frame["truth"] == 1).to_numpy(), frame["amount_fen"].to_numpy()
            found[way] = amount_held(frame["score"].to_numpy(), bad, fen)
    show(
        "what holding by score would stop: share of illicit yuan, and of illicit transfers",
        ["way", *(f"{what} @{r}" for r in RATES_PER_10K for what in ("yuan", "events"))],
        [[w, *(f[r][k] for r in RATES_PER_10K for k in ("share", "events"))] for w, f in found.items()],
        note="@1, @5, @10: at so many of 10,000 honest transfers held",
    )  # fmt: skip
    return found


def tiers(pooled: Pooled) -> dict[str, Any]:
    """What the policy made of the scores: tiers and answers, and how many of each were right."""
    rows: list[list[object]] = []
    for subject in SUBJECTS:
        frame = pooled.of("joined", subject)
        if frame is None:
            continue
        word = "tier" if "tier" in frame.columns else "answer"
        if "known" in frame.columns:
            frame = frame.filter(~pl.col("known"))
        bad = int(frame["truth"].sum())
        counted = frame.group_by(word).agg(pl.len().alias("n"), pl.col("truth").sum().alias("bad"))
        for name, n, right in counted.sort("n", descending=True).iter_rows():
            rows.append([f"{subject}: {name}", n, right, right / n, right / bad if bad else None])
    show(
        "tiers and answers (joined)",
        ["subject: said", "count", "bad", "share bad", "of all bad"],
        rows,
    )
    return {str(row[0]): row[1:] for row in rows}


def harm(pooled: Pooled) -> dict[str, Any]:
    """Whom it hurts: victims, protected payments, honest applicants, groups of honest holders."""
    cards = pooled.of("joined", "account")
    moves, openings = pooled.of("joined", "transfer"), pooled.of("joined", "opening")
    assert cards is not None
    assert moves is not None
    assert openings is not None
    victims = cards.filter("victim", pl.col("ever") == 0)
    paid = moves.filter("victim")
    protected = moves.filter(pl.col("memo_kind").is_in(list(PROTECTED_MEMOS)))
    honest = openings.filter(pl.col("truth") == 0)
    stopped = pl.col("answer") != "allow"
    rows: list[list[object]] = [
        ["victims' accounts above tier normal", _n(victims, pl.col("tier") != "normal"), victims.height],
        ["  of them under a measure", _n(victims, pl.col("measure") != "allow"), victims.height],
        ["victims' honest transfers not simply allowed", _n(paid, stopped & (pl.col("truth") == 0)), _n(paid, pl.col("truth") == 0)],
        ["victims' payments to a fraud held or questioned (good)", _n(paid, stopped & (pl.col("truth") == 1)), _n(paid, pl.col("truth") == 1)],
        ["protected payments not allowed (must be 0)", _n(protected, stopped), protected.height],
        ["honest transfers not simply allowed", _n(moves, stopped & (pl.col("truth") == 0)), _n(moves, pl.col("truth") == 0)],
        ["honest applications refused", _n(honest, pl.col("answer") == "refuse_opening"), honest.height],
        ["honest applications checked further", _n(honest, pl.col("answer") == "check_further"), honest.height],
    ]  # fmt: skip
    show("harm (joined)", ["who", "hit", "of"], rows)
    groups = _groups(pooled)
    show(
        "harm by group: honest cards above tier normal",
        ["group", "hit", "honest", "per 10k", "times the rest"], groups,
    )  # fmt: skip
    return {
        "harm": {str(row[0]).strip(): row[1:] for row in rows},
        "groups": {str(row[0]): row[1:] for row in groups},
    }


def _n(frame: pl.DataFrame, when: pl.Expr) -> int:
    return frame.filter(when).height


def _groups(pooled: Pooled) -> list[list[object]]:
    rows: list[list[object]] = []
    for subject in ("account", "sim"):
        frame = pooled.of("joined", subject)
        if frame is None:
            continue
        honest = frame.filter(pl.col("ever") == 0, ~pl.col("known"))
        hit = pl.col("tier") != "normal"
        for name in honest["group"].unique().sort():
            inside = honest.filter(pl.col("group") == name)
            rest = honest.filter(pl.col("group") != name)
            rate = _n(inside, hit) / max(inside.height, 1)
            other = _n(rest, hit) / max(rest.height, 1)
            rows.append([
                f"{subject}: {name}", _n(inside, hit), inside.height, 10_000 * rate,
                rate / other if other else None,
            ])  # fmt: skip
    return rows
