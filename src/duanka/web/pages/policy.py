"""The rules in force on a day, with unit, article and mark; a case tried on a table, with its worked examples."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any

import polars as pl
from starlette.routing import Route

from duanka.cases.words import reason
from duanka.errors import BadInput, BadPolicy
from duanka.policy import dated
from duanka.policy.table import evaluate
from duanka.web import rules, show

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from duanka.policy.dated import Policy, Regime
    from duanka.policy.table import Column, Table

SIDES = ("in_force", "candidate")
MOST_EXAMPLES = 40


def policy(request: Request) -> Response:
    office = show.office(request)
    show.viewer(request)
    day = day_of(request, "day")
    asked = request.query_params.get("q", "").strip()[:80]
    rows = []
    for name, versions in sorted(office.policy.parameters.items()):
        held = [v for v in versions if v.since <= day and (v.until is None or day < v.until)]
        if held and (asked in name or asked in held[0].label.zh or asked in held[0].label.en):
            rows.append((name, held[0], [v for v in versions if v is not held[0]]))
    return show.page(
        request, "policy.html", rows=rows, day=day.isoformat(), asked=asked, version=office.policy.version,
        tables=sorted(office.policy.tables),
    )  # fmt: skip


def attempt(request: Request) -> Response:
    """A case put to a decision table by whoever asks: which row answers, and the rows that did not."""
    show.viewer(request)
    asked, day = request.query_params, day_of(request, "day")
    side, found = side_of(request, asked.get("side", "")), show.office(request).policy
    name = asked.get("table", "")
    name = name if name in found.tables else min(found.tables)
    regime = found_of(request, side).at(day)
    try:
        held = regime.version_of_table(name)
    except BadPolicy as error:
        raise BadInput(error.what, where="policy", fix=error.fix) from None
    given, said = {c.name: asked.get(f"case.{c.name}", "") for c in held.table.body.columns}, None
    if any(given.values()):
        said = _said(regime, held.table, given)
    return show.page(
        request, "policy_try.html", tables=sorted(found.tables), name=name, held=held, given=given,
        said=said, sides=sides_of(request), side=side, day=day.isoformat(),
        rows=[(rules.conditions(row), row) for row in held.table.rows],
        because={row.because: reason(regime, row.because) for row in held.table.rows},
        examples=[one for one in _examples() if one["table"] == name][:MOST_EXAMPLES],
    )  # fmt: skip


def _said(regime: Regime, table: Table, given: dict[str, str]) -> dict[str, Any]:
    """What the table says of the case, with the law beside it where it decides a measure.

    Raises: BadInput if something is missing or no value of its column.
    """
    frame = pl.DataFrame({c.name: [_read(c, given[c.name])] for c in table.body.columns})
    found: dict[str, Any] = evaluate(table, frame).row(0, named=True)
    found["law"] = None
    if table.body.decides == "measure" and found["then"] != "allow":
        found["law"] = regime.measure(found["then"])
        found["days"] = regime.expires_days(found["then"])
    return found


def _read(column: Column, text: str) -> object:
    if column.kind == "bool":
        return text.lower() in rules.TRUE
    if column.kind == "word":
        return text
    try:
        number = float(text)
        return number if column.kind in ("share", "ratio") else int(number)
    except (ValueError, OverflowError):
        raise BadInput(
            f"{column.name} is missing or no number {column.name} 未填或不是数字", where="case", fix="fill it in 请填写"
        ) from None  # fmt: skip


@cache
def _examples() -> list[dict[str, Any]]:
    """The worked examples of the national default that speak of a table."""
    return [
        {"name": one["name"], "table": one["table"], "day": one["day"], "given": dict(one["given"]), "expect": dict(one["expect"])}
        for _, items in dated.examples([])
        for one in items
        if "table" in one
    ]  # fmt: skip


def found_of(request: Request, side: str) -> Policy:
    """The policy in force, or the candidate where there is one and it is asked for."""
    office = show.office(request)
    return office.candidate if side == "candidate" and office.candidate else office.policy


def sides_of(request: Request) -> tuple[str, ...]:
    """Which sets of rules there are: those in force, and a candidate if the console was given one."""
    return SIDES if show.office(request).candidate else SIDES[:1]


def side_of(request: Request, told: str) -> str:
    """The set of rules that is asked for, if there is such a one."""
    return told if told in sides_of(request) else SIDES[0]


def day_of(request: Request, name: str, told: str = "") -> date:
    """The day that is asked for; today where none is."""
    try:
        return date.fromisoformat(told or request.query_params.get(name, ""))
    except ValueError:
        return show.office(request).clock().astimezone(show.SHANGHAI).date()


ROUTES = [Route("/policy", policy), Route("/policy/try", attempt)]
