"""The humane figures (domain.md 6.2): what the orders did to people, from the ledger alone, with denominators and bounds."""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from duanka.cases import figures_beside
from duanka.cases.figures_beside import plain
from duanka.cases.figures_share import Share, quantile
from duanka.cases.order_terms import SHANGHAI, instant
from duanka.cases.order_wall import BURDENS
from duanka.store.ledger_scope import Wanted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from duanka.store.ledger_desk import Desk
    from duanka.store.ledger_rows import Record

WRONGFUL = ("appeal_granted", "review", "reverification_passed")
"""Why an order is lifted that should not have been, or not so long."""
NOT_IN_THE_LEDGER = (
    "value blocked and intercepted: `duanka evaluate` and the live door tell",
    "age, disability, gig work and such: the report of `duanka run` tells harm by group",
    "opening access: `duanka refusals` tells",
)
ALWAYS_PASS = frozenset({"salary", "social_insurance", "medical", "utility", "tax"})
"""Payments that pass under every restriction of an account, as an order names them."""
_DAY_S = 86_400


@dataclass
class _Seen:
    """What one pass over the orders adds up."""

    groups: dict[tuple[str, str], Counter[str]] = field(
        default_factory=lambda: defaultdict(Counter)
    )
    burdened_days: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    decided: Counter[str] = field(default_factory=Counter)
    heavy: Counter[str] = field(default_factory=Counter)
    unprotected: int = 0
    closed: dict[str, bool] = field(default_factory=dict)
    lifted_at: dict[str, datetime] = field(default_factory=dict)


def fairness(desk: Desk) -> dict[str, Any]:
    """The figures, by name; each share with its denominator and bounds."""
    seen = _orders(desk)
    return {
        "wrongful": _wrongful(seen),
        "time_to_lift": _time_to_lift(desk, seen),
        "notices": _notices(desk),
        "protected": _protected(seen),
        "wrongful_person_days": round(sum(seen.burdened_days.values()), 1),
        "wrongful_person_days_by_card": _days(seen),
        "reverification": _reverification(desk),
        "human_review": _human_review(desk, seen),
        "clean_up": figures_beside.clean_up(desk, seen.closed),
        "lead_speed": figures_beside.lead_speed(desk),
        "listings": figures_beside.listings(desk),
        "education": figures_beside.education(desk),
        "sharing": figures_beside.sharing(desk),
        "looks": [
            {"act": act, "record": kind, "purpose": purpose, "count": count}
            for act, kind, purpose, count in desk.seen()
        ],
        "not_in_the_ledger": list(NOT_IN_THE_LEDGER),
        "fifteen": figures_beside.fifteen(),
    }


def _days(seen: _Seen) -> dict[str, float]:
    """Days that people went wrongly without phone or payment, by kind of card."""
    return {kind: round(days, 1) for kind, days in sorted(seen.burdened_days.items())}


def _protected(seen: _Seen) -> dict[str, Any]:
    """How many restrictions of accounts would stop a protected payment; it must be none."""
    found = seen.groups["card_kind", "account"]["orders"]
    return {"orders_that_stop_them": Share(seen.unprotected, found).told()}


def _orders(desk: Desk) -> _Seen:
    seen = _Seen()
    for one in desk.each(Wanted("order")):
        seen.decided[_how_decided(one)] += 1
        if one.state == "lifted":
            seen.lifted_at[one.id] = instant(one.body["ended_at"])
        if one.body["measure"] in BURDENS and one.state not in {"proposed", "decided", "dropped"}:
            seen.heavy[_how_decided(one)] += 1
            _add_burden(seen, one)
    return seen


def _add_burden(seen: _Seen, one: Record) -> None:
    because = one.body.get("ended_because", "")
    wrong = one.state == "lifted" and because in WRONGFUL
    lapsed = one.state == "expired" and one.body["because"] != "implicated"
    kind = one.about.partition(":")[0]
    if wrong:
        took = instant(one.body["ended_at"]) - instant(one.body["starts_at"])
        seen.burdened_days[kind] += took.total_seconds() / _DAY_S
    if one.body["measure"] == "close":
        seen.closed[one.about] = wrong
    if kind == "account":
        seen.unprotected += not set(one.body["kept"]) >= ALWAYS_PASS
    for group in (
        ("all", "all"),
        ("measure", one.body["measure"]),
        ("rule", one.body["because"]),
        ("model", one.body.get("model_version") or "none"),
        ("card_kind", kind),
        ("institution", one.institution_id),
        ("region", one.region_code[:2] + "0000" if one.region_code else "unknown"),
    ):
        found = seen.groups[group]
        found["orders"] += 1
        found["wrong"] += wrong
        found["lapsed"] += lapsed


def _how_decided(one: Record) -> str:
    if one.state in {"proposed", "dropped"}:
        return one.state
    if one.body["authority"] == "police":
        return "authority"
    people = [user for user in one.body["decided_by"] if user != "system"]
    return "person" if people else "system"


def _wrongful(seen: _Seen) -> list[dict[str, Any]]:
    return [
        {"by": by, "group": group, "lapsed": found["lapsed"]}
        | Share(found["wrong"], found["orders"]).told()
        for (by, group), found in sorted(seen.groups.items())
    ]


def _time_to_lift(desk: Desk, seen: _Seen) -> dict[str, Any]:
    hours, same_day = [], 0
    for one in desk.each(Wanted("appeal", states=("granted",))):
        came = instant(one.body["received_at"])
        lifted = seen.lifted_at.get(one.parent_id)
        if lifted is not None:
            hours.append((lifted - came).total_seconds() / 3600)
            same_day += came.astimezone(SHANGHAI).date() == lifted.astimezone(SHANGHAI).date()
    told: dict[str, Any] = {"same_day": Share(same_day, len(hours)).told()}
    told["median_hours"] = round(statistics.median(hours), 2) if hours else None
    told["p95_hours"] = round(quantile(hours, 0.95), 2) if hours else None
    return told


def _notices(desk: Desk) -> dict[str, Any]:
    told, complete, delivered, read = 0, 0, 0, 0
    for one in desk.each(Wanted("notice", states=("to_send", "delivered", "read"))):
        if one.body["tells"] != "measure":
            continue
        told += 1
        complete += set(one.body["says"]) >= {"reason", "remedy", "documents"}
        delivered += one.state in {"delivered", "read"}
        read += one.state == "read"
    return {
        "complete": Share(complete, told).told(),
        "delivered": Share(delivered, told).told(),
        "read": Share(read, told).told(),
    }


def _reverification(desk: Desk) -> list[dict[str, Any]]:
    by_why: dict[str, Counter[str]] = defaultdict(Counter)
    for one in desk.each(Wanted("reverification")):
        by_why[one.body["why"]][one.state] += 1
    return [{"why": why, **plain(found)} for why, found in sorted(by_why.items())]


def _human_review(desk: Desk, seen: _Seen) -> dict[str, Any]:
    decided = seen.decided["person"] + seen.decided["system"]
    appeals = desk.count(Wanted("appeal"))
    answered = appeals.get("granted", 0) + appeals.get("upheld", 0)
    proposed = seen.decided["person"] + seen.decided["dropped"]
    return {
        "by_a_person": Share(seen.decided["person"], decided).told(),
        "heavy_by_a_person": _heavy(seen),
        "second_agreed": figures_beside.second_opinions(desk),
        "turned_down": Share(seen.decided["dropped"], proposed).told(),
        "appeals_granted": Share(appeals.get("granted", 0), answered).told(),
        "appeals": appeals,
    }


def _heavy(seen: _Seen) -> dict[str, Any]:
    """Of what bears hard on somebody, how much a person decided; what an authority decided stands apart."""
    return Share(seen.heavy["person"], seen.heavy["person"] + seen.heavy["system"]).told()


def lines(found: Mapping[str, Any]) -> Iterable[str]:
    """The figures as lines for a terminal."""
    for name, value in found.items():
        yield f"\n{name}"
        for row in value if isinstance(value, list) else [value]:
            yield f"  {_line(row)}"


def _line(row: Any) -> str:
    if not isinstance(row, dict):
        return str(row)
    return "  ".join(
        f"{name} {_line(value) if isinstance(value, dict) else value}"
        for name, value in row.items()
    )
