"""A suspected network: who and what it holds, in which suspected roles, and where its money went."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from starlette.routing import Route

from duanka.errors import NotFound
from duanka.web import show
from duanka.web.findings import Ask
from duanka.web.words import said

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.requests import Request
    from starlette.responses import Response

    from duanka.web.findings import Findings

ROLES = ("analyst", "officer", "reviewer", "lead_officer", "auditor")
MOST_MEMBERS, MOST_HOPS = 300, 400
SUSPECTED = ("疑似", "suspected ")


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
        return show.page(request, "purpose.html", back=show.here(request))
    who = show.viewer(request)
    with office.book.desk(who, at=office.clock(), purpose=purpose) as desk:
        desk.note_of_ledger(act="look", details={"network": which})
    roles = findings.rows(Ask("role", equal={"network_id": which}, order="score desc", limit=MOST_MEMBERS)).to_dicts()  # fmt: skip
    for one in roles:
        one["told"] = _evidence(one.get("evidence"))
    shown = {
        "nodes": _nodes(members.to_dicts(), roles),
        "edges": _edges(findings, members.to_dicts()),
        "money": _money(findings, members.to_dicts()),
    }
    say = int(show.language(request) == "en")
    kinds = sorted({one["kind"] for one in shown["nodes"]})
    for one in shown["nodes"]:
        one["told"] = (SUSPECTED[say] + said(one["role"])[say]) if one["role"] else ""
    return show.page(
        request,
        "network.html",
        id=which,
        roles=roles,
        members=members.height,
        shown=shown,
        kinds=kinds,
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
        rows = findings.rows(Ask(kind, equal={f"{kind}_id": tuple(ids)}, limit=MOST_MEMBERS))
        for row in rows.iter_rows(named=True):
            if row["holder_id"] in people:
                holder = f"{people[row['holder_id']]}:{row['holder_id']}"
                edges.append({"from": holder, "to": f"{kind}:{row[f'{kind}_id']}", "what": "holds"})
    edges += _used(findings, members, cards)
    hops = findings.rows(Ask("flow", equal={"payer_id": tuple(cards["account"]), "payee_id": tuple(cards["account"])}, limit=1000))  # fmt: skip
    paid = {(h["payer_id"], h["payee_id"]) for h in hops.iter_rows(named=True)}
    edges += [{"from": f"account:{a}", "to": f"account:{b}", "what": "paid"} for a, b in sorted(paid)[:MOST_HOPS]]  # fmt: skip
    return edges


def _used(
    findings: Findings, members: list[dict[str, Any]], cards: dict[str, list[str]]
) -> list[dict[str, str]]:
    """Which member device was used with which member card."""
    devices = tuple(m["subject_id"] for m in members if m["subject_kind"] == "device")
    uses = findings.rows(Ask("device_use", equal={"device_id": devices, "card_id": (*cards["account"], *cards["sim"])}, limit=1000))  # fmt: skip
    found = {
        (f"device:{row['device_id']}", f"{row['card_kind']}:{row['card_id']}")
        for row in uses.iter_rows(named=True)
        if row["card_id"] in cards.get(row["card_kind"], [])
    }
    return [{"from": a, "to": b, "what": "used"} for a, b in sorted(found)]


def _money(findings: Findings, members: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The traced hops that touch a member account: which lead's loss, which hop, who to whom, how much."""
    accounts = tuple(m["subject_id"] for m in members if m["subject_kind"] == "account")
    ask = Ask("flow", either={"payer_id": accounts, "payee_id": accounts}, order='"at", transfer_id', limit=MOST_HOPS)  # fmt: skip
    rows = findings.rows(ask).to_dicts()
    names = _apart(row[side] for row in rows for side in ("payer_id", "payee_id"))
    return [
        {
            "at": row["at"].isoformat(),
            "hop": row["hop"],
            "from": f"{row['hop'] - 1} {names[row['payer_id']]}",
            "to": f"{row['hop']} {names[row['payee_id']]}",
            "yuan": row["tainted_fen"] / 100,
        }
        for row in rows
    ]


def _apart(ids: Iterable[str]) -> dict[str, str]:
    """The masked name of each id; where two would look the same, the later ones are numbered."""
    names: dict[str, str] = {}
    taken: Counter[str] = Counter()
    for one in dict.fromkeys(ids):
        name = show.mask(one)
        taken[name] += 1
        names[one] = name if taken[name] == 1 else f"{name} ({taken[name]})"
    return names


def _evidence(text: object) -> list[dict[str, Any]]:
    """The signals for and against a role, the weightiest ten: which way, in both languages, how often, when."""
    try:
        told = json.loads(str(text))
    except ValueError:
        return []
    found = [
        {"way": way, **one}
        for way in ("for", "against")
        for one in (told.get(way, []) if isinstance(told, dict) else [])
        if isinstance(one, dict)
    ]
    return sorted(found, key=lambda one: -abs(one.get("log_odds") or 0))[:10]


ROUTES = [Route("/network", networks), Route("/network/{id}", network)]
