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

    `passed` examples that came out as expected; `skipped` ones about entries a later folder replaced;
    `faults` what did not come out, and what no example touches, with file and line.
    """

    passed: int
    skipped: int
    faults: tuple[str, ...]


def run(policy: Policy, examples: Iterable[tuple[int, list[Lined]]]) -> Ran:
    """What the policy says of each example, against what the example expects; and what no example hits.

    An example speaks for the entry as its own folder knew it: when a later folder has replaced the entry,
    the example is skipped, and the replacing folder has to bring its own.
    """
    passed = skipped = 0
    faults: list[str] = []
    hits: set[Hit] = set()
    for folder, items in examples:
        for item in items:
            before = len(faults)
            ran = _run_one(policy, folder, item, faults, hits)
            passed += ran and len(faults) == before
            skipped += not ran and len(faults) == before
    return Ran(passed, skipped, (*faults, *_untouched(policy, hits)))


def _run_one(policy: Policy, folder: int, item: Lined, faults: list[str], hits: set[Hit]) -> bool:
    """Whether the example was run; what it hit and what is wrong is added."""
    if not check_keys(item, ("name", "day", "expect"), ("table", "given"), faults, "example"):
        return False
    day, expect = item["day"], item["expect"]
    where = f"{item.where} {item['name']}"
    if not isinstance(day, date) or isinstance(day, datetime) or not isinstance(expect, Lined):
        faults.append(f"{where}: day must be a day, expect a mapping")
        return False
    names = [item["table"]] if "table" in item else list(expect)
    if any(policy.owners.get(name, folder) > folder for name in names):
        return False
    try:
        if "table" in item:
            return _run_table(policy, item, where, faults, hits)
        return _run_values(policy, item, where, faults, hits)
    except DuankaError as error:
        faults.append(f"{where}: {error.what}")
        return False


def _run_table(policy: Policy, item: Lined, where: str, faults: list[str], hits: set[Hit]) -> bool:
    version = policy.at(item["day"]).version_of_table(item["table"])
    decides = version.table.body.decides
    given: Any = item.get("given")
    if not isinstance(given, Lined):
        faults.append(f"{where}: given must be a mapping of what the table reads")
        return False
    read = {column.name for column in version.table.body.columns}
    if stray := sorted(set(given) - read):
        faults.append(f"{where}: the table does not read {', '.join(stray)}")
    if not check_keys(item["expect"], (decides, "because"), (), faults, item["name"]):
        return False
    frame = pl.DataFrame({name: [value] for name, value in given.items()})
    said = evaluate(version.table, frame).row(0, named=True)
    expected = (item["expect"][decides], item["expect"]["because"])
    if (said["then"], said["because"]) != expected:
        faults.append(
            f"{where}: expected {expected[0]} because {expected[1]}, "
            f"but the table says {said['then']} because {said['because']}"
        )
    hits.add((version.name, version.since, said["row"]))
    return True


def _run_values(policy: Policy, item: Lined, where: str, faults: list[str], hits: set[Hit]) -> bool:
    regime = policy.at(item["day"])
    for name, expected in item["expect"].items():
        found = regime.parameter(name)
        value = tuple(expected) if isinstance(expected, list) else expected
        if found.value != value:
            faults.append(f"{where}: expected {name} to be {value}, but it is {found.value}")
        hits.add((name, found.since, -1))
    return True


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
