"""What the orders did to people: the humane figures, from the ledger alone, counted beside the pages where it is long."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.responses import RedirectResponse
from starlette.routing import Route

from duanka.cases.figures import fairness as figures
from duanka.cases.words import reason
from duanka.store.ledger_scope import Wanted
from duanka.web import acting, show

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from duanka.web.errands import Errand

MOST_AT_ONCE = 2_000
"""Up to so many orders the figures are counted while the page is asked for; beyond, on demand and kept."""


def fairness(request: Request) -> Response:
    office, who = show.office(request), show.viewer(request)
    with office.book.read(who, at=office.clock()) as desk:
        orders = sum(desk.count(Wanted("order")).values())
        found = figures(desk) if orders <= MOST_AT_ONCE else None
    errand = None if found is not None else office.errands.of(_key(request)) or _start(request)
    if errand is not None:
        found = errand.result
    return show.page(
        request, "fairness.html", found=found, errand=errand, reasons=_reasons(request, found)
    )


async def again(request: Request) -> Response:
    """The figures counted anew."""
    await acting.form_of(request)
    show.viewer(request)
    _start(request)
    return RedirectResponse("/fairness", 303)


def _key(request: Request) -> tuple[str, ...]:
    """Whoever sees the same records sees the same figures."""
    who = show.viewer(request)
    return ("fairness", *who.institutions, "in", *who.regions)


def _start(request: Request) -> Errand:
    office, who = show.office(request), show.viewer(request)

    def count(_: Errand) -> object:
        with office.book.read(who, at=office.clock()) as desk:
            return figures(desk)

    return office.errands.start(_key(request), count)


def _reasons(request: Request, found: dict[str, Any] | None) -> dict[str, str]:
    office = show.office(request)
    regime = office.policy.at(office.clock().astimezone(show.SHANGHAI).date())
    say = int(show.language(request) == "en")
    asked = found["reverification"] if found else []
    return {one["why"]: reason(regime, one["why"])[say] for one in asked}


ROUTES = [Route("/fairness", fairness), Route("/fairness", again, methods=["POST"])]
