"""What the orders did to people: the humane figures, from the ledger alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.routing import Route

from duanka.cases.figures import fairness as figures
from duanka.cases.figures import lines
from duanka.web import show

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response


def fairness(request: Request) -> Response:
    office, who = show.office(request), show.viewer(request)
    with office.book.read(who, at=office.clock()) as desk:
        found = figures(desk)
    return show.page(request, "fairness.html", lines=lines(found))


ROUTES = [Route("/fairness", fairness)]
