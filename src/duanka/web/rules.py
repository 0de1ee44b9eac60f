"""Rules side by side: what differs between two days or two sets of them, a value changed to see what it would do."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from duanka.errors import BadInput
from duanka.policy.entries import COUNT_UNITS, SHARE_UNITS, in_force

if TYPE_CHECKING:
    from collections.abc import Mapping

    from duanka.policy.dated import Regime
    from duanka.policy.entries import Parameter, TableVersion, Value
    from duanka.policy.table import Condition, Row

MOST_CHANGES = 20
TRUE, FALSE = ("true", "1", "yes", "是"), ("false", "0", "no", "否")


@dataclass(frozen=True)
class Difference:
    """An entry that differs: its versions on both sides, None where it is not in force."""

    name: str
    before: Parameter | TableVersion | None
    after: Parameter | TableVersion | None


def differences(before: Regime, after: Regime) -> tuple[list[Difference], list[Difference]]:
    """The parameters and the decision tables that are not the same under both rules."""
    values = [
        Difference(name, *pair)
        for name in sorted({*before.policy.parameters, *after.policy.parameters})
        if _value((pair := _both(name, "parameters", before, after))[0]) != _value(pair[1])
    ]
    tables = [
        Difference(name, *pair)
        for name in sorted({*before.policy.tables, *after.policy.tables})
        if _rows((pair := _both(name, "tables", before, after))[0]) != _rows(pair[1])
    ]
    return values, tables


def _both(name: str, kind: str, before: Regime, after: Regime) -> tuple[Any, Any]:
    found = [in_force(getattr(one.policy, kind).get(name, ()), one.day) for one in (before, after)]
    return found[0], found[1]


def _value(one: Parameter | None) -> object:
    return None if one is None else (one.value, one.unit)


def _rows(one: TableVersion | None) -> object:
    """What a table says, wherever in its file."""
    return None if one is None else [(row.when, row.then, row.because, row.basis) for row in one.table.rows]  # fmt: skip


def changes_of(text: str) -> dict[str, str]:
    """The values to be tried, as `name = value`, one a line.

    Raises: BadInput if a line is not so, or there are too many.

    Example:
        >>> changes_of("account_tiers.high_risk_score = 0.8")
        {'account_tiers.high_risk_score': '0.8'}
    """
    found = {}
    for line in filter(None, (line.strip() for line in text.splitlines())):
        name, sign, value = line.partition("=")
        if not sign or not value.strip():
            raise BadInput(
                "a change is written as name = value 每行写成：参数名 = 值", where=line[:80], fix="one a line 每行一项"
            )  # fmt: skip
        found[name.strip()] = value.strip()
    if len(found) > MOST_CHANGES:
        raise BadInput("too many changes at once 一次改动过多", where="changes", fix=f"at most {MOST_CHANGES}")  # fmt: skip
    return found


def changed(regime: Regime, changes: Mapping[str, str]) -> Regime:
    """The rules with these values in place of those in force; nothing is adopted by that.

    Raises: BadInput if there is no such parameter on the day, or the value is none of its unit.
    """
    if not changes:
        return regime
    found = dict(regime.policy.parameters)
    for name, text in changes.items():
        held = in_force(found.get(name, ()), regime.day)
        if held is None:
            raise BadInput(
                "no such parameter on that day 当日没有这个参数", where=name, fix="see the page of policy 见政策页"
            )  # fmt: skip
        tried = replace(held, value=_read(held, text), reference="", mark="D")
        found[name] = tuple(tried if one is held else one for one in found[name])
    policy = replace(regime.policy, parameters=found, version=f"{regime.policy.version}*")
    return policy.at(regime.day)


def _read(held: Parameter, text: str) -> Value:
    """The text as a value of the parameter's own kind."""
    try:
        value = _as(held.value, text)
    except ValueError:
        raise _no_value(held, text) from None
    if isinstance(value, int | float) and not isinstance(value, bool):
        most = 1.0 if held.unit in SHARE_UNITS else float("inf")
        whole = held.unit not in COUNT_UNITS or float(value).is_integer()
        if not (0 <= value <= most and whole):
            raise _no_value(held, text)
    return value


def _as(before: Value, text: str) -> Value:
    if isinstance(before, bool):
        if text.lower() not in (*TRUE, *FALSE):
            raise ValueError(text)
        return text.lower() in TRUE
    if isinstance(before, tuple):
        return tuple(word.strip() for word in text.split(",") if word.strip())
    if isinstance(before, int):
        number = float(text)
        return int(number) if number.is_integer() else number
    return float(text) if isinstance(before, float) else text


def _no_value(held: Parameter, text: str) -> BadInput:
    return BadInput(
        f"{text[:40]} is no {held.unit} 取值不合要求", where=held.name, fix="see its unit 请对照其单位"
    )  # fmt: skip


def conditions(row: Row) -> str:
    """What a row of a table asks, as a line.

    Example:
        >>> from duanka.policy.table import Condition, Row
        >>> when = (Condition("tier", ("high_risk",)), Condition("score", low=0.9))
        >>> conditions(Row(when, "restrict", "x", None, None, 1))
        'tier = high_risk, score ≥ 0.9'
    """
    return ", ".join(_condition(one) for one in row.when)


def _condition(one: Condition) -> str:
    if one.words:
        return f"{one.column} = {' / '.join(str(word).lower() if isinstance(word, bool) else str(word) for word in one.words)}"  # fmt: skip
    bounds = []
    if one.low is not None:
        bounds.append(f"{one.column} {'>' if one.low_open else '≥'} {one.low:g}")
    if one.high is not None:
        bounds.append(f"{one.column} {'<' if one.high_open else '≤'} {one.high:g}")
    return ", ".join(bounds)
