"""One network or one loss, looked up in a dataset and a run of it: what the verbs of networks show."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from duanka import tables
from duanka.errors import BadInput, NotFound
from duanka.jobs.dataset import SHANGHAI, known_before, last_event, parse_instant
from duanka.jobs.discover import discover
from duanka.jobs.load import load
from duanka.jobs.pictures.flow_view import flow_view, source_view
from duanka.jobs.pictures.network_view import network_view
from duanka.network.backward import trace_back
from duanka.network.trace import Traced, trace
from duanka.policy import dated

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from duanka.jobs.pictures.view import View
    from duanka.jobs.progress import Progress
    from duanka.network.trace import TraceSettings
    from duanka.settings import Settings


@dataclass(frozen=True)
class Known:
    """A dataset as it was known before an instant, under the rules of that day."""

    frames: Mapping[str, pl.DataFrame]
    as_of: datetime
    regime: dated.Regime


def known(data: Path, *, as_of: str | None, settings: Settings, say: Progress) -> Known:
    """The dataset of a folder before the instant (default: the last event).

    Raises: BadInput, BadPolicy.
    """
    policy = dated.load([Path(folder) for folder in settings.policy_folders])
    work = Path(tempfile.mkdtemp(prefix="duanka-"))
    try:
        loaded = load(data, work, settings=settings, say=say)
        instant = last_event(loaded) if as_of is None else parse_instant(as_of)
        with say.stage("整理 arranging"):
            frames = known_before(loaded, instant)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return Known(frames, instant, policy.at(instant.astimezone(SHANGHAI).date()))


def listed(run: Path) -> pl.DataFrame:
    """The networks of a run, the largest first.

    Columns: network_id, and how many members of each kind.
    """
    found = _written(run, "network")
    kinds = [kind for kind in tables.words.SUBJECT_KINDS if (found["subject_kind"] == kind).any()]
    counts = [(pl.col("subject_kind") == kind).sum().alias(kind) for kind in kinds]
    sized = found.group_by("network_id").agg(pl.len().alias("members"), *counts)
    return sized.sort(["members", "network_id"], descending=[True, False])


def look_at_network(
    network_id: str, run: Path, data: Path, *, settings: Settings, say: Progress
) -> View:
    """The view of one network of a run, with the ties that the dataset shows.

    Raises: NotFound if the run has no such network.
    """
    listed_ids = _written(run, "network")["network_id"].unique().sort().to_list()
    if network_id not in listed_ids:
        raise NotFound(
            f"the run has no network {network_id[:40]!r}",
            where=f"{run.name}/network",
            fix="name one of: " + (", ".join(listed_ids[:5]) or "none was found") + " …",
        )
    score = _written(run, "score")
    as_of = None if score.is_empty() else str(score["as_of"][0].isoformat())
    base = known(data, as_of=as_of, settings=settings, say=say)
    with say.stage("发现团伙 finding networks"):
        found = discover(
            base.frames, scores=score, as_of=base.as_of, regime=base.regime,
            earlier=_written(run, "network"), flow=_written(run, "flow"),
        ).networks  # fmt: skip
    mine = pl.col("network_id") == network_id
    members = found.members.filter(mine)
    if members.is_empty():
        raise NotFound(
            f"network {network_id} does not come out of this dataset",
            where=data.name,
            fix="name the dataset that the run judged",
        )
    roles = _written(run, "role").filter(pl.col("network_id") == network_id)
    return network_view(network_id, members, found.links.filter(mine), roles)


def look_at_lead(lead_id: str, base: Known, *, settings: TraceSettings) -> View:
    """The view of where the money of one lead went.

    Raises: NotFound if the dataset has no such lead on an account.
    """
    leads = base.frames.get("lead", tables.empty("lead")).filter(pl.col("lead_id") == lead_id)
    if leads.is_empty():
        raise NotFound(
            f"no lead {lead_id[:40]!r} is known before {base.as_of.isoformat()}",
            where="table lead",
            fix="name a lead of the dataset, or an account with --card",
        )
    return flow_view(lead_id, _traced(leads, base, settings))


def look_at_card(
    account_id: str, base: Known, *, loss_fen: int | None, settings: TraceSettings
) -> View:
    """The view of where a loss paid into an account went, when nobody has written a lead of it.

    Without `loss_fen` it is the largest payment into the account.
    """
    lead = pl.DataFrame(
        {
            "lead_id": [f"card {account_id}"],
            "issued_at": [base.as_of],
            "issuer_id": ["-"],
            "card_kind": ["account"],
            "card_id": [account_id],
            "loss_fen": [loss_fen],
        }
    )
    # issued a moment before the instant, so that every payment known is looked at
    told = tables.typed("lead", lead).with_columns(pl.col("issued_at").dt.offset_by("-1us"))
    return flow_view(f"card {account_id}", _traced(told, base, settings))


def look_behind(account_id: str, base: Known, *, settings: TraceSettings) -> View:
    """The view of where the money of an account came from."""
    sourced = trace_back(_transfers(base), account_id, as_of=base.as_of, settings=settings)
    if not sourced.asked_fen:
        raise NotFound(
            f"no payment into {account_id[:40]!r} is known before {base.as_of.isoformat()}",
            where="table transfer",
            fix="name an account that was paid, or a longer --days",
        )
    return source_view(account_id, sourced)


def _traced(leads: pl.DataFrame, base: Known, settings: TraceSettings) -> Traced:
    found = trace(_transfers(base), leads, as_of=base.as_of, settings=settings)
    if found.cut.is_empty():
        raise BadInput(
            "the lead is not on an account that can be followed",
            where="table lead",
            fix="money is followed from accounts only",
        )
    return found


def _transfers(base: Known) -> pl.DataFrame:
    rows = base.frames.get("transfer")
    if rows is None or rows.is_empty():
        raise BadInput(
            "the dataset has no transfers", where="table transfer", fix="give a dataset with them"
        )
    return rows


def _written(run: Path, name: str) -> pl.DataFrame:
    """A table that a run wrote; without rows where it wrote none as Parquet."""
    path = run / f"{name}.parquet"
    if not run.is_dir():
        raise BadInput(f"{run.name} is not there", where="--run", fix="name the folder of a run")
    return pl.read_parquet(path) if path.exists() else tables.empty(name)
