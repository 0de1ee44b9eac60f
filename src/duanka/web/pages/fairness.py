"""What the orders did to people: the humane figures, from the ledger alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.routing import Route

from duanka.cases.figures import fairness as figures
from duanka.cases.words import reason
from duanka.web import show

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response


def fairness(request: Request) -> Response:
    office, who = show.office(request), show.viewer(request)
    with office.book.read(who, at=office.clock()) as desk:
        found = figures(desk)
    regime = office.policy.at(office.clock().astimezone(show.SHANGHAI).date())
    say = int(show.language(request) == "en")
    reasons = {one["why"]: reason(regime, one["why"])[say] for one in found["reverification"]}
    return show.page(request, "fairness.html", found=found, reasons=reasons)


ROUTES = [Route("/fairness", fairness)]
