"""The humane figures (domain.md 6.2): what the orders did to people, from the ledger alone, with denominators and bounds."""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from math import sqrt
from typing import TYPE_CHECKING, Any

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
    "age, disability, gig work and such: the ledger does not hold them",
    "opening access, education: no orders are written about them",
)
_Z = 1.96
_DAY_S = 86_400


@dataclass(frozen=True)
class Share:
    """How many of how many, and between what the true share lies with 95 % (Wilson)."""

    count: int
    of: int

    @property
    def bounds(self) -> tuple[float, float]:
        """The lower and upper bound of the share; 0 and 1 where nothing is known."""
        if not self.of:
            return 0.0, 1.0
        share, n = self.count / self.of, self.of
        middle = share + _Z * _Z / (2 * n)
        wide = _Z * sqrt(share * (1 - share) / n + _Z * _Z / (4 * n * n))
        scale = 1 + _Z * _Z / n
        return max(0.0, (middle - wide) / scale), min(1.0, (middle + wide) / scale)

    def told(self) -> dict[str, Any]:
        """The share as a report tells it."""
        low, high = self.bounds
        share = round(self.count / self.of, 4) if self.of else None
        return {
            "count": self.count,
            "of": self.of,
            "share": share,
            "low": round(low, 4),
            "high": round(high, 4),
        }


@dataclass
class _Seen:
    """What one pass over the orders adds up."""

    groups: dict[tuple[str, str], Counter[str]] = field(
        default_factory=lambda: defaultdict(Counter)
    )
    burdened_days: float = 0.0
    decided: Counter[str] = field(default_factory=Counter)
    lifted_at: dict[str, datetime] = field(default_factory=dict)


def fairness(desk: Desk) -> dict[str, Any]:
    """The figures, by name; each share with its denominator and bounds."""
    seen = _orders(desk)
    return {
        "wrongful": _wrongful(seen),
        "time_to_lift": _time_to_lift(desk, seen),
        "notices": _notices(desk),
        "wrongful_person_days": round(seen.burdened_days, 1),
        "reverification": _reverification(desk),
        "human_review": _human_review(desk, seen),
        "clean_up": _clean_up(desk),
        "looks": [
            {"act": act, "record": kind, "purpose": purpose, "count": count}
            for act, kind, purpose, count in desk.seen()
        ],
        "not_in_the_ledger": list(NOT_IN_THE_LEDGER),
    }


def _orders(desk: Desk) -> _Seen:
    seen = _Seen()
    for one in desk.each(Wanted("order")):
        seen.decided[_how_decided(one)] += 1
        if one.state == "lifted":
            seen.lifted_at[one.id] = instant(one.body["ended_at"])
        if one.body["measure"] in BURDENS and one.state not in {"proposed", "decided", "dropped"}:
            _add_burden(seen, one)
    return seen


def _add_burden(seen: _Seen, one: Record) -> None:
    because = one.body.get("ended_because", "")
    wrong = one.state == "lifted" and because in WRONGFUL
    lapsed = one.state == "expired" and one.body["because"] != "implicated"
    if wrong:
        took = instant(one.body["ended_at"]) - instant(one.body["starts_at"])
        seen.burdened_days += took.total_seconds() / _DAY_S
    kind = one.about.partition(":")[0]
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
    told["p95_hours"] = round(_quantile(hours, 0.95), 2) if hours else None
    return told


def _quantile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


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
    return [{"why": why, **_plain(found)} for why, found in sorted(by_why.items())]


def _human_review(desk: Desk, seen: _Seen) -> dict[str, Any]:
    decided = seen.decided["person"] + seen.decided["system"]
    appeals = desk.count(Wanted("appeal"))
    answered = appeals.get("granted", 0) + appeals.get("upheld", 0)
    proposed = seen.decided["person"] + seen.decided["dropped"]
    return {
        "by_a_person": Share(seen.decided["person"], decided).told(),
        "turned_down": Share(seen.decided["dropped"], proposed).told(),
        "appeals_granted": Share(appeals.get("granted", 0), answered).told(),
        "appeals": appeals,
    }


def _clean_up(desk: Desk) -> list[dict[str, Any]]:
    found = []
    for one in desk.each(Wanted("campaign")):
        counts = desk.count(Wanted("reverification", parent_id=one.id))
        found.append({"campaign": one.body["name"], "cards": one.body["cards"], **_plain(counts)})
    return found


def _plain(counts: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(counts.items()))


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
