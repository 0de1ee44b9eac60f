"""The cells of decision tables as people write them: literals, lists of words, `>= n`, `< n`, `a..b`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from duanka.policy.source import Lined, check_keys
from duanka.policy.table import (
    DECIDES,
    NUMBERS,
    POLICE_MEASURES,
    Column,
    Condition,
    Row,
)
from duanka.tables.words import TIERS

if TYPE_CHECKING:
    from duanka.policy.table import Body

_NUMBER = r"(\d+(?:\.\d+)?)"
_COMPARED = re.compile(rf"(>=|<=|>|<)\s*{_NUMBER}")
_RANGE = re.compile(rf"{_NUMBER}\s*\.\.\s*{_NUMBER}")


def parse_columns(reads: Lined, name: str, faults: list[str]) -> tuple[Column, ...]:
    """The columns a table declares; a list of words declares a closed word column."""
    columns = []
    for column, kind in reads.items():
        if isinstance(kind, list) and kind and all(isinstance(word, str) for word in kind):
            columns.append(Column(column, "word", tuple(kind)))
        elif kind == "tier":
            columns.append(Column(column, "word", TIERS))
        elif kind == "bool" or kind in NUMBERS:
            columns.append(Column(column, kind))
        else:
            faults.append(
                f"{reads.where} {name}: column {column} cannot be {kind}; "
                f"say bool, tier, {', '.join(NUMBERS)} or a list of words"
            )
    return tuple(columns)


def parse_rows(given: Any, body: Body, where: str, faults: list[str]) -> tuple[Row, ...]:
    """The rows of one version, faults added to the list."""
    if not isinstance(given, list) or not given:
        faults.append(f"{where} {body.name}: rows must be a list with at least one row")
        return ()
    rows = []
    for item in given:
        if not isinstance(item, Lined):
            faults.append(f"{where} {body.name}: a row must be a mapping")
            continue
        if check_keys(item, ("when", "then", "because"), ("basis", "note"), faults, body.name):
            rows.append(_row(item, body, faults))
    return tuple(rows)


def _row(item: Lined, body: Body, faults: list[str]) -> Row:
    where = f"{item.where} {body.name}"
    then = str(item["then"])
    if then in POLICE_MEASURES:
        faults.append(
            f"{where}: {then} is a measure of the police (反电信网络诈骗法 第二十条); "
            "no table of ours may decide it"
        )
    elif then not in DECIDES[body.decides]:
        faults.append(
            f"{where}: {then} is no {body.decides}; say {', '.join(DECIDES[body.decides])}"
        )
    columns = {column.name: column for column in body.columns}
    conditions: list[Condition] = []
    when = item["when"] if isinstance(item["when"], Lined) else Lined()
    if not isinstance(item["when"], Lined):
        faults.append(f"{where}: when must be a mapping; say {{}} for every case")
    for name, value in when.items():
        if name not in columns:
            faults.append(f"{where}: {name} is not among the columns it reads")
        elif (condition := parse_condition(columns[name], value)) is None:
            faults.append(f"{where}: {name} ({columns[name].kind}) cannot be asked for {value!r}")
        else:
            conditions.append(condition)
    basis, note = (None if item.get(key) is None else str(item[key]) for key in ("basis", "note"))
    return Row(tuple(conditions), then, str(item["because"]), basis, note, item.line)


def parse_condition(column: Column, value: Any) -> Condition | None:
    """What a cell asks: a literal, a list of words, `>= n`, `< n`, `a..b` (both ends belong); None if it is none.

    Example:
        >>> parse_condition(Column("amount_fen", "fen"), ">= 500000").low
        500000
    """
    if column.kind == "bool":
        return Condition(column.name, (value,)) if isinstance(value, bool) else None
    if column.kind == "word":
        words = value if isinstance(value, list) else [value]
        good = bool(words) and all(word in column.words for word in words)
        return Condition(column.name, tuple(words)) if good else None
    if isinstance(value, str):
        return _compared(column, value)
    if isinstance(value, int | float) and not isinstance(value, bool) and _within(column, value):
        return Condition(column.name, low=value, high=value)
    return None


def _compared(column: Column, text: str) -> Condition | None:
    if match := _RANGE.fullmatch(text.strip()):
        low, high = _bound(column, match[1]), _bound(column, match[2])
        good = low <= high and _within(column, low) and _within(column, high)
        return Condition(column.name, low=low, high=high) if good else None
    match = _COMPARED.fullmatch(text.strip())
    if match is None or not _within(column, float(match[2])):
        return None
    sign, bound = match[1], _bound(column, match[2])
    if sign[0] == ">":
        return Condition(column.name, low=bound, low_open=sign == ">")
    return Condition(column.name, high=bound, high_open=sign == "<")


def _bound(column: Column, text: str) -> float:
    """The bound as a whole number where the column holds whole numbers, so that fen compare exactly."""
    number = float(text)
    return int(number) if column.kind in {"fen", "int"} and number.is_integer() else number


def _within(column: Column, number: float) -> bool:
    whole = column.kind in {"share", "ratio"} or float(number).is_integer()
    return whole and number >= 0 and (column.kind != "share" or number <= 1)
