"""`duanka policy show`: the rules in force on a day, as lines for a terminal."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from duanka.errors import BadInput
from duanka.policy.dated import load
from duanka.policy.entries import in_force

if TYPE_CHECKING:
    from collections.abc import Iterator

    from duanka.policy.dated import Regime
    from duanka.policy.entries import Value
    from duanka.settings import Settings


def policy_show(day: str, *, settings: Settings) -> list[str]:
    """The parameters, decision tables and measures in force on the day, each with its source.

    A value whose source was not read in full is marked unverified.

    Raises: BadInput if the day is not a calendar day.
    """
    try:
        asked = date.fromisoformat(day)
    except ValueError as error:
        raise BadInput(f"{day!r} is no calendar day", fix="write it like 2023-06-01") from error
    policy = load([Path(folder) for folder in settings.policy_folders])
    regime = policy.at(asked)
    return [
        f"policy {policy.version} on {asked}",
        *_section("parameters 参数", _parameters(regime)),
        *_section("decision tables 决策表", _tables(regime)),
        *_section("measures 措施", _measures(regime)),
    ]


def _section(title: str, lines: Iterator[str]) -> list[str]:
    found = [f"  {line}" for line in lines]
    return ["", title, *(found or ["  none in force 当日无"])]


def _parameters(regime: Regime) -> Iterator[str]:
    for name in sorted(regime.policy.parameters):
        if regime.has(name):
            one = regime.parameter(name)
            doubt = "" if one.verified else "  (unverified 未核实)"
            yield f"{name} = {_plain(one.value)} {one.unit}  {one.label.zh}  {one.reference}{doubt}"


def _plain(value: Value) -> str:
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def _tables(regime: Regime) -> Iterator[str]:
    for name, versions in sorted(regime.policy.tables.items()):
        if (one := in_force(versions, regime.day)) is not None:
            yield f"{name}  {one.label.zh}  since {one.since}  {one.reference}"


def _measures(regime: Regime) -> Iterator[str]:
    found = (in_force(versions, regime.day) for versions in regime.policy.measures.values())
    for one in sorted((m for m in found if m), key=lambda m: (m.mildness, m.name)):
        yield f"{one.name}  {one.label.zh}  decided by {one.authority}  {one.reference}"
