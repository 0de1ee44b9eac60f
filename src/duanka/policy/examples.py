"""Worked examples: cases a jurist can judge, run against the policy; every row and value is hit by one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import polars as pl

from duanka.errors import DuankaError
from duanka.policy.source import Lined, check_keys
from duanka.policy.table import evaluate

if TYPE_CHECKING:
    from collections.abc import Iterable

    from duanka.policy.dated import Policy

Hit = tuple[str, date, int]


@dataclass(frozen=True)
class Ran:
    """What running the examples showed.

    `passed` examples that came out as expected; `skipped` expectations about entries that a later folder replaced;
    `faults` what did not come out, and what no example touches, with file and line.
    """

    passed: int
    skipped: int
    faults: tuple[str, ...]


def run(policy: Policy, examples: Iterable[tuple[int, list[Lined]]]) -> Ran:
    """What the policy says of each example, against what the example expects; and what no example hits.

    An example speaks for the entry as its own folder knew it: when a later folder has replaced the entry,
    that expectation is skipped, and the replacing folder has to bring its own.
    """
    passed = skipped = 0
    faults: list[str] = []
    hits: set[Hit] = set()
    for folder, items in examples:
        for item in items:
            before = len(faults)
            names = _names(item, faults)
            mine = [name for name in names if policy.owners.get(name, folder) <= folder]
            skipped += len(names) - len(mine)
            if mine:
                _run_one(policy, item, mine, faults, hits)
                passed += len(faults) == before
    return Ran(passed, skipped, (*faults, *_untouched(policy, hits)))


def _names(item: Lined, faults: list[str]) -> list[str]:
    """The entries an example speaks of: its table, or the parameters it expects values of."""
    if not check_keys(item, ("name", "day", "expect"), ("table", "given"), faults, "example"):
        return []
    day, expect = item["day"], item["expect"]
    if not isinstance(day, date) or isinstance(day, datetime) or not isinstance(expect, Lined):
        faults.append(f"{item.where} {item['name']}: day must be a day, expect a mapping")
        return []
    return [str(item["table"])] if "table" in item else list(expect)


def _run_one(
    policy: Policy, item: Lined, names: list[str], faults: list[str], hits: set[Hit]
) -> None:
    """Nothing; what the example hit and what is wrong with it is added."""
    where = f"{item.where} {item['name']}"
    try:
        if "table" in item:
            _run_table(policy, item, where, faults, hits)
        else:
            _run_values(policy, item, names, faults, hits)
    except DuankaError as error:
        faults.append(f"{where}: {error.what}")


def _run_table(policy: Policy, item: Lined, where: str, faults: list[str], hits: set[Hit]) -> None:
    version = policy.at(item["day"]).version_of_table(item["table"])
    decides = version.table.body.decides
    given: Any = item.get("given")
    if not isinstance(given, Lined):
        faults.append(f"{where}: given must be a mapping of what the table reads")
        return
    read = {column.name for column in version.table.body.columns}
    if stray := sorted(set(given) - read):
        faults.append(f"{where}: the table does not read {', '.join(stray)}")
    if not check_keys(item["expect"], (decides, "because"), (), faults, item["name"]):
        return
    frame = pl.DataFrame({name: [value] for name, value in given.items()})
    said = evaluate(version.table, frame).row(0, named=True)
    expected = (item["expect"][decides], item["expect"]["because"])
    if (said["then"], said["because"]) != expected:
        faults.append(
            f"{where}: expected {expected[0]} because {expected[1]}, "
            f"but the table says {said['then']} because {said['because']}"
        )
    hits.add((version.name, version.since, said["row"]))


def _run_values(
    policy: Policy, item: Lined, names: list[str], faults: list[str], hits: set[Hit]
) -> None:
    regime = policy.at(item["day"])
    for name in names:
        expected = item["expect"][name]
        found = regime.parameter(name)
        value = tuple(expected) if isinstance(expected, list) else expected
        if found.value != value:
            faults.append(
                f"{item.where} {item['name']}: expected {name} to be {value}, but it is {found.value}"
            )
        hits.add((name, found.since, -1))


def _untouched(policy: Policy, hits: set[Hit]) -> list[str]:
    """The values and rows that no example hits, one line each."""
    values = [one for versions in policy.parameters.values() for one in versions]
    tables = [one for versions in policy.tables.values() for one in versions]
    return [
        *(
            f"{one.name}: no example hits its value since {one.since}"
            for one in values
            if (one.name, one.since, -1) not in hits
        ),
        *(
            f"{one.name}: no example hits row {i + 1} (line {row.line}, {row.then} because "
            f"{row.because}) of the version since {one.since}"
            for one in tables
            for i, row in enumerate(one.table.rows)
            if (one.name, one.since, i) not in hits
        ),
    ]
