"""`duanka outreach`: a published month's groups and employees drawn by lot into the ledger; effects from what is there."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from duanka.errors import BadInput
from duanka.governance import effects, months, outreach, scorecard, told
from duanka.governance.docket import regime_at
from duanka.jobs.dataset import known_before, parse_instant
from duanka.jobs.load import load
from duanka.jobs.matters import manifest_of, read_month
from duanka.jobs.publish_groups import groups
from duanka.jobs.publish_succession import succession
from duanka.store.ledger import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from duanka.governance.scorecard import Governed
    from duanka.jobs.progress import Progress
    from duanka.policy.dated import Policy, Regime
    from duanka.settings import Settings
    from duanka.store.ledger import Ledger, Viewer

PURPOSE = "publicity and training: draw the lot, measure the effect"


@dataclass
class Assigned:
    """How many groups are to be told, employees to be taught, and employees held out."""

    groups: int = 0
    taught: int = 0
    held_out: int = 0


@dataclass(frozen=True)
class Effects:
    """What was brought about: a row a group and message, a row a message over all groups, and of training."""

    groups: pl.DataFrame
    messages: pl.DataFrame
    training: Mapping[str, float | int | None]


def assign(
    data: Path,
    folder: Path,
    ledger: Ledger,
    policy: Policy,
    *,
    now: datetime,
    settings: Settings,
    say: Progress,
) -> Assigned:
    """What of a published month's outreach was drawn by lot into the ledger; run twice, nothing is drawn twice.

    Groups are made of the people who were in them when the month was judged.

    Raises: BadInput if the folder is no published month, or nothing is known in the data.
    """
    manifest = manifest_of(folder)
    rows = read_month(folder, "outreach.csv", manifest)
    instant = parse_instant(manifest["as_of"])
    regime, done = regime_at(policy, now), Assigned()
    found, frames = _known(data, instant, regime, settings, say)
    share = regime.number("outreach.holdout_share")
    with (
        say.stage("抽签 drawing by lot"),
        ledger.desk(SYSTEM, at=now, purpose=PURPOSE) as desk,
    ):
        for row in rows.iter_rows(named=True):
            people = tuple(outreach.members(row["group"], found.attributed, frames))
            name, _, what = row["group"].partition(":")
            if name == "staff_of":
                cohort = list(_learners(found, people, what, manifest["period"]))
                made = told.assign_training(desk, cohort, share=share)
                done.held_out += sum(one.state == "held_out" for one in made)
                done.taught += sum(one.state == "assigned" for one in made)
                continue
            place = what if name == "region" else ""
            group = told.Group(
                manifest["period"], row["group"], row["channel"], row["message_id"], people, place
            )
            done.groups += told.assign(desk, group, share=share).version == 1
    return done


def measured(
    data: Path,
    ledger: Ledger,
    policy: Policy,
    viewer: Viewer,
    *,
    as_of: str,
    now: datetime,
    settings: Settings,
    say: Progress,
) -> Effects:
    """The effects of what the ledger says was told and taught, by what was known before `as_of`.

    Raises: NotAllowed for who may not know who was told; BadInput if nothing is known in the data.
    """
    instant, regime = parse_instant(as_of), regime_at(policy, now)
    with ledger.desk(viewer, at=now, purpose=PURPOSE) as desk:
        reached, taught = told.told_of(desk), told.taught_of(desk)
    found, frames = _known(data, instant, regime, settings, say)
    share = regime.number("scorecards.interval_share")
    both = [
        effects.of_outreach(one, frames, until=instant, interval_share=share)
        for one in (reached, reached.with_columns(group=pl.lit("all")).unique(["message_id", "person_id"]))
    ]  # fmt: skip
    training = effects.of_training(
        taught,
        found.attributed,
        month=found.span.last,
        months_after=int(regime.number("outreach.effect_months")),
        interval_share=share,
    )
    return Effects(both[0], both[1], {**training, "done": int(taught["done"].sum())})


def _learners(
    found: Governed, staff: tuple[str, ...], institution_id: str, period: str
) -> Iterator[told.Learner]:
    """The employees of an institution whose openings of the last year turned bad, with where they work."""
    since = found.span.last - 11
    bad = found.attributed.filter(
        pl.col("staff_id").is_in(list(staff))
        & (pl.col("institution_id") == institution_id)
        & (pl.col("known_month") >= since)
        & (pl.col("opened_month") >= since)
        & (pl.col("self_found") == 0)
    )
    where = bad.sort("region_code").unique("staff_id", keep="first").sort("staff_id")
    for staff_id, region in where.select("staff_id", "region_code").iter_rows():
        yield told.Learner(staff_id, institution_id, region or "", period)


def _known(
    data: Path, instant: datetime, regime: Regime, settings: Settings, say: Progress
) -> tuple[Governed, dict[str, pl.DataFrame]]:
    with tempfile.TemporaryDirectory() as work:
        loaded = load(data, Path(work), settings=settings, say=say)
        with say.stage("倒查 tracing back"):
            frames = dict(known_before(loaded, instant))
            beside = {"succession": succession(data), "groups": groups(data)}
            frames |= {name: frame for name, frame in beside.items() if frame is not None}
            found = scorecard.govern(frames, instant, regime)
    if found is None:
        raise BadInput(
            f"no label is known before {months.said_day(instant)}",
            where=str(data),
            fix="give a folder with labels and cards",
        )
    return found, frames
