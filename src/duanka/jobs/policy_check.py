"""`duanka policy check`: load every rule, prove the tables, run the worked examples, say what was checked."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from duanka.policy import dated, examples
from duanka.policy.source import refuse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from duanka.jobs.progress import Progress
    from duanka.policy.dated import Policy
    from duanka.settings import Settings


def policy_check(folders: Sequence[Path], *, settings: Settings, say: Progress) -> None:
    """Nothing, once every rule is whole and every worked example comes out as its author expects.

    The folders come after the national default and those the settings name.

    Raises: BadPolicy that lists all faults at once, with file, line and entry.
    """
    further = [*(Path(folder) for folder in settings.policy_folders), *folders]
    policy = dated.load(further)
    for line in _counted(policy):
        say.note(line)
    ran = examples.run(policy, dated.examples(further))
    refuse(ran.faults)
    skipped = f", {ran.skipped} skipped (entry replaced by a later folder)" if ran.skipped else ""
    say.note(f"{ran.passed} worked examples came out as expected 例题全部相符{skipped}")
    say.note(f"policy version 策略版本 {policy.version}")


def _counted(policy: Policy) -> list[str]:
    """What was checked, one line a kind of entry."""
    values = [one for versions in policy.parameters.values() for one in versions]
    tables = [one for versions in policy.tables.values() for one in versions]
    rows = sum(len(one.table.rows) for one in tables)
    unverified = sum(not one.verified for one in values)
    return [
        (
            f"{len(policy.parameters)} parameters 参数, {len(values)} values, "
            f"{unverified} of them unverified 未经法源核实"
        ),
        (
            f"{len(policy.tables)} decision tables 决策表, {len(tables)} versions, {rows} rows: "
            "no gap, no row that can never fire, no wall broken"
        ),
        f"{len(policy.measures)} measures 措施, {len(policy.reasons)} reasons 原因",
        f"{len(policy.turning_days())} days on which a rule changes 规则变更日",
    ]
