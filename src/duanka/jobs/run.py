"""The main job: a folder of records in, judged cards, applications and events out, with a report."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from duanka import tables
from duanka.features.shards import Shards
from duanka.jobs import drifting
from duanka.jobs.beyond import beyond
from duanka.jobs.dataset import SHANGHAI, Dataset, prepare
from duanka.jobs.disciplined import TABLE, opening_discipline, with_discipline
from duanka.jobs.discover import networks_of
from duanka.jobs.judge import Judged, judge_cards, judge_events, judge_openings
from duanka.jobs.judges import Judge, pick_judges
from duanka.jobs.load import Loaded, load
from duanka.jobs.long_trace import flow_of
from duanka.jobs.publish_succession import succession
from duanka.jobs.report import write_report
from duanka.jobs.tell import summary_of, timelines_of
from duanka.policy import dated

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from pathlib import Path

    from duanka.jobs.progress import Progress
    from duanka.policy.dated import Regime
    from duanka.settings import Settings


CARDS = {"account": judge_cards, "sim": judge_cards}
EVENTS = {"transfer": judge_events, "call": judge_events, "opening": judge_openings}


@dataclass(frozen=True)
class Ran:
    """What a run found: decisions by subject, the written tables, and who judged."""

    judged: Mapping[str, Judged]
    written: Mapping[str, pl.DataFrame]
    judges: Mapping[str, Judge]


def run(
    data: Path,
    out: Path,
    *,
    as_of: str | None,
    model: Path | None,
    fmt: str,
    settings: Settings,
    say: Progress,
    earlier: Path | None = None,
    discipline: Callable[[datetime], pl.DataFrame] | None = None,
) -> Ran:
    """The folder's cards, openings and last events judged, written to `out` with a report.

    Networks keep the ids that they had in the run `earlier`, and `network_history` says what became
    of those. `discipline` tells what was known before an instant of who stands under it
    (`jobs.disciplined`); `opening_discipline` then says which applications that barred.

    Raises: BadInput if the folder holds nothing that can be judged; BadModel, BadPolicy.
    """
    policy = dated.load([_path(folder) for folder in settings.policy_folders])
    before = None if earlier is None else networks_of(earlier)
    out.mkdir(parents=True, exist_ok=True)
    work = out / ".lake"
    try:
        loaded = load(data, work, settings=settings, say=say)
        dataset = prepare(loaded, as_of=as_of, settings=settings, say=say)
        if discipline is not None:
            dataset = with_discipline(dataset, discipline(dataset.as_of))
        regime = policy.at(dataset.as_of.astimezone(SHANGHAI).date())
        judges = pick_judges(dataset, model=model, regime=regime, settings=settings, say=say)
        past = {"earlier": before, "succession": succession(data)}
        ran = _found(dataset, judges, regime, say, past)
        with say.stage("写出 writing"):
            _write(ran.written, out, fmt)
            _write_rejects(loaded, out, fmt)
            drifting.write(out, {subject: one.moved for subject, one in ran.judged.items()})
            _report(loaded, dataset, ran, regime, out)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return ran


def _path(folder: str) -> Path:
    from pathlib import Path

    return Path(folder)


def _found(
    dataset: Dataset,
    judges: Mapping[str, Judge],
    regime: Regime,
    say: Progress,
    past: Mapping[str, pl.DataFrame | None],
) -> Ran:
    """All decisions and tables; neither cards nor what lies beyond them need an event judged, so both go on at once.

    Columns: `past` as `beyond` is told it.
    """
    long = isinstance(dataset.asker.streams.transfers, Shards)
    with ThreadPoolExecutor(1) as aside:
        early = None if long else aside.submit(_judge, dataset, judges, regime, say, EVENTS)
        cards = _judge(dataset, judges, regime, say, CARDS)
        coming = early or aside.submit(_judge, dataset, judges, regime, say, EVENTS)
        if long:
            coming.result()  # where either fills the memory, one after the other
        written = beyond(dataset, _tables(dataset, cards, say), regime, say, **past)
        events = coming.result()
    return Ran(cards | events, written | _decided(dataset, events), judges)


def _judge(
    dataset: Dataset,
    judges: Mapping[str, Judge],
    regime: Regime,
    say: Progress,
    subjects: Mapping[str, Callable[[Dataset, Judge, Regime], Judged]],
) -> dict[str, Judged]:
    out = {}
    for subject, how in subjects.items():
        if subject in judges:
            with say.stage(f"判断 judging: {subject}"):
                out[subject] = how(dataset, judges[subject], regime)
    return out


def _tables(
    dataset: Dataset, judged: Mapping[str, Judged], say: Progress
) -> dict[str, pl.DataFrame]:
    """Every output table of the contract but rejects, those told of filled in; the others are empty."""
    out = {name: tables.empty(name) for name in tables.OUTPUTS if name != "rejects"}
    transfers, leads = dataset.frames.get("transfer"), dataset.frames.get("lead")
    if transfers is not None and leads is not None:
        with say.stage("追踪资金 tracing money"):
            out["flow"] = flow_of(dataset)
    return out | _decided(dataset, judged)


def _decided(dataset: Dataset, judged: Mapping[str, Judged]) -> dict[str, pl.DataFrame]:
    """The tables of what was decided about these subjects."""
    out = {}
    for name, subjects, order in (
        ("score", ("account", "sim"), ["score", "card_kind", "card_id"]),
        ("intercept", ("transfer", "call"), None),
        ("opening_advice", ("opening",), None),
    ):
        parts = [tables.typed(name, judged[s].table) for s in subjects if s in judged]
        if parts:
            frame = pl.concat(parts)
            descending = [True, False, False]
            out[name] = frame.sort(order, descending=descending) if order else frame
    if TABLE in dataset.frames and "opening" in judged:
        out["opening_discipline"] = opening_discipline(judged["opening"])
    return out


def _write(written: Mapping[str, pl.DataFrame], out: Path, fmt: str) -> None:
    _clear(out, "opening_discipline")  # an earlier run may have asked a ledger, and this one not
    for name, frame in written.items():
        write_table(frame, out, name, fmt)


def _write_rejects(loaded: Loaded, out: Path, fmt: str) -> None:
    """Rejects are streamed: there may be as many as there were rows."""
    _clear(out, "rejects")
    if fmt == "csv":
        loaded.rejects.sink_csv(out / "rejects.csv", include_bom=True)
    else:
        loaded.rejects.sink_parquet(out / "rejects.parquet", compression="zstd")


def write_table(frame: pl.DataFrame, out: Path, name: str, fmt: str) -> None:
    """One table as `fmt` (parquet or csv with a BOM); an older one in the other format goes."""
    _clear(out, name)
    if fmt == "parquet":
        frame.write_parquet(out / f"{name}.parquet", compression="zstd")
        return
    lists = [c for c, kind in frame.schema.items() if isinstance(kind, pl.List)]
    flat = frame.with_columns(pl.col(c).list.join(";") for c in lists)
    flat.write_csv(out / f"{name}.csv", include_bom=True)


def _clear(out: Path, name: str) -> None:
    for suffix in ("parquet", "csv"):
        (out / f"{name}.{suffix}").unlink(missing_ok=True)


def _report(loaded: Loaded, dataset: Dataset, ran: Ran, regime: Regime, out: Path) -> None:
    frames = {name: ran.written[name] for name in ("score", "opening_advice", "intercept", "flow")}
    frames["rejects"] = loaded.rejects.head(10_000).collect()
    for name, subjects, key in (
        ("score", ("account", "sim"), "card_id"),
        ("intercept", ("transfer", "call"), "event_id"),
        ("opening_advice", ("opening",), "opening_id"),
    ):
        kind = {"score": "card_kind", "intercept": "event_kind"}.get(name)
        more = [
            ran.judged[s].more.with_columns(*([pl.lit(s).alias(kind)] if kind else []))
            for s in subjects
            if s in ran.judged
        ]
        if more:
            on = [key, kind] if kind else [key]
            told = frames[name].with_columns(pl.col(kind).cast(pl.String)) if kind else frames[name]
            frames[name] = told.join(pl.concat(more), on=on, how="left", maintain_order="left")
    summary = summary_of(loaded, dataset, ran.judged, ran.judges, regime)
    write_report(
        out / "report.html", summary, frames, timelines=timelines_of(dataset, ran.written["score"])
    )
