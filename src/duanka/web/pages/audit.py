"""Who looked at whom and what for, newest first, and whether the ledger still is as it was written."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from starlette.responses import RedirectResponse
from starlette.routing import Route

from duanka.web import acting, show

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from duanka.store.chain import Link
    from duanka.store.ledger import Desk
    from duanka.web.errands import Errand

ROLES = ("auditor",)
WORKS = ("verify", "tally")


def audit(request: Request) -> Response:
    """A page of looks, and the last verification and count, if somebody asked for them."""
    office, who = show.office(request), show.viewer(request, *ROLES)
    before = show.number(request, "before", 0, 10**9) or None
    with office.book.read(who, at=office.clock()) as desk:
        rows = told(desk, before=before, limit=show.PAGE)
    works = {name: office.errands.of(_key(request, name)) for name in WORKS}
    running = next((one for one in works.values() if one and one.ended_at is None), None)
    return show.page(
        request, "audit.html", rows=rows, step=show.PAGE, running=running,
        failed=[one.fault for one in works.values() if one and one.fault],
        verify=works["verify"], tally=works["tally"],
    )  # fmt: skip


def told(desk: Desk, *, before: int | None, limit: int) -> list[dict[str, Any]]:
    """The last looks and exports, each with who, what about, and what for."""
    return [
        {"seq": one.seq, "at": one.at, "who": one.actor, "act": one.act, "kind": one.kind, "about": _about(one), "why": one.purpose}
        for one in desk.looks(before=before, limit=limit)
    ]  # fmt: skip


def _about(one: Link) -> str:
    """What was looked at: the record, or what a look that is about no record says of itself."""
    if one.kind != "ledger":
        return one.id
    details = json.loads(one.image)
    pairs = details.items() if isinstance(details, dict) else ()
    return ", ".join(
        f"{name} {show.mask(value) if name in ('card', 'about') else value}"
        for name, value in pairs
    )


async def work(request: Request) -> Response:
    """The chain looked at row by row, or the looks counted by purpose; for the auditor, when they ask."""
    asked = (await acting.form_of(request)).get("act", "verify")
    office, who = show.office(request), show.viewer(request, *ROLES)

    def verify(errand: Errand) -> object:
        return office.book.verify(say=errand.say)

    def tally(_: Errand) -> object:
        with office.book.read(who, at=office.clock()) as desk:
            return sorted(desk.seen(), key=lambda one: -one[-1])[:500]

    name = asked if asked in WORKS else WORKS[0]
    office.errands.start(_key(request, name), verify if name == "verify" else tally)
    return RedirectResponse("/audit", 303)


def _key(request: Request, name: str) -> tuple[str, ...]:
    who = show.viewer(request)
    return (name, *who.institutions, "in", *who.regions)


ROUTES = [Route("/audit", audit), Route("/audit", work, methods=["POST"])]
