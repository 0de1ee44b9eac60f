"""The models that ship, on towns that a stranger wrote: what only works on our own town does not work."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

import other_town
from duanka.jobs.evaluate import evaluate
from duanka.jobs.progress import Progress
from duanka.jobs.run import run
from duanka.models.event_holds import RATES_PER_10K, amount_held
from duanka.settings import Settings
from duanka.tables.transfer import PROTECTED_MEMOS
from measure import OUT, keep, show, timed

if TYPE_CHECKING:
    from pathlib import Path

    from other_people import Style

GONE = {
    "all": (),
    "bank only": ("sim", "call", "message"),
    "operator only": ("account", "transfer"),
}
KIND_LEFT = {"bank only": "account", "operator only": "sim"}
SUBJECTS = ("account", "sim", "transfer", "call", "opening")
QUICK = (("river", "all"), ("market", "bank only"))


@dataclass(frozen=True)
class Seen:
    """One town as one party sees it, and what a run made of it."""

    style: Style
    view: str
    figures: dict[str, dict[str, Any]]
    harm: dict[str, tuple[int, int]]
    held: dict[int, dict[str, float]]
    cpu_s: float


def bench(*, quick: bool) -> None:
    """Nothing; prints the tables and keeps the figures."""
    styles = other_town.STYLES | other_town.HELD_BACK | other_town.THIRD_HAND
    asked = QUICK if quick else tuple((name, view) for name in styles for view in _views(name))
    seen = [judged(styles[name], view) for name, view in asked]
    _quality(seen)
    _harm(seen)
    _held(seen)
    keep(
        "quality_other",
        {
            f"{s.style.name}, {s.view}": {
                "figures": s.figures,
                "harm": s.harm,
                "held": s.held,
                "cpu_s": s.cpu_s,
            }
            for s in seen
        },
    )


def _views(name: str) -> tuple[str, ...]:
    """Every town as all parties together see it; one, and those held back, also by single parties."""
    return tuple(GONE) if name in ("river", *other_town.HELD_BACK) else ("all",)


def judged(style: Style, view: str, seed: int = 1) -> Seen:
    """The town made, judged by the models that ship (or its own, with labels enough) and compared."""
    whole, folder = OUT / "other" / style.name, OUT / "other" / "seen"
    if not (whole / "transfer.parquet").exists():
        other_town.write(style, seed, whole)
    _view(whole, view, folder)
    out = OUT / "other" / "out"
    spent = timed(
        lambda: run(
            folder, out, as_of=None, model=None, fmt="parquet", settings=Settings(threads=1),
            say=Progress(),
        ), 1,
    )  # fmt: skip
    found = evaluate(out, folder, settings=Settings(threads=1), say=Progress())
    print(f"   {style.name}, {view}: {spent.cpu_s:.0f} CPU s", flush=True)
    return Seen(style, view, found, _hurt(out, folder), _would_hold(out, folder), spent.cpu_s)


def _view(whole: Path, view: str, folder: Path) -> None:
    """Nothing; `folder` holds what this party has of the town, with the truth beside it."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(whole / "truth", folder / "truth")
    for path in sorted(whole.glob("*.parquet")):
        if path.stem in GONE[view]:
            continue
        frame = pl.read_parquet(path)
        if view in KIND_LEFT and "card_kind" in frame.columns:
            frame = frame.filter(pl.col("card_kind") == KIND_LEFT[view])
        frame.write_parquet(folder / path.name)


def _hurt(out: Path, folder: Path) -> dict[str, tuple[int, int]]:
    """Of whom how many were hit: victims, protected payments, honest applications, honest cards."""
    score = pl.read_parquet(out / "score.parquet")
    advice = pl.read_parquet(out / "opening_advice.parquet")
    events = pl.read_parquet(out / "intercept.parquet").filter(
        pl.col("event_kind").cast(pl.String) == "transfer"
    )
    truth = {p.stem: pl.read_parquet(p) for p in (folder / "truth").glob("*.parquet")}
    raised = pl.col("tier").cast(pl.String) != "normal"
    bad = truth["truth_card"].filter("bad")["card_id"]
    victims = score.filter(pl.col("card_id").is_in(truth["truth_victim"]["account_id"].implode()))
    honest = score.filter(~pl.col("card_id").is_in(bad.implode()))
    bad_opening = truth["truth_opening"].filter("bad")["opening_id"]
    asked = advice.filter(~pl.col("opening_id").is_in(bad_opening.implode()))
    moves = folder / "transfer.parquet"
    protected = events.head(0)
    if moves.exists() and "memo_kind" in pl.read_parquet_schema(moves):
        paid = pl.read_parquet(moves).filter(pl.col("memo_kind").is_in(list(PROTECTED_MEMOS)))
        protected = events.filter(pl.col("event_id").is_in(paid["transfer_id"].implode()))
    stopped = pl.col("answer").cast(pl.String) != "allow"
    refused = pl.col("advice").cast(pl.String) == "refuse_opening"
    return {
        "victims above normal": (victims.filter(raised).height, victims.height),
        "protected payments stopped": (protected.filter(stopped).height, protected.height),
        "honest applications refused": (asked.filter(refused).height, asked.height),
        "honest cards above normal": (honest.filter(raised).height, honest.height),
    }


def _would_hold(out: Path, folder: Path) -> dict[int, dict[str, float]]:
    """How much illicit money would have been held, at some rates of honest transfers held by mistake."""
    if not (folder / "transfer.parquet").exists():
        return {}
    moves = pl.read_parquet(folder / "transfer.parquet", columns=["transfer_id", "amount_fen"])
    illicit = pl.read_parquet(folder / "truth" / "truth_event.parquet").filter("illicit")
    judged = pl.read_parquet(out / "intercept.parquet").filter(
        pl.col("event_kind").cast(pl.String) == "transfer"
    )
    both = judged.join(moves, left_on="event_id", right_on="transfer_id", maintain_order="left")
    bad = both["event_id"].is_in(illicit["event_id"].implode()).to_numpy()
    if not bad.any():
        return {}
    return amount_held(both["score"].to_numpy(), bad, both["amount_fen"].to_numpy())


def _quality(seen: list[Seen]) -> None:
    rows: list[list[object]] = []
    for subject in SUBJECTS:
        for s in seen:
            if subject not in s.figures:
                continue
            f = s.figures[subject]
            at = {row["per_10k"]: row for row in f["at_capacity"]}
            tiers = f.get("tiers", {})
            rows.append([
                f"{subject}: {s.style.name}{other_town.mark(s.style)}, {s.view}",
                f["judged"], f["implicated"], f["average_precision"],
                at[20]["precision"], at[20]["recall"], at[50]["precision"], at[50]["recall"],
                *(_share(tiers.get(t)) for t in ("high_risk", "suspicious")),
            ])  # fmt: skip
    show(
        "towns by another hand (as of the last event)",
        ["subject: town", "judged", "bad", "AP", "P@20", "R@20", "P@50", "R@50", "high risk", "suspicious"],
        rows,
        note="* held back, ** by a third hand: never looked at while anything was mended; tiers: implicated of cards so judged",
    )  # fmt: skip


def _share(tier: dict[str, int] | None) -> str:
    return f"{tier['implicated']}/{tier['cards']}" if tier else "-"


def _harm(seen: list[Seen]) -> None:
    names = list(seen[0].harm)
    rows = [
        [f"{s.style.name}, {s.view}", *(f"{s.harm[n][0]}/{s.harm[n][1]}" for n in names)]
        for s in seen
    ]
    show("whom it hurts", ["town", *names], rows)


def _held(seen: list[Seen]) -> None:
    rows = [
        [f"{s.style.name}, {s.view}", *(s.held[r][k] for r in RATES_PER_10K for k in ("share", "events"))]
        for s in seen
        if s.held
    ]  # fmt: skip
    show(
        "what holding by score would stop: share of illicit yuan, and of illicit transfers",
        ["town", *(f"{what} @{r}" for r in RATES_PER_10K for what in ("yuan", "events"))],
        rows,
        note="@1, @5, @10: at so many of 10,000 honest transfers held; the judged week only",
    )


if __name__ == "__main__":
    bench(quick=True)
