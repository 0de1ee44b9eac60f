"""What a partner may be told of a card they ask about: a grade, a class of reasons, and how long that holds."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import polars as pl

from duanka.features.catalogue import features_of
from duanka.leads.match import tidied

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

GRADES = ("suspicious", "high_risk")
RULE = "rule"
"""The class of reasons that are no feature's."""


@dataclass(frozen=True, order=True)
class Risk:
    """All that leaves: the grade, the class of the strongest reason, and the day after which it is void."""

    grade: str
    reason_class: str
    expires_on: str


def risks_of(
    score: pl.DataFrame, *, until: date, numbers: pl.DataFrame | None = None
) -> dict[str, Risk]:
    """The risk of each card above normal, by its name; cards that are not there are not told apart.

    Columns:
        score: card_kind, card_id, tier, reasons, as a run writes them.
        numbers: card_kind, card_id, number; then a card is named by its number, as both sides know it.
    """
    told = score.select(
        pl.col("card_kind", "card_id", "tier").cast(pl.String),
        pl.col("reasons").cast(pl.List(pl.String)),
    ).filter(pl.col("tier").is_in(GRADES))
    named = told.with_columns(name=pl.col("card_id"))
    if numbers is not None:
        named = told.join(tidied(numbers), on=["card_kind", "card_id"])
    rows = named.select("card_kind", "name", "tier", "reasons").iter_rows()
    return {
        f"{kind}:{name}": Risk(tier, _class(kind, tuple(reasons or ())), until.isoformat())
        for kind, name, tier, reasons in rows
    }


def groups_of(risks: Mapping[str, Risk]) -> dict[Risk, list[str]]:
    """The names of the cards of each answer."""
    found: dict[Risk, list[str]] = {}
    for name, risk in risks.items():
        found.setdefault(risk, []).append(name)
    return {risk: sorted(found[risk]) for risk in sorted(found)}


def _class(kind: str, reasons: tuple[str, ...]) -> str:
    families = _families(kind)
    return next((families[one] for one in reasons if one in families), RULE)


@cache
def _families(kind: str) -> dict[str, str]:
    subject = "sim" if kind == "sim" else "account"
    return {one.name: one.family for one in features_of(subject)}
