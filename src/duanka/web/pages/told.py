"""Leads that we told partners: what waits for receipt or feedback, and what became of the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.routing import Route

from duanka.leads.told import WAITED_FOR
from duanka.store.ledger_scope import Wanted
from duanka.web import show
from duanka.web.pages.leads import ROLES

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

STATES = {
    "to_send": ("待发送", "to be sent"),
    "received": ("对方已签收，待反馈", "received there, to be answered"),
    "answered": ("对方已反馈", "answered"),
    "refused": ("对方拒收", "refused there"),
    "given_up": ("多次发送未成", "could not be sent"),
}


def told(request: Request) -> Response:
    office, who = show.office(request), show.viewer(request, *ROLES)
    state = request.query_params.get("state", "")
    with office.book.read(who, at=office.clock()) as desk:
        counts = desk.count(Wanted("told_lead"))
        if state in STATES and state not in WAITED_FOR:
            found = desk.find(Wanted("told_lead", states=(state,)), limit=show.PAGE)
        else:
            states = (state,) if state in STATES else ()
            found = desk.queue(Wanted("told_lead", states=states), limit=show.PAGE)
    return show.page(request, "told.html", found=found, counts=counts, states=STATES, chosen=state)


ROUTES = [Route("/leads/told", told)]
