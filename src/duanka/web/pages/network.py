"""A suspected network: who and what it holds, in which suspected roles, and where its money went."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from starlette.routing import Route

from duanka.errors import NotFound
from duanka.web import show
from duanka.web.findings import Ask

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from duanka.web.findings import Findings

ROLES = ("analyst", "officer", "reviewer", "lead_officer", "auditor")
MOST_MEMBERS, MOST_HOPS = 300, 400


def networks(request: Request) -> Response:
    """The suspected networks, the largest first; only for those who see every institution's."""
    findings = _everywhere(request)
    tally = findings.tally("network", ["network_id"]).sort("n", descending=True).head(show.PAGE)
    return show.page(request, "networks.html", rows=tally.rows(named=True))


def network(request: Request) -> Response:
    """One network; the look at it is written down with its purpose."""
    findings, office = _everywhere(request), show.office(request)
    which, purpose = request.path_params["id"], show.session(request).purpose
    members = findings.rows(Ask("network", equal={"network_id": which}, limit=MOST_MEMBERS))
    if members.is_empty():
        raise NotFound("no such network 没有这个团伙", where="network", fix="go back to the list")
    if not purpose:
        return show.page(request, "purpose.html", back=request.url.path)
    who = show.viewer(request)
    with office.book.desk(who, at=office.clock(), purpose=purpose) as desk:
        desk.note_of_ledger(act="look", details={"network": which})
    roles = findings.rows(Ask("role", equal={"network_id": which}, order="score desc", limit=MOST_MEMBERS)).to_dicts()  # fmt: skip
    for one in roles:
        one["told"] = _evidence(one.get("evidence"))
    shown = {
        "nodes": _nodes(members.to_dicts(), roles),
        "edges": _edges(findings, members.to_dicts()),
    }
    return show.page(
        request, "network.html", id=which, roles=roles, members=members.height, shown=shown
    )


def _everywhere(request: Request) -> Findings:
    """The findings, for who sees all institutions: a network crosses them.

    Raises: NotFound for anybody else: what one may not see is not there.
    """
    who = show.viewer(request, *ROLES)
    if "*" not in who.institutions or "*" not in who.regions:
        raise NotFound(
            "no networks here 没有可显示的团伙", where="network", fix="ask the joint office"
        )
    return show.office(request).findings


def _nodes(members: list[dict[str, Any]], roles: list[dict[str, Any]]) -> list[dict[str, str]]:
    known = {(one["subject_kind"], one["subject_id"]): one["role"] for one in reversed(roles)}
    return [
        {
            "id": f"{one['subject_kind']}:{one['subject_id']}",
            "name": show.mask(one["subject_id"]),
            "kind": one["subject_kind"],
            "role": known.get((one["subject_kind"], one["subject_id"]), ""),
        }
        for one in members
    ]


def _edges(findings: Findings, members: list[dict[str, Any]]) -> list[dict[str, str]]:
    """Who holds which card, and which member accounts paid one another on a traced way."""
    cards = {
        k: [m["subject_id"] for m in members if m["subject_kind"] == k] for k in ("account", "sim")
    }
    people = {m["subject_id"]: m["subject_kind"] for m in members if m["subject_kind"] in ("person", "organisation")}  # fmt: skip
    edges = []
    for kind, ids in cards.items():
        for card in ids:
            row = findings.rows(Ask(kind, equal={f"{kind}_id": card}, limit=1))
            holder = None if row.is_empty() else row["holder_id"][0]
            if holder in people:
                edges.append(
                    {"from": f"{people[holder]}:{holder}", "to": f"{kind}:{card}", "what": "holds"}
                )
    inside = set(cards["account"])
    hops = findings.rows(Ask("flow", order='"at"', limit=1000))
    paid = {(h["payer_id"], h["payee_id"]) for h in hops.iter_rows(named=True) if {h["payer_id"], h["payee_id"]} <= inside}  # fmt: skip
    edges += [{"from": f"account:{a}", "to": f"account:{b}", "what": "paid"} for a, b in sorted(paid)[:MOST_HOPS]]  # fmt: skip
    return edges


def _evidence(text: object) -> list[str]:
    """The signals of a role's evidence, each in a line."""
    try:
        told = json.loads(str(text))
    except ValueError:
        return []
    signals = told.get("signals", []) if isinstance(told, dict) else []
    return [json.dumps(one, ensure_ascii=False)[:300] for one in signals][:10]


ROUTES = [Route("/network", networks), Route("/network/{id}", network)]
