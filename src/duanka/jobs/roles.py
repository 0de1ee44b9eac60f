"""The roles and what to cut first of a run: the tables `role` and `action`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from duanka.network.cuts import find_cuts
from duanka.network.role_cards import know
from duanka.network.roles import find_roles

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

    from duanka.jobs.dataset import Dataset
    from duanka.jobs.progress import Progress
    from duanka.policy.dated import Regime


def fill_roles(
    dataset: Dataset,
    written: Mapping[str, pl.DataFrame],
    regime: Regime,
    say: Progress,
    *,
    members: pl.DataFrame | None = None,
) -> dict[str, pl.DataFrame]:
    """The tables `role` and `action`, from what was known and what the run has written so far.

    Columns: `written` holds the tables `score`, `flow` and `network`; `members`, where they are given,
        are those of `network.communities.Networks`: with strengths, and with candidates.
    """
    members = written["network"] if members is None else members
    with say.stage("疑似角色 suspecting roles"):
        known = know(dataset.frames, written["score"], as_of=dataset.as_of, rules=regime)
        roles = find_roles(known, flow=written["flow"], members=members)
    with say.stage("优先处置 what to cut first"):
        actions = find_cuts(
            known, roles=roles, scores=written["score"], flow=written["flow"], members=members
        )  # fmt: skip
    return {"role": roles, "action": actions}
