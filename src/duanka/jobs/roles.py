"""The roles and what to cut first of a run: the tables `role` and `action`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from duanka.network.cuts import find_cuts
from duanka.network.role_cards import know
from duanka.network.roles import suspect, told

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

    from duanka.jobs.dataset import Dataset
    from duanka.jobs.discover import Discovered
    from duanka.jobs.progress import Progress
    from duanka.policy.dated import Regime


def fill_roles(
    dataset: Dataset,
    written: Mapping[str, pl.DataFrame],
    regime: Regime,
    say: Progress,
    *,
    discovered: Discovered | None = None,
) -> dict[str, pl.DataFrame]:
    """The tables `role` and `action`, from what was known and what the run has written so far.

    Columns: `written` holds the tables `score`, `flow` and `network`. `discovered`, where it is given,
        saves asking a second time who is suspected.
    """
    members = written["network"]
    with say.stage("疑似角色 suspecting roles"):
        known = know(dataset.frames, written["score"], as_of=dataset.as_of, rules=regime)
        asked = None if discovered is None else discovered.suspected
        roles = told(known, asked or suspect(known, written["flow"]), members)
    with say.stage("优先处置 what to cut first"):
        actions = find_cuts(
            known, roles=roles, scores=written["score"], flow=written["flow"], members=members
        )  # fmt: skip
    return {"role": roles, "action": actions}
