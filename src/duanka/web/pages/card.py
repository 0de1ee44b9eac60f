"""One card: what it is judged to be and why, what happened on it, what it hangs together with."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from starlette.routing import Route

from duanka.cases.words import reason
from duanka.errors import BadPolicy, NotFound
from duanka.features import catalogue
from duanka.store.ledger_scope import Wanted
from duanka.web import acting, hindsight, show
from duanka.web.findings import Ask
from duanka.web.pages import policy

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from duanka.store.ledger import Viewer
    from duanka.web.findings import Findings

ROLES = ("analyst", "officer", "reviewer", "lead_officer", "auditor")
MOST_EVENTS = 400
WINDOW = re.compile(r"_(\d+)(d|h)$")
KINDS = ("account", "sim")


def page(request: Request) -> Response:
    """The card, if its institution is the viewer's; the look is written down with its purpose."""
    office, who = show.office(request), show.viewer(request, *ROLES)
    kind, card_id = request.path_params["kind"], request.path_params["id"]
    row = placed(office.findings, who, kind, card_id)
    purpose = show.session(request).purpose
    if not purpose:
        return show.page(request, "purpose.html", back=show.here(request))
    score = office.findings.one("score", card_kind=kind, card_id=card_id)
    with office.book.desk(who, at=office.clock(), purpose=purpose) as desk:
        desk.note_of_ledger(act="look", details={"card": f"{kind}:{card_id}"})
        orders = desk.find(Wanted("order", about=f"{kind}:{card_id}"), limit=20)
    return show.page(
        request, "card.html", kind=kind, id=card_id, row=row, score=score, orders=orders,
        reasons=_sentences(kind, score), stretch=_stretch(score), events=_events(office.findings, kind, card_id),
        devices=_devices(office.findings, kind, card_id), others=_others(office.findings, row, card_id),
        **_what_if(request, kind, score),
    )  # fmt: skip


def _what_if(request: Request, kind: Any, score: dict[str, Any]) -> dict[str, Any]:
    """What the rules of a day, and a candidate's, say of the card if something about it were otherwise."""
    day, say = policy.day_of(request, "day"), int(show.language(request) == "en")
    found = []
    for side in policy.sides_of(request):
        regime = policy.found_of(request, side).at(day)
        try:
            rows = hindsight.scenarios(score, kind, regime)
        except BadPolicy:  # there were no such rules on that day
            continue
        for one in rows:
            one["because"] = reason(regime, one["because"])[say]
        found.append((side, rows))
    return {"what_if": found, "day": day.isoformat()}


def placed(findings: Findings, who: Viewer, kind: str, card_id: str) -> dict[str, Any]:
    """The card's row of the register with its region, if it is the viewer's to see.

    Raises: NotFound if there is none, or it is another institution's: what one may not see is not there.
    """
    if kind not in KINDS:
        raise NotFound("no such card 没有这张卡", where=kind, fix="see that the id is right")
    found: dict[str, Any] = {}
    rows = findings.rows(Ask(kind, equal={f"{kind}_id": card_id}, limit=1))
    if not rows.is_empty():
        found = dict(rows.row(0, named=True))
        outlet = findings.rows(Ask("outlet", equal={"outlet_id": found.get("outlet_id")}, limit=1))
        found["region_code"] = "" if outlet.is_empty() else outlet["region_code"][0] or ""
    if not who.sees(str(found.get("institution_id") or ""), str(found.get("region_code") or "")):
        raise NotFound("no such card 没有这张卡", where=kind, fix="see that the id is right")
    return found


async def purpose(request: Request) -> Response:
    """What the reader looks at personal data for, kept for the session."""
    told = await acting.form_of(request)
    show.session(request).purpose = told.get("purpose", "")[:200]
    return await acting.back_to(told.get("back", ""))


def _sentences(kind: str, score: dict[str, object]) -> list[tuple[str, str, str]]:
    known = {f.name: f for f in catalogue.features_of(kind)}
    reasons = score.get("reasons")
    told = [str(one) for one in reasons] if isinstance(reasons, list) else []
    return [(n, known[n].zh, known[n].en) if n in known else (n, n, n) for n in told]


def _stretch(score: dict[str, Any]) -> tuple[str, str]:
    """From when until when the first reason looks that names a window; empty where none does."""
    for name in score.get("reasons") or []:
        found = WINDOW.search(str(name))
        if found:
            many, unit = int(found[1]), "hours" if found[2] == "h" else "days"
            begun = score["as_of"] - timedelta(**{unit: many})
            return begun.isoformat(), score["as_of"].isoformat()
    return "", ""


def _events(findings: Findings, kind: str, card_id: str) -> list[dict[str, object]]:
    """The card's last events, for the chart: when, how much, of what sort, whether it came or went."""
    table, sides, much = (
        ("transfer", ("payer_id", "payee_id"), "amount_fen")
        if kind == "account"
        else ("call", ("caller_id", "callee_id"), "duration_s")
    )
    ask = Ask(table, either=dict.fromkeys(sides, card_id), order='"at" desc', limit=MOST_EVENTS)
    return [
        {
            "at": row["at"].isoformat(),
            "much": row[much] / 100 if kind == "account" else row[much],
            "out": row[sides[0]] == card_id,
            "other": show.mask(row[sides[1]] if row[sides[0]] == card_id else row[sides[0]]),
        }
        for row in findings.rows(ask).iter_rows(named=True)
    ]


def _devices(findings: Findings, kind: str, card_id: str) -> list[dict[str, Any]]:
    ask = Ask("device_use", equal={"card_kind": kind, "card_id": card_id}, order='"at" desc', limit=200)  # fmt: skip
    rows = findings.rows(ask)
    if rows.is_empty():
        return []
    return rows.unique("device_id", keep="first", maintain_order=True).head(20).to_dicts()


def _others(findings: Findings, row: dict[str, Any], card_id: str) -> list[tuple[str, str]]:
    """The holder's other cards; having them is no guilt."""
    if not row.get("holder_id"):
        return []
    found = []
    for kind in KINDS:
        rows = findings.rows(Ask(kind, equal={"holder_id": row["holder_id"]}, limit=50))
        if not rows.is_empty():
            found += [(kind, one) for one in rows[f"{kind}_id"] if one != card_id]
    return found


ROUTES = [
    Route("/card/{kind}/{id}", page),
    Route("/purpose", purpose, methods=["POST"]),
]
