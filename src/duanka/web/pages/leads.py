"""Leads: what came in, the clock of each, and the answer to the sender."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.routing import Route

from duanka.leads import lead
from duanka.leads.schema import OUTCOMES
from duanka.store.ledger_scope import Wanted
from duanka.web import acting, show

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from duanka.store.ledger import Desk

ROLES = ("analyst", "officer", "lead_officer", "auditor")


def leads(request: Request) -> Response:
    office, who = show.office(request), show.viewer(request, *ROLES)
    with office.book.read(who, at=office.clock()) as desk:
        counts = desk.count(Wanted("lead"))
        found = desk.queue(Wanted("lead", open_only=True), limit=show.PAGE)
    return show.page(request, "leads.html", found=found, counts=counts, outcomes=OUTCOMES)


async def answer(request: Request) -> Response:
    """The feedback on one lead."""
    office = show.office(request)
    regime = office.policy.at(office.clock().astimezone(show.SHANGHAI).date())

    def reply(desk: Desk, told: Mapping[str, str]) -> None:
        found = desk.get("lead", told["id"], version=acting.version(told))
        lead.answer(desk, found, told["outcome"], regime=regime)

    return await acting.acted(request, "feedback on a lead", {"answer": reply}, back="/leads")


ROUTES = [Route("/leads", leads), Route("/leads", answer, methods=["POST"])]
