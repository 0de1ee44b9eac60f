"""`duanka publish` and `duanka what-if`: a month frozen as files with digests; the same month under another policy."""

from __future__ import annotations

import hashlib
import json
import tempfile
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from duanka.errors import BadInput
from duanka.governance import (
    conduct,
    listing,
    monthly_page,
    months,
    publication,
    scorecard,
    what_if,
)
from duanka.governance.monthly import workbook
from duanka.governance.redraw import redrawn
from duanka.jobs.dataset import known_before, parse_instant
from duanka.jobs.govern_origins import origins
from duanka.jobs.load import load
from duanka.jobs.publish_groups import groups
from duanka.jobs.publish_pdf import can_print, pdf
from duanka.jobs.publish_run import seen_in
from duanka.jobs.publish_succession import succession
from duanka.policy import dated
from duanka.tables import INPUTS, time_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from duanka.governance.scorecard import Governed
    from duanka.jobs.progress import Progress
    from duanka.policy.dated import Regime
    from duanka.settings import Settings

MANIFEST = "manifest.json"
REVISED = "revised.json"


@dataclass(frozen=True)
class Published:
    """Where a month was frozen, the digest of every file, and which frozen months have become others since.

    `fresh` is false where the very same bytes were there already.
    """

    folder: Path
    digests: Mapping[str, str]
    revises: tuple[str, ...]
    fresh: bool


@dataclass(frozen=True)
class _Month:
    """A month as it is judged: by what was known before `as_of`, under one regime."""

    month: int
    as_of: datetime
    frames: Mapping[str, pl.DataFrame]
    found: Governed
    regime: Regime


def publish(
    data: Path,
    out: Path,
    *,
    period: str,
    as_of: str | None,
    sender: str,
    settings: Settings,
    say: Progress,
    told: Mapping[str, pl.DataFrame] | None = None,
    run: Path | None = None,
) -> Published:
    """The month as it was known at its end (or before `as_of`), frozen in a folder of `out` with its digests.

    A folder that is there already is never changed: the same bytes leave it as it is, other bytes are frozen
    beside it as a revision. Earlier frozen months that have become others since are marked so. `told` is what
    the ledger says (`governance.publication.month_tables`); `run` a folder that `run` wrote, of what is asked
    about employees.

    Raises: BadInput if the period is no month, or labels do not speak of it.
    """
    judged = _judged(data, period, as_of, settings=settings, say=say)
    said = dict(told or {}) | {"origins": origins(judged.frames, month=judged.month)}
    if run is not None:
        said |= seen_in(run, as_of=judged.as_of)
    with say.stage("编制 making the month"):
        tables = publication.month_tables(
            judged.found, judged.frames, judged.regime, month=judged.month, told=said
        )
        files = _files(tables, judged, sender)
    revises = _revised(out, judged)
    manifest = {
        "period": months.name_of(judged.month),
        "as_of": judged.as_of.isoformat(),
        "policy_version": judged.regime.policy.version,
        "files": {name: hashlib.sha256(files[name]).hexdigest() for name in sorted(files)},
    }
    files[MANIFEST] = _json(manifest)
    with say.stage("写出 writing"):
        folder, fresh = _freeze(out, str(manifest["period"]), files)
        _mark(out, revises, by=folder.name, as_of=judged.as_of)
    return Published(folder, manifest["files"], tuple(revises), fresh)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Compared:
    """The listings that differ under another policy, and how many differ by chance alone (None if nothing was drawn)."""

    rows: pl.DataFrame
    by_chance: float | None


def compare(
    data: Path,
    *,
    period: str,
    as_of: str | None,
    other: list[Path],
    settings: Settings,
    say: Progress,
    draws: int = 0,
) -> Compared:
    """The listings of the month that differ when further policy folders are laid over those in force.

    Columns: as `governance.what_if.beside`, with `held_share` from so many draws.
    """
    now = _judged(data, period, as_of, settings=settings, say=say)
    folders = [Path(folder) for folder in settings.policy_folders]
    regime = dated.load([*folders, *other]).at(now.regime.day)
    found = scorecard.govern(now.frames, now.as_of, regime)
    if found is None:
        raise _silent()
    here, there = _listed(now.found, now.regime, now), _listed(found, regime, now)
    pairs = []
    with say.stage("重抽 drawing again"):
        for seed in range(draws):
            both = ((now.found, now.regime), (found, regime))
            again = [_listed(redrawn(one, seed=seed), rules, now).table for one, rules in both]
            pairs.append((again[0], again[1]))
            say.advance(seed + 1, draws)
    rows = what_if.beside(here.table, there.table, here.evidence)
    return Compared(
        what_if.held(rows, pairs), what_if.by_chance(here.table, [pair[0] for pair in pairs])
    )


def _listed(found: Governed, regime: Regime, month: _Month) -> listing.Judged:
    """The month's listings, the ladder walked from the first."""
    judged = listing.judge(found, regime, month.frames.get("institution"))
    this = pl.col("period") == months.name_of(month.month)
    return listing.Judged(judged.table.filter(this), judged.evidence)


def _judged(
    data: Path, period: str, as_of: str | None, *, settings: Settings, say: Progress
) -> _Month:
    month = months.parse_month(period)
    instant = months.ends_at(month) if as_of is None else parse_instant(as_of)
    policy = dated.load([Path(folder) for folder in settings.policy_folders])
    regime = policy.at((instant - timedelta(microseconds=1)).astimezone(months.SHANGHAI).date())
    with tempfile.TemporaryDirectory() as work:
        loaded = load(data, Path(work), settings=settings, say=say)
        with say.stage("倒查 tracing back"):
            frames = dict(known_before(loaded, instant))
            beside = {"succession": succession(data), "groups": groups(data)}
            frames |= {name: frame for name, frame in beside.items() if frame is not None}
            found = scorecard.govern(frames, instant, regime)
    if found is None:
        raise _silent()
    if _last_known(frames) < months.begins_at(month):
        raise BadInput(
            f"labels do not speak of {months.name_of(month)}: nothing is known since its beginning",
            where="--period",
            fix="give an earlier month, or newer records",
        )
    return _Month(month, instant, frames, found, regime)


def _last_known(frames: Mapping[str, pl.DataFrame]) -> datetime:
    """The last instant at which anything became known."""
    last = [
        frame[time].max()
        for name, frame in frames.items()
        if name in INPUTS and (time := time_of(name)) and frame.height
    ]
    return max(last)  # type: ignore[type-var, return-value]


def _silent() -> BadInput:
    return BadInput(
        "no label is known before that instant, so nothing can be said of any unit",
        where="table label",
        fix="give a later period, or a folder with labels and cards",
    )


def _files(tables: Mapping[str, pl.DataFrame], judged: _Month, sender: str) -> dict[str, bytes]:
    files = {}
    open_tables, restricted = publication.apart(tables)
    for place, part in (("", open_tables), ("restricted/", restricted)):
        for name, frame in part.items():
            files[f"{place}{name}.csv"] = frame.write_csv(include_bom=True).encode()
    name = months.name_of(judged.month)
    files["report.xlsx"] = workbook(open_tables, period=name)
    files["report.html"] = monthly_page.html(open_tables, period=name, sender=sender).encode()
    if can_print():
        files["report.pdf"] = pdf(monthly_page.typ(open_tables, period=name, sender=sender))
    written = publication.month_letters(
        tables, judged.frames, judged.regime, as_of=judged.as_of, sender=sender
    )
    return files | {f"letters/{name}": content for name, content in written.items()}


def _freeze(out: Path, period: str, files: Mapping[str, bytes]) -> tuple[Path, bool]:
    """The folder in which exactly these bytes stand, and whether they were written just now."""
    number = 1
    while (folder := out / (period if number == 1 else f"{period}.r{number}")).exists():
        if (folder / MANIFEST).exists() and (folder / MANIFEST).read_bytes() == files[MANIFEST]:
            return folder, False
        number += 1
    out.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=out))
    for name, content in files.items():
        path = draft / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    draft.chmod(0o755)
    draft.rename(folder)
    return folder, True


def _revised(out: Path, judged: _Month) -> dict[str, list[dict[str, object]]]:
    """Frozen months whose counts are others by now, with the units concerned."""
    cards = scorecard.scorecard(judged.found.sheets, judged.regime)
    found: dict[str, list[dict[str, object]]] = {}
    for folder in sorted(out.glob("????-??*")):
        period = folder.name[:7]
        if not (folder / MANIFEST).exists() or period > months.name_of(judged.month):
            continue
        frozen = pl.concat(
            pl.read_csv(folder / place / "scorecard.csv", infer_schema=False)
            for place in ("", "restricted")
            if (folder / place / "scorecard.csv").exists()
        )
        kept = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        now = cards.filter(pl.col("period") == period)
        if kept["as_of"] < judged.as_of.isoformat() and now.height:
            rows = publication.revised(frozen, now).to_dicts()
            rows += _conduct_revised(folder, judged)
            if rows:
                found[folder.name] = rows
    return found


def _conduct_revised(folder: Path, judged: _Month) -> list[dict[str, object]]:
    """Institutions whose leads and applications of a frozen month are others by now."""
    path, month = folder / "conduct.csv", months.parse_month(folder.name[:7])
    if not path.exists():
        return []
    frozen = pl.read_csv(path, infer_schema=False)
    now = conduct.conduct(judged.found.attributed, judged.frames, {}, month=month)
    return publication.conduct_revised(frozen, now).to_dicts()


def _mark(
    out: Path, revises: Mapping[str, list[dict[str, object]]], *, by: str, as_of: datetime
) -> None:
    """Says beside a frozen month that it has become another, by which publication, and for whom."""
    for name, units in revises.items():
        path = out / name / REVISED
        told = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        told[by] = {"as_of": as_of.isoformat(), "units": units}
        path.write_bytes(_json(told))


def _json(content: object) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()
