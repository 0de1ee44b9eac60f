"""The queue: open cases, the most harm expected first, to be taken and given out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.routing import Route

from duanka.cases import case
from duanka.store.ledger_scope import Wanted
from duanka.web import acting, show

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from duanka.store.ledger import Desk

STATES = ("new", "assigned", "in_review", "awaiting_second", "closed")
WORKERS = case.WORKERS


def queue(request: Request) -> Response:
    office, who = show.office(request), show.viewer(request, *WORKERS, "auditor")
    state = request.query_params.get("state", "")
    mine = request.query_params.get("mine", "")
    wanted = Wanted(
        "case",
        states=(state,) if state in STATES else STATES[:-1],
        assigned_to=who.user_id if mine else "",
    )
    with office.book.read(who, at=office.clock()) as desk:
        found = desk.queue(wanted, limit=show.PAGE)
        counts = desk.count(Wanted("case"))
    return show.page(
        request, "queue.html", found=found, counts=counts, state=state, mine=mine, states=STATES
    )


async def give_out(request: Request) -> Response:
    """Cases ticked in the list go to one person."""
    show.viewer(request, *WORKERS)

    def assign(desk: Desk, told: Mapping[str, str]) -> None:
        for name in told:
            if name.startswith("case:"):
                one = desk.get("case", name.removeprefix("case:"))
                case.assign(desk, one, told.get("to") or desk.viewer.user_id)

    return await acting.acted(request, "cases given out", {"assign": assign}, back="/queue")


ROUTES = [Route("/queue", queue), Route("/queue", give_out, methods=["POST"])]
