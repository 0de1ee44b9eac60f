"""Policy entries parsed and checked: every fault named by file, line and entry, all of them at once."""

from __future__ import annotations

from datetime import date, datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from duanka.policy.conditions import parse_columns, parse_rows
from duanka.policy.entries import (
    AUTHORITIES,
    CARD_KINDS,
    COUNT_UNITS,
    MARKS,
    OTHER_UNITS,
    SHARE_UNITS,
    Label,
    Measure,
    Parameter,
    Reason,
    TableVersion,
    in_force,
)
from duanka.policy.source import Lined, check_keys
from duanka.policy.table import DECIDES, POLICE_MEASURES, Body, Table, prove
from duanka.policy.walls import broken_by, hold

if TYPE_CHECKING:
    from collections.abc import Mapping

    from duanka.policy.entries import Value

Parsed = tuple[
    dict[str, tuple[Parameter, ...]],
    dict[str, tuple[TableVersion, ...]],
    dict[str, tuple[Measure, ...]],
    dict[str, Reason],
]


def parse(merged: Mapping[str, Mapping[str, Lined]], faults: list[str]) -> Parsed:
    """All entries as records, each name with its versions in order of time; faults added to the list."""
    parameters = {n: _parameter(n, b, faults) for n, b in merged.get("parameters", {}).items()}
    measures = {n: _measure(n, b, faults) for n, b in merged.get("measures", {}).items()}
    reasons = {n: _reason(n, b, faults) for n, b in merged.get("reasons", {}).items()}
    tables = {n: _table(n, b, faults) for n, b in merged.get("tables", {}).items()}
    for name, versions in measures.items():
        faults.extend(
            f"{merged['measures'][name].where} {name}: its term {one.term} is no parameter in force on {one.since}"
            for one in versions
            if one.term is not None and in_force(parameters.get(one.term, ()), one.since) is None
        )
    for name, dated in tables.items():
        where = merged["tables"][name].where
        _check_words(dated, where, (measures, reasons), faults)
    return parameters, tables, measures, reasons


def _label(body: Lined, name: str, faults: list[str]) -> Label:
    label = body.get("label")
    if not isinstance(label, Lined):
        faults.append(f"{body.where} {name}: label must have zh and en")
        return Label("", "")
    check_keys(label, ("zh", "en"), (), faults, name)
    return Label(str(label.get("zh", "")), str(label.get("en", "")))


def _versions(body: Lined, name: str, fields: tuple[str, ...], faults: list[str]) -> list[Lined]:
    """The dated versions of an entry that are whole; order and overlap are checked."""
    found = []
    given = body.get("versions")
    if not isinstance(given, list) or not given:
        faults.append(f"{body.where} {name}: versions must be a list with at least one version")
        return []
    for item in given:
        if not isinstance(item, Lined):
            faults.append(f"{body.where} {name}: a version must be a mapping")
        elif check_keys(
            item, ("since", "reference", "mark", *fields), ("until",), faults, name
        ) and _dates_fit(item, name, faults):
            found.append(item)
    for earlier, later in pairwise(found):
        if earlier.get("until") is None or earlier["until"] > later["since"]:
            faults.append(
                f"{later.where} {name}: overlaps the version before it, which holds until "
                f"{earlier.get('until') or 'further notice'}"
            )
    return found


def _dates_fit(item: Lined, name: str, faults: list[str]) -> bool:
    before = len(faults)
    for key in ("since", "until"):
        value = item.get(key)
        if value is not None and (not isinstance(value, date) or isinstance(value, datetime)):
            faults.append(f"{item.where} {name}: {key} must be a day such as 2022-12-01")
    if item["mark"] not in MARKS:
        faults.append(f"{item.where} {name}: mark must be one of {', '.join(MARKS)}")
    if len(faults) == before and item.get("until") and item["until"] <= item["since"]:
        faults.append(f"{item.where} {name}: until must be after since")
    return len(faults) == before


def _parameter(name: str, body: Lined, faults: list[str]) -> tuple[Parameter, ...]:
    if not check_keys(body, ("label", "unit", "versions"), (), faults, name):
        return ()
    label, unit = _label(body, name, faults), str(body["unit"])
    if unit not in (*COUNT_UNITS, *SHARE_UNITS, *OTHER_UNITS):
        known = ", ".join((*COUNT_UNITS, *SHARE_UNITS, *OTHER_UNITS))
        faults.append(f"{body.where} {name}: unknown unit {unit}; known are {known}")
        return ()
    found = []
    for v in _versions(body, name, ("value",), faults):
        value = typed(unit, v["value"])
        if value is None:
            faults.append(f"{v.where} {name}: {v['value']!r} is no {unit}")
        else:
            dated = (v["since"], v.get("until"), str(v["reference"]), v["mark"])
            one = Parameter(name, label, unit, value, *dated)
            found.append(one)
            if told := broken_by(one):
                faults.append(f"{v.where} {name}: {told}")
    return tuple(found)


def typed(unit: str, value: Any) -> Value | None:
    """The value as its unit has it: whole numbers, shares of 0 to 1, truths, words; None if it is none."""
    number = isinstance(value, int | float) and not isinstance(value, bool) and value >= 0
    if unit in COUNT_UNITS:
        return value if number and isinstance(value, int) else None
    if unit in SHARE_UNITS or unit == "ratio":
        return float(value) if number and (unit == "ratio" or value <= 1) else None
    if unit == "flag":
        return value if isinstance(value, bool) else None
    if unit == "word":
        return value if isinstance(value, str) else None
    good = isinstance(value, list) and all(isinstance(word, str) for word in value)
    return tuple(value) if good else None


def _measure(name: str, body: Lined, faults: list[str]) -> tuple[Measure, ...]:
    needed = ("label", "authority", "mildness", "protected_payments_pass", "review", "versions")
    if not check_keys(body, needed, ("term", "grade_of"), faults, name):
        return ()
    if (name in POLICE_MEASURES) != (body["authority"] == "police"):
        faults.append(f"{body.where} {name}: police measures, and only they, have authority police")
    if body["authority"] not in AUTHORITIES:
        faults.append(f"{body.where} {name}: authority must be one of {', '.join(AUTHORITIES)}")
    if body["protected_payments_pass"] is not True:
        faults.append(f"{body.where} {name}: protected payments pass under every measure")
    if not isinstance(body["mildness"], int) or isinstance(body["mildness"], bool):
        faults.append(f"{body.where} {name}: mildness must be a whole number")
    if body["review"] not in {"person", "none"}:
        faults.append(f"{body.where} {name}: review must be person or none")
    label, found = _label(body, name, faults), []
    for v in _versions(body, name, ("articles",), faults):
        articles = v["articles"]
        if not isinstance(articles, Lined) or not set(articles) <= set(CARD_KINDS) or not articles:
            faults.append(f"{v.where} {name}: articles must name account, sim or both")
            continue
        found.append(
            Measure(
                name,
                label,
                body["authority"],
                body["mildness"],
                protected_payments_pass=True,
                review=body["review"],
                term=body.get("term"),
                grade_of=body.get("grade_of"),
                articles={kind: str(article) for kind, article in articles.items()},
                since=v["since"],
                until=v.get("until"),
                reference=str(v["reference"]),
                mark=v["mark"],
            )
        )
    return tuple(found)


def _reason(name: str, body: Lined, faults: list[str]) -> Reason:
    check_keys(body, ("label", "fact"), (), faults, name)
    if not isinstance(body.get("fact"), bool):
        faults.append(f"{body.where} {name}: fact must be true or false")
    return Reason(name, _label(body, name, faults), fact=bool(body.get("fact")))


def _table(name: str, body: Lined, faults: list[str]) -> tuple[TableVersion, ...]:
    needed = ("label", "decides", "card_kinds", "hit", "reads", "versions")
    if not check_keys(body, needed, (), faults, name):
        return ()
    before = len(faults)
    if body["decides"] not in DECIDES:
        faults.append(f"{body.where} {name}: decides must be one of {', '.join(DECIDES)}")
    if body["hit"] not in {"first", "unique"}:
        faults.append(f"{body.where} {name}: hit must be first or unique")
    kinds = body["card_kinds"]
    if not isinstance(kinds, list) or not all(kind in CARD_KINDS for kind in kinds):
        faults.append(f"{body.where} {name}: card_kinds must be a list of account, sim")
    if not isinstance(body["reads"], Lined):
        faults.append(f"{body.where} {name}: reads must name columns and their kinds")
    if len(faults) > before:
        return ()
    columns = parse_columns(body["reads"], name, faults)
    fixed = Body(name, body["decides"], tuple(kinds), body["hit"], columns)
    label, found = _label(body, name, faults), []
    for v in _versions(body, name, ("rows",), faults):
        count = len(faults)
        table = Table(fixed, parse_rows(v["rows"], fixed, v.where, faults))
        if len(faults) == count:  # a proof over broken rows would only repeat their faults
            prove(table, v.where, faults)
            hold(table, v.where, faults)
        dated = (v["since"], v.get("until"), str(v["reference"]), v["mark"])
        found.append(TableVersion(name, label, table, *dated))
    asked = {c.column for v in found for row in v.table.rows for c in row.when}
    if len(faults) == before and (idle := [c.name for c in columns if c.name not in asked]):
        faults.append(f"{body.where} {name}: reads {', '.join(idle)}, which no row asks about")
    return tuple(found)


def _check_words(
    versions: tuple[TableVersion, ...],
    where: str,
    known: tuple[Mapping[str, tuple[Measure, ...]], Mapping[str, Reason]],
    faults: list[str],
) -> None:
    measures, reasons = known
    for version in versions:
        for row in version.table.rows:
            at = f"{where.rsplit(':', 1)[0]}:{row.line} {version.name}"
            if row.because not in reasons:
                faults.append(f"{at}: because {row.because} is no reason of the policy")
            if version.table.body.decides in {"measure", "answer", "advice"}:
                faults.extend(f"{at}: {gap}" for gap in _uncovered(row.then, version, measures))


def _uncovered(
    then: str, version: TableVersion, measures: Mapping[str, tuple[Measure, ...]]
) -> list[str]:
    """Where the version ends in a measure that the law of its time does not know for the card kind."""
    found = measures.get(then, ())
    turns = [m.since for m in found] + [m.until for m in found if m.until]
    end = version.until or date.max
    days = [version.since, *(day for day in turns if version.since <= day < end)]
    return [
        f"{then} has no article for {kind} cards on {day}"
        for kind in version.table.body.card_kinds
        for day in days
        if (m := in_force(found, day)) is None or kind not in m.articles
    ]
