"""The humane figures that are not about orders alone: speed of leads, looks by role, second opinions, clean-up, units, education.

From the ledger alone, too; what it does not hold is said, with where it is told instead.
"""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

from duanka.cases.figures_share import Share, quantile
from duanka.cases.order_terms import instant
from duanka.store.ledger_scope import Wanted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from duanka.store.ledger_desk import Desk
    from duanka.store.ledger_rows import Record

PROMPT_MINUTES = 30
"""Within which a stop is still worth much (domain.md 6.2, item 9); it is counted against, nothing hangs on it."""
UNJUSTIFIED = "unjustified"
"""The act by which an auditor finds that a look had no good reason."""
FIFTEEN: Mapping[int, tuple[str, str]] = {
    1: ("wrongful restriction rate", "wrongful"),
    2: ("time to lift", "time_to_lift"),
    3: ("notice completeness", "notices"),
    4: (
        "legitimate value blocked, protected payments blocked",
        "protected; the value is in no ledger: `duanka evaluate` and the live door tell it",
    ),
    5: ("false-positive person-days", "wrongful_person_days"),
    6: (
        "group disparity",
        "wrongful, by institution, region and card; others: the report of `duanka run` tells harm by group",
    ),
    7: (
        "opening access",
        "in no ledger: `duanka refusals` tells refusals, their review and outcome",
    ),
    8: ("lead speed", "lead_speed"),
    9: (
        "interception quality",
        "lead_speed, control within 30 minutes; layers of money are in no ledger: table `flow` of a run",
    ),
    10: ("re-verification outcomes", "reverification"),
    11: ("human review", "human_review"),
    12: ("stock clean-up", "clean_up"),
    13: ("data-sharing", "looks, sharing"),
    14: ("education", "education; its effect against those held out: `duanka publish`"),
    15: ("institution fairness", "listings; how stable ranks are: `duanka scorecards`"),
}
"""Each figure of domain.md 6.2, and under which name it stands here or where it is told instead."""


def fifteen() -> list[dict[str, Any]]:
    """All figures that ought to be published, one by one, with where each is."""
    return [{"item": n, "figure": name, "told": told} for n, (name, told) in FIFTEEN.items()]


def lead_speed(desk: Desk) -> list[dict[str, Any]]:
    """Minutes from known to received, and from received to control, of each institution; control soon after it was known."""
    steps: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    ours: Counter[str] = Counter()
    for one in desk.each(Wanted("lead")):
        told, body = steps[one.institution_id], one.body
        told["received"].append(_minutes(body["issued_at"], body["received_at"]))
        ours[one.institution_id] += "matched_count" in body
        if "controlled_at" in body:
            told["control"].append(_minutes(body["received_at"], body["controlled_at"]))
            told["whole"].append(_minutes(body["issued_at"], body["controlled_at"]))
    return [
        {
            "institution": name,
            "leads": len(told["received"]),
            **_told("received", told["received"]),
            **_told("control", told["control"]),
            "prompt": Share(sum(one <= PROMPT_MINUTES for one in told["whole"]), ours[name]).told(),
        }
        for name, told in sorted(steps.items())
    ]


def _minutes(begin: str, end: str) -> float:
    return (instant(end) - instant(begin)).total_seconds() / 60


def _told(step: str, minutes: list[float]) -> dict[str, float | None]:
    if not minutes:
        return {f"{step}_median_minutes": None, f"{step}_p95_minutes": None}
    return {
        f"{step}_median_minutes": round(statistics.median(minutes), 1),
        f"{step}_p95_minutes": round(quantile(minutes, 0.95), 1),
    }


def sharing(desk: Desk) -> dict[str, Any]:
    """Looks and exports by role of who did them, questions between parties by state, and looks found without good reason."""
    roles = {one.id: "+".join(one.body["roles"]) for one in desk.each(Wanted("user"))}
    by_role: Counter[tuple[str, str]] = Counter()
    looks = 0
    for act, _, who, count in desk.seen(by="actor"):
        by_role[_role(who, roles), act] += count
        looks += count
    wrong = sum(row[3] for row in desk.seen(acts=(UNJUSTIFIED,), by="actor"))
    return {
        "by_role": [
            {"role": role, "act": act, "count": n} for (role, act), n in sorted(by_role.items())
        ],
        "asked_by_us": plain(desk.count(Wanted("question"))),
        "asked_of_us": plain(desk.count(Wanted("asked"))),
        "unjustified": Share(wrong, looks).told(),
    }


def _role(who: str, roles: Mapping[str, str]) -> str:
    return roles.get(who) or ("partner" if who.startswith("partner:") else who)


def second_opinions(desk: Desk) -> dict[str, Any]:
    """How often a second person agreed with what the first had found of a case."""
    said: Counter[str] = Counter()
    for act, kind, _, count in desk.seen(acts=("confirm", "send_back"), by="actor"):
        said[act] += count if kind == "case" else 0
    return Share(said["confirm"], said["confirm"] + said["send_back"]).told()


def clean_up(desk: Desk, closed: Mapping[str, bool]) -> list[dict[str, Any]]:
    """Of each campaign: cards notified, kept, closed and wrongly closed, and complaints of their holders.

    `closed` tells of each card that an order closed whether that was lifted as wrong.
    """
    complaints = Counter(one.about for one in desk.each(Wanted("appeal")))
    return [_campaign(desk, one, closed, complaints) for one in desk.each(Wanted("campaign"))]


def _campaign(
    desk: Desk, one: Record, closed: Mapping[str, bool], complaints: Mapping[str, int]
) -> dict[str, Any]:
    states: Counter[str] = Counter()
    gone = wrong = complained = 0
    for asked in desk.each(Wanted("reverification", parent_id=one.id)):
        states[asked.state] += 1
        gone += asked.about in closed
        wrong += closed.get(asked.about, False)
        complained += complaints.get(asked.about, 0)
    kept = states["passed"] + states["came_later"]
    more = {"kept": kept, "closed": gone, "wrongly_closed": wrong, "complaints": complained}
    return {"campaign": one.body["name"], "cards": one.body["cards"], **plain(states), **more}


def education(desk: Desk) -> dict[str, Any]:
    """Groups told and held out, how many were reached, and employees taught, by state."""
    told = reached = held = 0
    for one in desk.each(Wanted("outreach")):
        told += int(one.body.get("told_count", 0))
        held += int(one.body.get("held_count", 0))
        reached += int(one.body.get("delivered_count", 0))
    return {
        "reached": Share(reached, told).told(),
        "held_out": held,
        "training": plain(desk.count(Wanted("training"))),
    }


def listings(desk: Desk) -> dict[str, Any]:
    """Listings of units: how many were told, objected to, and withdrawn after that."""
    told = objected = overturned = 0
    for one in desk.each(Wanted("matter")):
        if one.body.get("kind") != "listing" or one.state == "proposed":
            continue
        spoke = any(row.act == "to_objected" for row in desk.history("matter", one.id))
        told += 1
        objected += spoke
        overturned += spoke and one.state == "withdrawn"
    return {
        "objected": Share(objected, told).told(),
        "overturned": Share(overturned, told).told(),
    }


def plain(counts: Mapping[str, int]) -> dict[str, int]:
    """The counts by name."""
    return dict(sorted(counts.items()))
