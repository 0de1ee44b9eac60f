"""`duanka evaluate`: what a run found, held against what is known by now and was not known to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from duanka import tables
from duanka.errors import BadInput
from duanka.jobs.load import find
from duanka.models.evaluate import Beside, figures
from duanka.tables.check import check
from duanka.tables.read import batches
from duanka.tables.seen import Seen

if TYPE_CHECKING:
    from pathlib import Path

    from duanka.jobs.progress import Progress
    from duanka.settings import Settings

SOURCES = ("parquet", "csv")


def evaluate(
    out: Path, truth: Path, *, settings: Settings, say: Progress
) -> dict[str, dict[str, Any]]:
    """The figures of a run's output folder by subject (account, sim, transfer, call, opening).

    `truth` is a town's truth folder, a dataset folder with such a folder or a `label` table inside,
    or a label file; of labels only those that became known at or after the run's instant count.
    Cards that the run already knew to be implicated or cleared are left out.
    Raises: BadInput if there is no run or nothing to hold it against.
    """
    del settings
    score = _read(out, "score")
    folder = truth / "truth" if (truth / "truth").is_dir() else truth
    found: dict[str, dict[str, Any]] = {}
    with say.stage("评估 evaluating"):
        if _has(folder, "truth_card"):
            beside = _beside(truth, folder)
            for kind in ("account", "sim"):
                found |= _cards(score, _read(folder, "truth_card"), kind, beside)
            found |= _events(out, folder)
        else:
            labels = _labels(truth)
            for kind in ("account", "sim"):
                found |= _cards(score, _from_labels(labels, score), kind, None)
    if not found:
        raise BadInput(
            "nothing that the run judged is among what is known",
            where=str(truth),
            fix="give the truth or the labels of the dataset that the run judged",
        )
    for subject, told in found.items():
        say.note(_line(subject, told))
    return found


def _has(folder: Path, name: str) -> bool:
    return any((folder / f"{name}.{suffix}").exists() for suffix in SOURCES)


def _read(folder: Path, name: str) -> pl.DataFrame:
    for suffix, read in (("parquet", pl.read_parquet), ("csv", _read_csv)):
        path = folder / f"{name}.{suffix}"
        if path.exists():
            try:
                frame: pl.DataFrame = read(path)
            except (pl.exceptions.PolarsError, OSError) as error:
                raise BadInput(
                    f"{path.name} cannot be read: {str(error).splitlines()[0]}", where=str(folder)
                ) from None
            return _listed(frame)
    raise BadInput(
        f"there is no table {name}", where=str(folder), fix="name the output folder of `duanka run`"
    )


def _read_csv(path: Path) -> pl.DataFrame:
    """A written table; ids stay text even where all of them look like numbers."""
    names = pl.read_csv(path, n_rows=0).columns
    ids = {name: pl.String for name in names if name.endswith("_id")}
    return pl.read_csv(path, schema_overrides=ids)


def _listed(frame: pl.DataFrame) -> pl.DataFrame:
    """Tables written as CSV hold lists as text and instants as ISO 8601."""
    if "reasons" in frame.columns and frame["reasons"].dtype == pl.String:
        frame = frame.with_columns(pl.col("reasons").fill_null("").str.split(";"))
    texts = [c for c in ("as_of", "bad_from") if frame.schema.get(c) == pl.String]
    return frame.with_columns(pl.col(c).str.to_datetime(time_zone="UTC") for c in texts)


def _labels(truth: Path) -> pl.DataFrame:
    """The labels of a file, or of a dataset folder, read and checked as a run would."""
    files = [truth] if truth.is_file() else [path for name, path in find(truth) if name == "label"]
    seen, known = Seen(), {info.name for info in tables.columns("label")}
    parts = [
        check(batch.rows, "label", file=path.name, seen=seen).rows
        for path in files
        for batch in batches(path)
        if known & set(batch.rows.columns)
    ]
    labels = pl.concat(parts) if parts else tables.empty("label")
    if labels.is_empty():
        raise BadInput(
            "there is no label that can be read",
            where=str(truth),
            fix="name a town's truth folder, or a label table with "
            + ", ".join(info.name for info in tables.columns("label") if info.required),
        )
    return labels


def _from_labels(labels: pl.DataFrame, score: pl.DataFrame) -> pl.DataFrame:
    """The last word on each card among what became known at or after the run's instant."""
    if score.is_empty():
        return labels.head(0).select("card_kind", "card_id", bad="implicated")
    as_of = score["as_of"][0]
    later = labels.filter(pl.col("known_at") >= as_of).sort("known_at", maintain_order=True)
    last = later.group_by("card_kind", "card_id", maintain_order=True).last()
    return last.select("card_kind", "card_id", bad=pl.col("implicated").cast(pl.Boolean))


def _cards(
    score: pl.DataFrame, truth: pl.DataFrame, kind: str, beside: dict[str, pl.DataFrame] | None
) -> dict[str, dict[str, Any]]:
    of_kind = pl.col("card_kind").cast(pl.String) == kind
    known = pl.col("reasons").list.set_intersection(["implicated", "cleared"]).list.len() > 0
    judged = score.filter(of_kind & ~known)
    names = [c for c in ("card_id", "bad", "bad_from", "holder_id") if c in truth.columns]
    both = judged.join(
        truth.filter(of_kind).select(names), on="card_id", how="left", maintain_order="left"
    )
    bad = pl.col("bad").fill_null(value=False)
    if "bad_from" in names:
        # misuse that had not begun by the run's instant was nobody's to find
        bad &= (pl.col("bad_from") < pl.col("as_of")).fill_null(value=False)
    both = both.with_columns(truth=bad.cast(pl.Int8))
    if both.is_empty() or not both["truth"].sum():
        return {}
    told = figures(both["score"].to_numpy(), both["truth"].to_numpy(), beside=_of(both, beside))
    above = both.filter(pl.col("tier").cast(pl.String) != "normal")
    told["tiers"] = {
        tier: {"cards": group.height, "implicated": int(group["truth"].sum())}
        for (tier,), group in sorted(above.group_by(pl.col("tier").cast(pl.String)))
    }
    return {kind: told}


def _beside(truth: Path, folder: Path) -> dict[str, pl.DataFrame]:
    """People and victims, where the dataset's folder is at hand."""
    home = truth if folder != truth else truth.parent
    out = {}
    if _has(home, "person"):
        out["person"] = _read(home, "person")
    if _has(folder, "truth_victim"):
        out["victim"] = _read(folder, "truth_victim")
    return out


def _of(both: pl.DataFrame, beside: dict[str, pl.DataFrame] | None) -> Beside:
    if beside is None or "holder_id" not in both.columns:
        return Beside()
    holder = both["holder_id"].fill_null("").rank("dense").cast(pl.Int64).to_numpy()
    victim = cohort = None
    if "victim" in beside:
        victim = both["card_id"].is_in(beside["victim"]["account_id"].implode()).to_numpy()
    if "person" in beside:
        year = both["as_of"].dt.year()
        people = both.select("holder_id").join(
            beside["person"],
            left_on="holder_id",
            right_on="person_id",
            how="left",
            maintain_order="left",
        )
        age = year - people["birth_year"]
        cohort = np.select(
            [(age >= 60).fill_null(value=False), age.is_between(18, 22).fill_null(value=False)],
            ["age_60_plus", "age_18_22"],
            "others",
        )
    return Beside(holder=holder, cohort=cohort, victim=victim)


def _events(out: Path, folder: Path) -> dict[str, dict[str, Any]]:
    found = {}
    if _has(out, "intercept") and _has(folder, "truth_event"):
        judged, truth = _read(out, "intercept"), _read(folder, "truth_event").filter("illicit")
        for kind in ("transfer", "call"):
            part = judged.filter(pl.col("event_kind").cast(pl.String) == kind)
            bad = part["event_id"].is_in(truth["event_id"].implode()).cast(pl.Int8).to_numpy()
            if bad.sum():
                found[kind] = figures(part["score"].to_numpy(), bad)
    if _has(out, "opening_advice") and _has(folder, "truth_opening"):
        part = _read(out, "opening_advice").join(
            _read(folder, "truth_opening"), on="opening_id", how="left", maintain_order="left"
        )
        bad = part["bad"].fill_null(value=False).cast(pl.Int8).to_numpy()
        if bad.sum():
            found["opening"] = figures(part["score"].to_numpy(), bad)
    return found


def _line(subject: str, told: dict[str, Any]) -> str:
    at = next(c for c in told["at_capacity"] if c["per_10k"] == 20)
    return (
        f"{subject}: {told['implicated']} of {told['judged']} bad, average precision "
        f"{told['average_precision']:.3f}; at 20 per 10,000: precision {at['precision']:.3f}, "
        f"recall {at['recall']:.3f}"
    )
