"""What no table and no value may say, whoever writes it: proven over all cases when the policy is loaded."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import and_
from typing import TYPE_CHECKING

import polars as pl

from duanka.policy.table import cells, firing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from duanka.policy.entries import Parameter
    from duanka.policy.source import Lined
    from duanka.policy.table import Cell, Table


@dataclass(frozen=True)
class Wall:
    """In the cases of `when`, a table that decides `decides` may say `only` these words, by `reference`.

    `card_kind` narrows the wall to tables of that card kind alone; empty means every table.
    """

    decides: str
    when: Mapping[str, tuple[Cell, ...]]
    only: tuple[str, ...]
    reference: str
    card_kind: str = ""


_UNPROVEN = {"implicated": (False,)}
WALLS = (
    Wall(
        "tier",
        {**_UNPROVEN, "enough_families": (False,)},
        ("normal",),
        "one family of signals decides nothing (银发〔2016〕261号)",
    ),
    Wall(
        "tier",
        {**_UNPROVEN, "cleared": (True,)},
        ("normal",),
        "a cleared card is normal while it is protected (反电信网络诈骗法 第三十二条)",
    ),
    Wall(
        "tier",
        {**_UNPROVEN, "victim": (True,)},
        ("normal", "suspicious"),
        "a victim is never high risk",
    ),
    Wall(
        "measure",
        {**_UNPROVEN, "victim": (True,)},
        ("allow", "verify_transaction"),
        "a victim is protected, not restricted",
    ),
    Wall(
        "measure",
        {**_UNPROVEN, "tier": ("normal",)},
        ("allow",),
        "nothing is done to a normal card",
    ),
    Wall(
        "measure",
        {**_UNPROVEN, "reverification": ("none", "asked", "passed")},
        ("allow", "reverify_identity"),
        "a SIM is verified again before it is limited (反电信网络诈骗法 第十一条)",
        card_kind="sim",
    ),
    Wall(
        "answer",
        {"protected": (True,)},
        ("allow",),
        "protected payments and emergency numbers always pass",
    ),
    Wall(
        "answer",
        {**_UNPROVEN, "enough_families": (False,)},
        ("allow",),
        "one family of signals cuts no call",
        card_kind="sim",
    ),
    Wall(
        "advice",
        {
            "disciplined": (False,),
            "limit": ("none", "rule_of_thumb", "class_1"),
            "enough_families": (False,),
        },
        ("allow", "check_further"),
        "one family of signals refuses nobody",
    ),
)


LEAST_FAMILIES = 2
ALWAYS_PROTECTED = {"medical", "social_insurance", "utility"}


def broken_by(one: Parameter) -> str:
    """Which wall a value breaks, in words; empty if none."""
    value = one.value
    few = isinstance(value, int) and value < LEAST_FAMILIES
    if one.name.endswith(".least_families") and few:
        return f"must be at least {LEAST_FAMILIES}; one family of signals decides nothing"
    if one.name == "protected_payments.memo_kinds" and isinstance(value, tuple):
        absent = sorted(ALWAYS_PROTECTED - set(value))
        if absent:
            return f"must hold {', '.join(absent)}; basic services are kept (反洗钱法 第三十条)"
    return ""


def changed_shape(old: Lined, new: Lined) -> str:
    """What an entry of a later folder may not change of the one it replaces, in words; empty if nothing.

    The programs count on it: a number of hours that becomes one of days would be misread in silence.
    """
    if old.get("unit") != new.get("unit"):
        return f"is counted in {old.get('unit')}; a later folder keeps the unit"
    for key in ("decides", "card_kinds"):
        if old.get(key) != new.get(key):
            return f"{key} is {old.get(key)}; a later folder keeps it"
    facts, asked = old.get("reads"), new.get("reads")
    if not isinstance(facts, dict) or not isinstance(asked, dict):
        return ""  # no table, or one that is refused for it anyway
    stray = [name for name, kind in asked.items() if facts.get(name) != kind]
    if stray:
        return f"cannot read {', '.join(stray)}; there is {', '.join(facts)}"
    return ""


def hold(table: Table, where: str, faults: list[str]) -> None:
    """Nothing; a fault is added for each wall that some case of the table breaks, with that case."""
    kinds = table.body.card_kinds
    walls = [
        wall
        for wall in WALLS
        if wall.decides == table.body.decides and (not wall.card_kind or kinds == (wall.card_kind,))
    ]
    grid = cells(table, {column for wall in walls for column in wall.when})
    if grid is None:  # a fault of its own already, from the proof of completeness
        return
    fired = grid.with_columns(firing(grid, table.rows))
    for wall in walls:
        unread = sorted(set(wall.when) - {column.name for column in table.body.columns})
        told = f"must read {', '.join(unread)}" if unread else _broken(table, wall, fired)
        if told:
            faults.append(f"{where} {table.body.name}: {told}; {wall.reference}")


def _broken(table: Table, wall: Wall, fired: pl.DataFrame) -> str:
    """A case in which the table breaks the wall, in words; empty if there is none."""
    concerned = reduce(and_, (_among(column, words) for column, words in wall.when.items()))
    bad = [i for i, row in enumerate(table.rows) if row.then not in wall.only]
    broken = fired.filter(concerned & pl.col("row").is_in(bad))
    if broken.is_empty():
        return ""
    case = broken.row(0, named=True)
    then = table.rows[case["row"]].then
    told = ", ".join(f"{k}={v}" for k, v in case.items() if k not in {"_", "row"})
    return f"says {then} where {told}"


def _among(column: str, words: tuple[Cell, ...]) -> pl.Expr:
    return reduce(lambda left, right: left | right, (pl.col(column) == word for word in words))
